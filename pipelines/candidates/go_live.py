"""The conditions under which a vendor goes live, and which of them are not met. Data: `go_live.yaml`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import Field

from pipelines.candidates.pilot import Pilot
from pipelines.contracts.contract import Contract
from pipelines.contracts.stages import LIVE
from pipelines.governance.tender import MISSING, CriterionResult, TenderResult
from pipelines.governance.vendor_review import ReviewGap, gap_words
from pipelines.rulebook.yaml_files import Model, read_yaml_file
from pipelines.vocabulary.bilingual import Bilingual
from pipelines.wording.words import Words

CONDITIONS: Final = Path(__file__).with_name("go_live.yaml")
_CONTRACT_GAPS: Final = ("no_contract", "quote_only", "clause_missing", "clause_without_terms")
_ANSWER_GAPS: Final = (
    "file_unreadable", "unanswered", "not_satisfied", "partly_satisfied", "without_evidence", "evidence_expired",
)  # fmt: skip


class Condition(Model):
    """One condition, and from where on it is met."""

    id: str
    says: Bilingual
    basis: str
    least_weight: int = Field(default=1, ge=1)
    """Of questions, criteria and clauses that count."""
    least_deliveries: int = Field(default=0, ge=0)
    least_leads: int = Field(default=0, ge=0)


class Conditions(Model):
    """All of them, in the order in which they are met."""

    conditions: tuple[Condition, ...]


@cache
def go_live_conditions() -> tuple[Condition, ...]:
    """The conditions that are shipped."""
    return Conditions.model_validate(read_yaml_file(CONDITIONS).data).conditions


@dataclass(frozen=True)
class GoLiveCase:
    """What is known of a vendor when somebody asks whether it may go live."""

    vendor: str
    on: date
    contract: Contract | None
    """The latest active one, also where it is not in force yet."""
    gaps: tuple[ReviewGap, ...]
    """Of its file and of that contract."""
    tender: TenderResult
    pilot: Pilot


@dataclass(frozen=True)
class ConditionResult:
    """A condition, and what it lacks, in words."""

    condition: Condition
    lacking: tuple[str, ...]

    @property
    def is_met(self) -> bool:
        """Whether it lacks nothing."""
        return not self.lacking


def go_live_results(case: GoLiveCase, spoken: Words) -> list[ConditionResult]:
    """Every condition, met or not."""
    return [
        ConditionResult(condition, tuple(_LACKING[condition.id](condition, case, spoken)))
        for condition in go_live_conditions()
    ]


def criterion_words(result: CriterionResult, spoken: Words) -> str:
    """What is wrong with an answer, as a sentence; empty where nothing is."""
    asked = result.criterion
    if result.is_knock_out:
        return spoken("candidates.knocked_out", on=result.since, says=spoken.say(asked.asks))
    if result.fault is None:
        return ""
    gap = ReviewGap(result.fault, asked.weight, asked.basis, asked.id, asked.asks, asked.evidence, on=result.since)
    return gap_words(gap, spoken)


def _tender_lacking(condition: Condition, case: GoLiveCase, spoken: Words) -> Iterator[str]:
    for result in case.tender.results:
        is_heavy = result.criterion.weight >= condition.least_weight and result.fault in MISSING
        if is_heavy or (result.criterion.knock_out and result.fault):
            yield criterion_words(result, spoken)


def _file_lacking(condition: Condition, case: GoLiveCase, spoken: Words) -> Iterator[str]:
    return _gaps_lacking(_ANSWER_GAPS, condition, case, spoken)


def _contract_lacking(condition: Condition, case: GoLiveCase, spoken: Words) -> Iterator[str]:
    if case.contract is not None and case.contract.stage != LIVE:
        yield spoken("candidates.contract_not_live")
    if case.contract is not None and case.contract.instrument in (None, "order_form"):
        yield spoken("candidates.contract_not_signed")
    yield from _gaps_lacking(_CONTRACT_GAPS, condition, case, spoken)


def _gaps_lacking(kinds: tuple[str, ...], condition: Condition, case: GoLiveCase, spoken: Words) -> Iterator[str]:
    found = (gap for gap in case.gaps if gap.kind in kinds and gap.weight >= condition.least_weight)
    return (gap_words(gap, spoken) for gap in found)


def _pilot_lacking(condition: Condition, case: GoLiveCase, spoken: Words) -> Iterator[str]:
    pilot = case.pilot
    if pilot.delivery_count < condition.least_deliveries:
        yield spoken("candidates.few_deliveries", n=pilot.delivery_count, least=condition.least_deliveries)
    if pilot.leads_count < condition.least_leads:
        yield spoken("candidates.few_leads", n=pilot.leads_count, least=condition.least_leads)
    for score in pilot.above_tolerance:
        rate, limit = spoken.percent(score.rate), spoken.percent(pilot.tolerated(score))
        yield spoken("candidates.above", dimension=spoken(f"dimension.{score.dimension}"), rate=rate, limit=limit)


_LACKING: Final[Mapping[str, Callable[[Condition, GoLiveCase, Words], Iterator[str]]]] = {
    "tender_answered": _tender_lacking,
    "due_diligence_complete": _file_lacking,
    "contract_signed": _contract_lacking,
    "pilot_within_tolerances": _pilot_lacking,
}
