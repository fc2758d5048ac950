-- counted at once, and apart from the reasons: a row with three reasons is counted by one of them; lines of an earlier
-- version have no counts, and each row of theirs has lines of its own
with refusals as (
    {{ lake_rows(source('lake', 'rejected_rows')) }}
)

select
    vendor,
    delivery_date,
    coalesce(cast(sum(rejected_row_count) as bigint), count(distinct row(file_digest, role, row_number)))
        as rejected_row_count
from refusals
semi join {{ ref('stg_lake__delivery_states') }} using (vendor, delivery_date)
where row_number is not null
group by vendor, delivery_date
