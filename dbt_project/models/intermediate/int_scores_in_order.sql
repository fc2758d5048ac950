with scores as (
    select
        vendor,
        as_of,
        dimension,
        leads_received,
        leads_vendor_defective,
        rate,
        tolerance,
        points,
        method_version,
        catalogue_digest,
        lower_points,
        upper_points,
        rate_lower,
        rate_upper,
        correlation,
        effective_leads,
        state,
        grade_earned,
        grade
    from {{ ref('stg_lake__vendor_scores') }}
)

select
    vendor,
    as_of,
    dimension,
    leads_received,
    leads_vendor_defective,
    rate,
    tolerance,
    points,
    lag(points) over (partition by vendor, dimension order by as_of) as previous_points,
    method_version,
    catalogue_digest,
    lower_points,
    upper_points,
    rate_lower,
    rate_upper,
    correlation,
    effective_leads,
    state,
    grade_earned,
    grade,
    as_of = max(as_of) over (partition by vendor) as is_latest
from scores
