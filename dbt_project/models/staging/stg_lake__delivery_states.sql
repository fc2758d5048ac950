with states as (
    {{ lake_rows(source('lake', 'delivery_states')) }}
)

select vendor, delivery_date, is_judged, is_final, known_at, catalogue_digest
from states
