-- counted at once: no row of a file goes further than this model; a file that is read as leads and as proofs is one
-- file; a line of an earlier version has no count and stands for one row
with refusals as (
    {{ lake_rows(source('lake', 'rejected_rows')) }}
),

rejected as (
    select vendor, delivery_date, reason, cast(sum(coalesce(reason_row_count, 1)) as bigint) as rejected_row_count
    from refusals
    semi join {{ ref('stg_lake__delivery_states') }} using (vendor, delivery_date)
    where row_number is not null
    group by vendor, delivery_date, reason
),

refused as (
    select vendor, delivery_date, reason, count(distinct file_number) as refused_file_count
    from {{ ref('stg_lake__delivered_files') }}
    where status = 'refused'
    group by vendor, delivery_date, reason
)

select
    vendor,
    delivery_date,
    reason,
    coalesce(rejected.rejected_row_count, 0) as rejected_row_count,
    coalesce(refused.refused_file_count, 0) as refused_file_count
from rejected
full outer join refused using (vendor, delivery_date, reason)
