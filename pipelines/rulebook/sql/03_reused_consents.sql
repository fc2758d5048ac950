-- leads to judge whose consent_id, however it is written, another person's lead carries, in the same or an earlier delivery. Persons are told
-- apart by counting: rows with the consent, less those with my e-mail, less those with my phone, plus those with both
with repeated as (
    select consent_reference
    from leads
    where consent_reference is not null
    group by consent_reference
    having count(*) > 1
),

suspects as (
    select leads.*
    from leads
    inner join repeated on leads.consent_reference = repeated.consent_reference
),

any_person as (
    select consent_reference, delivery_date, delivered_at, count(*) as lead_count
    from suspects
    group by consent_reference, delivery_date, delivered_at
),

same_email as (
    select consent_reference, email_key, delivery_date, delivered_at, count(*) as lead_count
    from suspects
    group by consent_reference, email_key, delivery_date, delivered_at
),

same_phone as (
    select consent_reference, phone_key, delivery_date, delivered_at, count(*) as lead_count
    from suspects
    group by consent_reference, phone_key, delivery_date, delivered_at
),

same_both as (
    select consent_reference, email_key, phone_key, delivery_date, delivered_at, count(*) as lead_count
    from suspects
    group by consent_reference, email_key, phone_key, delivery_date, delivered_at
),

counted as (
    select mine.lead_no, mine.delivery_date, mine.delivered_at, any_person.delivery_date as day, any_person.delivered_at as day_at,
        any_person.lead_count
    from suspects as mine
    inner join any_person on mine.consent_reference = any_person.consent_reference
    union all
    select mine.lead_no, mine.delivery_date, mine.delivered_at, same_email.delivery_date, same_email.delivered_at,
        -same_email.lead_count
    from suspects as mine
    inner join same_email on mine.consent_reference = same_email.consent_reference and mine.email_key = same_email.email_key
    union all
    select mine.lead_no, mine.delivery_date, mine.delivered_at, same_phone.delivery_date, same_phone.delivered_at,
        -same_phone.lead_count
    from suspects as mine
    inner join same_phone on mine.consent_reference = same_phone.consent_reference and mine.phone_key = same_phone.phone_key
    union all
    select mine.lead_no, mine.delivery_date, mine.delivered_at, same_both.delivery_date, same_both.delivered_at,
        same_both.lead_count
    from suspects as mine
    inner join same_both
        on mine.consent_reference = same_both.consent_reference
        and mine.email_key = same_both.email_key
        and mine.phone_key = same_both.phone_key
)

select lead_no
from counted
where day = delivery_date or (day < delivery_date and day_at <= delivered_at)
group by lead_no
having sum(lead_count) > 0
