-- leads that a hash which others made may mean: a key of another form that such an opposition has, or NULL where the lead
-- was taken in without other forms although such oppositions were known. No row where the registry holds no hash.
with hashed as (
    select distinct identity_key
    from oppositions
    where kind in ('email_sha256', 'phone_sha256')
),

first_hashed as (
    select min(recorded_at) as recorded_at
    from oppositions
    where kind in ('email_sha256', 'phone_sha256')
),

judged as (
    select lead.delivery_date, lead.lead_id, lead.probe_keys
    from all_leads as lead
    where
        lead.delivery_date in (select terms.delivery_date from terms)
        and exists (select 1 from hashed)
),

probed as (
    select delivery_date, lead_id, unnest(probe_keys) as identity_key
    from judged
),

hits as (
    select probed.*
    from probed
    semi join hashed on probed.identity_key = hashed.identity_key
)

select lead.lead_no, hits.identity_key
from hits
inner join judged_leads as lead on hits.delivery_date = lead.delivery_date and hits.lead_id = lead.lead_id
union all
select lead.lead_no, cast(null as varchar) as identity_key
from judged
inner join judged_leads as lead on judged.delivery_date = lead.delivery_date and judged.lead_id = lead.lead_id
inner join first_hashed on lead.known_at >= first_hashed.recorded_at
where judged.probe_keys is null
