-- the rule that costs a vendor most leads of a month: what purchasing talks about first
with failed as (
    select
        outcomes.vendor,
        cast(date_trunc('month', outcomes.delivery_date) as date) as month_starts_on,
        outcomes.rule_id,
        cast(sum(outcomes.vendor_attributable_count) as bigint) as fail_count
    from {{ ref('stg_lake__rule_outcomes') }} as outcomes
    inner join {{ ref('stg_lake__delivery_states') }} as states using (vendor, delivery_date)
    where states.is_final
    group by outcomes.vendor, month_starts_on, outcomes.rule_id
),

ranked as (
    select
        vendor,
        month_starts_on,
        rule_id,
        fail_count,
        row_number() over (partition by vendor, month_starts_on order by fail_count desc, rule_id asc) as place
    from failed
    where fail_count > 0
)

select vendor, month_starts_on, rule_id, fail_count
from ranked
where place = 1
