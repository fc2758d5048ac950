"""How often the bounds of a score miss the truth, on simulated vendors: `python -m benchmarks.score_coverage`.

Prints a Markdown table. The truth on a day is the lead-weighted mean of the true rates so far; a vendor is missed if
its bounds leave the truth out on any day. The method's numbers were chosen on other seeds than the default one.
"""

import argparse
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipelines.scores.confidence import ConfidenceMethod, bounds, confidence_sequence
from pipelines.scores.grades import grading_method

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Shape = tuple[int, int]

RATES: Final = (0.001, 0.01, 0.05)
CORRELATIONS: Final = (0.0, 0.02, 0.1)
LEADS_PER_DELIVERY: Final = 200
SHOWN_DELIVERY: Final = 90
VENDORS_AT_ONCE: Final = 250


def equal_sizes(_: np.random.Generator, shape: Shape) -> Counts:
    """The same number of leads every day."""
    return np.full(shape, LEADS_PER_DELIVERY)


def unequal_sizes(rng: np.random.Generator, shape: Shape) -> Counts:
    """Log-normal sizes: half of them below 120 leads, one in a hundred above 1,200."""
    return np.clip(np.rint(rng.lognormal(np.log(120), 1.0, shape)), 1, 5000).astype(np.int64)


def steady(_: np.random.Generator, shape: Shape) -> Floats:
    """A rate that stays."""
    return np.ones(shape)


def wandering(rng: np.random.Generator, shape: Shape) -> Floats:
    """A random walk: the rate changes by about 8 % a day."""
    return np.asarray(np.exp(np.cumsum(rng.normal(0, 0.08, shape), axis=1)))


def worsening(_: np.random.Generator, shape: Shape) -> Floats:
    """A fifth of the rate for 120 days, then twice the rate."""
    return np.broadcast_to(np.where(np.arange(shape[1]) < 120, 0.2, 2.0), shape)


@dataclass(frozen=True)
class Scenario:
    """How the vendors of a row deliver. The drift multiplies the rate, day by day."""

    name: str
    sizes: Callable[[np.random.Generator, Shape], Counts]
    drift: Callable[[np.random.Generator, Shape], Floats]


SCENARIOS: Final = (
    Scenario("200 a day", equal_sizes, steady),
    Scenario("unequal", unequal_sizes, steady),
    Scenario("wandering", equal_sizes, wandering),
    Scenario("worsening", equal_sizes, worsening),
    Scenario("unequal, wandering", unequal_sizes, wandering),
)


@dataclass(frozen=True)
class Coverage:
    """What a row shows; shares of vendors in [0, 1], rates in [0, 1].

    Attributes:
        missed: bounds that left the truth out on any day.
        missed_above: of these, upper bounds below the truth.
        missed_as_independent: the same bounds, had every lead been taken as independent.
        upper: mean upper bound after the shown delivery.
        upper_within_two: share of upper bounds of at most 2.0 % there.
    """

    missed: float
    missed_above: float
    missed_as_independent: float
    upper: float
    upper_within_two: float


def simulate(
    rng: np.random.Generator, scenario: Scenario, rate: float, correlation: float, shape: Shape
) -> tuple[Counts, Counts, Floats]:
    """Leads received, vendor-defective ones, and the running truth; arrays of vendors by deliveries.

    Deliveries are beta-binomial: the rate of each is drawn from a Beta law around the true rate of the day, so that two
    leads of one delivery have the given correlation.
    """
    received = scenario.sizes(rng, shape)
    true_rate = np.minimum(rate * scenario.drift(rng, shape), 0.5)
    drawn = true_rate
    if correlation:
        concentration = 1 / correlation - 1
        drawn = rng.beta(np.maximum(true_rate * concentration, 1e-12), (1 - true_rate) * concentration)
    truth = np.cumsum(received * true_rate, axis=1) / np.cumsum(received, axis=1)
    return received, rng.binomial(received, drawn), truth


def coverage(received: Counts, defective: Counts, truth: Floats, method: ConfidenceMethod) -> Coverage:
    """What the method's bounds do on simulated vendors (arrays of vendors by deliveries)."""
    sequence = confidence_sequence(received, defective, method)
    above = sequence.upper < truth
    lower, upper = bounds(np.cumsum(received, axis=1), np.cumsum(defective, axis=1), method)
    shown = sequence.upper[:, min(SHOWN_DELIVERY, truth.shape[1]) - 1]
    return Coverage(
        missed=_share((sequence.lower > truth) | above),
        missed_above=_share(above),
        missed_as_independent=_share((lower > truth) | (upper < truth)),
        upper=float(shown.mean()),
        upper_within_two=float((shown <= 0.02).mean()),
    )


def measure(
    scenario: Scenario, rate: float, correlation: float, shape: Shape, seed: int, method: ConfidenceMethod
) -> Coverage:
    """One row of the table, in portions that fit into memory; its random numbers depend on no other row."""
    named = zlib.crc32(f"{scenario.name} {rate} {correlation}".encode())
    rng = np.random.default_rng([seed, named])
    sizes = [min(VENDORS_AT_ONCE, shape[0] - first) for first in range(0, shape[0], VENDORS_AT_ONCE)]
    portions = [coverage(*simulate(rng, scenario, rate, correlation, (size, shape[1])), method) for size in sizes]
    return Coverage(
        *(
            float(np.average([getattr(portion, name) for portion in portions], weights=sizes))
            for name in Coverage.__dataclass_fields__
        )
    )


def table(shape: Shape, seed: int, method: ConfidenceMethod) -> Iterator[str]:
    """Lines of the Markdown table, as they are measured."""
    yield (
        "| deliveries | true rate | correlation | missed on any day | of these, upper bound below "
        f"| missed if leads were independent | mean upper bound after {SHOWN_DELIVERY} | at most 2.0 % there |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for scenario, rate, correlation in product(SCENARIOS, RATES, CORRELATIONS):
        row = measure(scenario, rate, correlation, shape, seed, method)
        yield (
            f"| {scenario.name} | {rate:.1%} | {correlation:g} | **{row.missed:.1%}** | {row.missed_above:.1%} "
            f"| {row.missed_as_independent:.1%} | {row.upper:.2%} | {row.upper_within_two:.0%} |"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vendors", type=int, default=2000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=20260811)
    arguments = parser.parse_args()
    started = time.perf_counter()
    for line in table((arguments.vendors, arguments.days), arguments.seed, grading_method().confidence):
        print(line, flush=True)
    seconds = time.perf_counter() - started
    print(f"\n{arguments.vendors} vendors x {arguments.days} deliveries a row, seed {arguments.seed}, {seconds:.0f} s")


def _share(missed: NDArray[np.bool_]) -> float:
    """Share of vendors missed on any day."""
    return float(missed.any(axis=1).mean())


if __name__ == "__main__":
    main()
