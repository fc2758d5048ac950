-- leads to judge whose reference, however it is written, e-mail or phone came earlier: in the delivery, or in an earlier one within the window
with same_reference as (
    select lead_reference as identity from lead_keys group by lead_reference having count(*) > 1
),

same_email as (
    select email_key as identity from lead_keys where email_key is not null group by email_key having count(*) > 1
),

same_phone as (
    select phone_key as identity from lead_keys where phone_key is not null group by phone_key having count(*) > 1
),

suspects as (
    select lead_no, is_judged, delivery_date, delivered_at, 'lead_id' as kind, identity
    from lead_keys
    inner join same_reference on lead_keys.lead_reference = same_reference.identity
    union all
    select lead_no, is_judged, delivery_date, delivered_at, 'email' as kind, identity
    from lead_keys
    inner join same_email on lead_keys.email_key = same_email.identity
    union all
    select lead_no, is_judged, delivery_date, delivered_at, 'phone' as kind, identity
    from lead_keys
    inner join same_phone on lead_keys.phone_key = same_phone.identity
),

placed as (
    select
        lead_no,
        is_judged,
        row_number() over (partition by kind, identity, delivery_date order by lead_no) as place
    from suspects
),

days as (
    select distinct kind, identity, delivery_date, delivered_at
    from suspects
),

earlier as (
    select suspects.lead_no
    from suspects
    inner join terms on suspects.delivery_date = terms.delivery_date
    inner join days on suspects.kind = days.kind and suspects.identity = days.identity
    where
        suspects.is_judged
        and days.delivery_date < suspects.delivery_date
        and days.delivered_at <= suspects.delivered_at
        and (
            terms.duplicate_window_seconds is null
            or suspects.delivered_at <= days.delivered_at + terms.duplicate_window_seconds * interval '1' second
        )
)

select lead_no
from placed
where is_judged and place > 1
union
select lead_no
from earlier
