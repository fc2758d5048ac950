"""Whether defects come in spells of deliveries is estimated, and told where it is beyond the promise."""

from datetime import date, timedelta

import pytest

from pipelines.scores.method import Promise
from pipelines.scores.points import LeadCounts
from pipelines.scores.spells import beyond_promise, correlation_between, spells_of

PROMISE = Promise(within_deliveries=0.1, between_deliveries=0.2)
DAY = date(2026, 8, 11)


def days(*defective: int) -> dict[date, LeadCounts]:
    return {DAY + timedelta(days=number): LeadCounts(100, count) for number, count in enumerate(defective)}


def test_the_correlation_of_four_deliveries_by_hand() -> None:
    # 4, 4, 0, 0 of 100: mean 2; rests 2, 2, -2, -2 (over the root of 100, alike). Products of neighbours 4 - 4 + 4 = 4,
    # squares 16: a quarter. Alternating, 4, 0, 4, 0: -4 - 4 - 4 = -12 of 16.
    assert correlation_between(list(days(4, 4, 0, 0).values())) == pytest.approx(0.25)
    assert correlation_between(list(days(4, 0, 4, 0).values())) == pytest.approx(-0.75)
    assert correlation_between(list(days(0, 0, 0).values())) == 0


def test_a_bad_form_that_is_live_for_days_is_told() -> None:
    found = spells_of("consent", days(*[0] * 20, *[15] * 8, *[0] * 20), 0.05, PROMISE)
    assert (found.is_beyond_between, found.is_beyond_within) == (True, False)


def test_bad_days_apart_are_no_spell() -> None:
    apart = [15 if number % 12 == 5 else 0 for number in range(48)]
    assert not spells_of("consent", days(*apart), 0.05, PROMISE).is_beyond


def test_few_deliveries_tell_of_no_spell() -> None:
    assert not spells_of("consent", days(9, 9, 9, 0, 0, 0), 0.05, PROMISE).is_beyond


def test_only_dimensions_beyond_the_promise_are_told() -> None:
    deliveries = {"consent": days(*[1] * 20), "proof": days(*[1] * 20), "all": days(*[1] * 20)}
    found = beyond_promise(deliveries, {"consent": 0.1, "proof": 0.11}, PROMISE)
    assert [(one.dimension, one.is_beyond_within) for one in found] == [("proof", True)]
