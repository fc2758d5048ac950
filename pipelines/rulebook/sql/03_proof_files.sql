-- the files that proofs of the vendor came in; numbers are in the order that settles ties
with delivered as (
    select distinct file_digest, delivery_date
    from all_proofs
)

select
    file_digest,
    delivery_date,
    row_number() over (order by file_digest, delivery_date) as file_no
from delivered
