"""What would lift a vendor: the costliest rules first, in points that add up."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings

from pipelines.scores.contributions import DimensionSnapshot, Snapshot
from pipelines.scores.method import shipped_methods
from pipelines.scores.plans import plan
from pipelines.scores.points import LeadCounts
from tests.scores.test_contributions import TOLERANCES, snapshot, snapshots, total_of


def test_the_rule_that_costs_most_is_mended_first_and_no_more_than_it_takes() -> None:
    # consent at 4 %, four times its tolerance: 20 points, the total capped at 40. Rule a has 30 of the 40 defects:
    # without it consent is at 1 %, 80 points, the total 0.3 x 80 + 70 = 94, above the 83 of a B.
    made = plan(snapshot(consent={"a": 30, "b": 10}))
    assert made is not None
    assert (made.grade, made.points_needed) == ("B", 83)
    [step] = made.steps
    assert (step.dimension, step.cause, step.leads_count) == ("consent", "a", 30)
    assert (float(step.gain), float(step.total_after)) == (pytest.approx(54), pytest.approx(94))
    assert made.is_enough


def test_where_two_dimensions_cap_the_first_step_gains_nothing_and_opens_the_way() -> None:
    # consent and proof at 16 %: 0 points each, the total 20. Mending one alone leaves the cap of the other.
    made = plan(snapshot(consent={"a": 160}, proof={"p": 160}))
    assert made is not None
    first, second = made.steps
    assert first.gain == 0
    assert float(second.total_after) == pytest.approx(100)


def test_a_vendor_above_the_margin_of_a_b_is_shown_the_way_to_an_a() -> None:
    # consent at its tolerance: 94 points; an A takes 93
    assert plan(snapshot(consent={"a": 10})) is None
    # consent at 1.25 %: 80 - 30 x log2 1.25 = 70.34 points; the total 0.3 x 70.34 + 70 = 91.10, capped at 90.34
    made = plan(snapshot(consent={"a": 12, "b": 1}, quality={"q": 20}))
    assert made is not None
    assert made.grade == "A"
    assert made.steps[0].cause == "a"


def test_where_the_method_weighs_deliveries_the_plan_aims_at_the_total_that_the_grade_takes() -> None:
    """100 leads with ten defects in consent, then 9 900 without one: 0.1 % plain, 99 points, so no plan at all.

    By the correlation of 0.025 the deliveries are worth 100 / 3.475 = 28.78 and 9 900 / 248.475 = 39.84 leads: weighed
    it is 2.878 / 68.62 = 4.194 %, 80 - 30 x log2 4.194 = 17.95 points, the total at most 20 more. Rule a has nine of
    the ten: without it 0.4194 % is left, 91.61 points, the total 0.27 x 91.61 + 73 = 97.74.
    """
    two = shipped_methods().versions[1]
    days = {date(2026, 12, 1): LeadCounts(100, 10), date(2026, 12, 2): LeadCounts(9_900, 0)}
    before = snapshot(10_000, consent={"a": 9, "b": 1})
    assert plan(before, two.scoring, two.grading) is None
    made = plan(before, two.scoring, two.grading, {"consent": days, "all": days})
    assert made is not None
    assert (made.grade, float(made.points_now)) == ("B", pytest.approx(37.95, abs=0.01))
    [step] = made.steps
    assert (step.cause, step.leads_count) == ("a", 9)
    assert (float(step.gain), float(step.total_after)) == (
        pytest.approx(59.79, abs=0.01),
        pytest.approx(97.74, abs=0.01),
    )
    one = shipped_methods().versions[0]
    assert plan(before, one.scoring, one.grading, {"consent": days, "all": days}) is None


def test_without_leads_there_is_no_plan() -> None:
    assert plan({"consent": DimensionSnapshot(LeadCounts(0, 0), TOLERANCES["consent"], {})}) is None


@settings(max_examples=50, deadline=None, derandomize=True)
@given(snapshots())
def test_steps_add_up_never_lose_and_name_each_cause_once(before: Snapshot) -> None:
    made = plan(before)
    if made is None:
        return
    total = Fraction(total_of(before))
    for step in made.steps:
        assert step.gain >= -Fraction(1, 10**9)
        total += step.gain
        assert abs(total - step.total_after) < Fraction(1, 10**9)
    causes = [(step.dimension, step.cause) for step in made.steps]
    assert len(causes) == len(set(causes))
    assert made.is_enough
