"""From realised rates to points: one vendor, one date. Counts are read in `scorer`, scores kept in `records`.

The formula is that of the published method (`method`): at the tolerance 80 points, at twice 50, at four times 20.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast, overload

import yaml

from pipelines.vocabulary.words import RATED_DIMENSIONS

if TYPE_CHECKING:
    from pipelines.scores.confidence import Floats

ALL: Final = "all"
TOTAL: Final = "total"
METHOD_FILE: Final = Path(__file__).with_name("methods") / "1.yaml"


@dataclass(frozen=True)
class ScoringMethod:
    """The scoring of a method. Slopes and allowance are points, tolerances and share rates, weights relative."""

    slope_within: float
    slope_beyond: float
    least_tolerance: float
    weights: Mapping[str, float]
    critical: tuple[str, ...]
    allowance: float
    least_rated_share: float
    tolerances: Mapping[str, float]


@dataclass(frozen=True)
class LeadCounts:
    """Leads that one dimension is rated over, and those with a defect for which the vendor answers."""

    leads_received: int
    leads_vendor_defective: int

    def __post_init__(self) -> None:
        """Refuse counts that contradict each other."""
        if not 0 <= self.leads_vendor_defective <= self.leads_received:
            raise ValueError("leads_vendor_defective: expected between 0 and leads_received")


@dataclass(frozen=True)
class DimensionScore:
    """Points in [0, 100] of one dimension, or of `total`, which has no tolerance; rate in [0, 1]."""

    dimension: str
    leads_received: int
    leads_vendor_defective: int
    rate: float
    tolerance: float | None
    points: float


@functools.cache
def scoring_method(path: Path = METHOD_FILE) -> ScoringMethod:
    """The scoring of a method's file; of the first version unless given.

    Raises:
        ValueError: a key is missing, unknown or not what it should be; the message names file and key.
    """
    try:
        return scoring_of(yaml.safe_load(path.read_text(encoding="utf-8"))["scoring"])
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None


def scoring_of(written: Mapping[str, Any]) -> ScoringMethod:
    """The scoring that a method says.

    Raises:
        ValueError: a key is missing, unknown or not what it should be; the message names it.
    """
    try:
        method = ScoringMethod(**{**written, "critical": tuple(written["critical"])})
    except (KeyError, TypeError) as error:
        raise ValueError(f"expected exactly the keys of a scoring method ({error})") from None
    for key, named in (("weights", set(method.weights)), ("tolerances", set(method.tolerances))):
        if named != set(RATED_DIMENSIONS):
            raise ValueError(f"{key}: expected exactly the dimensions {', '.join(RATED_DIMENSIONS)}")
    numbers = (method.slope_within, method.slope_beyond, method.least_tolerance, *method.weights.values())
    if not all(type(number) in (int, float) and number > 0 for number in numbers):
        raise ValueError("slopes, least_tolerance and weights: expected numbers above 0")
    if not all(0 <= number <= 1 for number in (method.least_rated_share, *method.tolerances.values())):
        raise ValueError("least_rated_share and tolerances: expected numbers between 0 and 1")
    if not set(method.critical) <= set(RATED_DIMENSIONS):
        raise ValueError(f"critical: expected some of {', '.join(RATED_DIMENSIONS)}")
    return method


@overload
def points(rate: float, tolerance: float, method: ScoringMethod | None = None) -> float: ...
@overload
def points(rate: Floats, tolerance: Floats | float, method: ScoringMethod | None = None) -> Floats: ...
def points(rate: float | Floats, tolerance: float | Floats, method: ScoringMethod | None = None) -> float | Floats:
    """Points of a realised rate against its tolerance, of one or of many (arrays of equal shape).

    With x = rate / tolerance: 100 - 20 x for x <= 1, else max(0, 80 - 30 log2 x).

    Raises:
        ValueError: a rate or tolerance outside [0, 1].
    """
    import numpy as np  # who reads a method's words alone does not wait for it

    method = method or scoring_method()
    rates, tolerances = np.asarray(rate, dtype=np.float64), np.asarray(tolerance, dtype=np.float64)
    for name, values in (("rate", rates), ("tolerance", tolerances)):
        if not np.all((values >= 0) & (values <= 1)):
            raise ValueError(f"{name}: expected numbers between 0 and 1")
    with np.errstate(over="ignore"):  # a rate far beyond its tolerance has 0 points, however far
        x = rates / np.where(tolerances == 0, method.least_tolerance, tolerances)
        within = 100 - method.slope_within * x
    beyond = 100 - method.slope_within - method.slope_beyond * np.log2(np.maximum(x, 1))
    result = np.where(x <= 1, within, np.maximum(0, beyond))
    return cast("Floats", result) if result.ndim else float(result)


def score_vendor(
    counts: Mapping[str, LeadCounts],
    tolerances: Mapping[str, float],
    method: ScoringMethod | None = None,
) -> list[DimensionScore]:
    """Scores of one vendor: its dimensions that are rated, in the order of the vocabulary, then `total`.

    A dimension is not rated where next to nothing could be judged, beside the rows received: it has no points, and the
    total is that of the others.

    Args:
        counts: leads that each dimension is rated over, and all rows received under `all`.
        tolerances: rates that the contract tolerates, by dimension; the method's where it names none.
        method: the version to apply; the packaged one unless given.

    Returns:
        Nothing at all for a vendor without leads.

    Raises:
        ValueError: a dimension that has no rate, or leads without a count for `all`.
    """
    method = method or scoring_method()
    for name in (*counts, *tolerances):
        if name not in (*RATED_DIMENSIONS, ALL):
            raise ValueError(f"dimension {name}: expected one of {', '.join((*RATED_DIMENSIONS, ALL))}")
    present = [name for name in RATED_DIMENSIONS if name in counts and counts[name].leads_received]
    if not present:
        return []
    if ALL not in counts or not counts[ALL].leads_received:
        raise ValueError(f"dimension {ALL}: expected the leads received, since {present[0]} has some")
    least = method.least_rated_share * counts[ALL].leads_received
    present = [name for name in present if counts[name].leads_received >= least]
    allowed = {**method.tolerances, **tolerances}
    scores = [_score(name, counts[name], allowed[name], method) for name in present]
    total = total_points({score.dimension: score.points for score in scores}, method)
    return [*scores, _points_row(TOTAL, counts[ALL], None, total)]


def total_points(by_dimension: Mapping[str, float], method: ScoringMethod | None = None) -> float:
    """Points of the whole: the weighted mean, capped by the least of the critical dimensions plus the allowance."""
    method = method or scoring_method()
    critical = [by_dimension[name] for name in method.critical if name in by_dimension]
    return min([mean_points(by_dimension, method), *(method.allowance + value for value in critical)])


def mean_points(by_dimension: Mapping[str, float], method: ScoringMethod) -> float:
    """The weighted mean of the points, before the cap."""
    weight = math.fsum(method.weights[name] for name in by_dimension)
    return math.fsum(method.weights[name] * value for name, value in by_dimension.items()) / weight


def _score(name: str, counts: LeadCounts, tolerance: float, method: ScoringMethod) -> DimensionScore:
    return _points_row(name, counts, tolerance, points(_defect_rate(counts), tolerance, method))


def _points_row(name: str, counts: LeadCounts, tolerance: float | None, value: float) -> DimensionScore:
    return DimensionScore(
        name, counts.leads_received, counts.leads_vendor_defective, _defect_rate(counts), tolerance, value
    )


def _defect_rate(counts: LeadCounts) -> float:
    return counts.leads_vendor_defective / counts.leads_received
