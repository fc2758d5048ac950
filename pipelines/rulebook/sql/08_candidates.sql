-- the proofs that may count for a lead: those decided before the act, or all where none was
with dated as (
    select
        paths.lead_no,
        paths.proof_no,
        proofs.consent_at <= lead.used_at as is_before,
        max(case when proofs.consent_at <= lead.used_at then 1 else 0 end) over (partition by paths.lead_no) as has_before
    from paths
    inner join judged_leads as lead on paths.lead_no = lead.lead_no
    inner join proofs on paths.proof_no = proofs.proof_no
),

kept as (
    select lead_no, proof_no
    from dated
    where is_before or has_before = 0
)

select
    kept.lead_no,
    kept.proof_no,
    count(*) over (partition by kept.lead_no) as candidate_count,
    lead.email_key = proof.email_key as email_keys_equal,
    lead.phone_key = proof.phone_key as phone_keys_equal,
    cast(proof.consent_at at time zone 'UTC' at time zone 'Europe/Paris' as date) as consent_on,
    least(
        proof.period_end,
        (
            (proof.consent_at at time zone 'UTC' at time zone 'Europe/Paris')
            + lead.consent_max_age_months * interval '1' month
        ) at time zone 'Europe/Paris' at time zone 'UTC'
    ) as consent_expires_at,
    case
        when array_contains(proof.recipient_sirens, lead.advertiser_siren) then true
        when list_has_any(proof.recipients, lead.advertiser_spellings) then true
        -- a brand alone, a branch, another legal form: nobody can tell from the name
        when list_has_any(proof.recipients, lead.advertiser_near_spellings) then null
        when proof.recipients is not null or proof.recipient_sirens is not null then false
    end as names_advertiser
from kept
inner join judged_leads as lead on kept.lead_no = lead.lead_no
inner join proofs as proof on kept.proof_no = proof.proof_no
