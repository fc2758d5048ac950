-- a rule that left the catalogue stays here for the deliveries that it judged
with judged as (
    select rule_id, arg_max(dimension, (delivery_date, dimension)) as dimension
    from {{ ref('stg_lake__rule_outcomes') }}
    group by rule_id
),

rules as (
    select
        rule_id,
        catalogue.rule_id is not null as is_in_catalogue,
        catalogue.grain,
        coalesce(catalogue.dimension, judged.dimension) as dimension,
        catalogue.severity,
        catalogue.title_fr,
        catalogue.title_en
    from {{ ref('stg_lake__rules') }} as catalogue
    full outer join judged using (rule_id)
)

select rule_id, is_in_catalogue, grain, dimension, severity, title_fr, title_en
from rules
