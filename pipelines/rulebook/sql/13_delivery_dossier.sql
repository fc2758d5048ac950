-- the dossier at grain delivery: days on which an accepted file lies in the folder
with columns as (
    select delivery_date, unnest(undeclared_columns) as undeclared_column
    from all_deliveries
    where status in ('accepted', 'accepted_with_rejects')
),

undeclared as (
    select delivery_date, list(distinct undeclared_column order by undeclared_column) as undeclared_columns
    from columns
    group by delivery_date
),

delivered as (
    select distinct delivery_date
    from all_deliveries
    where status in ('accepted', 'accepted_with_rejects') and role in ('leads', 'consent_proofs')
)

select
    terms.*,
    coalesce(undeclared.undeclared_columns, cast([] as varchar[])) as undeclared_columns
from terms
inner join delivered on terms.delivery_date = delivered.delivery_date
left join undeclared on terms.delivery_date = undeclared.delivery_date
