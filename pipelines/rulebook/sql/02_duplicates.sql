-- leads to judge whose reference, e-mail or phone came earlier: in the delivery, or in an earlier one within the window
with identities as (
    select lead_no, is_judged, delivery_date, delivered_at, file_name, row_number, 'lead_id' as kind, lead_id as identity
    from leads
    union all
    select lead_no, is_judged, delivery_date, delivered_at, file_name, row_number, 'email' as kind, email_key as identity
    from leads
    where email_key is not null
    union all
    select lead_no, is_judged, delivery_date, delivered_at, file_name, row_number, 'phone' as kind, phone_key as identity
    from leads
    where phone_key is not null
),

repeated as (
    select kind, identity
    from identities
    group by kind, identity
    having count(*) > 1
),

suspects as (
    select identities.*
    from identities
    inner join repeated on identities.kind = repeated.kind and identities.identity = repeated.identity
),

placed as (
    select
        lead_no,
        is_judged,
        row_number() over (partition by kind, identity, delivery_date order by file_name, row_number) as place
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
