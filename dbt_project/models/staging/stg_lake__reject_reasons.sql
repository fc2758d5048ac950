-- counted at once: no row of a file goes further than this model
with refusals as (
    {{ lake_rows(source('lake', 'rejected_rows')) }}
)

select
    vendor,
    delivery_date,
    reason,
    count(distinct (file_digest, row_number)) filter (where row_number is not null) as rejected_row_count,
    count(*) filter (where row_number is null) as refused_file_count
from refusals
semi join {{ ref('stg_lake__delivery_states') }} using (vendor, delivery_date)
group by vendor, delivery_date, reason
