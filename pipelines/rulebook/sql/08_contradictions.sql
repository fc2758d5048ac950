-- leads for which several records of one consent contradict one another: an untidy log, or a clean record beside a bad one
with repeated as (
    select consent_reference
    from given_proofs
    group by consent_reference
    having count(*) > 1
),

records as (
    select paths.lead_no, proofs.*
    from paths
    inner join proofs on paths.proof_no = proofs.proof_no
    inner join repeated on proofs.consent_reference = repeated.consent_reference
)

select distinct lead_no
from (
    select lead_no, consent_reference
    from records
    group by lead_no, consent_reference
    having
        count(distinct consent_at) > 1
        or count(distinct email_key) > 1
        or count(distinct phone_key) > 1
        or count(distinct list_sort(channels)) > 1
        or count(distinct action) > 1
        or count(distinct box_prechecked) > 1
        or count(distinct consent_text_digest) > 1
        or count(distinct form_id) > 1
        or count(distinct form_version) > 1
        or count(distinct list_sort(recipients)) > 1
        or count(distinct list_sort(recipient_sirens)) > 1
        or count(distinct list_sort(mentions)) > 1
) as contradicting
