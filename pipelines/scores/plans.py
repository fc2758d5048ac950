"""What would lift a vendor to a grade: the rules whose defects cost most, one after the other, until it has the points.

Points belong in `points`, why they moved in `contributions`, from whose snapshots this starts. A rule's part of a rate
is its part of the dimension's findings, as there. Steps are taken greedily: the one that gains most; where a cap holds
the total down and none gains, the one with most defective leads in the dimension that holds it.

Where the method weighs deliveries for the grade, the total here is that which the grade takes: the lesser of the plain
one and of the weighed one (`standings`). A rule has the same part of the weighed rate as of the plain one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from pipelines.scores.contributions import Snapshot, rate_by_cause
from pipelines.scores.grades import GRADES, GradingMethod, grading_method
from pipelines.scores.points import ScoringMethod, points, scoring_method, total_points
from pipelines.scores.standings import Deliveries, weighed_rate

WANTED: Final = ("B", "A")
"""Grades that a plan aims at: the first that the points do not reach."""

Rates = Mapping[str, Mapping[str, Fraction]]
"""By dimension and cause, in [0, 1]."""


@dataclass(frozen=True)
class PlanStep:
    """All defects of one cause mended, after those of the steps before."""

    dimension: str
    cause: str
    """A rule id, or another word of `contributions`."""
    leads_count: int
    """Defective leads, rounded: a lead with several defects counts by parts."""
    gain: Fraction
    """Points of the total."""
    total_after: Fraction


@dataclass(frozen=True)
class LiftPlan:
    """The steps to a grade; they reach it unless defects without a cause are in the way."""

    grade: str
    points_needed: float
    points_now: Fraction
    """Of the total that the grade takes."""
    steps: tuple[PlanStep, ...]

    @property
    def is_enough(self) -> bool:
        """Whether the steps reach the points."""
        return bool(self.steps) and self.steps[-1].total_after >= Fraction(self.points_needed)


def plan(
    snapshot: Snapshot,
    scoring: ScoringMethod | None = None,
    grading: GradingMethod | None = None,
    deliveries: Mapping[str, Deliveries] | None = None,
) -> LiftPlan | None:
    """The steps from a vendor's dimensions (those that have leads) to the next wanted grade; None where it has all.

    A grade counts as reached from its floor and the margin on, whatever gates are open. `deliveries`: by dimension and
    date those that the snapshot is of, for a method that weighs them.
    """
    scoring, grading = scoring or scoring_method(), grading or grading_method()
    rates: dict[str, dict[str, Fraction]] = {
        name: dict(rate_by_cause(one)) for name, one in snapshot.items() if one.counts.leads_received
    }
    if not rates:
        return None
    weights = _weights(snapshot, deliveries or {}, grading) if grading.weighs_deliveries else {}
    scale = _Scale(snapshot, scoring, weights)
    total = now = scale.total(rates)
    needed = {grade: grading.grades[grade] + grading.rise_margin for grade in GRADES if grade in WANTED}
    grade = next((name for name in WANTED if total < Fraction(needed[name])), None)
    if grade is None:
        return None
    steps: list[PlanStep] = []
    while total < Fraction(needed[grade]) and (step := _best_step(rates, total, scale)) is not None:
        steps.append(step)
        del rates[step.dimension][step.cause]
        total = step.total_after
    return LiftPlan(grade, needed[grade], now, tuple(steps))


@dataclass(frozen=True)
class _Scale:
    """From rates to the points that the grade takes."""

    snapshot: Snapshot
    method: ScoringMethod
    weights: Mapping[str, Fraction] = field(default_factory=dict)
    """By dimension, its weighed rate as a multiple of the plain one; 1 where none is given."""

    def total(self, rates: Rates) -> Fraction:
        plain, weighed = ({name: self._points(name, rates, one) for name in rates} for one in (False, True))
        return Fraction(min(total_points(plain, self.method), total_points(weighed, self.method)))

    def points(self, name: str, rates: Rates) -> float:
        return min(self._points(name, rates, is_weighed) for is_weighed in (False, True))

    def _points(self, name: str, rates: Rates, is_weighed: bool) -> float:
        weight = self.weights.get(name, Fraction(1)) if is_weighed else Fraction(1)
        rate = min(sum(rates[name].values(), Fraction(0)) * weight, Fraction(1))
        return points(float(rate), self.snapshot[name].tolerance, self.method)


def _weights(snapshot: Snapshot, deliveries: Mapping[str, Deliveries], grading: GradingMethod) -> dict[str, Fraction]:
    return {
        name: Fraction(weighed_rate(days.values(), grading)) / sum(rate_by_cause(snapshot[name]).values(), Fraction(0))
        for name, days in deliveries.items()
        if name in snapshot and snapshot[name].counts.leads_vendor_defective
    }


def _best_step(rates: Rates, total: Fraction, scale: _Scale) -> PlanStep | None:
    weakest = min(rates, key=lambda name: scale.points(name, rates))
    steps = [
        _mended_step(name, cause, rates, total, scale)
        for name, causes in rates.items()
        for cause, rate in causes.items()
        if rate
    ]
    return max(
        steps,
        key=lambda step: (step.gain, step.dimension == weakest, step.leads_count, step.dimension, step.cause),
        default=None,
    )


def _mended_step(name: str, cause: str, rates: Rates, total: Fraction, scale: _Scale) -> PlanStep:
    left = {key: value for key, value in rates[name].items() if key != cause}
    after = scale.total({**rates, name: left})
    leads = round(rates[name][cause] * scale.snapshot[name].counts.leads_received)
    return PlanStep(name, cause, leads, after - total, after)
