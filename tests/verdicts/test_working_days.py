"""Five working days, by hand and by the calendar of the Code du travail."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.verdicts.working_days import callback_ends, is_working_day, last_callback_day, public_holidays


def test_the_holidays_of_2026() -> None:
    """As published for the year: Easter is on 5 April."""
    assert sorted(public_holidays(2026)) == [
        date(2026, 1, 1), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14), date(2026, 5, 25),
        date(2026, 7, 14), date(2026, 8, 15), date(2026, 11, 1), date(2026, 11, 11), date(2026, 12, 25),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("requested_on", "last_day"),
    [
        (date(2026, 9, 7), date(2026, 9, 12)),  # Monday: to Saturday
        (date(2026, 9, 11), date(2026, 9, 17)),  # Friday: Saturday, then Monday to Thursday
        (date(2026, 9, 13), date(2026, 9, 18)),  # Sunday: Monday to Friday
        (date(2026, 5, 6), date(2026, 5, 13)),  # Wednesday: 7, not 8 (holiday), 9, not 10, 11, 12, 13
        (date(2026, 12, 24), date(2026, 12, 31)),  # not Christmas, 26, not 27, 28 to 31
    ],
)
def test_the_day_of_the_request_sundays_and_holidays_do_not_count(requested_on: date, last_day: date) -> None:
    assert last_callback_day(requested_on) == last_day


@given(st.dates(date(2019, 1, 1), date(2040, 12, 31)))
def test_exactly_five_working_days_lie_after_the_request(day: date) -> None:
    last = last_callback_day(day)
    after = [day + timedelta(days=number) for number in range(1, (last - day).days + 1)]
    assert sum(map(is_working_day, after)) == 5
    assert is_working_day(last)


def test_the_fifth_ends_at_midnight_in_paris() -> None:
    rows = [row for row in callback_ends().to_pylist() if not row["is_in_alsace_moselle"]]
    ends = {row["requested_on"]: row["ends_at"] for row in rows}
    assert ends[date(2026, 9, 7)] == datetime(2026, 9, 12, 22)  # summer
    assert ends[date(2026, 12, 7)] == datetime(2026, 12, 12, 23)  # winter


def test_alsace_and_moselle_have_two_more_holidays() -> None:
    """L. 3134-13: Good Friday, 3 April 2026, and 26 December, a Saturday in 2026."""
    local = public_holidays(2026, is_in_alsace_moselle=True)
    assert local - public_holidays(2026) == {date(2026, 4, 3), date(2026, 12, 26)}
    # Monday, 30 March: 31, 1, 2, 3, 4; without Good Friday not before Tuesday, 7 (5 is a Sunday, 6 Easter Monday)
    assert last_callback_day(date(2026, 3, 30)) == date(2026, 4, 4)
    assert last_callback_day(date(2026, 3, 30), is_in_alsace_moselle=True) == date(2026, 4, 7)
    # Wednesday, 23 December: 24, 26, 28, 29, 30; without the 26th one day more
    assert last_callback_day(date(2026, 12, 23)) == date(2026, 12, 30)
    assert last_callback_day(date(2026, 12, 23), is_in_alsace_moselle=True) == date(2026, 12, 31)
