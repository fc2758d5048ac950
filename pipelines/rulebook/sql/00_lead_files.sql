-- the files that accepted leads of the vendor came in, numbered by delivery date, the file's clock, and its name
with named as (
    select delivery_date, file_digest, min(file_name) as file_name
    from all_deliveries
    where role = 'leads' and status in ('accepted', 'accepted_with_rejects')
    group by delivery_date, file_digest
),

delivered as (
    select delivery_date, file_digest, min(delivered_at) as delivered_at
    from all_leads
    group by delivery_date, file_digest
)

select
    delivered.delivery_date,
    delivered.file_digest,
    row_number() over (
        order by delivered.delivery_date, delivered.delivered_at, named.file_name, delivered.file_digest
    ) as file_no
from delivered
left join named
    on delivered.delivery_date = named.delivery_date and delivered.file_digest = named.file_digest
