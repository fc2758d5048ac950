-- one row per lead and bought channel that the lead can be reached on; any of them where nobody can read which
with channels as (
    select lead_no, unnest(contract_channels) as channel
    from judged_leads
)

select channels.lead_no, channels.channel
from channels
inner join judged_leads as lead on channels.lead_no = lead.lead_no
where
    coalesce(array_contains(lead.lead_channels, channels.channel), true)
    and case when channels.channel = 'email' then lead.email_key else lead.phone_key end is not null
