"""What corrections change in the counts behind a score and its gates: leads that count against the vendor, or no more.

How many leads a dimension is rated over stays as published; no more of them are defective than there are.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa

from pipelines.engines.interface import Engine
from pipelines.rulebook.standing_fails import STANDING_FAILS
from pipelines.rulebook.use_states import CAUSE_PLACE
from pipelines.scores.points import LeadCounts
from pipelines.storage.kept_corrections import standing_corrections
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import arrow_schema

_DELTAS: Final = f"""
    with known as (
        select *, {CAUSE_PLACE} as place from corrections
    ),

    turns as (
        select delivery_date, lead_id, known_at, place, unnest(charged_dimensions) as dimension, true as is_charged
        from known
        union
        select delivery_date, lead_id, known_at, place, unnest(released_dimensions) as dimension, false as is_charged
        from known
    ),

    leads as (
        select
            delivery_date,
            dimension,
            first(is_charged order by known_at, place) as is_first_charged,
            last(is_charged order by known_at, place) as is_charged
        from turns
        group by delivery_date, lead_id, dimension
    )

    select
        delivery_date,
        dimension,
        cast(sum(case when is_charged then 1 else -1 end) as bigint) as lead_count
    from leads
    where is_first_charged = is_charged
    group by delivery_date, dimension
"""
"""A lead's turns alternate: where the last is the opposite of the first, it is what it was when it was published."""

_FAILED_BY_RULE: Final = f"""
    with {STANDING_FAILS}

    select delivery_date, rule_id, count(distinct lead_id) as lead_count
    from standing
    group by delivery_date, rule_id
"""


def corrected_counts(
    engine: Engine, lake: Lake, vendor: str, deliveries: Mapping[str, Mapping[date, LeadCounts]], as_of: datetime
) -> dict[str, dict[date, LeadCounts]]:
    """Leads by dimension and delivery date, with what was known of them as of an instant (aware).

    Raises:
        DamagedCorrectionsError: corrections are not what was written.
    """
    found = {dimension: dict(days) for dimension, days in deliveries.items()}
    for delta in _turned_leads(engine, standing_corrections(lake, vendor, as_of)):
        days, day = found.get(delta["dimension"], {}), delta["delivery_date"]
        if day in days:
            days[day] = _with_change(days[day], delta["lead_count"])
    return found


def _turned_leads(engine: Engine, corrections: pa.Table) -> list[dict[str, Any]]:
    if not len(corrections):
        return []
    with engine.session() as session:
        session.register("corrections", corrections)
        return session.fetch(_DELTAS).to_pylist()  # type: ignore[no-any-return]


def corrected_fails(
    engine: Engine,
    lake: Lake,
    vendor: str,
    published: Mapping[date, Mapping[str, int]],
    rules: Collection[str],
    as_of: datetime,
) -> dict[str, dict[date, int]]:
    """By rule and delivery date, leads that fail it at the vendor's account, as known as of an instant (aware).

    Args:
        engine: counts them.
        lake: what is published.
        vendor: whose they are.
        published: by published day and rule, the leads that failed it as the day was published.
        rules: ids of the rulebook.
        as_of: which corrections are known.

    Raises:
        DamagedCorrectionsError: corrections are not what was written.
    """
    corrections = standing_corrections(lake, vendor, as_of)
    turned = published.keys() & set(corrections["delivery_date"].to_pylist())
    by_day = {**published, **failed_leads(engine, lake, vendor, sorted(turned), corrections)}
    failed: dict[str, dict[date, int]] = {}
    for day in published:  # corrections speak of others, too
        for rule in sorted({*by_day[day]}.intersection(rules)):
            failed.setdefault(rule, {})[day] = by_day[day][rule]
    return failed


def failed_leads(
    engine: Engine, lake: Lake, vendor: str, days: Sequence[date], corrections: pa.Table
) -> dict[date, dict[str, int]]:
    """By delivery date and rule, leads that fail it at the vendor's account; each of some published days has its own.

    Days that corrections alone speak of may be there, too.
    """
    failed: dict[date, dict[str, int]] = {day: {} for day in days}
    if not days:
        return failed
    files = [lake.partition("findings", vendor, day) for day in days]
    with engine.session([*files, lake.vendor_file("corrections", vendor)]) as session:
        session.read_files("findings", files, arrow_schema("findings"))
        session.register("corrections", corrections)
        rows = session.fetch(_FAILED_BY_RULE).to_pylist()
    for row in rows:
        failed.setdefault(row["delivery_date"], {})[row["rule_id"]] = row["lead_count"]
    return failed


def _with_change(counts: LeadCounts, change: int) -> LeadCounts:
    defective = counts.leads_vendor_defective + change
    return LeadCounts(counts.leads_received, min(max(defective, 0), counts.leads_received))
