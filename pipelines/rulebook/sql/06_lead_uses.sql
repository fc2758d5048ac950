-- one row per lead and bought channel that the lead can be reached on
with channels as (
    select lead_no, unnest(contract_channels) as channel
    from judged_leads
)

select channels.lead_no, channels.channel
from channels
inner join judged_leads as lead on channels.lead_no = lead.lead_no
where
    array_contains(lead.lead_channels, channels.channel)
    and case when channels.channel = 'email' then lead.email_key else lead.phone_key end is not null
