"""Conservation, counted from the published files alone: no row of an accepted file is lost, none is invented.

Where rejected rows are told in lines of several, their counts must sum up, and must agree with the places that the
lines name: the rows of all runs, and no more beside them than the scattered lines count. A line of an earlier version
has no counts: it stands for one row, and each of its reasons had one.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Final

from pipelines.checks.faults import Fault
from pipelines.engines.interface import Engine
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import arrow_schema

_TABLES: Final = ("deliveries", "leads", "consent_proofs", "rejected_rows")
_BROKEN: Final = """
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

lines as (
    select
        delivery_date, file_digest, role, row_number,
        coalesce(last_row_number, row_number) as last_row_number,
        coalesce(row_count, 1) as row_count,
        coalesce(
            rejected_row_count,
            cast(row_number() over (partition by delivery_date, file_digest, role, row_number) = 1 as bigint)
        ) as rejected_row_count,
        coalesce(row_count, 1) = coalesce(last_row_number, row_number) - row_number + 1 as is_gapless
    from rejected_rows
    where row_number is not null
),

rejected_counts as (
    select
        delivery_date, file_digest, role, sum(rejected_row_count) as row_count,
        coalesce(sum(row_count) filter (not is_gapless), 0) as scattered_count
    from lines
    group by delivery_date, file_digest, role
),

places as (
    select delivery_date, file_digest, role, row_number, last_row_number, false as is_kept from lines where is_gapless
    union all
    select delivery_date, file_digest, role, row_number, row_number as last_row_number, true as is_kept from kept
),

reached as (
    select
        *,
        max(case when not is_kept then last_row_number else 0 end) over (
            partition by delivery_date, file_digest, role
            order by row_number, is_kept, last_row_number
            rows between unbounded preceding and 1 preceding
        ) as last_rejected
    from places
),

covered as (
    select
        delivery_date, file_digest, role,
        sum(greatest(last_row_number - greatest(row_number - 1, coalesce(last_rejected, 0)), 0))
            filter (not is_kept) as row_count,
        bool_or(is_kept and coalesce(last_rejected, 0) >= row_number) as is_overlapping
    from reached
    group by delivery_date, file_digest, role
)

select accepted.delivery_date, accepted.role
from accepted
left join kept_counts using (delivery_date, file_digest, role)
left join rejected_counts using (delivery_date, file_digest, role)
left join covered using (delivery_date, file_digest, role)
where
    rows_received <> coalesce(kept_counts.row_count, 0) + coalesce(rejected_counts.row_count, 0)
    or rows_accepted <> coalesce(kept_counts.row_count, 0)
    or rows_rejected <> coalesce(rejected_counts.row_count, 0)
    or coalesce(kept_counts.distinct_count, 0) <> coalesce(kept_counts.row_count, 0)
    or rows_rejected not between coalesce(covered.row_count, 0)
    and coalesce(covered.row_count, 0) + coalesce(rejected_counts.scattered_count, 0)
    or covered.is_overlapping
order by 1, 2
"""


def broken_deliveries(engine: Engine, lake: Lake, days: Mapping[str, Sequence[date]]) -> list[Fault]:
    """Accepted files whose rows do not add up, and days that are not whole."""
    broken = []
    for vendor, wanted in days.items():
        whole = [day for day in lake.published_days(vendor) if day in set(wanted)]
        files = {table: [lake.partition(table, vendor, day) for day in whole] for table in _TABLES}
        with engine.session([*chain.from_iterable(files.values())]) as session:
            for table, listed in files.items():
                session.read_files(table, listed, arrow_schema(table))
            found = session.fetch(_BROKEN).to_pylist()
        broken += [Fault(vendor, row["delivery_date"], _broken_words(vendor, **row)) for row in found]
        broken += [Fault(vendor, day, f"{vendor} {day} is not whole") for day in sorted(set(wanted) - set(whole))]
    return broken


def _broken_words(vendor: str, delivery_date: date, role: str) -> str:
    return f"{vendor} {delivery_date} {role}"
