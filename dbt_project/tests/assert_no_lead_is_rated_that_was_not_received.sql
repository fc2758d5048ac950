-- Conformity, and any dimension, are rated over every row received: a vendor can't better them by sending rows that
-- we refuse; a file that came when the day was final counts from its own deadline on. No other dimension is rated over
-- more leads than were accepted.
{{ config(meta={'dagster': {'ref': {'name': 'fct_dimension_rates'}}}) }}

with rated as (
    select
        vendor,
        delivery_date,
        count(*) as dimension_count,
        min(leads_received) filter (where dimension in ('conformity', 'all')) as fewest,
        max(leads_received) filter (where dimension in ('conformity', 'all')) as most,
        max(leads_received) filter (where dimension not in ('conformity', 'all')) as most_judged
    from {{ ref('fct_dimension_rates') }}
    group by vendor, delivery_date
)

select vendor, delivery_date, deliveries.leads_received, rated.dimension_count, rated.fewest, rated.most
from {{ ref('fct_deliveries') }} as deliveries
inner join rated using (vendor, delivery_date)
where
    rated.dimension_count <> 6
    or rated.fewest <> rated.most
    or rated.most > deliveries.leads_received
    or rated.most_judged > deliveries.leads_accepted
