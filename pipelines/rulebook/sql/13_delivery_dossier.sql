-- the dossier at grain delivery: days on which an accepted file lies in the folder, or lay there by what was known
with files as (
    select files.*
    from all_deliveries as files
    inner join terms on files.delivery_date = terms.delivery_date
    where
        files.status in ('accepted', 'accepted_with_rejects')
        and (files.replaced_at is null or terms.known_at < files.replaced_at)
),

columns as (
    select delivery_date, unnest(undeclared_columns) as undeclared_column
    from files
),

undeclared as (
    select delivery_date, list(distinct undeclared_column order by undeclared_column) as undeclared_columns
    from columns
    group by delivery_date
),

differences as (
    select delivery_date, unnest(format_differences) as difference
    from files
),

differing as (
    select delivery_date, list(distinct difference order by difference) as format_differences
    from differences
    group by delivery_date
),

date_fields as (
    select delivery_date, unnest(ambiguous_dates) as date_field
    from files
),

ambiguous as (
    select delivery_date, list(distinct date_field order by date_field) as ambiguous_dates
    from date_fields
    group by delivery_date
),

unread as (
    select delivery_date, count(*) as row_count
    from all_unread_objections as objections
    semi join files
        on objections.delivery_date = files.delivery_date and objections.file_digest = files.file_digest
    group by delivery_date
    union all
    select delivery_date, sum(coalesce(row_count, 1)) as row_count -- a line of an earlier version stands for one row
    from all_rejected_rows as refused
    semi join files
        on refused.delivery_date = files.delivery_date
        and refused.file_digest = files.file_digest
        and refused.role = files.role
    where role = 'consent_proofs' and reason = 'row_malformed'
    group by delivery_date
),

unread_by_day as (
    select delivery_date, cast(sum(row_count) as bigint) as unread_objection_count
    from unread
    group by delivery_date
),

delivered as (
    select distinct delivery_date
    from files
    where role in ('leads', 'consent_proofs')
)

select
    terms.*,
    coalesce(undeclared.undeclared_columns, cast([] as varchar[])) as undeclared_columns,
    coalesce(ambiguous.ambiguous_dates, cast([] as varchar[])) as ambiguous_dates,
    coalesce(differing.format_differences, cast([] as varchar[])) as format_differences,
    coalesce(missing_sequences.missing_sequences, cast([] as varchar[])) as missing_sequences,
    coalesce(unread_by_day.unread_objection_count, 0) as unread_objection_count,
    coalesce(old_consents.last_week_consents, 0) as last_week_consents,
    coalesce(old_consents.usual_last_week_consents, 4) as usual_last_week_consents
from terms
inner join delivered on terms.delivery_date = delivered.delivery_date
left join undeclared on terms.delivery_date = undeclared.delivery_date
left join ambiguous on terms.delivery_date = ambiguous.delivery_date
left join differing on terms.delivery_date = differing.delivery_date
left join old_consents on terms.delivery_date = old_consents.delivery_date
left join unread_by_day on terms.delivery_date = unread_by_day.delivery_date
left join missing_sequences on terms.delivery_date = missing_sequences.delivery_date
