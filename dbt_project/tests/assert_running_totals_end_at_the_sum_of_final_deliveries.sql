{{ config(meta={'dagster': {'ref': {'name': 'fct_dimension_rates'}}}) }}

select vendor, dimension
from {{ ref('fct_dimension_rates') }}
group by vendor, dimension
having
    max(running_leads_received) <> coalesce(sum(leads_received) filter (where is_final), 0)
    or max(running_leads_vendor_defective) <> coalesce(sum(leads_vendor_defective) filter (where is_final), 0)
