"""What the points of a vendor prove about the process behind them: the band, and the state of each dimension.

Points from rates belong in `points.py`, the bounds of rates in `confidence.py`, grades in `grades.py`.

What is promised: for 95 % of vendors, the band of a dimension holds the points of its process on every day. So does the
band of the total: each of the five dimensions gets a fifth of the miscoverage, so that all five hold together
(Bonferroni), and the total never falls when a dimension rises.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from pipelines.scores.confidence import last_confidence
from pipelines.scores.grades import GradingMethod, delivery_worth
from pipelines.scores.points import (
    DimensionScore,
    LeadCounts,
    ScoringMethod,
    points,
    score_vendor,
    total_points,
)
from pipelines.vocabulary.words import RATED_DIMENSIONS

BREACH_SHOWN: Final = "breach_shown"
STATES: Final = ("conformity_shown", "within_not_shown", "above_not_shown", BREACH_SHOWN)

Deliveries = Mapping[date, LeadCounts]
"""Leads of one dimension by delivery date."""


@dataclass(frozen=True)
class RateBounds:
    """Bounds in [0, 1] of a dimension's process, the correlation within deliveries, and the leads they are worth."""

    lower: float
    upper: float
    correlation: float
    effective_leads: float


@dataclass(frozen=True)
class Standing:
    """A score and the points between which its process lies; the total has neither bounds nor state."""

    score: DimensionScore
    lower_points: float
    upper_points: float
    bounds: RateBounds | None
    state: str | None


def deliveries_by_date(rows: Iterable[tuple[date, int, int]]) -> dict[date, LeadCounts]:
    """Leads received and vendor-defective by delivery date, however many files or rows a day came in."""
    received: defaultdict[date, int] = defaultdict(int)
    defective: defaultdict[date, int] = defaultdict(int)
    for day, received_count, defective_count in rows:
        received[day] += received_count
        defective[day] += defective_count
    return {day: LeadCounts(received[day], defective[day]) for day in sorted(received)}


def state_of(rate: float, lower: float, upper: float, tolerance: float, *, may_show_breach: bool = True) -> str:
    """What the bounds of a dimension show beside its tolerance: one of `STATES`.

    A termination can rest on a breach that is shown: no bounds show it without the evidence that the method asks for.
    """
    if lower > tolerance and may_show_breach:
        return BREACH_SHOWN
    if upper <= tolerance:
        return "conformity_shown"
    return "within_not_shown" if rate <= tolerance else "above_not_shown"


def vendor_standing(
    deliveries: Mapping[str, Deliveries],
    tolerances: Mapping[str, float],
    since: date | None = None,
    *,
    scoring: ScoringMethod,
    grading: GradingMethod,
) -> list[Standing]:
    """Scores of one vendor and what they prove: its dimensions that have leads, then `total`; nothing without leads.

    Args:
        deliveries: leads by dimension (and under `all`) and delivery date.
        tolerances: rates that the contract tolerates, by dimension; the scoring method's where it names none.
        since: first date of the window; all deliveries without it.
        scoring: of the method that counts.
        grading: of the same method.

    Raises:
        ValueError: a dimension that has no rate, or leads without a count for `all`.
    """
    windows = {dimension: _window(days, since) for dimension, days in deliveries.items()}
    scores = score_vendor({dimension: summed_counts(days) for dimension, days in windows.items()}, tolerances, scoring)
    if not scores:
        return []
    *rated, total = scores
    narrower = replace(grading.confidence, miscoverage=grading.confidence.miscoverage / len(RATED_DIMENSIONS))
    together = replace(grading, confidence=narrower)
    wider = [_standing(score, windows[score.dimension], scoring, together) for score in rated]
    lower = total_points({one.score.dimension: one.lower_points for one in wider}, scoring)
    upper = total_points({one.score.dimension: one.upper_points for one in wider}, scoring)
    standings = [_standing(score, windows[score.dimension], scoring, grading) for score in rated]
    return [*standings, Standing(total, lower, upper, None, None)]


def weighed_total(
    deliveries: Mapping[str, Deliveries],
    standings: Sequence[Standing],
    scoring: ScoringMethod,
    grading: GradingMethod,
) -> float:
    """Points of the whole if deliveries counted by what they are worth, not by their leads; never more than it has.

    One large clean delivery, sent after bad ones, is worth as many leads as a usual one.

    Args:
        deliveries: those that the standings are of.
        standings: of the dimensions, then of the whole.
        scoring: by which they were made.
        grading: by which they were made.
    """
    *rated, total = standings
    weighed = {
        one.score.dimension: points(
            weighed_rate(deliveries[one.score.dimension].values(), grading), one.score.tolerance or 0.0, scoring
        )
        for one in rated
    }
    return min(total.score.points, total_points(weighed, scoring))


def weighed_rate(days: Iterable[LeadCounts], grading: GradingMethod) -> float:
    """Rate of some deliveries of which one has leads, in [0, 1], each counted by what it is worth."""
    correlation = grading.confidence.assumed_correlation
    worth = [(delivery_worth(day.leads_received, correlation), day) for day in days if day.leads_received]
    defective = math.fsum(weight * day.leads_vendor_defective / day.leads_received for weight, day in worth)
    return min(defective / math.fsum(weight for weight, _ in worth), 1.0)


def _window(deliveries: Deliveries, since: date | None) -> list[LeadCounts]:
    return [deliveries[day] for day in sorted(deliveries) if since is None or day >= since]


def summed_counts(days: Iterable[LeadCounts]) -> LeadCounts:
    """Counts of some deliveries together."""
    received, defective = 0, 0
    for day in days:
        received += day.leads_received
        defective += day.leads_vendor_defective
    return LeadCounts(received, defective)


def _may_show_breach(received: list[int], grading: GradingMethod) -> bool:
    delivery_count = sum(count > 0 for count in received)
    return sum(received) >= grading.least_breach_leads and delivery_count >= grading.least_breach_deliveries


def _standing(
    score: DimensionScore, days: list[LeadCounts], scoring: ScoringMethod, grading: GradingMethod
) -> Standing:
    received = [day.leads_received for day in days]
    known = last_confidence(received, [day.leads_vendor_defective for day in days], grading.confidence)
    lower, upper = float(known.lower[-1]), float(known.upper[-1])
    bounds = RateBounds(lower, upper, float(known.correlation[-1]), float(known.effective_leads[-1]))
    tolerance = score.tolerance or scoring.least_tolerance
    state = state_of(score.rate, lower, upper, tolerance, may_show_breach=_may_show_breach(received, grading))
    return Standing(score, points(upper, tolerance, scoring), points(lower, tolerance, scoring), bounds, state)
