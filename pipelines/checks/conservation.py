"""Conservation, counted from the published files alone: no row of an accepted file is lost, none is invented."""

from collections.abc import Mapping, Sequence
from datetime import date

from pipelines.checks.faults import Fault
from pipelines.engines.interface import Engine
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import arrow_schema

_BROKEN = """
with accepted as (
    select delivery_date, file_digest, role, rows_received, rows_accepted, rows_rejected
    from deliveries
    where status in ('accepted', 'accepted_with_rejects') and role in ('leads', 'consent_proofs')
),

kept as (
    select delivery_date, file_digest, 'leads' as role, row_number from leads
    union all
    select delivery_date, file_digest, 'consent_proofs' as role, row_number from consent_proofs
),

kept_counts as (
    select delivery_date, file_digest, role, count(*) as row_count, count(distinct row_number) as distinct_count
    from kept
    group by delivery_date, file_digest, role
),

rejected_counts as (
    select delivery_date, file_digest, role, count(distinct row_number) as row_count
    from rejected_rows
    where row_number is not null
    group by delivery_date, file_digest, role
),

overlap as (
    select distinct kept.delivery_date, kept.file_digest, kept.role
    from kept
    inner join rejected_rows using (delivery_date, file_digest, role, row_number)
)

select accepted.delivery_date, accepted.role
from accepted
left join kept_counts using (delivery_date, file_digest, role)
left join rejected_counts using (delivery_date, file_digest, role)
left join overlap using (delivery_date, file_digest, role)
where
    rows_received <> coalesce(kept_counts.row_count, 0) + coalesce(rejected_counts.row_count, 0)
    or rows_accepted <> coalesce(kept_counts.row_count, 0)
    or rows_rejected <> coalesce(rejected_counts.row_count, 0)
    or coalesce(kept_counts.distinct_count, 0) <> coalesce(kept_counts.row_count, 0)
    or overlap.file_digest is not null
order by 1, 2
"""


def broken_deliveries(engine: Engine, lake: Lake, days: Mapping[str, Sequence[date]]) -> list[Fault]:
    """Accepted files whose rows do not add up, and days that are not whole."""
    broken = []
    for vendor, wanted in days.items():
        whole = [day for day in lake.published_days(vendor) if day in set(wanted)]
        with engine.session() as session:
            for table in ("deliveries", "leads", "consent_proofs", "rejected_rows"):
                files = [lake.partition(table, vendor, day) for day in whole]
                session.read_files(table, files, arrow_schema(table))
            found = session.fetch(_BROKEN).to_pylist()
        broken += [Fault(vendor, row["delivery_date"], _broken_words(vendor, **row)) for row in found]
        broken += [Fault(vendor, day, f"{vendor} {day} is not whole") for day in sorted(set(wanted) - set(whole))]
    return broken


def _broken_words(vendor: str, delivery_date: date, role: str) -> str:
    return f"{vendor} {delivery_date} {role}"
