"""What the realised defects of a vendor prove about the rate of the process behind them, after each delivery.

An anytime-valid confidence sequence, made for scores that are looked at every day. Points and states belong in
`standings.py`, the method's numbers in `methods/`, the measured coverage in `benchmarks/score_coverage.py`.

How it works, with n_i leads received and k_i defective in delivery i, N and S their sums so far:

- Leads of one delivery are alike (a bad form, a bad day): N leads tell as much as N / D independent ones. The design
  effect is D = 1 + (m - 1) * rho, where m = sum(n_i^2) / N is the size of the delivery that a lead finds itself in, and
  rho the correlation within deliveries, by analysis of variance (Ridout, Demétrio, Firth, Biometrics 55, 1999).
- That estimate is itself uncertain, so a cautious one is applied: the upper quantile `caution` of a scaled inverse
  chi-square law, in which the assumed correlation counts as `assumed_weight` degrees of freedom and the estimated one
  as 1 / (1 / deliveries + 3 / defects), both numbers effective. This is twice the inverse of the relative variance of
  an estimated variance if the rates of deliveries follow a gamma law, whose kurtosis brings the 3.
- On N / D leads and S / D defects stands the beta-binomial mixture martingale (Robbins, Ann. Math. Stat. 41, 1970;
  Howard et al., Ann. Stat. 49, 2021): kept are the rates at which the likelihood is more than `miscoverage` times the
  likelihood averaged over a Beta law.

The mixture is exact for independent leads; with an estimated D the promise rests on simulation. It holds for
beta-binomial deliveries with correlations up to 0.1, equal or not, and for drifting rates: what is covered is the
lead-weighted mean of the rates so far. Beyond, the long run of a process whose defects sit in a few days a year can't
be seen before they come: at a correlation of 0.2 up to one vendor in seven is missed, at 0.3 up to one in four.
Correlation between deliveries is not counted; it is a drift.
"""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.scores.confidence_method import ConfidenceMethod

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NEWTON_STEPS: Final = 24
NEGLIGIBLE: Final = 1e-12
"""Defects (or leads without) below which a bound is 0 (or 1) to the last digit."""


@dataclass(frozen=True)
class ConfidenceSequence:
    """What is known after each delivery; arrays of the shape of the counts, deliveries on the last axis.

    Attributes:
        rate: realised rate so far, in [0, 1]; NaN before the first lead.
        lower: least rate of the process that the deliveries so far do not refute.
        upper: greatest such rate.
        correlation: estimated correlation within deliveries, in [0, 1].
        design_effect: cautious design effect that was applied, at least 1.
        effective_leads: independent leads that would tell as much.
    """

    rate: Floats
    lower: Floats
    upper: Floats
    correlation: Floats
    design_effect: Floats
    effective_leads: Floats


@dataclass(frozen=True)
class _Sums:
    """Sums so far: leads, their squares, defects, squared defects divided by leads, deliveries that have leads."""

    leads: Floats
    squares: Floats
    defects: Floats
    clustered: Floats
    deliveries: Floats


def confidence_sequence(received: ArrayLike, defective: ArrayLike, method: ConfidenceMethod) -> ConfidenceSequence:
    """Bounds for the rate of the process after each delivery, from the deliveries so far.

    The bounds at an instant depend on the deliveries so far, not on their order.

    Args:
        received: leads by delivery, in order of delivery; several vendors on leading axes.
        defective: of these, the vendor's defective ones; same shape.
        method: the numbers of the method.

    Raises:
        ValueError: shapes that differ, or counts that contradict each other.
    """
    return _bounds_of_sums(_sums(*_float_counts(received, defective)), method)


def last_confidence(received: ArrayLike, defective: ArrayLike, method: ConfidenceMethod) -> ConfidenceSequence:
    """What is known after the last delivery: the end of the `confidence_sequence`, to the bit, and nothing else of it.

    Args:
        received: leads by delivery, in order of delivery, one at least; several vendors on leading axes.
        defective: of these, the vendor's defective ones; same shape.
        method: the numbers of the method.

    Raises:
        ValueError: shapes that differ, or counts that contradict each other.
    """
    sums = _sums(*_float_counts(received, defective))
    return _bounds_of_sums(_Sums(*(getattr(sums, one.name)[..., -1:] for one in fields(sums))), method)


