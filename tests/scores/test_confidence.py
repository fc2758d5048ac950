import math
import time
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import loggamma
from scipy.stats import chi2

from benchmarks.simulated_vendors import SCENARIOS, simulate
from pipelines.scores.confidence import (
    ConfidenceSequence,
    bounds,
    confidence_sequence,
    last_confidence,
)
from pipelines.scores.confidence_method import ConfidenceMethod

METHOD = ConfidenceMethod(
    miscoverage=0.05, expected_rate=0.01, assumed_correlation=0.025, assumed_weight=4, caution=0.9
)
FEW = settings(max_examples=30, deadline=None)
COUNTS = st.lists(
    st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=1, max_size=20
)


def sequence_of(counts: list[tuple[int, int]]) -> ConfidenceSequence:
    return confidence_sequence([received for received, _ in counts], [defective for _, defective in counts], METHOD)


def log_martingale(p: float, n: float, k: float) -> float:
    """Written apart from the code under test: log of B(1 + k, 99 + n - k) / B(1, 99) / (p^k (1 - p)^(n - k))."""
    mixed = loggamma(1 + k) + loggamma(99 + n - k) - loggamma(100 + n) - loggamma(99) + loggamma(100)
    return float(mixed - k * np.log(p) - (n - k) * np.log1p(-p))


def refuted(p: float, n: float, k: float) -> float:
    return log_martingale(p, n, k) - math.log(20)


@pytest.mark.parametrize(
    ("n", "k"), [(1, 1), (10, 2), (23.5, 3.4), (1000, 0.3), (4000, 40), (73_000, 730), (500, 450), (2e6, 1e6)]
)
def test_the_bounds_are_the_roots_of_the_martingale(n: float, k: float) -> None:
    lower, upper = (float(bound) for bound in bounds(n, k, METHOD))
    assert lower == pytest.approx(
        brentq(refuted, 1e-300, 0.999999 * k / n, args=(n, k), xtol=1e-300, rtol=1e-13), rel=1e-6
    )
    if k < n:
        assert upper == pytest.approx(brentq(refuted, k / n, 1 - 1e-15, args=(n, k), xtol=1e-15), rel=1e-6)
    else:
        assert upper == 1


@FEW
@given(st.floats(0.5, 1e5), st.floats(0, 1))
def test_the_bounds_enclose_just_the_rates_that_are_not_refuted(n: float, share: float) -> None:
    k = n * share
    lower, upper = (float(bound) for bound in bounds(n, k, METHOD))
    for p in np.linspace(0.0005, 0.9995, 200):
        if min(abs(p - lower), abs(p - upper)) > 1e-6:
            assert (lower < p < upper) == (refuted(float(p), n, k) < 0)


def test_single_leads_without_defect_have_a_bound_in_closed_form() -> None:
    # a delivery of one lead has nothing to be alike with: D = 1, whatever is assumed. With k = 0 the martingale is
    # 99 / (99 + n) / (1 - p)^n; for n = 99 it is 20 where (1 - p)^99 = 1 / 40: ln 40 / 99 = 0.0372614, p = 0.0365757
    sequence = confidence_sequence([1] * 99, [0] * 99, METHOD)
    assert sequence.design_effect[-1] == 1
    assert sequence.lower[-1] == 0
    assert sequence.upper[-1] == pytest.approx(0.0365757, abs=1e-7)


def test_without_defects_the_assumed_correlation_is_taken_at_its_upper_quantile() -> None:
    # the 10 % point of chi-square with 4 degrees of freedom is 1.063623 (table): rho = 4 x 0.025 / 1.063623 = 0.094018,
    # D = 1 + 199 x 0.094018 = 19.7096; ten deliveries of 200 are worth 2000 / 19.7096 = 101.474 leads;
    # (1 - p)^101.474 = 99 / (20 x 200.474) = 0.0246914: 3.70130 / 101.474 = 0.0364754, p = 0.035818
    sequence = confidence_sequence([200] * 10, [0] * 10, METHOD)
    assert sequence.design_effect[-1] == pytest.approx(19.7096, abs=1e-4)
    assert sequence.effective_leads[-1] == pytest.approx(101.474, abs=1e-3)
    assert sequence.upper[-1] == pytest.approx(0.035818, abs=1e-6)


