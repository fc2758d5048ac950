"""Which days are due, when a delivery day ends in Paris, and by how much leads were late: worked out by hand.

Paris is two hours ahead of UTC in summer, one in winter; in 2026 clocks go forward on 29 March at 02:00, and back on
25 October at 03:00.
"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contracts.calendar import IN_TIME, cut_off_at, is_due, lateness
from tests.support.intake_boxes import contract

TUESDAY, SATURDAY = date(2026, 8, 11), date(2026, 8, 15)
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)
"""Both are Sundays."""
WEEKDAYS = "0 0 * * 1-5"
SECOND = timedelta(seconds=1)


def late(day: date, cut_off: time, delivered_at: datetime | None, calendar: str | None = None) -> timedelta:
    return lateness(contract(cut_off=cut_off, calendar=calendar), day, delivered_at, is_assumed=False)


@pytest.mark.parametrize(
    ("calendar", "day", "due"),
    [
        (None, SATURDAY, True),
        (WEEKDAYS, TUESDAY, True),
        (WEEKDAYS, SATURDAY, False),
        ("30 6 * * 1-5", TUESDAY, True),
        ("0 0 1 * *", date(2026, 9, 1), True),
        ("0 0 1 * *", date(2026, 9, 2), False),
        ("0 0 1 * *", date(2026, 8, 31), False),
        ("0 0 * * 0", FORWARD, True),
        ("30 2 * * 0", FORWARD, True),
    ],
)
def test_the_calendar_says_which_days_are_due(calendar: str | None, day: date, due: bool) -> None:
    assert is_due(contract(calendar=calendar), day) is due


def test_without_a_contract_no_day_is_due() -> None:
    assert not is_due(None, TUESDAY)


@pytest.mark.parametrize(
    ("day", "cut_off", "ends_at"),
    [
        (TUESDAY, time(16), datetime(2026, 8, 11, 14)),
        (date(2026, 12, 1), time(16), datetime(2026, 12, 1, 15)),
        (TUESDAY, time(0), datetime(2026, 8, 10, 22)),
        (TUESDAY, time(23, 59), datetime(2026, 8, 11, 21, 59)),
        (date(2026, 3, 28), time(8), datetime(2026, 3, 28, 7)),
        (FORWARD, time(8), datetime(2026, 3, 29, 6)),
        (FORWARD, time(1, 59), datetime(2026, 3, 29, 0, 59)),
        (FORWARD, time(2, 30), datetime(2026, 3, 29, 1, 30)),
        (date(2026, 10, 24), time(8), datetime(2026, 10, 24, 6)),
        (BACK, time(8), datetime(2026, 10, 25, 7)),
        (BACK, time(1, 59), datetime(2026, 10, 24, 23, 59)),
        (BACK, time(2, 30), datetime(2026, 10, 25, 1, 30)),
    ],
)
def test_a_delivery_day_ends_at_the_cut_off_in_paris_and_a_doubtful_hour_at_its_later_reading(
    day: date, cut_off: time, ends_at: datetime
) -> None:
    assert cut_off_at(contract(cut_off=cut_off), day) == ends_at.replace(tzinfo=UTC)


def test_without_a_contract_a_day_ends_a_minute_before_midnight() -> None:
    assert cut_off_at(None, TUESDAY) == datetime(2026, 8, 11, 21, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "cut_off", "delivered_at", "delay"),
    [
        (TUESDAY, time(16), datetime(2026, 8, 11, 13, 59, 59), IN_TIME),
        (TUESDAY, time(16), datetime(2026, 8, 11, 14), IN_TIME),
        (TUESDAY, time(16), datetime(2026, 8, 11, 14, 0, 1), SECOND),
        (TUESDAY, time(23, 59), datetime(2026, 8, 11, 21, 59), IN_TIME),
        (TUESDAY, time(23, 59), datetime(2026, 8, 11, 21, 59, 30), timedelta(seconds=30)),
        (TUESDAY, time(23, 59), datetime(2026, 8, 11, 22, 30), timedelta(minutes=31)),
        (TUESDAY, time(16), datetime(2026, 8, 12, 4), timedelta(hours=14)),
        (TUESDAY, time(16), datetime(2026, 8, 8), IN_TIME),
        (FORWARD, time(8), datetime(2026, 3, 29, 6), IN_TIME),
        (FORWARD, time(8), datetime(2026, 3, 29, 6, 30), timedelta(minutes=30)),
        (date(2026, 3, 28), time(8), datetime(2026, 3, 29, 6), timedelta(hours=23)),
        (BACK, time(8), datetime(2026, 10, 25, 7), IN_TIME),
        (BACK, time(2, 30), datetime(2026, 10, 25, 1, 30), IN_TIME),
        (date(2026, 10, 24), time(8), datetime(2026, 10, 25, 7), timedelta(hours=25)),
    ],
)
def test_leads_are_late_by_what_passed_since_the_cut_off_to_the_second(
    day: date, cut_off: time, delivered_at: datetime, delay: timedelta
) -> None:
    assert late(day, cut_off, delivered_at) == delay


def test_a_day_that_is_not_due_missing_leads_an_assumed_arrival_and_no_contract_are_never_late() -> None:
    days_after = datetime(2026, 8, 20)
    assert late(TUESDAY, time(16), days_after, WEEKDAYS) == timedelta(days=8, hours=10)
    assert late(SATURDAY, time(16), days_after, WEEKDAYS) == IN_TIME
    assert late(TUESDAY, time(16), None) == IN_TIME
    assert lateness(contract(cut_off=time(16)), TUESDAY, days_after, is_assumed=True) == IN_TIME
    assert lateness(None, TUESDAY, days_after, is_assumed=False) == IN_TIME


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.times(), st.timedeltas(-timedelta(days=9), timedelta(days=9)))
def test_whatever_the_day_and_the_cut_off_only_what_comes_after_is_late(
    day: date, cut_off: time, after: timedelta
) -> None:
    ends_at = cut_off_at(contract(cut_off=cut_off), day).replace(tzinfo=None)
    assert late(day, cut_off, ends_at + after) == (after if after > timedelta(0) else timedelta(0))
