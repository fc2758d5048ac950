-- a file's name stays in the lake: vendors put anything into it
with files as (
    {{ lake_rows(source('lake', 'deliveries')) }}
)

select
    vendor,
    delivery_date,
    file_number,
    role,
    status,
    reason,
    rows_received,
    rows_accepted,
    rows_rejected,
    delivered_at,
    is_received_at_assumed,
    coalesce(len(undeclared_columns), 0) as undeclared_column_count
from files
semi join {{ ref('stg_lake__delivery_states') }} using (vendor, delivery_date)
