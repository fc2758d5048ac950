-- every proof row of the vendor, numbered in the order that settles ties
select
    row_number() over (order by consent_id, file_digest, row_number, delivery_date) as proof_no,
    all_proofs.*
from all_proofs
