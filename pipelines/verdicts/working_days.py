"""Until when a person who asked to be called back may be: five working days (C. consom., R. 223-4).

Working days (jours ouvrables) are Monday to Saturday without the public holidays of L. 3133-1 of the Code du travail,
in Alsace and Moselle without those of L. 3134-13 either; the day of the request does not count, and the fifth ends at
midnight in Paris.
"""

from collections.abc import Sequence
from datetime import date, time, timedelta
from functools import cache
from typing import Final, cast

import numpy as np
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
_WORKING_WEEK: Final = "1111110"
"""From Monday to Sunday."""
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
    return _last_callback_days([requested_on], is_in_alsace_moselle=is_in_alsace_moselle)[0]


def _last_callback_days(requested_on: Sequence[date], *, is_in_alsace_moselle: bool) -> list[date]:
    """Those of days in order, counted from the last working day up to each."""
    years = range(requested_on[0].year - 1, requested_on[-1].year + 2)
    holidays = [day for year in years for day in _holidays_of(year, is_in_alsace_moselle=is_in_alsace_moselle)]
    days = np.array(requested_on, "datetime64[D]")
    found = np.busday_offset(days, WORKING_DAYS, "backward", _WORKING_WEEK, np.array(holidays, "datetime64[D]"))
    return cast("list[date]", found.tolist())


@cache
def callback_ends() -> pa.Table:
    """For each day of a request when the right to call back ends, zone-less UTC; columns `CALLBACK_ENDS`.

    Each day stands twice: in Alsace and Moselle, and elsewhere.
    """
    days = list(days_from(*_YEARS))
    lasts = [last for local in (False, True) for last in _last_callback_days(days, is_in_alsace_moselle=local)]
    midnights = {last: as_lake(paris_instant(last + timedelta(days=1), time(0))) for last in set(lasts)}
    return pa.table(
        [days * 2, [False] * len(days) + [True] * len(days), [midnights[last] for last in lasts]], schema=CALLBACK_ENDS
    )


_holidays_of = cache(public_holidays)
