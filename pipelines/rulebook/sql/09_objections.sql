-- refusals and withdrawals at or before the act, as each lead use meets them: by reference they always count, by key
-- only if they are not earlier than the consent that is looked at
with events as (
    select consent_reference, lead_reference, email_key, phone_key, channels, received_at, consent_at as objected_at, 'refusal' as kind
    from proofs
    where decision = 'refused'
    union all
    select consent_reference, lead_reference, email_key, phone_key, channels, received_at, withdrawn_at as objected_at, 'withdrawal' as kind
    from proofs
    where withdrawn_at is not null
),

by_reference as (
    select lead.lead_no, lead.known_at, lead.used_at, events.*
    from judged_leads as lead
    inner join events on lead.consent_reference = events.consent_reference
    union all
    select lead.lead_no, lead.known_at, lead.used_at, events.*
    from judged_leads as lead
    inner join events on lead.lead_reference = events.lead_reference
),

by_key as (
    select lead.lead_no, lead.known_at, lead.used_at, events.*
    from judged_leads as lead
    inner join events on lead.email_key = events.email_key
    union all
    select lead.lead_no, lead.known_at, lead.used_at, events.*
    from judged_leads as lead
    inner join events on lead.phone_key = events.phone_key
),

met as (
    select *, true as is_by_reference
    from by_reference
    union all
    select *, false as is_by_reference
    from by_key
),

counted as (
    select lead_no, kind, objected_at, is_by_reference, unnest(channels) as channel
    from met
    where received_at <= known_at and objected_at <= used_at
)

select
    lead_no,
    channel,
    bool_or(kind = 'refusal' and is_by_reference) as is_refused_by_reference,
    bool_or(kind = 'withdrawal' and is_by_reference) as is_withdrawn_by_reference,
    max(case when kind = 'refusal' and not is_by_reference then objected_at end) as refused_by_key_at,
    max(case when kind = 'withdrawal' and not is_by_reference then objected_at end) as withdrawn_by_key_at
from counted
group by lead_no, channel
