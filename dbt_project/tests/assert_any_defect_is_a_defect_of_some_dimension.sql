-- `all` counts each defective lead once: no fewer than the worst dimension, no more than all dimensions together.
{{ config(meta={'dagster': {'ref': {'name': 'fct_dimension_rates'}}}) }}

with deliveries as (
    select
        vendor,
        delivery_date,
        max(leads_defective) filter (where dimension = 'all') as defective,
        max(leads_defective) filter (where dimension <> 'all') as worst,
        sum(leads_defective) filter (where dimension <> 'all') as together,
        bool_or(leads_vendor_defective > leads_defective or leads_defective > leads_received) as is_impossible
    from {{ ref('fct_dimension_rates') }}
    group by vendor, delivery_date
)

select vendor, delivery_date
from deliveries
where is_impossible or defective not between worst and together
