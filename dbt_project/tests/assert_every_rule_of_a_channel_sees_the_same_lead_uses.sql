-- A rule that does not apply says so: its four counts add up to the lead uses of the channel, or to the leads accepted.
{{ config(meta={'dagster': {'ref': {'name': 'fct_rule_outcomes'}}}) }}

with seen as (
    select
        outcomes.vendor,
        outcomes.delivery_date,
        outcomes.channel,
        rules.grain,
        min(outcomes.applied_count + outcomes.not_applicable_count) as fewest,
        max(outcomes.applied_count + outcomes.not_applicable_count) as most
    from {{ ref('fct_rule_outcomes') }} as outcomes
    inner join {{ ref('dim_rules') }} as rules using (rule_id)
    where rules.is_in_catalogue
    group by outcomes.vendor, outcomes.delivery_date, outcomes.channel, rules.grain
)

select vendor, delivery_date, seen.channel, seen.grain, seen.fewest, seen.most
from seen
inner join {{ ref('fct_deliveries') }} as deliveries using (vendor, delivery_date)
where
    seen.fewest <> seen.most
    or (seen.grain = 'lead_use' and seen.most > deliveries.leads_accepted)
    or (seen.grain = 'lead' and seen.most <> deliveries.leads_accepted)
    or (seen.grain = 'delivery' and seen.most > 1)
