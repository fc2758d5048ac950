"""Until when a person who asked to be called back may be: five working days (C. consom., R. 223-4).

Working days (jours ouvrables) are Monday to Saturday without the public holidays of L. 3133-1 of the Code du travail;
the day of the request does not count, and the fifth ends at midnight in Paris.
"""

from datetime import date, time, timedelta
from functools import cache
from typing import Final

import pyarrow as pa
from dateutil.easter import easter

from pipelines.vocabulary.clock import as_lake, days_from, paris_instant

WORKING_DAYS: Final = 5
_FIXED: Final = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER: Final = (1, 39, 50)
"""Easter Monday, Ascension, Whit Monday."""
_SUNDAY: Final = 6
CALLBACK_ENDS: Final = pa.schema({"requested_on": pa.date32(), "ends_at": pa.timestamp("us")})
_YEARS: Final = (date(2018, 1, 1), date(2051, 1, 1))
"""From the first year of any rule on."""


def public_holidays(year: int) -> frozenset[date]:
    """The eleven public holidays of a year (L. 3133-1); without the two of Alsace-Moselle."""
    fixed = {date(year, month, day) for month, day in _FIXED}
    return frozenset(fixed | {easter(year) + timedelta(days=days) for days in _AFTER_EASTER})


def is_working_day(day: date) -> bool:
    """Whether a day is one from Monday to Saturday, and no public holiday."""
    return day.weekday() != _SUNDAY and day not in _holidays_of(day.year)


def last_callback_day(requested_on: date) -> date:
    """The fifth working day after the day of a request."""
    day = requested_on
    for _ in range(WORKING_DAYS):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return day


@cache
def callback_ends() -> pa.Table:
    """For each day of a request when the right to call back ends, zone-less UTC; columns `CALLBACK_ENDS`."""
    days = days_from(*_YEARS)
    ends = [as_lake(paris_instant(last_callback_day(day) + timedelta(days=1), time(0))) for day in days]
    return pa.table({"requested_on": days, "ends_at": ends}, schema=CALLBACK_ENDS)


_holidays_of = cache(public_holidays)
