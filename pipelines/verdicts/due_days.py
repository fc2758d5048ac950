"""Which days are due for another word at an instant.

How they are judged, and who starts the runs, is in `judge` and `orchestration`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from pipelines.contracts.contract import Contract
from pipelines.storage.lake import Lake
from pipelines.verdicts.judge import delivered_days
from pipelines.vocabulary.clock import as_lake, days_from

LOOK_BACK: Final = timedelta(days=400)
"""Age of the days that are looked at without being asked for; older ones are a backfill's."""


@dataclass(frozen=True)
class Arrival:
    """A file that was taken in; zone-less UTC."""

    day: date
    role: str | None
    received_at: datetime


def due_days(lake: Lake, contracts: Sequence[Contract], vendor: str, *, before: date, as_of: datetime) -> list[date]:
    """Days of a vendor before a date whose verdicts can be other at `as_of` (aware), in order.

    Those taken in and not judged since, because the run failed; and of the provisional ones, those whose proof deadline
    has passed, and those for which a file of theirs, or a proof in any later folder, came since they were judged.
    """
    days = days_from(before - LOOK_BACK, before)
    taken_in = [day for day in days if lake.digests(vendor, day, "deliveries")]
    unjudged = {day for day in taken_in if is_unjudged(lake, vendor, day)}
    known = {day: known_at for day in taken_in if day not in unjudged and (known_at := _known_at(lake, vendor, day))}
    if not known:
        return sorted(unjudged)
    deliveries = lake.read("deliveries", vendor, [day for day in taken_in if day >= min(known)])
    deadlines = {
        day.day: [clock.deadline_at for clock in day.clocks] for day in delivered_days(vendor, contracts, deliveries)
    }
    files = deliveries.select(["delivery_date", "role", "received_at"]).to_pylist()
    arrivals = [Arrival(*file.values()) for file in files if file["received_at"] is not None]
    now = as_lake(as_of)
    is_due = {
        day: any(known_at < at <= now for at in deadlines.get(day, [now])) or _has_news(day, known_at, arrivals, now)
        for day, known_at in known.items()
    }
    return sorted(unjudged | {day for day, answer in is_due.items() if answer})


def is_unjudged(lake: Lake, vendor: str, day: date) -> bool:
    """Whether a day was taken in and not judged since."""
    taken_in, judged = (lake.partition(table, vendor, day) for table in ("deliveries", "scorecards"))
    return not judged.exists() or judged.stat().st_mtime_ns < taken_in.stat().st_mtime_ns


def _known_at(lake: Lake, vendor: str, day: date) -> datetime | None:
    """Up to when facts counted in the verdicts of a day, if any of them is provisional."""
    facts = lake.facts(vendor, day, "scorecards")
    open_at = facts.get("open_at") or (facts["known_at"] if facts.get("is_final") == "false" else None)
    return datetime.fromisoformat(open_at) if open_at else None


def _has_news(day: date, known_at: datetime, arrivals: Sequence[Arrival], now: datetime) -> bool:
    return any(
        known_at < arrival.received_at <= now and (arrival.day == day or arrival.role == "consent_proofs")
        for arrival in arrivals
    )
