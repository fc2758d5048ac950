"""Bounds that others would put on a vendor's rate, beside the house's: after each delivery, from counts alone.

Arrays of vendors by deliveries in, lower and upper bounds of the same shape out.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from pipelines.scores.confidence import bounds, confidence_sequence
from pipelines.scores.confidence_method import ConfidenceMethod

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bounds = tuple[Floats, Floats]

GRID: Final = np.geomspace(1e-5, 0.999, 240)
"""Rates that the betting sequence tries, 5 % apart."""


def wilson(received: Counts, defective: Counts, miscoverage: float) -> Bounds:
    """Wilson's score interval on all leads so far, made for one look (Wilson, J. Am. Stat. Assoc. 22, 1927)."""
    n, k = (np.cumsum(counts, axis=1, dtype=np.float64) for counts in (received, defective))
    z = float(norm.ppf(1 - miscoverage / 2))
    middle, spread = k / n + z**2 / (2 * n), z * np.sqrt(k / n * (1 - k / n) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    return np.maximum((middle - spread) / scale, 0), np.minimum((middle + spread) / scale, 1)


def independent_leads(received: Counts, defective: Counts, method: ConfidenceMethod) -> Bounds:
    """The house's mixture, had every lead been drawn apart from all others."""
    return bounds(np.cumsum(received, axis=1), np.cumsum(defective, axis=1), method)


def delivery_as_unit(received: Counts, defective: Counts, method: ConfidenceMethod) -> Bounds:
    """The house's mixture on the rates of deliveries, each worth one lead.

    It holds for any law of them: a bounded variable is no more spread than one lead of the same mean (Hoeffding, 1963).
    Deliveries of unequal size count alike, so that what is covered is the mean over deliveries, not over leads.
    """
    worth = np.cumsum(np.ones(received.shape), axis=1)
    return bounds(worth, np.cumsum(defective / received, axis=1), method)


def blocks_as_unit(received: Counts, defective: Counts, method: ConfidenceMethod, days: int) -> Bounds:
    """The house's whole sequence on blocks of so many deliveries, as it stands at the end of the last whole block."""
    count = received.shape[1] // days
    n, k = (counts[:, : count * days].reshape(len(counts), count, days).sum(axis=2) for counts in (received, defective))
    sequence, ended = confidence_sequence(n, k, method), (np.arange(received.shape[1]) + 1) // days
    before = np.zeros((len(received), 1))
    return (
        np.concatenate((before, sequence.lower), axis=1)[:, ended],
        np.concatenate((before + 1, sequence.upper), axis=1)[:, ended],
    )


def betting(received: Counts, defective: Counts, miscoverage: float) -> Bounds:
    """The hedged betting sequence on the rates of deliveries (Waudby-Smith, Ramdas, J. R. Stat. Soc. B 86, 2024).

    As `confseq.betting.betting_cs` of confseq 0.0.11 makes it (MIT licence), with its bets and its truncation at one
    half, for all vendors at once; that package neither builds here nor runs with this NumPy. `GRID` holds the rates
    that are tried: a bound is the last one refuted.
    """
    x = defective / received
    bets = _predictable_bets(x, miscoverage / 2)
    up, down = np.zeros((len(x), len(GRID))), np.zeros((len(x), len(GRID)))
    lower, upper, limit = np.zeros(x.shape), np.ones(x.shape), np.log(2 / miscoverage)
    for day in range(x.shape[1]):
        bet, distance = bets[:, day, None], x[:, day, None] - GRID
        up += np.log1p(np.minimum(bet, 0.5 / GRID) * distance)
        down += np.log1p(-np.minimum(bet, 0.5 / (1 - GRID)) * distance)
        is_refuted = np.maximum(up, down) >= limit
        first, last = (~is_refuted).argmax(axis=1), len(GRID) - 1 - (~is_refuted)[:, ::-1].argmax(axis=1)
        lower[:, day] = np.where(first > 0, GRID[np.maximum(first - 1, 0)], 0)
        upper[:, day] = np.where(last < len(GRID) - 1, GRID[np.minimum(last + 1, len(GRID) - 1)], 1)
    return lower, upper


def _predictable_bets(x: Floats, miscoverage: float) -> Floats:
    """Of each day from the days before: square root of 2 log(1 / miscoverage) / (variance * t * log(1 + t))."""
    t = np.arange(1, x.shape[1] + 1)
    mean = (0.5 + np.cumsum(x, axis=1)) / (t + 1)
    variance = (0.25 + np.cumsum((x - mean) ** 2, axis=1)) / (t + 1)
    before = np.concatenate((np.full((len(x), 1), 0.25), variance[:, :-1]), axis=1)
    return np.asarray(np.sqrt(2 * np.log(1 / miscoverage) / (before * t * np.log(1 + t))))
