-- what purchasing asks each month: what came, what was wrong with it by the vendor's doing, and where the score stands
with deliveries as (
    select
        vendor,
        cast(date_trunc('month', delivery_date) as date) as month_starts_on,
        count(*) filter (where status in ('accepted', 'accepted_with_rejects')) as delivery_count,
        count(*) filter (where status = 'no_delivery') as missing_delivery_count,
        count(*) filter (where leads_received > 0 and not is_final) as provisional_delivery_count,
        cast(sum(refused_file_count) as bigint) as refused_file_count,
        cast(sum(leads_received) as bigint) as leads_received,
        cast(sum(leads_accepted) as bigint) as leads_accepted,
        cast(sum(leads_rejected) as bigint) as leads_rejected,
        max(known_at) as known_at
    from {{ ref('fct_deliveries') }}
    group by vendor, month_starts_on
),

final_leads as (
    select
        vendor,
        cast(date_trunc('month', delivery_date) as date) as month_starts_on,
        cast(sum(leads_received) as bigint) as final_leads_received,
        cast(sum(leads_defective) as bigint) as leads_defective,
        cast(sum(leads_vendor_defective) as bigint) as leads_vendor_defective
    from {{ ref('fct_dimension_rates') }}
    where dimension = 'all' and is_final
    group by vendor, month_starts_on
),

totals as (
    select vendor, as_of, points, grade
    from {{ ref('fct_vendor_scores') }}
    where dimension = 'total'
),

-- a month is closed by the first score after its end that knows the last word on all of its deliveries
closing_scores as (
    select
        deliveries.vendor,
        deliveries.month_starts_on,
        min(totals.as_of) as scored_as_of,
        arg_min(totals.points, totals.as_of) as total_points,
        arg_min(totals.grade, totals.as_of) as grade
    from deliveries
    inner join totals
        on
            deliveries.vendor = totals.vendor
            and totals.as_of >= deliveries.month_starts_on + interval 1 month
            and totals.as_of >= coalesce(deliveries.known_at, deliveries.month_starts_on)
    where deliveries.provisional_delivery_count = 0
    group by deliveries.vendor, deliveries.month_starts_on
)

select
    deliveries.vendor,
    deliveries.month_starts_on,
    deliveries.delivery_count,
    deliveries.missing_delivery_count,
    deliveries.provisional_delivery_count,
    deliveries.refused_file_count,
    deliveries.leads_received,
    deliveries.leads_accepted,
    deliveries.leads_rejected,
    {{ rate('deliveries.leads_rejected', 'deliveries.leads_received') }} as reject_rate,
    coalesce(final_leads.final_leads_received, 0) as final_leads_received,
    coalesce(final_leads.leads_defective, 0) as leads_defective,
    coalesce(final_leads.leads_vendor_defective, 0) as leads_vendor_defective,
    {{ rate('final_leads.leads_vendor_defective', 'final_leads.final_leads_received') }} as vendor_defect_rate,
    leading_rules.rule_id as leading_rule_id,
    leading_rules.fail_count as leading_rule_fail_count,
    closing_scores.scored_as_of,
    closing_scores.total_points,
    closing_scores.grade
from deliveries
left join final_leads using (vendor, month_starts_on)
left join {{ ref('int_vendor_month_rules') }} as leading_rules using (vendor, month_starts_on)
left join closing_scores using (vendor, month_starts_on)
