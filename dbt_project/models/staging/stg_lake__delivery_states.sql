with states as (
    {{ lake_rows(source('lake', 'delivery_states')) }}
)

select vendor, delivery_date, is_judged, is_final, is_live, known_at, catalogue_digest
from states
