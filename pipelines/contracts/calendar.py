"""When a contract expects a delivery: which days are due, and until when on the day. What came is in `deliveries`."""

from datetime import date, datetime, time, timedelta
from typing import Final

from cronsim import CronSim

from pipelines.contracts.contract import Contract

CUT_OFF: Final = time(23, 59)
"""Where no contract says when the delivery day ends."""


def is_due(contract: Contract | None, day: date) -> bool:
    """Whether the contract's calendar asks for leads on a day: every day without a calendar, none without contract."""
    if contract is None or contract.calendar is None:
        return contract is not None
    midnight = datetime.combine(day, time(0))
    return next(CronSim(contract.calendar, midnight - timedelta(seconds=1))).date() == day
