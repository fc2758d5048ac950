-- oppositions in force at the act, as each lead use meets them; who could have known is a share with this vendor.
-- By its own key, by its alias's or by that of a further phone number. Whether one is met in another form of the identifier, or in an identifier that the
-- delivered text holds, is NULL where the lead was never compared. Until when the person may have objected is told of
-- oppositions that were revoked, too: of a date alone its 24:00, of no date at all for ever.
with probes as (
    select lead_no, email_key as identity_key, false as is_other_form
    from judged_keys
    where email_key is not null
    union all
    select lead_no, phone_key, false as is_other_form
    from judged_keys
    where phone_key is not null
    union all
    select lead_no, unnest(other_phone_keys), false as is_other_form
    from judged_keys
    where other_phone_keys is not null
    union all
    select lead_no, email_alias_key, false as is_other_form
    from judged_keys
    where email_alias_key is not null and email_alias_key is distinct from email_key
    union all
    select lead_no, identity_key, true as is_other_form
    from other_forms
    where identity_key is not null
),

opposed as (
    select identity_key as met_key, oppositions.*
    from oppositions
    union all
    select alias_key as met_key, oppositions.*
    from oppositions
    where alias_key is not null
),

found as (
    select probes.lead_no, probes.is_other_form, opposed.*
    from probes
    inner join opposed on probes.identity_key = opposed.met_key
),

revoked as (
    select distinct found.lead_no, found.identity_key, found.kind, found.channel, found.opposed_at
    from found
    inner join judged_keys as lead on found.lead_no = lead.lead_no
    where found.revoked_at <= lead.used_at and found.recorded_at <= lead.oppositions_known_at
),

spoken as (
    select
        found.lead_no,
        found.channel,
        found.is_other_form,
        revoked.lead_no is not null as is_revoked,
        case
            when found.opposed_at < timestamp '1970-01-02' then timestamp 'infinity'
            when
                found.opposed_at at time zone 'UTC' at time zone 'Europe/Paris'
                = cast(cast(found.opposed_at at time zone 'UTC' at time zone 'Europe/Paris' as date) as timestamp)
                then (found.opposed_at at time zone 'UTC' at time zone 'Europe/Paris' + interval '1' day)
                    at time zone 'Europe/Paris' at time zone 'UTC' - interval '1' microsecond
            else found.opposed_at
        end as spoken_until,
        case
            when found.vendor in (lead.vendor, '*')
                then found.shared_at + lead.suppression_delay_seconds * interval '1' second
        end as blame_at
    from found
    inner join judged_keys as lead on found.lead_no = lead.lead_no
    left join revoked
        on found.lead_no = revoked.lead_no
        and found.identity_key = revoked.identity_key
        and found.kind = revoked.kind
        and found.channel = revoked.channel
        and found.opposed_at = revoked.opposed_at
    where
        found.revoked_at is null
        and found.opposed_at < lead.used_at
        and found.recorded_at <= lead.oppositions_known_at
),

met as (
    select
        lead_uses.lead_no, lead_uses.channel, not spoken.is_other_form as is_plain, spoken.is_revoked, spoken.blame_at,
        spoken.spoken_until
    from lead_uses
    inner join spoken on lead_uses.lead_no = spoken.lead_no
    where spoken.channel in ('all', lead_uses.channel)
    union all
    select
        lead_uses.lead_no, lead_uses.channel, cast(null as boolean) as is_plain, false as is_revoked,
        cast(null as timestamp) as blame_at, cast(null as timestamp) as spoken_until
    from lead_uses
    inner join other_forms on lead_uses.lead_no = other_forms.lead_no
    where other_forms.identity_key is null
)

select
    lead_no,
    channel,
    coalesce(bool_or(is_plain and not is_revoked), false) as is_opposed,
    min(case when is_plain and not is_revoked then blame_at end) as opposition_blame_at,
    max(case when is_plain then spoken_until end) as objected_until,
    case
        when bool_or(not is_plain and not is_revoked) then true
        when count(*) = count(is_plain) then false
    end as is_opposed_in_other_form
from met
group by lead_no, channel
