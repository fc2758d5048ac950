"""Until when a person who asked to be called back may be: five working days (C. consom., R. 223-4).

Working days (jours ouvrables) are Monday to Saturday without the public holidays of L. 3133-1 of the Code du travail,
in Alsace and Moselle without those of L. 3134-13 either; the day of the request does not count, and the fifth ends at
midnight in Paris.
"""

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

import pyarrow as pa
from dateutil.easter import easter

from pipelines.vocabulary.clock import as_lake, days_from, paris_instant

WORKING_DAYS: Final = 5
_FIXED: Final = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER: Final = (1, 39, 50)
"""Easter Monday, Ascension, Whit Monday."""
_GOOD_FRIDAY: Final = -2
"""Days after Easter."""
_SUNDAY: Final = 6
CALLBACK_ENDS: Final = pa.schema(
    {"requested_on": pa.date32(), "is_in_alsace_moselle": pa.bool_(), "ends_at": pa.timestamp("us")}
)
_YEARS: Final = (date(2018, 1, 1), date(2051, 1, 1))
"""From the first year of any rule on."""


def public_holidays(year: int, *, is_in_alsace_moselle: bool = False) -> frozenset[date]:
    """The eleven public holidays of a year, and the two more of Alsace and Moselle: Good Friday and 26 December."""
    fixed = {date(year, month, day) for month, day in _FIXED}
    national = frozenset(fixed | {easter(year) + timedelta(days=days) for days in _AFTER_EASTER})
    local = {easter(year) + timedelta(days=_GOOD_FRIDAY), date(year, 12, 26)}
    return national | local if is_in_alsace_moselle else national


def is_working_day(day: date, *, is_in_alsace_moselle: bool = False) -> bool:
    """Whether a day is one from Monday to Saturday, and no public holiday."""
    holidays = _holidays_of(day.year, is_in_alsace_moselle=is_in_alsace_moselle)
    return day.weekday() != _SUNDAY and day not in holidays


def last_callback_day(requested_on: date, *, is_in_alsace_moselle: bool = False) -> date:
    """The fifth working day after the day of a request."""
    day = requested_on
    for _ in range(WORKING_DAYS):
        day += timedelta(days=1)
        while not is_working_day(day, is_in_alsace_moselle=is_in_alsace_moselle):
            day += timedelta(days=1)
    return day


@cache
def callback_ends() -> pa.Table:
    """For each day of a request when the right to call back ends, zone-less UTC; columns `CALLBACK_ENDS`.

    Each day stands twice: in Alsace and Moselle, and elsewhere.
    """
    rows = [
        {"requested_on": day, "is_in_alsace_moselle": local, "ends_at": _callback_end(day, is_in_alsace_moselle=local)}
        for local in (False, True)
        for day in days_from(*_YEARS)
    ]
    return pa.Table.from_pylist(rows, schema=CALLBACK_ENDS)


def _callback_end(requested_on: date, *, is_in_alsace_moselle: bool) -> datetime:
    last = last_callback_day(requested_on, is_in_alsace_moselle=is_in_alsace_moselle)
    return as_lake(paris_instant(last + timedelta(days=1), time(0)))


_holidays_of = cache(public_holidays)
