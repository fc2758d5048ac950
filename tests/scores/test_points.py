from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.scores.points import (
    METHOD_FILE,
    DimensionScore,
    LeadCounts,
    points,
    score_vendor,
    scoring_method,
    total_points,
)
from pipelines.vocabulary.words import RATED_DIMENSIONS

RATES = st.floats(0, 1)
POINTS = st.floats(0, 100)
BY_DIMENSION = st.dictionaries(st.sampled_from(RATED_DIMENSIONS), POINTS, min_size=1)


def counts_of(received: int, **defective: int) -> dict[str, LeadCounts]:
    return {name: LeadCounts(received, count) for name, count in defective.items()}


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(0, 100), (0.005, 90), (0.01, 80), (0.02, 50), (0.04, 20), (0.08, 0), (1, 0)],
    ids=["none", "half", "at the tolerance", "twice", "four times", "eight times", "every lead"],
)
def test_points_fall_from_100_by_the_published_curve(rate: float, expected: float) -> None:
    assert points(rate, 0.01) == pytest.approx(expected, abs=1e-9)


def test_a_tolerance_of_zero_counts_as_one_in_a_thousand() -> None:
    assert points(0.0, 0.0) == 100
    assert points(0.001, 0.0) == pytest.approx(80)
    assert points(0.002, 0.0) == pytest.approx(50)


def test_a_tolerance_below_one_in_a_thousand_is_kept() -> None:
    assert points(0.001, 0.0005) == pytest.approx(50)


def test_points_of_many_rates_are_those_of_each() -> None:
    rates, tolerances = np.array([0.0, 0.05, 0.1]), np.array([0.01, 0.05, 0.05])
    assert points(rates, tolerances).tolist() == pytest.approx([100, 80, 50])


@pytest.mark.parametrize(
    ("rate", "tolerance"), [(-0.1, 0.01), (1.1, 0.01), (0.1, -0.01), (0.1, 2.0), (float("nan"), 0.1)]
)
def test_what_is_no_rate_is_refused(rate: float, tolerance: float) -> None:
    with pytest.raises(ValueError, match="expected numbers between 0 and 1"):
        points(rate, tolerance)


@given(RATES, RATES, RATES)
def test_more_defects_never_raise_the_points(one: float, other: float, tolerance: float) -> None:
    assert points(max(one, other), tolerance) <= points(min(one, other), tolerance)


@given(RATES, RATES)
def test_points_lie_between_0_and_100(rate: float, tolerance: float) -> None:
    assert 0 <= points(rate, tolerance) <= 100


@given(st.floats(0.001, 0.5))
def test_the_curve_does_not_jump_at_the_tolerance(tolerance: float) -> None:
    around = [points(tolerance * factor, tolerance) for factor in (1 - 1e-9, 1, 1 + 1e-9)]
    assert around == pytest.approx([80, 80, 80], abs=1e-6)


def test_a_vendor_without_defects_has_100_points() -> None:
    clean = counts_of(400, consent=0, proof=0, opposition=0, conformity=0, quality=0, all=0)
    assert [score.points for score in score_vendor(clean, {})] == [100] * 6


def test_the_total_is_the_weighted_mean() -> None:
    # consent at its tolerance 80, proof at half of it 90, opposition 100, conformity at its 80, quality at twice 50:
    # (30 x 80 + 25 x 90 + 25 x 100 + 10 x 80 + 10 x 50) / 100 = 84.5; the least critical is 80, and 20 + 80 is no bound
    counts = counts_of(1000, consent=10, proof=5, opposition=0, conformity=50, quality=100, all=150)
    *dimensions, total = score_vendor(counts, {"consent": 0.01})
    assert [score.points for score in dimensions] == pytest.approx([80, 90, 100, 80, 50])
    assert total.points == pytest.approx(84.5)
    assert replace(total, points=0) == DimensionScore("total", 1000, 150, 0.15, None, 0)


def test_a_failed_critical_dimension_caps_the_total() -> None:
    # opposition at eight times its tolerance has 0 points: the mean would be 75, the cap is 20 + 0
    counts = counts_of(1000, consent=0, proof=0, opposition=80, conformity=0, quality=0, all=80)
    assert score_vendor(counts, {})[-1].points == pytest.approx(20)


def test_bad_quality_does_not_cap_the_total() -> None:
    counts = counts_of(100, consent=0, proof=0, opposition=0, conformity=0, quality=100, all=100)
    assert score_vendor(counts, {})[-1].points == pytest.approx(90)


def test_a_dimension_without_leads_is_left_out_and_its_weight_shared() -> None:
    # consent 100 and quality 50 remain: (30 x 100 + 10 x 50) / 40 = 87.5
    counts = {**counts_of(100, consent=0, quality=10, all=10), "proof": LeadCounts(0, 0)}
    scores = score_vendor(counts, {})
    assert [score.dimension for score in scores] == ["consent", "quality", "total"]
    assert scores[-1].points == pytest.approx(87.5)


