-- Scores and marts add up the same scorecards on two ways. Only a warning: a delivery that was judged again after the
-- latest score was published makes them differ until the next one. Defective leads are not compared: corrections move
-- them in scores, and leave the scorecards as they were published.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_vendor_scores'}}}) }}

with scores as (
    select
        vendor,
        as_of,
        case when dimension = 'total' then 'all' else dimension end as dimension,
        leads_received
    from {{ ref('fct_vendor_scores') }}
    where is_latest
),

counted as (
    select
        scores.vendor,
        scores.dimension,
        coalesce(sum(rates.leads_received), 0) as leads_received
    from scores
    left join {{ ref('fct_deliveries') }} as deliveries
        on scores.vendor = deliveries.vendor and deliveries.is_final and scores.as_of >= deliveries.known_at
    left join {{ ref('fct_dimension_rates') }} as rates
        on
            deliveries.vendor = rates.vendor
            and deliveries.delivery_date = rates.delivery_date
            and scores.dimension = rates.dimension
    group by scores.vendor, scores.dimension
)

select vendor, dimension, scores.leads_received, counted.leads_received as counted_leads_received
from scores
inner join counted using (vendor, dimension)
where scores.leads_received <> counted.leads_received
