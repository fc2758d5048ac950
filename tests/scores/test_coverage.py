"""What the bounds promise, on a few simulated vendors; all of it is measured in `benchmarks/score_coverage.py`."""

import numpy as np
import pytest

from benchmarks.rival_bounds import betting, wilson
from benchmarks.score_coverage import Coverage, coverage, measure, ways
from benchmarks.simulated_vendors import SCENARIOS, SPELLS, Scenario, Simulated, simulate, unequal_sizes, wandering
from pipelines.scores.measured import measured

SHAPE, SEED = (150, 365), 7
BOTH = {name: way for name, way in ways().items() if name.startswith("method")}
CONSTANT = SCENARIOS[0]


def of_both(scenario: Scenario, rate: float, correlation: float) -> dict[str, Coverage]:
    return measure(scenario, rate, correlation, SHAPE, SEED, BOTH)


@pytest.mark.parametrize("rate", [0.001, 0.01, 0.05])
@pytest.mark.parametrize("correlation", [0.0, 0.02])
def test_at_most_one_vendor_in_twenty_is_missed_on_any_day_of_a_year(rate: float, correlation: float) -> None:
    for row in of_both(CONSTANT, rate, correlation).values():
        assert row.missed <= 0.05
        assert rate != 0.01 or row.upper <= 0.02


@pytest.mark.parametrize("correlation", [0.0, 0.02])
def test_nor_with_unequal_deliveries_and_drifting_rates(correlation: float) -> None:
    rows = of_both(Scenario("both", unequal_sizes, wandering), 0.01, correlation)
    assert all(row.missed <= 0.05 for row in rows.values())


def test_method_2_is_narrower_and_still_misses_no_more_than_one_in_ten_where_leads_are_much_alike() -> None:
    """At a correlation of 0.1 and a true 1 %: at most 2.3 % after ninety deliveries."""
    rows = of_both(CONSTANT, 0.01, 0.1)
    assert rows["method 2"].upper <= 0.023 < rows["method 1"].upper
    assert rows["method 2"].missed <= 0.10


def test_a_daily_wilson_interval_misses_most_vendors() -> None:
    row = measure(CONSTANT, 0.01, 0.02, (150, 365), SEED, {"Wilson daily": ways()["Wilson daily"]})
    assert row["Wilson daily"].missed > 0.5


def test_a_bad_form_live_for_days_is_beyond_the_promise_but_what_was_delivered_is_never_missed() -> None:
    for row in of_both(SPELLS[2], 0.01, 0.0).values():
        assert row.missed > 0.5
        assert row.missed_window == 0


def test_spells_meet_the_wanted_rate_and_a_bad_form_is_live_on_one_day_in_twenty() -> None:
    _, of_day = SPELLS[1].rates(np.random.default_rng(3), (400, 365), 0.01)
    assert of_day.mean() == pytest.approx(0.01, rel=0.05)
    assert (of_day > 0.1).mean() == pytest.approx(0.05, rel=0.08)


def test_the_wilson_interval_of_a_textbook_case() -> None:
    """8 of 10: 0.4902 to 0.9433 (Newcombe, Stat. Med. 17, 1998, writes the formula; worked out by hand)."""
    lower, upper = wilson(np.array([[10]]), np.array([[8]]), 0.05)
    assert (lower[0, 0], upper[0, 0]) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))


def test_the_betting_sequence_is_that_of_confseq() -> None:
    """`confseq.betting.betting_cs(x, breaks=1000)` of confseq 0.0.11, after 21, 61, 91 and 120 deliveries."""
    rng = np.random.default_rng(1)
    received = np.full((3, 120), 200)
    defective = rng.binomial(received, rng.beta(0.5, 20, (3, 120)))
    lower, upper = betting(received, defective, 0.05)
    days = [20, 60, 90, 119]
    assert upper[0, days].tolist() == pytest.approx([0.293, 0.131, 0.099, 0.082], rel=0.06)
    assert lower[2, days].tolist() == pytest.approx([0.0, 0.005, 0.009, 0.012], abs=0.001)


def test_a_vendor_is_missed_on_the_day_on_which_its_bounds_leave_the_rate_out() -> None:
    """Two vendors of two days at 1 %: one bounded by 0.5 % on its second day, one always well. Told: none at 1 %."""
    rate = np.full((2, 2), 0.01)
    vendors = Simulated(np.full((2, 2), 100), np.ones((2, 2), dtype=np.int64), rate, rate)
    found = coverage(vendors, (np.zeros((2, 2)), np.array([[0.02, 0.005], [0.02, 0.02]])))
    assert (found.missed, found.missed_below, found.missed_window, found.told) == (0.5, 0.5, 0.5, 0.0)
    assert found.upper == pytest.approx(0.0125)


def test_what_the_page_shows_keeps_what_the_method_promises() -> None:
    """Anytime misses at most 5 % up to a correlation of 0.02, 10 % at 0.1; rates constant or not."""
    for row in measured()["coverage"].rows:
        for way in ("method 1", "method 2"):
            missed = row.ways[way]["missed"]
            assert missed is not None
            assert missed <= (0.05 if row.correlation <= 0.02 else 0.10)


def test_the_same_seed_gives_the_same_vendors() -> None:
    one, other = (simulate(np.random.default_rng(5), SPELLS[1], 0.01, 0.0, (3, 40)) for _ in range(2))
    assert np.array_equal(one.defective, other.defective)
