-- Conservation, from the other side: the rejects that the files are said to have are those that lie in rejected_rows.
{{ config(meta={'dagster': {'ref': {'name': 'fct_deliveries'}}}) }}

with said as (
    select vendor, delivery_date, leads_rejected + proofs_rejected as rejected_row_count
    from {{ ref('fct_deliveries') }}
)

select vendor, delivery_date, said.rejected_row_count, found.rejected_row_count as found_count
from said
full outer join {{ ref('stg_lake__rejected_rows') }} as found using (vendor, delivery_date)
where coalesce(said.rejected_row_count, 0) <> coalesce(found.rejected_row_count, 0)