def test_a_vendor_without_leads_has_no_score() -> None:
    assert score_vendor({}, {}) == []
    assert score_vendor(counts_of(0, consent=0, all=0), {}) == []


def test_the_contracts_tolerance_goes_before_the_methods() -> None:
    counts = counts_of(1000, consent=5, all=5)
    strict, usual = score_vendor(counts, {"consent": 0.005})[0], score_vendor(counts, {})[0]
    assert (strict.tolerance, usual.tolerance) == (0.005, 0.01)
    assert [strict.points, usual.points] == pytest.approx([80, 90])


def test_more_defective_leads_than_leads_are_refused() -> None:
    with pytest.raises(ValueError, match="leads_vendor_defective"):
        LeadCounts(3, 4)


def test_governance_has_no_rate() -> None:
    with pytest.raises(ValueError, match="governance: expected one of"):
        score_vendor(counts_of(1, governance=0, all=0), {})


def test_leads_without_a_count_of_all_are_refused() -> None:
    with pytest.raises(ValueError, match="dimension all"):
        score_vendor(counts_of(1, consent=0), {})


@pytest.mark.fault(
    area="scores",
    fault="Bad leads are made unreadable so that they are not judged",
    promise="What could not be judged lifts no total.",
)
def test_a_dimension_in_which_next_to_nothing_could_be_judged_has_no_points_and_lifts_no_total() -> None:
    """60,000 rows of which 100 could be judged, all right: only conformity and what is known of it counts."""
    counts = {name: LeadCounts(100, 0) for name in ("consent", "proof", "opposition", "quality")}
    counts |= {name: LeadCounts(60_000, 59_900) for name in ("conformity", "all")}
    scores = {score.dimension: score.points for score in score_vendor(counts, {})}
    assert scores == {"conformity": 0, "total": 0}


def test_rows_that_were_rejected_cap_the_total_of_those_that_were_not() -> None:
    """Nine rows of ten made unreadable: the conformity is 0, so at most 20, however good the tenth is."""
    counts = {name: LeadCounts(100, 0) for name in ("consent", "proof", "opposition", "quality")}
    counts |= {name: LeadCounts(1000, 900) for name in ("conformity", "all")}
    assert score_vendor(counts, {})[-1].points == 20


@given(BY_DIMENSION)
def test_the_total_never_exceeds_the_least_critical_by_more_than_20(by_dimension: dict[str, float]) -> None:
    critical = [value for name, value in by_dimension.items() if name != "quality"]
    assert total_points(by_dimension) <= min([80.0, *critical]) + 20


@given(BY_DIMENSION)
def test_the_total_lies_between_0_and_the_best_dimension(by_dimension: dict[str, float]) -> None:
    assert 0 <= total_points(by_dimension) <= max(by_dimension.values()) + 1e-9


@given(BY_DIMENSION, st.randoms(use_true_random=False))
def test_the_order_of_dimensions_does_not_matter(by_dimension: dict[str, float], random: object) -> None:
    shuffled = list(by_dimension.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert total_points(dict(shuffled)) == total_points(by_dimension)


@given(st.lists(st.integers(0, 50), min_size=6, max_size=6), st.sampled_from(range(5)))
def test_one_more_defective_lead_never_raises_the_total(defective: list[int], worse: int) -> None:
    names = (*RATED_DIMENSIONS, "all")
    before = counts_of(51, **dict(zip(names, defective, strict=True)))
    after = {**before, names[worse]: LeadCounts(51, defective[worse] + 1)}
    assert score_vendor(after, {})[-1].points <= score_vendor(before, {})[-1].points


def test_the_weights_are_percentages() -> None:
    method = scoring_method()
    assert sum(method.weights.values()) == 100


@pytest.mark.parametrize(
    ("written", "replacement", "named"),
    [
        ("  slope_within: 20\n", "", "slope_within"),
        ("slope_within: 20\n", "slope_within: 20\n  slope: 3\n", "slope"),
        ("quality: 10}", "governance: 10}", "weights"),
        ("[consent, proof, opposition, conformity]", "[consent, price]", "critical"),
        ("quality: 0.05}", "}", "tolerances"),
    ],
)
def test_a_faulty_method_file_is_refused_by_name_and_key(
    tmp_path: Path, written: str, replacement: str, named: str
) -> None:
    text = METHOD_FILE.read_text(encoding="utf-8")
    assert written in text
    path = tmp_path / "method.yaml"
    path.write_text(text.replace(written, replacement), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"method\.yaml.*{named}"):
        scoring_method(path)
