-- the first path on which a lead finds a given proof: its consent_id, else the proof's lead_id, else an identity key; and
-- whether their keys are equal. What was known on the lead's own clock stays known with hindsight, whenever its file was
-- overwritten
with by_consent as (
    select lead.lead_no, given.proof_no
    from judged_keys as lead
    inner join given_proofs as given on lead.consent_reference = given.consent_reference
    where
        (given.received_at <= lead.known_at and lead.known_at < given.known_until)
        or (given.received_at <= lead.proofs_known_at and lead.proofs_known_at < given.known_until)
),

without_consent as (
    select lead.lead_no, lead.lead_reference, lead.email_key, lead.phone_key, lead.known_at, lead.proofs_known_at
    from judged_keys as lead
    anti join by_consent on lead.lead_no = by_consent.lead_no
),

by_lead as (
    select lead.lead_no, given.proof_no
    from without_consent as lead
    inner join given_proofs as given on lead.lead_reference = given.lead_reference
    where
        (given.received_at <= lead.known_at and lead.known_at < given.known_until)
        or (given.received_at <= lead.proofs_known_at and lead.proofs_known_at < given.known_until)
),

without_lead as (
    select lead.*
    from without_consent as lead
    anti join by_lead on lead.lead_no = by_lead.lead_no
),

by_key as (
    select lead.lead_no, given.proof_no
    from without_lead as lead
    inner join given_proofs as given on lead.email_key = given.email_key
    where
        (given.received_at <= lead.known_at and lead.known_at < given.known_until)
        or (given.received_at <= lead.proofs_known_at and lead.proofs_known_at < given.known_until)
    union
    select lead.lead_no, given.proof_no
    from without_lead as lead
    inner join given_proofs as given on lead.phone_key = given.phone_key
    where
        (given.received_at <= lead.known_at and lead.known_at < given.known_until)
        or (given.received_at <= lead.proofs_known_at and lead.proofs_known_at < given.known_until)
),

found as (
    select lead_no, proof_no from by_consent
    union all
    select lead_no, proof_no from by_lead
    union all
    select lead_no, proof_no from by_key
)

select
    found.lead_no,
    found.proof_no,
    lead.email_key = given.email_key as email_keys_equal,
    lead.phone_key = given.phone_key as phone_keys_equal
from found
inner join lead_keys as lead on found.lead_no = lead.lead_no
inner join given_proofs as given on found.proof_no = given.proof_no
