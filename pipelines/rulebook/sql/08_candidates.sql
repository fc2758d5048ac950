-- the proofs that may count for a lead: those decided before the act, or all where none was
with facts as (
    select
        paths.lead_no,
        paths.proof_no,
        lead.used_at,
        proof.consent_at,
        proof.period_end,
        proof.consent_at <= lead.used_at as is_before,
        proof.consent_at at time zone 'UTC' at time zone 'Europe/Paris' as consent_in_paris,
        lead.consent_max_age_months,
        paths.email_keys_equal,
        paths.phone_keys_equal,
        array_contains(proof.invalid_fields, 'period_end') as is_period_unread,
        callback.ends_at as callback_ends_at,
        case
            when array_contains(proof.recipient_sirens, lead.advertiser_siren) then true
            when list_has_any(proof.recipients, lead.advertiser_spellings) then true
            when list_has_any(proof.invalid_fields, ['recipients', 'recipient_sirens']) then null
            -- a brand alone, a branch, another legal form: nobody can tell from the name
            when list_has_any(proof.recipients, lead.advertiser_near_spellings) then null
            when proof.recipients is not null or proof.recipient_sirens is not null then false
        end as names_advertiser
    from paths
    inner join judged_keys as lead on paths.lead_no = lead.lead_no
    inner join proofs as proof on paths.proof_no = proof.proof_no
    left join callback_ends as callback
        on cast(proof.requested_at at time zone 'UTC' at time zone 'Europe/Paris' as date) = callback.requested_on
        and lead.is_in_alsace_moselle = callback.is_in_alsace_moselle
),

counts as (
    select lead_no, count(*) as path_count, count(*) filter (where is_before) as before_count
    from facts
    group by lead_no
),

kept as (
    select
        facts.*,
        case when counts.before_count = 0 then counts.path_count else counts.before_count end as candidate_count,
        consent_in_paris + consent_max_age_months * interval '1' month as oldest_in_paris
    from facts
    inner join counts on facts.lead_no = counts.lead_no
    where facts.is_before or counts.before_count = 0
),

placed as (
    select
        *,
        oldest_in_paris at time zone 'Europe/Paris' at time zone 'UTC' as later_at,
        oldest_in_paris < cast(cast(oldest_in_paris as date) as timestamp) + interval '4' hour
        or oldest_in_paris >= cast(cast(oldest_in_paris as date) as timestamp) + interval '23' hour as is_by_night
    from kept
),

-- an hour that the clocks repeat, always by night, is the earlier one: in doubt a consent ends
aged as (
    select
        *,
        case
            when
                is_by_night
                and (later_at - interval '1' hour) at time zone 'UTC' at time zone 'Europe/Paris' = oldest_in_paris
                then later_at - interval '1' hour
            else later_at
        end as oldest_at
    from placed
)

select
    lead_no,
    proof_no,
    candidate_count,
    email_keys_equal,
    phone_keys_equal,
    cast(consent_in_paris as date) as consent_on,
    callback_ends_at,
    -- without the instant of the consent only a period that is over tells
    case
        when consent_at is null and period_end > used_at then null
        when is_period_unread and oldest_at > used_at then null
        else least(period_end, oldest_at)
    end as consent_expires_at,
    names_advertiser
from aged
