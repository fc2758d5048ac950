"""What is drawn by chance for one case: fields that are there, missing or unreadable, and instants.

Instants stand on, before and after what decides: first days of laws in Paris, nights of changed clocks, 29 February,
ends of a year, of thirty days, of five working days. They are zone-less UTC.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")
FIRST_DAYS: Final = (
    *(date(2015, 3, 11), date(2018, 5, 25), date(2018, 12, 28), date(2020, 7, 26), date(2020, 9, 17)),
    *(date(2022, 4, 1), date(2022, 12, 21), date(2025, 7, 2), date(2026, 8, 21), date(2026, 10, 1)),
)
DECREE: Final = date(2026, 8, 11)
ODD_HOURS: Final = (
    *(datetime(2026, 3, 29, 0, 59, 59), datetime(2026, 3, 29, 1), datetime(2027, 3, 28, 1)),
    *(datetime(2026, 10, 25, 0, 30), datetime(2026, 10, 25, 1), datetime(2026, 10, 25, 1, 30)),
    *(datetime(2027, 10, 31, 0, 30), datetime(2027, 10, 31, 1, 30), datetime(2028, 2, 29, 9), datetime(2029, 2, 28, 9)),
)
"""UTC: nights in which the clocks of Paris skip or repeat an hour, and around 29 February."""
TICK: Final = timedelta(microseconds=1)
OFF: Final = (-timedelta(seconds=1), -TICK, timedelta(0), TICK, timedelta(seconds=1))
DAY: Final = timedelta(days=1)
SPELT: Final = {"consent_text_digest": "consent_text", "email_key": "email", "phone_key": "phone"}
"""Columns that bear another name than the field which fills them."""
MISSING, UNREAD = 0.08, 0.04


@dataclass
class Draw:
    """What is drawn for one case."""

    chance: Random
    number: int
    invalid: list[str] = field(default_factory=list)

    def one(self, *choices: Any) -> Any:
        """One of some, alike."""
        return self.chance.choice(choices)

    def is_so(self, likelihood: float) -> bool:
        """True now and then."""
        return self.chance.random() < likelihood

    def field(self, name: str, value: Any) -> Any:
        """A delivered field, now and then missing, or delivered and unreadable."""
        rest = self.chance.random()
        if rest < UNREAD:
            self.invalid.append(SPELT.get(name, name))
        return None if rest < MISSING + UNREAD else value

    def some(self, words: Sequence[str], likelihood: float = 0.6) -> list[str] | None:
        """Some of the words, or None for none."""
        return [word for word in words if self.is_so(likelihood)] or None


def midnight(day: date) -> datetime:
    """The instant at which a day begins in Paris."""
    return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC).replace(tzinfo=None)


def used_at_by_chance(draw: Draw) -> datetime:
    """When the lead is delivered, and used."""
    kind = draw.chance.random()
    if kind < 0.25:
        return midnight(DECREE) + draw.one(*OFF, -DAY, DAY, 3 * DAY)
    if kind < 0.45:
        return midnight(draw.one(*FIRST_DAYS)) + draw.one(*OFF)
    if kind < 0.6:
        moment: datetime = draw.one(*ODD_HOURS)
        return moment + draw.one(*OFF)
    return datetime(2026, 7, 1) + timedelta(seconds=draw.chance.randrange(700 * 86_400))


def consented_at(draw: Draw, used_at: datetime, collected_at: datetime) -> datetime:
    """When the person said yes."""
    ways: tuple[Callable[[], datetime], ...] = (
        lambda: used_at - draw.one(timedelta(0), timedelta(hours=6), 10 * DAY) + draw.one(*OFF),
        lambda: used_at - 30 * DAY + draw.one(*OFF),
        lambda: years_before(used_at, 1) + draw.one(*OFF),
        lambda: used_at - 365 * DAY + draw.one(*OFF),
        lambda: collected_at + draw.one(timedelta(minutes=5), timedelta(0), -30 * DAY) + draw.one(*OFF),
        lambda: midnight(draw.one(DECREE, DECREE - 7 * DAY, date(2026, 3, 1), date(2026, 10, 1))) + draw.one(*OFF),
        lambda: used_at - timedelta(seconds=draw.chance.randrange(400 * 86_400)),
    )
    return draw.one(*ways)()  # type: ignore[no-any-return]


def years_before(instant: datetime, years: int) -> datetime:
    """The same hour on the clocks of Paris; of 29 February, 1 March."""
    wall = instant.replace(tzinfo=UTC).astimezone(PARIS)
    try:
        earlier = wall.replace(year=wall.year - years)
    except ValueError:
        earlier = wall.replace(year=wall.year - years, month=3, day=1)
    return earlier.astimezone(UTC).replace(tzinfo=None)


def period_end(draw: Draw, used_at: datetime) -> datetime | None:
    """When the consent ends by its own words."""
    return used_at + draw.one(*OFF, 60 * DAY) if draw.is_so(0.3) else None


def requested_at(draw: Draw, used_at: datetime) -> datetime:
    """From a moment too late to some ten days before; often at a midnight, so that the fifth day is about to end."""
    day = used_at - draw.chance.randrange(12) * DAY
    return day + draw.one(*OFF) if draw.is_so(0.6) else midnight(day.date()) + draw.one(*OFF)
