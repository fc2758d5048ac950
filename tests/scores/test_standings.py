from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.scores import standings
from pipelines.scores.method import shipped_methods
from pipelines.scores.points import LeadCounts
from pipelines.scores.standings import Deliveries, Standing, deliveries_by_date, state_of
from pipelines.vocabulary.words import RATED_DIMENSIONS

DAY = date(2026, 8, 11)
ONE = shipped_methods().versions[0]
vendor_standing = partial(standings.vendor_standing, scoring=ONE.scoring, grading=ONE.grading)
"""By the first version, whose numbers are those of the hand calculations."""
ROWS = st.lists(
    st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, 9), st.just(n), st.integers(0, n))),
    min_size=1,
    max_size=8,
)


def deliveries(*counts: tuple[int, int]) -> Deliveries:
    return {DAY + timedelta(days=index): LeadCounts(*count) for index, count in enumerate(counts)}


def by_dimension(standings: list[Standing]) -> dict[str, Standing]:
    return {standing.score.dimension: standing for standing in standings}


def market_of(consent: Deliveries) -> dict[str, Deliveries]:
    """A vendor that has defects in consent alone."""
    clean = {day: LeadCounts(counts.leads_received, 0) for day, counts in consent.items()}
    return {**dict.fromkeys(RATED_DIMENSIONS, clean), "consent": consent, "all": consent}


@pytest.mark.parametrize(
    ("rate", "lower", "upper", "expected"),
    [
        (0.004, 0.001, 0.01, "conformity_shown"),
        (0.004, 0.001, 0.011, "within_not_shown"),
        (0.01, 0.001, 0.02, "within_not_shown"),
        (0.011, 0.01, 0.02, "above_not_shown"),
        (0.02, 0.0101, 0.04, "breach_shown"),
    ],
)
def test_a_state_is_where_the_bounds_lie_beside_the_tolerance(
    rate: float, lower: float, upper: float, expected: str
) -> None:
    assert state_of(rate, lower, upper, 0.01) == expected


def test_a_spotless_vendor_of_ninety_nine_single_leads_by_hand() -> None:
    # Each lead alone in its delivery: D = 1. Upper bound at 95 %: (1 - p)^99 = 99 / (20 x 198) = 1/40, p = 0.0365757.
    # Consent, tolerance 1 %: x = 3.65757, log2 x = 1.87089, 80 - 30 x 1.87089 = 23.873: within, not shown.
    # Quality, tolerance 5 %: x = 0.731514, 100 - 20 x 0.731514 = 85.370: conformity shown.
    # Total, five times 99 %: (1 - p)^99 = 1/200, ln 200 / 99 = 0.0535184, p = 0.0521115. Tolerance 1 %: x = 5.21115,
    # log2 x = 2.38160, 8.552 points; 5 %: x = 1.04223, log2 x = 0.059675, 78.210 points.
    # Mean 0.8 x 8.552 + 0.2 x 78.210 = 22.484, below the cap of 20 + 8.552.
    found = by_dimension(vendor_standing(market_of(deliveries(*[(1, 0)] * 99)), {}))
    consent, quality, total = found["consent"], found["quality"], found["total"]
    assert (consent.state, quality.state, total.state) == ("within_not_shown", "conformity_shown", None)
    assert consent.lower_points == pytest.approx(23.873, abs=1e-3)
    assert consent.upper_points == 100
    assert quality.lower_points == pytest.approx(85.370, abs=1e-3)
    assert (total.score.points, total.upper_points) == (100, 100)
    assert total.lower_points == pytest.approx(22.484, abs=1e-3)
    assert total.bounds is None


def test_a_vendor_all_of_whose_single_leads_are_defective_by_hand() -> None:
    # 20 deliveries of one lead, each defective: B(21, 99) / B(1, 99) = 20! / (100 x ... x 119) = 1 / C(119, 20).
    # C(119, 20) = e^(ln 119! - ln 20! - ln 99!) with ln 119! = 453.024896, ln 20! = 42.335616, ln 99! = 359.134205:
    # 51.555075. 1 / C / p^20 = 20 where ln p = -(51.555075 + 2.995732) / 20 = -2.727540: p = 0.065380.
    # Against 1 %: beyond it, and no breach shown by twenty leads (a hundred are asked for). At most
    # 80 - 30 x log2 6.5380 = 80 - 30 x 2.70885 = 0 points for the process.
    consent = by_dimension(vendor_standing(market_of(deliveries(*[(1, 1)] * 20)), {}))["consent"]
    assert consent.bounds is not None
    assert consent.bounds.lower == pytest.approx(0.065380, abs=1e-5)
    assert (consent.score.rate, consent.bounds.upper, consent.bounds.effective_leads) == (1, 1, 20)
    assert consent.state == "above_not_shown"
    assert (consent.lower_points, consent.upper_points) == (0, 0)


@pytest.mark.parametrize(
    ("days", "state"),
    [
        ([(100, 100)] * 3, "breach_shown"),
        ([(200, 200)] * 2, "above_not_shown"),  # two deliveries
        ([(33, 33)] * 3, "above_not_shown"),  # 99 leads
        ([(34, 34), (33, 33), (33, 33)], "breach_shown"),
        ([(50, 50), (50, 50), (0, 0)], "above_not_shown"),  # a delivery without a lead that could be judged is none
    ],
)
def test_a_breach_is_shown_by_a_hundred_leads_and_three_deliveries(days: list[tuple[int, int]], state: str) -> None:
    assert by_dimension(vendor_standing(market_of(deliveries(*days)), {}))["consent"].state == state


