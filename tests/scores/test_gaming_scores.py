"""Tricks with deliveries that need no judging: on the score functions, each leaves a vendor where honesty puts it."""

from datetime import date, timedelta

import pytest

from pipelines.scores.grades import effective_leads, next_grade, open_gates
from pipelines.scores.method import Method, shipped_methods
from pipelines.scores.points import LeadCounts
from pipelines.scores.standings import Deliveries, Standing, vendor_standing, weighed_total
from pipelines.vocabulary.words import RATED_DIMENSIONS

DAY = date(2026, 8, 1)
ONE, TWO = shipped_methods().versions[:2]
BAD_MONTH = [(100, 3)] * 30
"""Three times what is tolerated, day after day."""


def market(counts: list[tuple[int, int]]) -> dict[str, Deliveries]:
    """Defects in consent alone."""
    consent = {DAY + timedelta(days=number): LeadCounts(*count) for number, count in enumerate(counts)}
    clean = {day: LeadCounts(one.leads_received, 0) for day, one in consent.items()}
    return {**dict.fromkeys(RATED_DIMENSIONS, clean), "consent": consent, "all": consent}


def standings(counts: list[tuple[int, int]], method: Method = ONE) -> list[Standing]:
    return vendor_standing(market(counts), {}, scoring=method.scoring, grading=method.grading)


def consent(counts: list[tuple[int, int]]) -> Standing:
    return next(one for one in standings(counts) if one.score.dimension == "consent")


def grade(counts: list[tuple[int, int]], method: Method) -> str | None:
    made, deliveries = standings(counts, method), market(counts)
    total = made[-1].score.points
    if method.grading.weighs_deliveries:
        total = weighed_total(deliveries, made, method.scoring, method.grading)
    leads = effective_leads([received for received, _ in counts], method.grading)
    return next_grade(total, leads, grading=method.grading).earned


def test_forty_leads_and_four_hundred_thousand_have_the_same_points_and_other_states() -> None:
    """2.5 % of both, where 1 % is tolerated: 80 - 30 x log2 2.5 = 40.34 points; shown by the many alone."""
    few, many = consent([(10, 1), (10, 0), (10, 0), (10, 0)]), consent([(1000, 25)] * 400)
    assert few.score.points == many.score.points == pytest.approx(40.342, abs=1e-3)
    assert (few.state, many.state) == ("above_not_shown", "breach_shown")


def test_so_have_those_that_keep_to_what_is_tolerated() -> None:
    """No defect among 40, none among 400,000."""
    few, many = consent([(10, 0)] * 4), consent([(1000, 0)] * 400)
    assert few.score.points == many.score.points == 100
    assert (few.state, many.state) == ("within_not_shown", "conformity_shown")


@pytest.mark.fault(
    area="scores",
    fault="After a bad month, one large file of clean filler leads",
    promise="It lifts no grade under method 2, shows no conformity, and closes no gate.",
)
@pytest.mark.parametrize("filler", [3_000, 30_000, 300_000])
def test_a_large_clean_filler_after_a_bad_month_lifts_no_grade(filler: int) -> None:
    """consent at 3 %: 80 - 30 x log2 3 = 32.45 points, the total at most 52.45: D.

    Weighed, a day of 100 leads is worth 100 / 3.475 = 28.78, thirty of them 863.3, the filler at most 40: 3 % becomes
    863.3 / 903.3 x 3 % = 2.87 %, 80 - 30 x log2 2.87 = 34.4, the total at most 54.4: still D.
    """
    assert grade(BAD_MONTH, TWO) == "D"
    assert grade([*BAD_MONTH, (filler, 0)], TWO) == "D"
    assert consent([*BAD_MONTH, (filler, 0)]).state != "conformity_shown"


def test_under_method_1_it_did() -> None:
    """33,000 leads with 90 defects: 0.27 %, 94.5 points in consent. Why version 2 weighs deliveries."""
    assert grade([*BAD_MONTH, (30_000, 0)], ONE) == "A"


def test_bad_leads_put_into_one_large_delivery_weigh_no_less_than_they_are() -> None:
    """500 of 5,000 defective: weighing alone would make 2.8 % of the 10 % that they are; the fewer points count."""
    counts = [(500, 500), *[(100, 0)] * 45]
    made = standings(counts, TWO)
    assert weighed_total(market(counts), made, TWO.scoring, TWO.grading) == made[-1].score.points


@pytest.mark.parametrize("method", [ONE, TWO])
def test_months_that_are_clean_day_by_day_are_believed(method: Method) -> None:
    """The same 3 % for a month, then eleven clean months of 100 a day: 0.25 % of 36,000 leads."""
    assert grade([*BAD_MONTH, *[(100, 0)] * 330], method) == "A"


@pytest.mark.fault(
    area="scores",
    fault="Persons who objected are delivered again, then hidden among many clean leads",
    promise="The gate that they opened stays open.",
)
def test_filler_closes_no_gate() -> None:
    days = [DAY + timedelta(days=number) for number in range(60)]
    failed = {"opp_vendor_redelivery": {days[0]: 3}}
    for filler in (0, 100_000):
        received = {**dict.fromkeys(days[:30], 20), days[40]: filler}
        [gate] = open_gates(received, failed)
        assert (gate.cap, gate.since) == ("D", days[0])


@pytest.mark.parametrize("method", [ONE, TWO])
def test_files_merged_into_fewer_deliveries_prove_no_more(method: Method) -> None:
    """The same 3,000 leads without a defect: in thirty deliveries they are worth more than in three."""
    apart, merged = standings([(100, 0)] * 30, method), standings([(1000, 0)] * 3, method)
    for one, other in zip(apart, merged, strict=True):
        assert one.score.points == other.score.points
        assert one.lower_points >= other.lower_points
