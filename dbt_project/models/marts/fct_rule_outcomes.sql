with outcomes as (
    select
        vendor,
        delivery_date,
        channel,
        rule_id,
        dimension,
        pass_count,
        fail_count,
        unknown_count,
        not_applicable_count,
        vendor_attributable_count,
        pass_count + fail_count + unknown_count as applied_count
    from {{ ref('stg_lake__rule_outcomes') }}
)

select
    outcomes.vendor,
    outcomes.delivery_date,
    outcomes.channel,
    outcomes.rule_id,
    outcomes.dimension,
    states.is_final,
    outcomes.applied_count,
    outcomes.pass_count,
    outcomes.fail_count,
    outcomes.unknown_count,
    outcomes.not_applicable_count,
    outcomes.vendor_attributable_count,
    {{ rate('outcomes.fail_count', 'outcomes.applied_count') }} as fail_rate
from outcomes
inner join {{ ref('stg_lake__delivery_states') }} as states using (vendor, delivery_date)
