with rules as (
    {{ lake_rows(source('lake', 'rules')) }}
)

select rule_id, grain, dimension, severity, title_fr, title_en
from rules
