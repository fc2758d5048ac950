-- by what every accepted lead meets proofs, objections, oppositions and other leads: narrow, since it is kept
select
    lead_no,
    delivery_date,
    delivered_at,
    is_judged,
    reference_key(lead_id) as lead_reference,
    reference_key(consent_id) as consent_reference,
    email_key,
    phone_key,
    case when email_alias_key <> email_key or email_key is null then email_alias_key end as email_alias_key,
    other_phone_keys
from leads
