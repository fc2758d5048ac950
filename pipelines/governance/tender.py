"""What a candidate answered in a tender, and what that is worth: `contracts/<vendor>/tender.yaml`.

answers:
  tc_informed: {satisfies: yes, answered_on: 2026-09-01, evidence: "captures of 28 August", taken_by: "media buyer"}
  tc_double_optin: {satisfies: no, answered_on: 2026-09-01, taken_by: "media buyer"}

Unknown is not compliant: what was not answered, or whose evidence has expired, is worth nothing, and an answer without
evidence half of its weight at most. What does not apply to a candidate is left out of its total.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import Field

from pipelines.contracts.book import TENDER
from pipelines.governance.due_diligence import (
    AnswersFile,
    DueDiligence,
    VendorAnswer,
    answer_fault,
    read_answers,
    read_due_diligence,
)
from pipelines.governance.tender_grid import Criterion, TenderGrid

CREDITS: Final[Mapping[str | None, float]] = {None: 1.0, "partly_satisfied": 0.5, "without_evidence": 0.5}
"""What an answer is worth by what is wrong with it; nothing for every other fault."""
MISSING: Final = ("unanswered", "evidence_expired")


class TenderAnswer(VendorAnswer):
    """What a candidate answered to one criterion, as the advertiser took it."""

    taken_by: str
    """Who judged the answer: a function, not a name."""


class Tender(AnswersFile):
    """A candidate's answers."""

    answers: Mapping[str, TenderAnswer] = Field(default_factory=dict)


@dataclass(frozen=True)
class CriterionResult:
    """What a candidate's answer to one criterion is worth on a date."""

    criterion: Criterion
    answer: VendorAnswer | None
    fault: str | None
    """A kind of `vendor_review.KINDS`; None: it is as it should be."""
    since: date | None

    @property
    def applies(self) -> bool:
        """False for what does not apply to the candidate, as evidence shows."""
        return self.fault is not None or self.answer is None or self.answer.satisfies != "not_applicable"

    @property
    def credit(self) -> float:
        """From 0 to 1."""
        return CREDITS.get(self.fault, 0.0)

    @property
    def is_knock_out(self) -> bool:
        """Whether it ends the tender for the candidate."""
        return self.criterion.knock_out and self.fault == "not_satisfied"


@dataclass(frozen=True)
class TenderResult:
    """One candidate's answers on a date, criterion by criterion."""

    vendor: str
    results: tuple[CriterionResult, ...]

    @property
    def total(self) -> float:
        """Weighted, in [0, 100]; 0 where nothing applies."""
        asked = [one for one in self.results if one.applies]
        whole = sum(one.criterion.weight for one in asked)
        return 100 * sum(one.criterion.weight * one.credit for one in asked) / whole if whole else 0.0

    @property
    def knock_outs(self) -> tuple[CriterionResult, ...]:
        """What ends the tender for the candidate."""
        return tuple(one for one in self.results if one.is_knock_out)

    @property
    def missing(self) -> tuple[CriterionResult, ...]:
        """What was not answered, or is not any more, the heaviest first."""
        return _heaviest_first(one for one in self.results if one.fault in MISSING)

    @property
    def doubtful(self) -> tuple[CriterionResult, ...]:
        """What was answered and is not as it should be, knock-outs left out, the heaviest first."""
        return _heaviest_first(
            one for one in self.results if one.fault and one.fault not in MISSING and not one.is_knock_out
        )


def tender_of(contracts: Path, vendor: str, grid: TenderGrid, *, on: date) -> TenderResult:
    """A candidate's file, read and weighed on a civil date (Europe/Paris).

    Raises:
        CatalogueError: every problem of the candidate's files, with its line.
    """
    known = [one.id for one in grid.criteria]
    tender = read_answers(contracts / vendor / TENDER, Tender, "criterion", known)
    return tender_result(vendor, tender, read_due_diligence(contracts, vendor), grid, on=on)


def tender_result(vendor: str, tender: Tender, file: DueDiligence, grid: TenderGrid, *, on: date) -> TenderResult:
    """Answers weighed on a civil date; due diligence answers where the tender's file is silent."""
    return TenderResult(vendor, tuple(_criterion_result(one, tender, file, on) for one in grid.criteria))


def ranked(results: Iterable[TenderResult]) -> list[TenderResult]:
    """Candidates in the order in which a person looks at them: who was knocked out last, then the highest total."""
    return sorted(results, key=lambda one: (bool(one.knock_outs), -one.total, one.vendor))


def _criterion_result(criterion: Criterion, tender: Tender, file: DueDiligence, on: date) -> CriterionResult:
    answer = tender.answers.get(criterion.id) or (file.answers.get(criterion.question) if criterion.question else None)
    fault, since = answer_fault(criterion, answer, on)
    return CriterionResult(criterion, answer, fault, since)


def _heaviest_first(results: Iterable[CriterionResult]) -> tuple[CriterionResult, ...]:
    return tuple(sorted(results, key=lambda one: -one.criterion.weight))
