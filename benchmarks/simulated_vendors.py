"""Vendors whose true rates are known: how many leads a day, how the rate moves, how defects cluster. Seeded.

Which bounds miss these rates is counted in `score_coverage`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Shape = tuple[int, int]
"""Vendors, deliveries."""

LEADS_PER_DELIVERY: Final = 200
BAD_FORM_RATE: Final = 0.15
BAD_FORM_SHARE: Final = 0.05
"""Of the days, on which a bad form is live."""


@dataclass(frozen=True)
class Simulated:
    """Leads by delivery, and the truth so far; arrays of vendors by deliveries.

    Attributes:
        received: leads.
        defective: of these, the vendor's defective ones.
        process: lead-weighted mean so far of the rates that the process aims at: what it would give in the long run.
        window: lead-weighted mean so far of the rates that the days had: the truth of what was delivered.
    """

    received: Counts
    defective: Counts
    process: Floats
    window: Floats


@dataclass(frozen=True)
class Scenario:
    """How vendors deliver: leads a day, and true rates of the process and of the days from a wanted mean rate."""

    name: str
    sizes: Callable[[np.random.Generator, Shape], Counts]
    rates: Callable[[np.random.Generator, Shape, float], tuple[Floats, Floats]]


def equal_sizes(_: np.random.Generator, shape: Shape, leads: int = LEADS_PER_DELIVERY) -> Counts:
    """The same number of leads every day."""
    return np.full(shape, leads)


def unequal_sizes(rng: np.random.Generator, shape: Shape) -> Counts:
    """Log-normal sizes: half of them below 120 leads, one in a hundred above 1,200."""
    return np.clip(np.rint(rng.lognormal(np.log(120), 1.0, shape)), 1, 5000).astype(np.int64)


def steady(_: np.random.Generator, shape: Shape, rate: float) -> tuple[Floats, Floats]:
    """A rate that stays."""
    return _no_spells(np.full(shape, rate))


def wandering(rng: np.random.Generator, shape: Shape, rate: float) -> tuple[Floats, Floats]:
    """A random walk: the rate changes by about 8 % a day."""
    return _no_spells(np.minimum(rate * np.exp(np.cumsum(rng.normal(0, 0.08, shape), axis=1)), 0.5))


def worsening(_: np.random.Generator, shape: Shape, rate: float) -> tuple[Floats, Floats]:
    """A fifth of the rate for 120 days, then twice the rate."""
    return _no_spells(np.broadcast_to(rate * np.where(np.arange(shape[1]) < 120, 0.2, 2.0), shape))


def spells(rng: np.random.Generator, shape: Shape, rate: float, days: int) -> tuple[Floats, Floats]:
    """A bad form live for some days at a time, on one day in twenty: 15 % then, the rest spread so that `rate` is met.

    Wanted rates below 0.75 %, which the bad form alone brings, are met with a bad form that is less bad.
    """
    bad = min(BAD_FORM_RATE, 0.75 * rate / BAD_FORM_SHARE)
    good = (rate - bad * BAD_FORM_SHARE) / (1 - BAD_FORM_SHARE)
    starts = rng.random((shape[0], shape[1] + days - 1)) < 1 - (1 - BAD_FORM_SHARE) ** (1 / days)
    live = np.lib.stride_tricks.sliding_window_view(starts, days, axis=1).any(axis=2)
    return np.full(shape, rate), np.where(live, bad, good)


SCENARIOS: Final = (
    Scenario("constant", equal_sizes, steady),
    Scenario("unequal deliveries", unequal_sizes, steady),
    Scenario("wandering", equal_sizes, wandering),
    Scenario("worsening", equal_sizes, worsening),
)
"""Clustered within deliveries by a correlation that is said apart."""
SPELLS: Final = tuple(
    Scenario(f"bad form, {days} day{'s' * (days > 1)}", partial(equal_sizes, leads=500), partial(spells, days=days))
    for days in (1, 3, 8)
)
"""Clustered over deliveries."""


def simulate(rng: np.random.Generator, scenario: Scenario, rate: float, correlation: float, shape: Shape) -> Simulated:
    """Vendors of a scenario.

    Deliveries are beta-binomial: the rate of each is drawn from a Beta law around the true rate of its day, so that two
    leads of one delivery have the given correlation.
    """
    received = scenario.sizes(rng, shape)
    process, of_day = scenario.rates(rng, shape, rate)
    drawn = of_day
    if correlation:
        concentration = 1 / correlation - 1
        drawn = rng.beta(np.maximum(of_day * concentration, 1e-12), (1 - of_day) * concentration)
    return Simulated(received, rng.binomial(received, drawn), _so_far(received, process), _so_far(received, drawn))


def _no_spells(rates: Floats) -> tuple[Floats, Floats]:
    return rates, rates


def _so_far(received: Counts, rates: Floats) -> Floats:
    return np.cumsum(received * rates, axis=1) / np.cumsum(received, axis=1)
