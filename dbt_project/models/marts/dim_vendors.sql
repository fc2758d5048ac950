with vendors as (
    select vendor from {{ ref('int_deliveries_counted') }}
    union
    select vendor from {{ ref('int_scores_in_order') }}
),

deliveries as (
    select
        vendor,
        count(*) filter (where status in ('accepted', 'accepted_with_rejects')) as delivery_count,
        count(*) filter (where status = 'no_delivery') as missing_delivery_count,
        min(delivery_date) filter (where status in ('accepted', 'accepted_with_rejects')) as first_delivery_date,
        max(delivery_date) filter (where status in ('accepted', 'accepted_with_rejects')) as latest_delivery_date
    from {{ ref('int_deliveries_counted') }}
    group by vendor
),

scores as (
    select vendor, as_of, points, grade
    from {{ ref('int_scores_in_order') }}
    where is_latest and dimension = 'total'
)

select
    vendors.vendor,
    coalesce(deliveries.delivery_count, 0) as delivery_count,
    coalesce(deliveries.missing_delivery_count, 0) as missing_delivery_count,
    deliveries.first_delivery_date,
    deliveries.latest_delivery_date,
    scores.as_of as scored_as_of,
    scores.points as total_points,
    scores.grade
from vendors
left join deliveries using (vendor)
left join scores using (vendor)
