{{ config(meta={'dagster': {'ref': {'name': 'vendor_months'}}}) }}

with months as (
    select
        vendor,
        sum(leads_received) as leads_received,
        sum(delivery_count) as delivery_count,
        bool_or(leads_received <> leads_accepted + leads_rejected) as is_unbalanced,
        bool_or(final_leads_received > leads_received) as is_impossible
    from {{ ref('vendor_months') }}
    group by vendor
),

deliveries as (
    select
        vendor,
        sum(leads_received) as leads_received,
        count(*) filter (where status in ('accepted', 'accepted_with_rejects')) as delivery_count
    from {{ ref('fct_deliveries') }}
    group by vendor
)

select vendor
from deliveries
full outer join months using (vendor)
where
    months.leads_received is distinct from deliveries.leads_received
    or months.delivery_count is distinct from deliveries.delivery_count
    or months.is_unbalanced
    or months.is_impossible