def test_defects_spread_evenly_speak_against_correlation() -> None:
    # two deliveries of 41 leads with 6 defects: no correlation to be seen. At the assumed one the effect is
    # 1 + 40 x 0.025 = 2, so 12 defects are worth 6, and count for 1 / (1/2 + 3/6) = 1 degree of freedom. The 10 % point
    # with 4 + 1 is 1.610308 (table): rho = (4 x 0.025 + 1 x 0) / 1.610308 = 0.0621, D = 1 + 40 x 0.0621 = 3.4840
    sequence = confidence_sequence([41, 41], [6, 6], METHOD)
    assert sequence.correlation[-1] == 0
    assert sequence.design_effect[-1] == pytest.approx(3.4840, abs=1e-4)
    n, k = 82 / 3.4840, 12 / 3.4840
    assert sequence.lower[-1] == pytest.approx(brentq(refuted, 1e-12, k / n, args=(n, k)), rel=1e-4)
    assert sequence.upper[-1] == pytest.approx(brentq(refuted, k / n, 1 - 1e-12, args=(n, k)), rel=1e-4)


def test_defects_in_one_of_two_deliveries_speak_for_correlation() -> None:
    # the same defects in one delivery. Between: 144/41 - 144/82 = 1.756098; within: (12 - 144/41) / 80 = 0.106098;
    # rho = (1.756098 - 0.106098) / (1.756098 + 40 x 0.106098) = 1.65 / 6 = 0.275. An effect of 1 + 40 x 0.275 = 12
    # makes the 12 defects one, for 1 / (1/2 + 3/1) = 2/7 of a degree: (0.1 + 2/7 x 0.275) / chi-square(4 + 2/7)
    sequence = confidence_sequence([41, 41], [12, 0], METHOD)
    cautious = (0.1 + 2 / 7 * 0.275) / chi2.ppf(0.1, 4 + 2 / 7)
    assert sequence.correlation[-1] == pytest.approx(0.275)
    assert sequence.design_effect[-1] == pytest.approx(1 + 40 * cautious)


@FEW
@given(COUNTS)
def test_the_rate_lies_between_its_bounds(counts: list[tuple[int, int]]) -> None:
    sequence = sequence_of(counts)
    assert np.all((sequence.lower >= 0) & (sequence.lower <= sequence.rate))
    assert np.all((sequence.upper <= 1) & (sequence.upper >= sequence.rate))
    assert np.all((sequence.effective_leads > 0) & (sequence.design_effect >= 1))


