"""What scores read of each judged day, counted once and kept: a score of days that stand opens one file.

Which of the days are final by an instant, and count, is asked in `scorer`; what became known since, in `corrected`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

import pyarrow as pa

from pipelines.engines.interface import Engine
from pipelines.scores.corrected import failed_leads
from pipelines.storage.kept_counts import KeptCounts
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import arrow_schema

_MARKER: Final = "scorecards"
_RATED: Final = ("delivery_date", "dimension", "leads_received", "leads_vendor_defective")


@dataclass(frozen=True)
class CountedDay:
    """What of a judged day that can be trusted tells in scores."""

    facts: Mapping[str, str]
    """What the judge noted of it."""
    digests: Mapping[str, str]
    """Of its published tables but the last."""
    leads: Sequence[tuple[str, int, int]]
    """Dimension, or `all`; leads received; leads defective at the vendor's account."""
    failed: Mapping[str, int]
    """By rule, the leads that fail it at the vendor's account, as published."""


def counted_days(engine: Engine, lake: Lake, vendor: str) -> dict[date, CountedDay]:
    """What scores read of each judged day of a vendor that can be trusted, in date order.

    A lake `as_found` is looked at once.
    """
    kept = KeptCounts("scores", {"counts": pa.string()}, {_MARKER: partial(_counted_of_days, engine)})
    rows = lake.once(("scores", vendor), partial(kept.of, lake, vendor))
    days = zip(rows["day"].to_pylist(), rows["counts"].to_pylist(), strict=True)
    return {day: _counted_day(json.loads(counts)) for day, counts in sorted(days)}


def _counted_day(counts: Mapping[str, Any]) -> CountedDay:
    leads = [(dimension, received, defective) for dimension, received, defective in counts["leads"]]
    return CountedDay(counts["facts"], counts["digests"], leads, counts["failed"])


def _counted_of_days(engine: Engine, lake: Lake, vendor: str, days: Sequence[date]) -> pa.Table:
    failed = failed_leads(engine, lake, vendor, days, arrow_schema("corrections").empty_table())
    leads = _leads_by_day(lake, vendor, days)
    counts = [
        {
            "facts": lake.facts(vendor, day, _MARKER),
            "digests": lake.digests(vendor, day, _MARKER),
            "leads": leads.get(day, []),
            "failed": failed.get(day, {}),
        }
        for day in days
    ]
    return pa.table({"day": pa.array(days, pa.date32()), "counts": [json.dumps(of_day) for of_day in counts]})


def _leads_by_day(lake: Lake, vendor: str, days: Sequence[date]) -> dict[date, list[tuple[Any, ...]]]:
    found: dict[date, list[tuple[Any, ...]]] = {}
    rows = lake.read("dimension_scorecards", vendor, [*days], _RATED)
    for day, *counts in zip(*(rows[name].to_pylist() for name in _RATED), strict=True):
        found.setdefault(day, []).append(tuple(counts))
    return found
