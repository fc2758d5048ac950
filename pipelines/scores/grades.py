"""Grades and gates of a vendor. The dated method that publishes their numbers is in `method`.

Points belong in `points`, what they prove in `standings`, why a score moved in `contributions`.
"""

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from pipelines.scores.confidence_method import ConfidenceMethod
from pipelines.vocabulary.bilingual import Bilingual

GRADES: Final = ("A", "B", "C", "D", "E")
NOT_ENOUGH_EVIDENCE: Final = "not_enough_evidence"
METHOD_FILE: Final = Path(__file__).with_name("methods") / "1.yaml"


@dataclass(frozen=True)
class GateRule:
    """When a gate opens: leads failing a rule at the vendor's account, as a count and as a rate in [0, 1]."""

    id: str
    rule_id: str
    cap: str
    least_count: int
    above_rate: float
    reason: Bilingual


@dataclass(frozen=True)
class GradingMethod:
    """The grading of a method. Floors and margin are points, what begins with `least` are numbers."""

    confidence: ConfidenceMethod
    grades: Mapping[str, float]
    rise_margin: float
    least_effective_leads: float
    weighs_deliveries: bool
    """Whether a grade also takes the points of deliveries that are weighed by their effective leads."""
    least_breach_leads: int
    least_breach_deliveries: int
    gates: tuple[GateRule, ...]


@dataclass(frozen=True)
class Gate:
    """An open gate: the best grade it leaves, the delivery date that opened it, the leads of the window by then."""

    id: str
    cap: str
    since: date
    leads_failed: int
    leads_received: int
    reason: Bilingual


@dataclass(frozen=True)
class Grade:
    """What the points earned, `None` for want of evidence, and the gates open at that instant."""

    earned: str | None
    gates: tuple[Gate, ...] = ()

    @property
    def published(self) -> str:
        """The grade to show: the worse of what was earned and what the gates leave."""
        if self.earned is None:
            return NOT_ENOUGH_EVIDENCE
        return max([self.earned, *(gate.cap for gate in self.gates)])


@functools.cache
def grading_method(path: Path = METHOD_FILE) -> GradingMethod:
    """The grading of a method's file; of the first version unless given.

    Raises:
        ValueError: a key is missing, unknown or not what it should be; the message names file and key.
    """
    try:
        return grading_of(yaml.safe_load(path.read_text(encoding="utf-8"))["grading"])
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None


def grading_of(written: Mapping[str, Any]) -> GradingMethod:
    """The grading that a method says.

    Raises:
        ValueError: a key is missing, unknown or not what it should be; the message names it.
    """
    try:
        gates = tuple(GateRule(**{**gate, "reason": Bilingual(**gate["reason"])}) for gate in written["gates"])
        confidence = ConfidenceMethod(**written["confidence"])
        method = GradingMethod(**{**written, "gates": gates, "confidence": confidence})
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"expected exactly the keys of a grading method ({error})") from None
    _check_floors(method)
    if type(method.weighs_deliveries) is not bool:
        raise ValueError("weighs_deliveries: expected true or false")
    for gate in gates:
        if gate.cap not in GRADES:
            raise ValueError(f"gate {gate.id}: cap: expected one of {', '.join(GRADES)}")
    return method


def effective_leads(received: Iterable[int], grading: GradingMethod | None = None) -> float:
    """Independent leads that deliveries of these sizes are worth, at the assumed correlation.

    Defects take no part, so that no vendor goes ungraded because its defects cluster; no delivery lessens the sum.
    """
    correlation = (grading or grading_method()).confidence.assumed_correlation
    return math.fsum(delivery_worth(count, correlation) for count in received if count)


def delivery_worth(received: int, correlation: float) -> float:
    """Independent leads that one delivery is worth, whatever was found in it."""
    return received / (1 + (received - 1) * correlation)


def next_grade(
    total: float,
    leads: float,
    previous: Grade | None = None,
    gates: Sequence[Gate] = (),
    grading: GradingMethod | None = None,
) -> Grade:
    """The grade after the last one published in the same window; a pure function, to be folded over the window.

    Args:
        total: points of the vendor, in [0, 100].
        leads: what `effective_leads` gives for the window.
        previous: the last grade of the window; `None` at its start.
        gates: gates open now.
        grading: version of the method; the packaged one unless given.
    """
    grading = grading or grading_method()
    if leads < grading.least_effective_leads:
        return Grade(None, tuple(gates))
    last = previous.earned if previous is not None else None
    return Grade(_earned(total, last, grading), tuple(gates))


def open_gates(
    received: Mapping[date, int],
    failed: Mapping[str, Mapping[date, int]],
    since: date | None = None,
    grading: GradingMethod | None = None,
) -> list[Gate]:
    """Gates that the deliveries of a window opened, each with the date on which it did.

    Args:
        received: leads by delivery date.
        failed: by rule and delivery date, the leads that fail it and for which the vendor answers.
        since: first date of the window; all deliveries without it.
        grading: version of the method; the packaged one unless given.
    """
    window = {day: received[day] for day in sorted(received) if since is None or day >= since}
    rules = (grading or grading_method()).gates
    opened = [_gate_opened(rule, window, failed.get(rule.rule_id, {})) for rule in rules]
    return [gate for gate in opened if gate is not None]


def _earned(total: float, last: str | None, grading: GradingMethod) -> str:
    """The best grade whose floor is reached, with the margin for those better than the last one."""
    reached = round(total, 6)  # a mean of exact floors may end a hair below them
    for grade in GRADES[:-1]:
        margin = grading.rise_margin if last is not None and grade < last else 0.0
        if reached >= grading.grades[grade] + margin:
            return grade
    return GRADES[-1]


def _gate_opened(rule: GateRule, received: Mapping[date, int], failed: Mapping[date, int]) -> Gate | None:
    fails, leads = 0, 0
    for day, count in received.items():
        fails, leads = fails + failed.get(day, 0), leads + count
        if fails >= rule.least_count and fails > rule.above_rate * leads:
            return Gate(rule.id, rule.cap, day, fails, leads, rule.reason)
    return None


def _check_floors(method: GradingMethod) -> None:
    floors = [method.grades.get(grade, math.nan) for grade in GRADES]
    if tuple(method.grades) != GRADES or floors != sorted(floors, reverse=True) or floors[-1] != 0:
        raise ValueError(f"grades: expected falling floors of {', '.join(GRADES)}, the last 0")
    if not 0 <= method.rise_margin <= 100 - floors[0]:
        raise ValueError(f"rise_margin: expected a number that leaves grade {GRADES[0]} within reach")