def test_a_vendor_of_ten_deliveries_of_two_hundred_by_hand() -> None:
    # No defect: the assumed correlation is taken at 4 x 0.025 / 1.063623 = 0.0940183 (chi-square, 4 degrees, 10 %), so
    # D = 19.7096 and 2,000 leads are worth 101.474. Upper bound p = 0.035818 (see the tests of the sequence);
    # x = 3.5818, log2 x = 1.84069, 80 - 55.221 = 24.779. Against 5 %: x = 0.71636, 100 - 14.327 = 85.673.
    found = by_dimension(vendor_standing(market_of(deliveries(*[(200, 0)] * 10)), {}))
    assert found["proof"].bounds is not None
    assert found["proof"].bounds.effective_leads == pytest.approx(101.474, abs=1e-3)
    assert found["proof"].lower_points == pytest.approx(24.779, abs=1e-2)
    assert found["conformity"].lower_points == pytest.approx(85.673, abs=1e-2)
    assert found["conformity"].state == "conformity_shown"


def test_forty_leads_are_told_from_four_hundred_thousand_by_state() -> None:
    small = by_dimension(vendor_standing(market_of(deliveries((40, 0))), {}))["consent"]
    large = by_dimension(vendor_standing(market_of(deliveries(*[(4000, 8)] * 100)), {}))["consent"]
    assert small.score.points > large.score.points
    assert (small.state, large.state) == ("within_not_shown", "conformity_shown")


def test_a_tolerance_of_zero_is_held_against_one_in_a_thousand() -> None:
    # 900 deliveries of 200 are worth 9,132 leads: ln(20 x 9231 / 99) / 9132 = 7.531 / 9132 = 0.00082
    found = vendor_standing(market_of(deliveries(*[(200, 0)] * 900)), {"consent": 0.0})
    assert by_dimension(found)["consent"].state == "conformity_shown"


def test_a_window_that_restarts_forgets_what_was_before() -> None:
    whole = market_of(deliveries((200, 150), *[(200, 0)] * 30))
    later = {name: {day: one for day, one in days.items() if day > DAY} for name, days in whole.items()}
    assert vendor_standing(whole, {}, since=DAY + timedelta(days=1)) == vendor_standing(later, {})
    assert vendor_standing(whole, {}, since=DAY + timedelta(days=40)) == []


@settings(max_examples=30, deadline=None)
@given(ROWS)
def test_the_points_lie_in_their_bands(rows: list[tuple[int, int, int]]) -> None:
    consent = deliveries_by_date((DAY + timedelta(days=day), received, defects) for day, received, defects in rows)
    for standing in vendor_standing(market_of(consent), {}):
        assert 0 <= standing.lower_points <= standing.score.points <= standing.upper_points <= 100


@pytest.mark.fault(
    area="scores", fault="A day is split into many files, or reordered", promise="The score is the same."
)
@settings(max_examples=30, deadline=None)
@given(ROWS, st.randoms(use_true_random=False), st.data())
def test_splitting_and_reordering_the_files_of_a_day_changes_nothing(
    rows: list[tuple[int, int, int]], random: object, data: st.DataObject
) -> None:
    split = []
    for day, received, defects in rows:
        part = data.draw(st.integers(0, received))
        defects_of_part = data.draw(st.integers(max(0, defects - received + part), min(defects, part)))
        split += [(day, part, defects_of_part), (day, received - part, defects - defects_of_part)]
    random.shuffle(split)  # type: ignore[attr-defined]
    whole, parts = (
        deliveries_by_date((DAY + timedelta(days=day), received, defects) for day, received, defects in some)
        for some in (rows, split)
    )
    assert vendor_standing(market_of(parts), {}) == vendor_standing(market_of(whole), {})


@settings(max_examples=30, deadline=None)
@given(ROWS, st.integers(0, 7))
def test_one_more_defect_never_raises_points(rows: list[tuple[int, int, int]], worse: int) -> None:
    more = [list(row) for row in rows]
    row = more[worse % len(more)]
    row[2] = min(row[1], row[2] + 1)
    before, after = (
        vendor_standing(market_of(deliveries_by_date((DAY + timedelta(days=day), n, k) for day, n, k in some)), {})
        for some in (rows, more)
    )
    for was, now in zip(before, after, strict=True):
        assert now.score.points <= was.score.points


@settings(max_examples=30, deadline=None)
@given(ROWS, st.lists(st.integers(0, 60), min_size=8, max_size=8))
def test_delivering_late_or_on_other_days_changes_no_points(
    rows: list[tuple[int, int, int]], delays: list[int]
) -> None:
    late = [(day + delay, n, k) for (day, n, k), delay in zip(rows, delays, strict=False)]
    before, after = (
        vendor_standing(market_of(deliveries_by_date((DAY + timedelta(days=day), n, k) for day, n, k in some)), {})
        for some in (rows, late)
    )
    assert [one.score for one in before] == [one.score for one in after]
