{{ config(meta={'dagster': {'ref': {'name': 'fct_vendor_scores'}}}) }}

select vendor, as_of, dimension
from {{ ref('fct_vendor_scores') }}
where lower_points > upper_points or rate_lower > rate_upper or upper_points > 100
