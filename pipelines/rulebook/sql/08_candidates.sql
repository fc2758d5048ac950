-- the proofs that may count for a lead: those decided before the act, or all where none was
with dated as (
    select
        paths.lead_no,
        paths.proof_no,
        proofs.consent_at <= lead.used_at as is_before,
        (proofs.consent_at at time zone 'UTC' at time zone 'Europe/Paris')
        + lead.consent_max_age_months * interval '1' month as oldest_in_paris,
        max(case when proofs.consent_at <= lead.used_at then 1 else 0 end) over (partition by paths.lead_no) as has_before
    from paths
    inner join judged_leads as lead on paths.lead_no = lead.lead_no
    inner join proofs on paths.proof_no = proofs.proof_no
),

kept as (
    select
        lead_no,
        proof_no,
        oldest_in_paris,
        oldest_in_paris at time zone 'Europe/Paris' at time zone 'UTC' as later_at
    from dated
    where is_before or has_before = 0
),

-- an hour that the clocks repeat is the earlier one: in doubt a consent ends
aged as (
    select
        lead_no,
        proof_no,
        case
            when (later_at - interval '1' hour) at time zone 'UTC' at time zone 'Europe/Paris' = oldest_in_paris
                then later_at - interval '1' hour
            else later_at
        end as oldest_at
    from kept
)

select
    aged.lead_no,
    aged.proof_no,
    count(*) over (partition by aged.lead_no) as candidate_count,
    lead.email_key = proof.email_key as email_keys_equal,
    lead.phone_key = proof.phone_key as phone_keys_equal,
    cast(proof.consent_at at time zone 'UTC' at time zone 'Europe/Paris' as date) as consent_on,
    callback.ends_at as callback_ends_at,
    -- without the instant of the consent only a period that is over tells
    case
        when proof.consent_at is null and proof.period_end > lead.used_at then null
        when array_contains(proof.invalid_fields, 'period_end') and aged.oldest_at > lead.used_at then null
        else least(proof.period_end, aged.oldest_at)
    end as consent_expires_at,
    case
        when array_contains(proof.recipient_sirens, lead.advertiser_siren) then true
        when list_has_any(proof.recipients, lead.advertiser_spellings) then true
        when list_has_any(proof.invalid_fields, ['recipients', 'recipient_sirens']) then null
        -- a brand alone, a branch, another legal form: nobody can tell from the name
        when list_has_any(proof.recipients, lead.advertiser_near_spellings) then null
        when proof.recipients is not null or proof.recipient_sirens is not null then false
    end as names_advertiser
from aged
inner join judged_leads as lead on aged.lead_no = lead.lead_no
inner join proofs as proof on aged.proof_no = proof.proof_no
left join callback_ends as callback
    on cast(proof.requested_at at time zone 'UTC' at time zone 'Europe/Paris' as date) = callback.requested_on
    and lead.is_in_alsace_moselle = callback.is_in_alsace_moselle
