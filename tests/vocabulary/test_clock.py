"""The civil clock of Paris, by hand: two hours ahead of UTC in summer, one in winter."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from pipelines.vocabulary.clock import as_lake, civil_date_after, last_tick, paris_date, paris_instant, tick_of

JULY, DECEMBER = date(2026, 7, 1), date(2026, 12, 1)


def test_a_date_means_six_in_the_morning() -> None:
    assert tick_of(JULY) == datetime(2026, 7, 1, 4, tzinfo=UTC)
    assert tick_of(DECEMBER) == datetime(2026, 12, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "tick"),
    [
        (datetime(2026, 7, 1, 3, 59, 59, tzinfo=UTC), datetime(2026, 6, 30, 4, tzinfo=UTC)),
        (datetime(2026, 7, 1, 4, tzinfo=UTC), datetime(2026, 7, 1, 4, tzinfo=UTC)),
        (datetime(2026, 7, 1, 23, tzinfo=UTC), datetime(2026, 7, 1, 4, tzinfo=UTC)),
        (datetime(2026, 7, 1, 23, tzinfo=timezone(timedelta(hours=-5))), datetime(2026, 7, 2, 4, tzinfo=UTC)),
    ],
)
def test_the_last_tick_is_the_latest_that_has_come(now: datetime, tick: datetime) -> None:
    assert last_tick(now) == tick


def test_a_civil_time_is_an_instant_in_utc_and_zone_less_in_the_lake() -> None:
    at = paris_instant(DECEMBER, time(0, 30))
    assert (at, at.tzinfo) == (datetime(2026, 11, 30, 23, 30, tzinfo=UTC), UTC)
    assert as_lake(at) == datetime(2026, 11, 30, 23, 30)
    assert as_lake(datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))) == datetime(2026, 7, 1, 10)


@pytest.mark.parametrize("zone", [None, UTC])
def test_the_civil_date_of_an_instant_changes_at_midnight_in_paris(zone: timezone | None) -> None:
    assert paris_date(datetime(2026, 6, 30, 21, 59, 59, tzinfo=zone)) == date(2026, 6, 30)
    assert paris_date(datetime(2026, 6, 30, 22, tzinfo=zone)) == JULY
    assert paris_date(datetime(2026, 11, 30, 23, tzinfo=zone)) == DECEMBER


@pytest.mark.parametrize(
    ("instant", "span", "on"),
    [
        (datetime(2026, 7, 1, 10), timedelta(days=30), date(2026, 7, 31)),
        (datetime(2026, 7, 1, 10), timedelta(hours=11, minutes=59), JULY),
        (datetime(2026, 7, 1, 10), timedelta(hours=12), date(2026, 7, 2)),
        # 23:30 in winter time; 24 hours later the clocks have gone forward, and it is 00:30
        (datetime(2026, 3, 28, 22, 30), timedelta(days=1), date(2026, 3, 29)),
        # 00:30 in summer time; 24 hours later the clocks have gone back, and it is 23:30
        (datetime(2026, 10, 24, 22, 30), timedelta(days=1), date(2026, 10, 26)),
    ],
)
def test_a_span_of_days_ends_so_many_dates_later_whatever_the_clocks_do(
    instant: datetime, span: timedelta, on: date
) -> None:
    assert civil_date_after(instant, span) == civil_date_after(instant.replace(tzinfo=UTC), span) == on
