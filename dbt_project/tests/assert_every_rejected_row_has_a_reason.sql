-- Each rejected row has at least one reason and none twice: no reason counts more rows than there are, all
-- of them no fewer.
{{ config(meta={'dagster': {'ref': {'name': 'fct_reject_reasons'}}}) }}

with reasons as (
    select
        vendor,
        delivery_date,
        max(rejected_row_count) as most_of_one,
        sum(rejected_row_count) as of_all,
        max(refused_file_count) as most_files_of_one,
        sum(refused_file_count) as files_of_all
    from {{ ref('fct_reject_reasons') }}
    group by vendor, delivery_date
)

select vendor, delivery_date
from {{ ref('fct_deliveries') }} as deliveries
left join reasons using (vendor, delivery_date)
where
    deliveries.leads_rejected + deliveries.proofs_rejected
    not between coalesce(reasons.most_of_one, 0) and coalesce(reasons.of_all, 0)
    or deliveries.refused_file_count
    not between coalesce(reasons.most_files_of_one, 0) and coalesce(reasons.files_of_all, 0)
