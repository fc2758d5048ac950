"""What would lift a vendor to a grade: the rules whose defects cost most, one after the other, until it has the points.

Points belong in `points`, why they moved in `contributions`, from whose snapshots this starts. A rule's part of a rate
is its part of the dimension's findings, as there. Steps are taken greedily: the one that gains most; where a cap holds
the total down and none gains, the one with most defective leads in the dimension that holds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from pipelines.scores.contributions import Snapshot, rate_by_cause
from pipelines.scores.grades import GRADES, GradingMethod, grading_method
from pipelines.scores.points import ScoringMethod, points, scoring_method, total_points

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
    steps: tuple[PlanStep, ...]

    @property
    def is_enough(self) -> bool:
        """Whether the steps reach the points."""
        return bool(self.steps) and self.steps[-1].total_after >= Fraction(self.points_needed)


def plan(
    snapshot: Snapshot, scoring: ScoringMethod | None = None, grading: GradingMethod | None = None
) -> LiftPlan | None:
    """The steps from a vendor's dimensions (those that have leads) to the next wanted grade; None where it has all.

    A grade counts as reached from its floor and the margin on, whatever gates are open.
    """
    scoring, grading = scoring or scoring_method(), grading or grading_method()
    rates: dict[str, dict[str, Fraction]] = {
        name: dict(rate_by_cause(one)) for name, one in snapshot.items() if one.counts.leads_received
    }
    if not rates:
        return None
    total = _total_of_rates(rates, snapshot, scoring)
    needed = {grade: grading.grades[grade] + grading.rise_margin for grade in GRADES if grade in WANTED}
    grade = next((name for name in WANTED if total < Fraction(needed[name])), None)
    if grade is None:
        return None
    steps: list[PlanStep] = []
    while total < Fraction(needed[grade]) and (step := _best_step(rates, total, snapshot, scoring)) is not None:
        steps.append(step)
        del rates[step.dimension][step.cause]
        total = step.total_after
    return LiftPlan(grade, needed[grade], tuple(steps))


def _best_step(rates: Rates, total: Fraction, snapshot: Snapshot, method: ScoringMethod) -> PlanStep | None:
    weakest = min(rates, key=lambda name: _points_of_rates(name, rates, snapshot, method))
    steps = [
        _mended_step(name, cause, rates, total, snapshot, method)
        for name, causes in rates.items()
        for cause, rate in causes.items()
        if rate
    ]
    return max(
        steps,
        key=lambda step: (step.gain, step.dimension == weakest, step.leads_count, step.dimension, step.cause),
        default=None,
    )


def _mended_step(
    name: str, cause: str, rates: Rates, total: Fraction, snapshot: Snapshot, method: ScoringMethod
) -> PlanStep:
    left = {key: value for key, value in rates[name].items() if key != cause}
    after = _total_of_rates({**rates, name: left}, snapshot, method)
    leads = round(rates[name][cause] * snapshot[name].counts.leads_received)
    return PlanStep(name, cause, leads, after - total, after)


def _total_of_rates(rates: Rates, snapshot: Snapshot, method: ScoringMethod) -> Fraction:
    return Fraction(total_points({name: _points_of_rates(name, rates, snapshot, method) for name in rates}, method))


def _points_of_rates(name: str, rates: Rates, snapshot: Snapshot, method: ScoringMethod) -> float:
    return points(float(sum(rates[name].values(), Fraction(0))), snapshot[name].tolerance, method)
