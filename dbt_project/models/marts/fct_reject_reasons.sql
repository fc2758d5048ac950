select vendor, delivery_date, reason, rejected_row_count, refused_file_count
from {{ ref('stg_lake__reject_reasons') }}
