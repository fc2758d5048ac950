"""Civil time in Paris, worked out from the calendar alone: dates, years to the instant, working days.

Instants are zone-less UTC.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def day_of(instant: datetime | None) -> date | None:
    """The date that the calendar in Paris shows."""
    return None if instant is None else _clock(instant).date()


def _clock(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC).astimezone(PARIS)


def midnight(day: date) -> datetime:
    """The instant at which a day begins in Paris."""
    return _instant(datetime.combine(day, time(0)))


def _instant(wall: datetime) -> datetime:
    """Of an hour that the clocks repeat the first one: in doubt a consent ends. One that they skip is moved on."""
    return wall.replace(tzinfo=PARIS, fold=0).astimezone(UTC).replace(tzinfo=None)


def a_year_after(instant: datetime) -> datetime:
    """The same date and hour of the next year in Paris; of 29 February, 28 February (legal.md, 0.2, convention 3)."""
    wall = _clock(instant).replace(tzinfo=None)
    try:
        later = wall.replace(year=wall.year + 1)
    except ValueError:
        later = wall.replace(year=wall.year + 1, day=28)
    return _instant(later)


def end_of_fifth_working_day(asked: datetime, *, is_in_alsace_moselle: bool) -> datetime:
    """24:00 of the fifth working day, the day of the request not counted (review.md, "Callback requests").

    Monday to Saturday without the holidays of L. 3133-1, in Alsace and Moselle without those of L. 3134-13 either.
    """
    day, left = _clock(asked).date(), 5
    while left:
        day += timedelta(days=1)
        left -= _is_working_day(day, is_in_alsace_moselle)
    return midnight(day + timedelta(days=1))


def _is_working_day(day: date, is_in_alsace_moselle: bool) -> bool:
    since_easter = (day - easter_sunday(day.year)).days
    fixed = {(1, 1), (1, 5), (8, 5), (14, 7), (15, 8), (1, 11), (11, 11), (25, 12)}
    if day.isoweekday() == 7 or (day.day, day.month) in fixed or since_easter in (1, 39, 50):
        return False
    return not (is_in_alsace_moselle and (since_easter == -2 or (day.day, day.month) == (26, 12)))


def easter_sunday(year: int) -> date:
    """By Gauss, in Meeus' form for the Gregorian calendar."""
    golden, century, rest = year % 19, year // 100, year % 100
    skipped = century // 4
    moon = (19 * golden + century - skipped - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)
