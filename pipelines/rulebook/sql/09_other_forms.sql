-- leads that an opposition may mean otherwise: the key of another form that a hash which others made has, recorded by
-- then, the key of an identifier within a bad or decorated text that any opposition has, or NULL where the lead was taken
-- in without other forms although hashes were known
with hashed as (
    select identity_key, min(recorded_at) as hashed_at
    from oppositions
    where kind in ('email_sha256', 'phone_sha256')
    group by identity_key
),

first_hashed as (
    select min(recorded_at) as recorded_at
    from oppositions
    where kind in ('email_sha256', 'phone_sha256')
),

judged as (
    select lead.delivery_date, lead.lead_id, lead.probe_keys, lead.contained_keys
    from all_leads as lead
    where lead.delivery_date in (select terms.delivery_date from terms)
),

probed as (
    select delivery_date, lead_id, unnest(probe_keys) as identity_key
    from judged
    where exists (select 1 from hashed)
),

contained as (
    select delivery_date, lead_id, unnest(contained_keys) as identity_key
    from judged
    where contained_keys is not null
),

opposed as (
    select identity_key
    from oppositions
    union all
    select alias_key
    from oppositions
    where alias_key is not null
),

hits as (
    select probed.*, hashed.hashed_at
    from probed
    inner join hashed on probed.identity_key = hashed.identity_key
    union
    select contained.*, cast(null as timestamp) as hashed_at
    from contained
    semi join opposed on contained.identity_key = opposed.identity_key
)

select distinct lead.lead_no, hits.identity_key
from hits
inner join judged_leads as lead on hits.delivery_date = lead.delivery_date and hits.lead_id = lead.lead_id
where hits.hashed_at is null or hits.hashed_at <= lead.oppositions_known_at
union all
select lead.lead_no, cast(null as varchar) as identity_key
from judged
inner join judged_leads as lead on judged.delivery_date = lead.delivery_date and judged.lead_id = lead.lead_id
inner join first_hashed on lead.known_at >= first_hashed.recorded_at
where judged.probe_keys is null
