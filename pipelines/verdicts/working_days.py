"""Until when a person who asked to be called back may be: five working days (C. consom., R. 223-4).

Working days (jours ouvrables) are Monday to Saturday without the public holidays of L. 3133-1 of the Code du travail,
in Alsace and Moselle without those of L. 3134-13 either; the day of the request does not count, and the fifth ends at
midnight in Paris.
"""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Final, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from dateutil.easter import easter

from pipelines.vocabulary.words import PARIS

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
_DAY: Final = "datetime64[D]"
_INSTANT: Final = "datetime64[us]"
_Days: TypeAlias = npt.NDArray[np.datetime64]
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
    asked = np.array([requested_on], _DAY)
    (last,) = _last_callback_days(asked, requested_on, requested_on, is_in_alsace_moselle=is_in_alsace_moselle).tolist()
    return cast("date", last)


def _last_callback_days(requested_on: _Days, first: date, last: date, *, is_in_alsace_moselle: bool) -> _Days:
    """Those of days from one date to another, counted from the last working day up to each."""
    years = range(first.year - 1, last.year + 2)
    holidays = [day for year in years for day in _holidays_of(year, is_in_alsace_moselle=is_in_alsace_moselle)]
    return np.busday_offset(requested_on, WORKING_DAYS, "backward", _WORKING_WEEK, np.array(holidays, _DAY))


@cache
def callback_ends() -> pa.Table:
    """For each day of a request when the right to call back ends, zone-less UTC; columns `CALLBACK_ENDS`.

    Each day stands twice: in Alsace and Moselle, and elsewhere.
    """
    days = np.arange(np.datetime64(_YEARS[0]), np.datetime64(_YEARS[1]))
    lasts = [_last_callback_days(days, *_YEARS, is_in_alsace_moselle=local) for local in (False, True)]
    midnights, places = np.unique(np.concatenate(lasts) + 1, return_inverse=True)
    ends = midnights.astype(_INSTANT) - np.array([_before_utc(at) for at in midnights.astype(_INSTANT).tolist()])
    return pa.table([np.tile(days, 2), np.repeat([False, True], len(days)), ends[places]], schema=CALLBACK_ENDS)


def _before_utc(at: datetime) -> np.timedelta64:
    """How long before UTC a civil time in Paris, zone-less, comes: `paris_instant`, of ten thousand at once."""
    return np.timedelta64(PARIS.utcoffset(at), "us")


_holidays_of = cache(public_holidays)