@FEW
@given(COUNTS, st.randoms(use_true_random=False))
def test_the_bounds_depend_on_the_deliveries_so_far_not_on_their_order(
    counts: list[tuple[int, int]], random: object
) -> None:
    shuffled = list(counts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (sequence_of(rows) for rows in (counts, shuffled))
    assert (one.lower[-1], one.upper[-1]) == pytest.approx((other.lower[-1], other.upper[-1]), rel=1e-9)


@FEW
@given(COUNTS)
def test_what_comes_later_changes_no_earlier_bound(counts: list[tuple[int, int]]) -> None:
    whole = sequence_of(counts)
    for end in range(1, len(counts)):
        part = sequence_of(counts[:end])
        assert (part.lower[-1], part.upper[-1]) == (whole.lower[end - 1], whole.upper[end - 1])


@FEW
@given(COUNTS, st.integers(1, 40))
def test_what_is_known_last_is_the_end_of_the_sequence_to_the_bit(counts: list[tuple[int, int]], times: int) -> None:
    received, defective = zip(*counts * times, strict=True)
    whole, last = (known(received, defective, METHOD) for known in (confidence_sequence, last_confidence))
    for one in fields(ConfidenceSequence):
        assert getattr(last, one.name).tolist() == getattr(whole, one.name)[-1:].tolist()


@FEW
@given(COUNTS)
def test_having_defects_never_gives_a_lower_upper_bound_than_having_none(counts: list[tuple[int, int]]) -> None:
    received, defective = zip(*counts, strict=True)
    spotless = confidence_sequence(received, [0] * len(received), METHOD)
    assert np.all(confidence_sequence(received, defective, METHOD).upper >= spotless.upper)


@pytest.mark.fault(
    area="scores",
    fault="Defects are spread over clean days to hide a bad one",
    promise="The highest rate that the evidence leaves open never falls by it.",
)
@pytest.mark.parametrize("days", [10, 60, 365])
@pytest.mark.parametrize("bad_day", [5, 20, 60])
def test_defects_added_to_clean_days_to_hide_a_bad_one_never_lower_the_upper_bound(days: int, bad_day: int) -> None:
    uppers = []
    for every in (days, 10, 4, 2, 1):
        defective = np.zeros(days)
        defective[1::every] = 1
        defective[0] = bad_day
        uppers.append(confidence_sequence(np.full(days, 200), defective, METHOD).upper[-1])
    assert uppers == sorted(uppers)


def test_many_vendors_at_once_are_each_alone() -> None:
    vendors = simulate(np.random.default_rng(1), SCENARIOS[1], 0.01, 0.02, (5, 40))
    received, defective = vendors.received, vendors.defective
    together = confidence_sequence(received, defective, METHOD)
    for vendor in range(5):
        alone = confidence_sequence(received[vendor], defective[vendor], METHOD)
        assert alone.lower.tolist() == pytest.approx(together.lower[vendor].tolist(), rel=1e-12)
        assert alone.upper.tolist() == pytest.approx(together.upper[vendor].tolist(), rel=1e-12)


def test_days_without_leads_say_nothing() -> None:
    sequence = confidence_sequence([0, 100, 0, 50], [0, 2, 0, 1], METHOD)
    dense = confidence_sequence([100, 50], [2, 1], METHOD)
    assert np.isnan(sequence.rate[0])
    assert (sequence.lower[0], sequence.upper[0], sequence.effective_leads[0]) == (0, 1, 0)
    assert sequence.upper[1:].tolist() == [dense.upper[0], dense.upper[0], dense.upper[1]]


def test_where_every_lead_is_defective_the_upper_bound_is_one() -> None:
    sequence = confidence_sequence([20] * 30, [20] * 30, METHOD)
    assert sequence.upper[-1] == 1
    assert 0.5 < sequence.lower[-1] < 1


@pytest.mark.parametrize(("received", "defective"), [([10], [11]), ([10], [-1]), ([10, 10], [1]), (10, 1)])
def test_counts_that_contradict_each_other_are_refused(received: object, defective: object) -> None:
    with pytest.raises(ValueError, match="defective: expected"):
        confidence_sequence(received, defective, METHOD)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("setting", "value"),
    [("miscoverage", 0), ("expected_rate", 1), ("caution", 1.5), ("assumed_correlation", -0.1), ("assumed_weight", 0)],
)
def test_a_method_out_of_range_is_refused_by_name(setting: str, value: float) -> None:
    written = {name: getattr(METHOD, name) for name in METHOD.__dataclass_fields__}
    with pytest.raises(ValueError, match=setting):
        ConfidenceMethod(**{**written, setting: value})


def test_a_year_takes_milliseconds() -> None:
    vendors = simulate(np.random.default_rng(1), SCENARIOS[0], 0.01, 0.02, (1, 365))
    received, defective = vendors.received, vendors.defective
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        confidence_sequence(received[0], defective[0], METHOD)
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.05


def test_the_estimated_correlation_is_that_of_the_simulation() -> None:
    vendors = simulate(np.random.default_rng(2), SCENARIOS[1], 0.05, 0.1, (300, 365))
    found = confidence_sequence(vendors.received, vendors.defective, METHOD)
    assert found.correlation[:, -1].mean() == pytest.approx(0.1, abs=0.01)
