"""What was never done: past days that wait in the inbox or were skipped, and days under a mended contract.

Who starts the runs is in `sensors`, what of it is told as failed in `assets.checks`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from pipelines.contracts.contract import Contract
from pipelines.deliveries.inbox import delivered_paths
from pipelines.deliveries.inbox_folders import delivery_days
from pipelines.house import House
from pipelines.verdicts.due_days import LOOK_BACK
from pipelines.vocabulary.clock import days_from, last_tick, paris_date

SETTLED: Final = timedelta(hours=1)
"""After a tick, what its schedule started is left to it for so long."""
Digests = Mapping[str, str]
"""Start of validity -> digest of the contract."""


def settled_before(now: datetime) -> date:
    """The first day that is not a past one yet: its tick is still to come, or has just been. `now`: aware."""
    return paris_date(last_tick(now - SETTLED))


def waiting_days(house: House, vendor: str, *, before: date) -> list[date]:
    """Days before a date whose files lie in the inbox and were never taken in, however old, in order."""
    inbox, first_day = house.inbox, house.settings.first_day
    days = [day for day in delivery_days(inbox, vendor) if first_day <= day < before]
    return [
        day
        for day in days
        if not house.lake.partition("deliveries", vendor, day).exists()
        and delivered_paths(inbox, inbox.folder(vendor, day))
    ]


def waiting_in_words(house: House, vendors: Sequence[str], *, before: date) -> Iterator[str]:
    """One phrase a vendor with waiting days, with what would take them in."""
    for vendor in vendors:
        days = waiting_days(house, vendor, before=before)
        if days:
            remedy = "switch on the sensor `backlog`, or launch them"
            yield f"{vendor}: {len(days)} days from {days[0]} to {days[-1]}: {remedy}"


def skipped_days(house: House, vendor: str, *, before: date) -> list[date]:
    """Days under a contract, between the first that was taken in and a date, that no run ever looked at, in order.

    Days that no calendar asks for are among them: the daily schedule looks at each day, too.
    """
    since = max(house.settings.first_day, before - LOOK_BACK)
    days = days_from(since, before)
    taken_in = {day for day in days if house.lake.partition("deliveries", vendor, day).exists()}
    in_force = house.contracts([vendor]).in_force
    later = [day for day in days if taken_in and day > min(taken_in) and day not in taken_in]
    return [day for day in later if in_force(vendor, day) is not None]


def digests_of(contracts: tuple[Contract, ...]) -> dict[str, str]:
    """What tells whether a vendor's contracts are still the same."""
    return {contract.valid_from.isoformat(): contract.digest for contract in contracts}


def days_under_changed(house: House, vendor: str, before: Digests, now: Digests, *, until: date) -> list[date]:
    """Days taken in, before a date, that a contract which is not as before covers or covered, in order."""
    since = max(house.settings.first_day, until - LOOK_BACK)
    days = [day for day in house.lake.published_days(vendor) if since <= day < until]
    return [day for day in days if _covering(before, day) != _covering(now, day)]


def _covering(digests: Digests, day: date) -> str | None:
    starts = [start for start in digests if start <= day.isoformat()]
    return digests[max(starts)] if starts else None


@dataclass(frozen=True)
class SeenContracts:
    """What a look at the contracts found, for the next one."""

    digests: Mapping[str, Digests] = field(default_factory=dict)
    """By vendor, as they could last be read."""
    unreadable: Sequence[str] = ()
    """Vendors whose contracts can't be read, or are away."""

    def as_text(self) -> str:
        """As a sensor's cursor."""
        return json.dumps(asdict(self), sort_keys=True)

    @staticmethod
    def from_text(cursor: str | None) -> "SeenContracts":
        """From a cursor; nothing from one that another version wrote."""
        try:
            return SeenContracts(**json.loads(cursor or "{}"))
        except (ValueError, TypeError):
            return SeenContracts()
