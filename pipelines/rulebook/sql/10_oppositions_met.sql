-- oppositions in force at delivery, as each lead use meets them; who could have known is a share with this vendor
with probes as (
    select lead_no, email_key as identity_key
    from judged_leads
    where email_key is not null
    union all
    select lead_no, phone_key
    from judged_leads
    where phone_key is not null
    union all
    select lead_no, email_alias_key
    from judged_leads
    where email_alias_key is not null and email_alias_key is distinct from email_key
),

found as (
    select probes.lead_no, event.*
    from probes
    inner join oppositions as event on probes.identity_key = event.identity_key
),

revoked as (
    select distinct found.lead_no, found.identity_key, found.kind, found.channel, found.opposed_at
    from found
    inner join judged_leads as lead on found.lead_no = lead.lead_no
    where found.revoked_at <= lead.used_at and found.recorded_at <= lead.known_at
),

in_force as (
    select
        found.lead_no,
        found.channel,
        case
            when found.vendor in (lead.vendor, '*')
                then found.shared_at + lead.suppression_delay_seconds * interval '1' second
        end as blame_at
    from found
    inner join judged_leads as lead on found.lead_no = lead.lead_no
    anti join revoked
        on found.lead_no = revoked.lead_no
        and found.identity_key = revoked.identity_key
        and found.kind = revoked.kind
        and found.channel = revoked.channel
        and found.opposed_at = revoked.opposed_at
    where
        found.revoked_at is null
        and found.opposed_at < lead.delivered_at
        and found.recorded_at <= lead.known_at
)

select lead_uses.lead_no, lead_uses.channel, min(in_force.blame_at) as opposition_blame_at
from lead_uses
inner join in_force on lead_uses.lead_no = in_force.lead_no
where in_force.channel in ('all', lead_uses.channel)
group by lead_uses.lead_no, lead_uses.channel
