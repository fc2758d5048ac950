"""By which streams leads came, and what was found in each: a stream is a form and the channels that its leads sell.

A vendor that makes up a form for each lead is bounded: beyond `MOST` streams the smaller ones are one.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any, Final

from pipelines.engines.interface import Engine
from pipelines.scores.contributions import Streams
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import arrow_schema
from pipelines.vocabulary.words import RATED_DIMENSIONS

MOST: Final = 40
Days = tuple[date | None, date]
"""First (None: whatever was first) and last delivery date of a window."""

_STREAMS: Final = """
    with named as (
        select
            delivery_date,
            lead_id,
            coalesce(form_id, '') || ' ' || coalesce(array_to_string(list_sort(channels), '+'), '') as written
        from leads
    ),

    ranked as (
        select written, row_number() over (order by count(*) desc, written) as place
        from named
        group by written
    )

    select
        named.delivery_date,
        named.lead_id,
        case when ranked.place <= {most} then cast(ranked.place as varchar) else 'others' end as stream
    from named
    inner join ranked on named.written = ranked.written
"""
_LEADS: Final = """
    select stream, {counts}
    from streams
    group by stream
"""
_FINDINGS: Final = """
    select findings.dimension, findings.rule_id, streams.stream, {counts}
    from findings
    inner join streams on findings.delivery_date = streams.delivery_date and findings.lead_id = streams.lead_id
    where findings.outcome = 'fail' and findings.attributable_to = 'vendor'
    group by findings.dimension, findings.rule_id, streams.stream
"""


def streams_by_dimension(
    engine: Engine, lake: Lake, vendor: str, days: Sequence[date], windows: Sequence[Days]
) -> list[dict[str, Streams]]:
    """For each window of some published days, the streams by dimension. The same stream has the same word in all.

    A day whose leads are damaged is left out: `opposable lake verify` names it, and so does a check beside the scores.
    """
    whole = set(lake.published_days(vendor))
    days = [day for day in days if day in whole]
    files = {table: [lake.partition(table, vendor, day) for day in days] for table in ("leads", "findings")}
    with engine.session([*chain.from_iterable(files.values())]) as session:
        for table, listed in files.items():
            session.read_files(table, listed, arrow_schema(table))
        session.create("streams", _STREAMS.format(most=MOST))
        leads = session.fetch(_LEADS.format(counts=_counts(windows, "delivery_date"))).to_pylist()
        found = session.fetch(_FINDINGS.format(counts=_counts(windows, "findings.delivery_date"))).to_pylist()
    return [_of_window(f"window_{number}", leads, found) for number in range(len(windows))]


def _counts(windows: Sequence[Days], column: str) -> str:
    conditions = [
        f"{column} <= date '{last}'" + (f" and {column} >= date '{first}'" if first else "") for first, last in windows
    ]
    return ", ".join(
        f"count(*) filter (where {condition}) as window_{number}" for number, condition in enumerate(conditions)
    )


def _of_window(
    window: str, leads: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]
) -> dict[str, Streams]:
    sizes = {row["stream"]: row[window] for row in leads if row[window]}
    by_dimension: dict[str, dict[str, dict[str, int]]] = {}
    for row in found:
        if row[window]:
            by_dimension.setdefault(row["dimension"], {}).setdefault(row["rule_id"], {})[row["stream"]] = row[window]
    return {dimension: Streams(sizes, by_dimension.get(dimension, {})) for dimension in RATED_DIMENSIONS}