def _bounds_of_sums(sums: _Sums, method: ConfidenceMethod) -> ConfidenceSequence:
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = sums.defects / sums.leads
        correlation = _correlation(sums)
        design_effect = _cautious_design_effect(sums, correlation, method, sums.defects > 0)
        spotless_effect = _cautious_design_effect(sums, correlation, method, np.zeros_like(rate, dtype=np.bool_))
    lower, upper = bounds(sums.leads / design_effect, sums.defects / design_effect, method)
    # An estimate from few defects can fall below what is assumed without any: having defects must not narrow the band.
    _, best = bounds(sums.leads / spotless_effect, np.zeros_like(rate), method)
    return ConfidenceSequence(
        rate, lower, np.maximum(upper, best), correlation, design_effect, sums.leads / design_effect
    )


def bounds(leads: ArrayLike, defects: ArrayLike, method: ConfidenceMethod) -> tuple[Floats, Floats]:
    """Lower and upper bound from (effective, so fractional) leads and defects, element by element.

    At a rate p the martingale is M(p) = B(a + k, b + n - k) / B(a, b) / (p^k (1 - p)^(n - k)), with a = 1 and
    b = 1 / expected_rate - 1; the bounds enclose the rates where M(p) < 1 / miscoverage.
    """
    from scipy.special import betaln  # late: who lists methods makes no band

    n, k = np.broadcast_arrays(np.asarray(leads, dtype=np.float64), np.asarray(defects, dtype=np.float64))
    a, b = 1.0, 1 / method.expected_rate - 1
    constant = np.asarray(betaln(a + k, b + n - k) - betaln(a, b) + np.log(method.miscoverage))
    return np.exp(_log_root(k, n - k, constant)), -np.expm1(_log_root(n - k, k, constant))


def _log_root(near: Floats, far: Floats, constant: Floats) -> Floats:
    """Least u < 0 with constant - near * u - far * log(1 - e^u) = 0; -inf where `near` is next to nothing.

    The function is convex, and at least 0 where its linear part vanishes: from there, Newton's steps rise to the root.
    """
    is_bounded = near > NEGLIGIBLE
    slope = np.where(is_bounded, near, 1.0)
    u = np.minimum(constant / slope, -1e-300)
    for _ in range(NEWTON_STEPS):
        rest = -np.expm1(u)
        value = constant - slope * u - far * np.log(rest)
        u = np.minimum(u + value / (slope - far * np.exp(u) / rest), -1e-300)
    return np.where(is_bounded, u, -np.inf)


def _float_counts(received: ArrayLike, defective: ArrayLike) -> tuple[Floats, Floats]:
    n, k = np.asarray(received, dtype=np.float64), np.asarray(defective, dtype=np.float64)
    if n.shape != k.shape or n.ndim == 0:
        raise ValueError("defective: expected one count for each delivery of received")
    if not np.all((k >= 0) & (k <= n)):
        raise ValueError("defective: expected between 0 and received in each delivery")
    return n, k


def _sums(n: Floats, k: Floats) -> _Sums:
    clustered = k**2 / np.where(n > 0, n, 1)
    return _Sums(*(np.cumsum(terms, axis=-1, dtype=np.float64) for terms in (n, n**2, k, clustered, n > 0)))


def _correlation(sums: _Sums) -> Floats:
    """Within-delivery correlation by analysis of variance, in [0, 1]; 0 where nothing can be told."""
    between = (sums.clustered - sums.defects**2 / sums.leads) / (sums.deliveries - 1)
    within = (sums.defects - sums.clustered) / (sums.leads - sums.deliveries)
    size = (sums.leads - sums.squares / sums.leads) / (sums.deliveries - 1)
    correlation = (between - within) / (between + (size - 1) * within)
    return np.where(np.isfinite(correlation), np.clip(correlation, 0, 1), 0.0)


def _cautious_design_effect(sums: _Sums, correlation: Floats, method: ConfidenceMethod, has_seen: Bools) -> Floats:
    """Design effect at the cautious correlation, between 1 and the size of deliveries (all leads of one alike)."""
    from scipy.special import chdtri  # late: who lists methods makes no band

    size = np.where(sums.leads > 0, sums.squares / sums.leads, 1.0)
    likely = 1 + (size - 1) * np.maximum(correlation, method.assumed_correlation)
    deliveries, defects = sums.leads**2 / sums.squares, sums.defects / likely
    seen = np.where(has_seen, 1 / (1 / deliveries + 3 / defects), 0.0)
    assumed = method.assumed_weight
    mixed = assumed * method.assumed_correlation + seen * correlation
    cautious = mixed / np.asarray(chdtri(assumed + seen, method.caution))
    return np.asarray(1 + (size - 1) * np.minimum(cautious, 1.0))
