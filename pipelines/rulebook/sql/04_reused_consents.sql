-- leads to judge whose consent, however it is written, another person's lead carries, in the same or an earlier delivery,
-- come by then. A lead that names no consent has that of the given proofs which name it or its person, and lay there
-- then, by its own clock or with hindsight: leaving it out hides nothing. Each span in which such proofs lay there is a
-- row of its own, so that one that came too late does not stretch another's. Persons are told apart by counting: rows
-- with the consent, less those with my e-mail, less those with my phone, plus those with both
with found as (
    select leads.lead_no, given.consent_reference, given.received_at, given.known_until
    from lead_keys as leads
    inner join given_proofs as given on leads.lead_reference = given.lead_reference
    where
        leads.consent_reference is null
        and given.email_key is null
        and given.phone_key is null
    union all
    select leads.lead_no, given.consent_reference, given.received_at, given.known_until
    from lead_keys as leads
    inner join given_proofs as given on leads.email_key = given.email_key
    where leads.consent_reference is null
    union all
    select leads.lead_no, given.consent_reference, given.received_at, given.known_until
    from lead_keys as leads
    inner join given_proofs as given on leads.phone_key = given.phone_key
    where leads.consent_reference is null
),

claimed as (
    select
        lead_no,
        consent_reference,
        cast(null as timestamp) as received_at,
        cast(null as timestamp) as first_received_at,
        timestamp '9999-12-31 00:00:00' as known_until
    from lead_keys as leads
    where consent_reference is not null
    union all
    select
        lead_no,
        consent_reference,
        min(received_at) as received_at,
        min(min(received_at)) over (partition by lead_no, consent_reference) as first_received_at,
        known_until
    from found
    group by lead_no, consent_reference, known_until
),

repeated as (
    select consent_reference
    from claimed
    group by consent_reference
    having count(*) > 1
),

suspects as materialized (
    select
        leads.lead_no,
        leads.delivery_date,
        leads.delivered_at,
        leads.email_key,
        leads.phone_key,
        claimed.consent_reference,
        greatest(leads.delivered_at, coalesce(claimed.first_received_at, leads.delivered_at)) as claimed_at,
        greatest(leads.delivered_at, coalesce(claimed.received_at, leads.delivered_at)) as known_from,
        claimed.known_until
    from claimed
    inner join repeated on claimed.consent_reference = repeated.consent_reference
    inner join lead_keys as leads on claimed.lead_no = leads.lead_no
),

any_person as (
    select consent_reference, delivery_date, claimed_at, known_from, known_until, count(*) as lead_count
    from suspects
    group by consent_reference, delivery_date, claimed_at, known_from, known_until
),

same_email as (
    select consent_reference, email_key, delivery_date, claimed_at, known_from, known_until, count(*) as lead_count
    from suspects
    group by consent_reference, email_key, delivery_date, claimed_at, known_from, known_until
),

same_phone as (
    select consent_reference, phone_key, delivery_date, claimed_at, known_from, known_until, count(*) as lead_count
    from suspects
    group by consent_reference, phone_key, delivery_date, claimed_at, known_from, known_until
),

same_both as (
    select consent_reference, email_key, phone_key, delivery_date, claimed_at, known_from, known_until, count(*) as lead_count
    from suspects
    group by consent_reference, email_key, phone_key, delivery_date, claimed_at, known_from, known_until
),

counted as (
    select
        mine.*,
        any_person.delivery_date as day,
        any_person.claimed_at as day_at,
        any_person.known_from as day_from,
        any_person.known_until as day_until,
        any_person.lead_count
    from suspects as mine
    inner join any_person on mine.consent_reference = any_person.consent_reference
    union all
    select
        mine.*,
        same_email.delivery_date,
        same_email.claimed_at,
        same_email.known_from,
        same_email.known_until,
        -same_email.lead_count
    from suspects as mine
    inner join same_email
        on mine.consent_reference = same_email.consent_reference and mine.email_key = same_email.email_key
    union all
    select
        mine.*,
        same_phone.delivery_date,
        same_phone.claimed_at,
        same_phone.known_from,
        same_phone.known_until,
        -same_phone.lead_count
    from suspects as mine
    inner join same_phone
        on mine.consent_reference = same_phone.consent_reference and mine.phone_key = same_phone.phone_key
    union all
    select
        mine.*,
        same_both.delivery_date,
        same_both.claimed_at,
        same_both.known_from,
        same_both.known_until,
        same_both.lead_count
    from suspects as mine
    inner join same_both
        on mine.consent_reference = same_both.consent_reference
        and mine.email_key = same_both.email_key
        and mine.phone_key = same_both.phone_key
),

shared as (
    select lead_no, consent_reference
    from counted
    inner join clocks on counted.delivery_date = clocks.delivery_date and counted.delivered_at = clocks.delivered_at
    where
        day <= counted.delivery_date
        and day_at <= claimed_at
        and (
            (greatest(known_from, day_from) <= clocks.known_at and clocks.known_at < least(known_until, day_until))
            or (
                greatest(known_from, day_from) <= clocks.proofs_known_at
                and clocks.proofs_known_at < least(known_until, day_until)
            )
        )
    group by lead_no, consent_reference
    having sum(lead_count) > 0
)

select distinct lead_no
from shared
