{{ config(meta={'dagster': {'ref': {'name': 'fct_rule_outcomes'}}}) }}

select vendor, delivery_date, channel, rule_id
from {{ ref('fct_rule_outcomes') }}
where vendor_attributable_count > fail_count
