-- one row per lead and bought channel that the lead can be reached on; any of them where nobody can read which
with channels as (
    select
        lead_no,
        lead_channels,
        email_key is not null as has_email,
        phone_key is not null as has_phone,
        unnest(contract_channels) as channel
    from judged_leads
)

select lead_no, channel
from channels
where
    coalesce(array_contains(lead_channels, channel), true)
    and case when channel = 'email' then has_email else has_phone end
