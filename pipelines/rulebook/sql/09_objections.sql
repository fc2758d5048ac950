-- refusals and withdrawals at or before the act, as each lead use meets them: by reference they always count, by key
-- only if they are not earlier than the consent that is looked at. One of which kind, instant or channels can't be read
-- is perhaps one: to any channel, and as late as it was received. What was said is taken back by a correction in time
-- alone, and what was known on the lead's own clock not by hindsight.
with objecting as materialized (
    select
        consent_reference, lead_reference, email_key, phone_key, channels, received_at, objects_until,
        decision, consent_at, withdrawn_at, coalesce(array_contains(invalid_fields, 'withdrawn_at'), false) as is_unread
    from proofs
    where decision = 'refused' or withdrawn_at is not null or array_contains(invalid_fields, 'withdrawn_at')
),

events as (
    select
        consent_reference, lead_reference, email_key, phone_key, channels, received_at, objects_until,
        consent_at as objected_at, 'refusal' as kind, true as is_sure
    from objecting
    where decision = 'refused'
    union all
    select
        consent_reference, lead_reference, email_key, phone_key, channels, received_at, objects_until,
        withdrawn_at as objected_at, 'withdrawal' as kind, true as is_sure
    from objecting
    where withdrawn_at is not null
    union all
    select
        consent_reference, lead_reference, email_key, phone_key, channels, received_at, objects_until,
        null as objected_at, 'withdrawal' as kind, false as is_sure
    from objecting
    where is_unread
    union all
    select
        reference_key(consent_id) as consent_reference, reference_key(lead_id) as lead_reference,
        email_key, phone_key, channels, received_at,
        coalesce(corrected_at, timestamp '9999-12-31 00:00:00') as objects_until, objected_at, 'refusal' as kind,
        is_refusal is not null and objected_at is not null and channels is not null as is_sure
    from all_unread_objections
    where is_refusal is not false
    union all
    select
        reference_key(consent_id) as consent_reference, reference_key(lead_id) as lead_reference,
        email_key, phone_key, channels, received_at,
        coalesce(corrected_at, timestamp '9999-12-31 00:00:00') as objects_until, objected_at, 'withdrawal' as kind,
        is_withdrawal is not null and objected_at is not null and channels is not null as is_sure
    from all_unread_objections
    where is_withdrawal is not false
),

by_reference as (
    select lead.lead_no, lead.known_at, lead.objections_known_at, lead.used_at, events.*
    from judged_keys as lead
    inner join events on lead.consent_reference = events.consent_reference
    union all
    select lead.lead_no, lead.known_at, lead.objections_known_at, lead.used_at, events.*
    from judged_keys as lead
    inner join events on lead.lead_reference = events.lead_reference
),

by_key as (
    select lead.lead_no, lead.known_at, lead.objections_known_at, lead.used_at, events.*
    from judged_keys as lead
    inner join events on lead.email_key = events.email_key
    union all
    select lead.lead_no, lead.known_at, lead.objections_known_at, lead.used_at, events.*
    from judged_keys as lead
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
    select
        lead_no,
        kind,
        is_sure,
        is_by_reference,
        coalesce(objected_at, received_at) as latest_at,
        unnest(coalesce(channels, ['email', 'sms', 'phone', 'automated_call'])) as channel
    from met
    where
        (
            (received_at <= known_at and known_at < objects_until)
            or (received_at <= objections_known_at and objections_known_at < objects_until)
        )
        and (objected_at is null or objected_at <= used_at)
)

select
    lead_no,
    channel,
    bool_or(is_sure and kind = 'refusal' and is_by_reference) as is_refused_by_reference,
    bool_or(is_sure and kind = 'withdrawal' and is_by_reference) as is_withdrawn_by_reference,
    max(case when is_sure and kind = 'refusal' and not is_by_reference then latest_at end) as refused_by_key_at,
    max(case when is_sure and kind = 'withdrawal' and not is_by_reference then latest_at end) as withdrawn_by_key_at,
    bool_or(not is_sure and kind = 'refusal' and is_by_reference) as is_perhaps_refused_by_reference,
    bool_or(not is_sure and kind = 'withdrawal' and is_by_reference) as is_perhaps_withdrawn_by_reference,
    max(case when not is_sure and kind = 'refusal' and not is_by_reference then latest_at end) as perhaps_refused_by_key_at,
    max(case when not is_sure and kind = 'withdrawal' and not is_by_reference then latest_at end) as perhaps_withdrawn_by_key_at
from counted
group by lead_no, channel
