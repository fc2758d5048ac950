"""When a contract expects a delivery: which days are due, until when on the day, and how late leads were.

What came is in `deliveries`.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from cronsim import CronSim

from pipelines.contracts.contract import Contract
from pipelines.vocabulary.clock import as_lake, paris_instant

CUT_OFF: Final = time(23, 59)
"""Where no contract says when the delivery day ends."""
IN_TIME: Final = timedelta(0)


def is_due(contract: Contract | None, day: date) -> bool:
    """Whether the contract's calendar asks for leads on a day: every day without a calendar, none without contract."""
    if contract is None or contract.calendar is None:
        return contract is not None
    return _names_day(contract.calendar, day)


@lru_cache(maxsize=1 << 16)
def _names_day(calendar: str, day: date) -> bool:
    """Whole fleets share a few calendars, and are asked for years of days."""
    midnight = datetime.combine(day, time(0))
    return next(CronSim(calendar, midnight - timedelta(seconds=1))).date() == day


def cut_off_at(contract: Contract | None, day: date) -> datetime:
    """The instant, in UTC, at which a delivery day ends: the contract's cut-off, Europe/Paris.

    A time that the clocks skip or repeat on the day is the later of its two readings: in doubt a vendor is in time.
    """
    at = (contract.cut_off if contract else None) or CUT_OFF
    return max(paris_instant(day, at.replace(fold=fold)) for fold in (0, 1))


def lateness(contract: Contract | None, day: date, delivered_at: datetime | None, *, is_assumed: bool) -> timedelta:
    """How long after the cut-off of a due day its leads were complete; `IN_TIME` if they were not late.

    A day that is not due has nothing to be late for; one without leads is missing, not late; and an arrival that is
    only assumed proves nothing against the vendor.

    Args:
        contract: the one in force on the delivery date.
        day: the delivery date.
        delivered_at: when the leads were complete; zone-less UTC, as in the lake.
        is_assumed: whether our transport left no record of that.
    """
    if delivered_at is None or is_assumed or not is_due(contract, day):
        return IN_TIME
    return max(delivered_at - as_lake(cut_off_at(contract, day)), IN_TIME)
