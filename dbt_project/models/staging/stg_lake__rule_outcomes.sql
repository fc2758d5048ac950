with scorecards as (
    {{ lake_rows(source('lake', 'scorecards')) }}
),

-- a pilot's leads are judged, and counted nowhere
judged as (
    select vendor, delivery_date
    from {{ ref('stg_lake__delivery_states') }}
    where is_judged and is_live
)

select
    vendor,
    delivery_date,
    channel,
    rule_id,
    dimension,
    pass_count,
    fail_count,
    unknown_count,
    not_applicable_count,
    vendor_attributable_count
from scorecards
semi join judged using (vendor, delivery_date)
