"""The civil clock of the house: Europe/Paris dates, UTC instants, and the tick at which days are judged."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from pipelines.vocabulary.words import PARIS

TICK: Final = time(6)
"""The schedule's tick: a day is judged at 06:00 Europe/Paris of the next."""
EARLIEST_DAY: Final = date(2000, 1, 1)
"""No day before is asked about: no lead that we hold is as old, and sums of the first dates leave the calendar."""


def tick_of(day: date) -> datetime:
    """What a date means as an instant: 06:00 Europe/Paris, in UTC."""
    return paris_instant(day, TICK)


def last_tick(now: datetime) -> datetime:
    """The latest tick not after an instant (timezone-aware)."""
    today = tick_of(now.astimezone(PARIS).date())
    return today if today <= now else tick_of(now.astimezone(PARIS).date() - timedelta(days=1))


def parse_as_of(text: str) -> datetime:
    """An instant in ISO 8601; a date alone is its tick, 06:00 Europe/Paris.

    Raises:
        ValueError: neither a date nor an instant with a zone.
    """
    if len(text) == len("2026-08-11"):
        return tick_of(datetime.fromisoformat(text).date())
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("as_of: expected a date, or an instant with its zone such as 2026-08-11T06:00:00+02:00")
    return instant.astimezone(UTC)


def paris_instant(day: date, at: time) -> datetime:
    """A civil time in Europe/Paris as a UTC instant."""
    return datetime.combine(day, at, tzinfo=PARIS).astimezone(UTC)


def paris_date(instant: datetime) -> date:
    """Civil date in Europe/Paris of an instant; a naive one is UTC, as in the lake."""
    return civil_date_after(instant, timedelta(0))


def civil_days_after(instant: datetime, days: int) -> datetime:
    """The same civil time in Europe/Paris some days later; zone-less UTC, as is the instant."""
    return as_lake(instant.replace(tzinfo=UTC).astimezone(PARIS) + timedelta(days=days))


def civil_date_after(instant: datetime, span: timedelta) -> date:
    """Civil date in Europe/Paris a span after an instant; a naive one is UTC, as in the lake.

    Spans of a contract run in civil time: a day later is the next date, however many hours the clocks made it last.
    """
    aware = instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
    return (aware.astimezone(PARIS) + span).date()


def days_from(first: date, until: date) -> list[date]:
    """Every day from the first on, up to the last one before `until`."""
    return [first + timedelta(days=number) for number in range((until - first).days)]


def as_lake(instant: datetime) -> datetime:
    """An aware instant as the lake keeps it: UTC without a zone."""
    return instant.astimezone(UTC).replace(tzinfo=None)
