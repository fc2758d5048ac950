with scores as (
    {{ lake_rows(source('lake', 'vendor_scores')) }}
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
from scores
