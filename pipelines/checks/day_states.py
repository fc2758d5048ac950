"""What is known of each day of a vendor: whether it came, was judged, and what checks last said of it.

From markers of the lake and what is kept of checks, so that a fleet's two years are seen at once: a delivery is read
only to tell the last that came, while no check looked whether it did.
Damaged files are told by `storage.lake_health`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.checks.results import LATE_KNOWLEDGE, TABLE
from pipelines.contracts.calendar import is_due
from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.storage.lake import Lake
from pipelines.storage.markers import published_at
from pipelines.vocabulary.clock import days_from

MISSING, FAILING, SKIPPED, UNJUDGED, UNCHECKED, RIGHT = (
    "missing",
    "failing",
    "skipped",
    "unjudged",
    "unchecked",
    "right",
)
DAY_STATES: Final = (MISSING, FAILING, SKIPPED, UNJUDGED, UNCHECKED, RIGHT)
"""A due day without leads; one on which a check fails; a due day that no run looked at; one taken in and not judged
since; one that no check looked at; one on which every check that looked passed. The first that holds is the state."""
DAY: Final = timedelta(days=1)
CAME: Final = "deliveries_came"
"""The check that fails where leads were due and none came."""


@dataclass(frozen=True)
class VendorDays:
    """Days of a vendor in a period that were due or taken in, in order, and how fresh it is."""

    vendor: str
    states: Mapping[date, str]
    last_met: date | None
    """The latest due day on which leads came; None where there is none."""
    unmet_since: int
    """Due days after that one, up to the period's end: 0 is fresh by the contract's own calendar."""

    @cached_property
    def by_month(self) -> Mapping[date, Counter[str]]:
        """Days by state, of each month that has any, under its first day."""
        counts: defaultdict[date, Counter[str]] = defaultdict(Counter)
        for day, state in self.states.items():
            counts[day.replace(day=1)][state] += 1
        return counts


def vendor_days(lake: Lake, vendor: str, contracts: Sequence[Contract], first: date, last: date) -> VendorDays:
    """The days of a vendor from one to another, both included. `contracts`: all of the vendor's.

    Before its first delivery that was taken in, nothing was expected of a vendor.
    """
    taken_in, judged = _days_taken_in_and_judged(lake, vendor)
    results = lake.read_vendor(TABLE, vendor, ["delivery_date", "check", "is_passed"])
    failing, looked_at = _days_by_check(results)
    since = max(first, min(taken_in, default=last))
    theirs = tuple(contracts)
    due = [day for day in days_from(since, last + DAY) if taken_in and is_due(contract_in_force(theirs, day), day)]
    known = sorted({*due, *(day for day in taken_in if since <= day <= last)})
    states = {day: _day_state(day, taken_in, judged, failing.get(day, ()), looked_at) for day in known}
    last_met = _last_met(lake, vendor, [day for day in due if day in taken_in], results)
    return VendorDays(vendor, states, last_met, sum(last_met is None or day > last_met for day in due))


def _days_taken_in_and_judged(lake: Lake, vendor: str) -> tuple[set[date], set[date]]:
    """Judged is what was not taken in again since."""
    taken_in, judged = (published_at(lake, vendor, marker) for marker in ("deliveries", "scorecards"))
    return set(taken_in), {day for day, at in judged.items() if at >= taken_in.get(day, at)}


def _days_by_check(results: pa.Table) -> tuple[dict[date, set[str]], set[date]]:
    """By day the checks that fail on it, and every day that a check looked at."""
    of_days = results.filter(pc.not_equal(results["check"], LATE_KNOWLEDGE))
    looked_at = set(pc.unique(of_days["delivery_date"]).to_pylist())
    failed = of_days.filter(pc.invert(of_days["is_passed"]))
    failing: dict[date, set[str]] = {}
    for day, check in zip(failed["delivery_date"].to_pylist(), failed["check"].to_pylist(), strict=True):
        failing.setdefault(day, set()).add(check)
    return failing, looked_at


def _day_state(day: date, taken_in: set[date], judged: set[date], failing: Iterable[str], looked_at: set[date]) -> str:
    return next(_day_states_found(day, taken_in, judged, set(failing), looked_at))


def _day_states_found(
    day: date, taken_in: set[date], judged: set[date], failing: set[str], looked_at: set[date]
) -> Iterator[str]:
    """All that hold, the worst first."""
    if CAME in failing:
        yield MISSING
    if failing:
        yield FAILING
    if day not in taken_in:
        yield SKIPPED
    if day not in judged:
        yield UNJUDGED
    yield RIGHT if day in looked_at else UNCHECKED


def _last_met(lake: Lake, vendor: str, days: Sequence[date], results: pa.Table) -> date | None:
    """The latest of some days on which leads came: as the check says that looks for it, else as the delivery does."""
    of_check = results.filter(pc.equal(results["check"], CAME))
    said = dict(zip(of_check["delivery_date"].to_pylist(), of_check["is_passed"].to_pylist(), strict=True))
    return next((day for day in reversed(days) if (said[day] if day in said else _came(lake, vendor, day))), None)


def _came(lake: Lake, vendor: str, day: date) -> bool:
    try:
        statuses = lake.read("deliveries", vendor, [day], ["status"])["status"].to_pylist()
    except (OSError, ValueError):  # gone meanwhile, or damaged: Arrow's own error is a ValueError
        return False
    return bool(statuses) and "no_delivery" not in statuses
