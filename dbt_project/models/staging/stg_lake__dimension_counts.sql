with scorecards as (
    {{ lake_rows(source('lake', 'dimension_scorecards')) }}
),

-- a pilot's leads are judged, and counted nowhere
judged as (
    select vendor, delivery_date
    from {{ ref('stg_lake__delivery_states') }}
    where is_judged and is_live
)

select vendor, delivery_date, dimension, leads_received, leads_defective, leads_vendor_defective
from scorecards
semi join judged using (vendor, delivery_date)
