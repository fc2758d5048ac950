"""What a dossier tells of a score beside its points: another version of the method, and what happened, in order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, pairwise
from typing import Any, Final

from pipelines.contracts.contract import Contract, contract_at_start
from pipelines.reviews.decisions import RecordedDecision
from pipelines.scores.grades import Gate
from pipelines.scores.points import TOTAL
from pipelines.scores.records import CorrectedScore, PublishedScore
from pipelines.vocabulary.bilingual import Bilingual
from pipelines.vocabulary.clock import paris_date

KINDS: Final = (
    "contract", "amendment", "method_later", "first_score", "method", "corrected", "gate", "grade", "state", "decision",
)  # fmt: skip
"""Of events, in the order in which those of one day are told."""


@dataclass(frozen=True)
class VersionLine:
    """What a version of the method says of the vendor as a whole."""

    version: str
    in_force_from: date
    window: str
    since: date | None
    """First delivery date that counts; None where all do."""
    points: float | None
    lower_points: float | None = None
    upper_points: float | None = None
    grade: str | None = None
    what_is_new: Bilingual | None = None
    """Of the version that is shown beside the one that counts."""


@dataclass(frozen=True)
class VendorEvent:
    """Something that happened on a date: one of `KINDS`, with the figures of its sentence."""

    on: date
    kind: str
    dimension: str | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"event: expected one of {', '.join(KINDS)}")


def vendor_events(
    scores: Sequence[PublishedScore],
    corrected: Sequence[CorrectedScore],
    gates: Iterable[Gate],
    contracts: Sequence[Contract],
    decisions: Iterable[RecordedDecision],
    on: date,
) -> tuple[VendorEvent, ...]:
    """Everything that happened to a vendor up to a date, in order.

    Args:
        scores: every dimension's, published up to then.
        corrected: totals that were replaced.
        gates: that are open.
        contracts: the vendor's.
        decisions: on record.
        on: the date of the dossier.
    """
    told = [
        *_contract_events(contracts, on),
        *_score_events(scores),
        *(event for event in _correction_events(corrected) if event.on <= on),
        *(VendorEvent(gate.since, "gate", figures={"title": gate.reason, "cap": gate.cap}) for gate in gates),
        *(VendorEvent(paris_date(one.decided_at), "decision", figures={"word": one.decision}) for one in decisions),
    ]
    return tuple(sorted(told, key=lambda event: (event.on, KINDS.index(event.kind))))


def _contract_events(contracts: Sequence[Contract], on: date) -> Iterator[VendorEvent]:
    for contract in contracts:
        if contract.status != "active" or contract.valid_from > on:
            continue
        first = contract_at_start(contracts, contract.valid_from)
        is_amendment = first is not contract
        yield VendorEvent(contract.valid_from, "amendment" if is_amendment else "contract")
        if is_amendment and first and contract.scoring_method not in (None, first.scoring_method):
            yield VendorEvent(contract.valid_from, "method_later", figures={"version": contract.scoring_method})


def _score_events(scores: Sequence[PublishedScore]) -> Iterator[VendorEvent]:
    instants = [
        (as_of, {row.dimension: row for row in rows}) for as_of, rows in groupby(scores, key=lambda row: row.as_of)
    ]
    if instants and TOTAL in instants[0][1]:
        yield VendorEvent(paris_date(instants[0][0]), "first_score", figures={"points": instants[0][1][TOTAL].points})
    for (_, before), (as_of, after) in pairwise(instants):
        yield from _changes(paris_date(as_of), before, after)


def _changes(
    on: date, before: Mapping[str, PublishedScore], after: Mapping[str, PublishedScore]
) -> Iterator[VendorEvent]:
    for name, now in after.items():
        was = before.get(name)
        if was is None:
            continue
        if name == TOTAL and was.method_version != now.method_version:
            yield VendorEvent(on, "method", figures={"before": was.method_version, "after": now.method_version})
        if name == TOTAL and was.grade != now.grade:
            yield VendorEvent(on, "grade", figures={"before": was.grade, "after": now.grade})
        if name != TOTAL and was.state != now.state:
            yield VendorEvent(on, "state", name, {"before": was.state, "after": now.state})


def _correction_events(corrected: Sequence[CorrectedScore]) -> Iterator[VendorEvent]:
    for one in corrected:
        figures = {"of": paris_date(one.as_of), "points": one.points}
        yield VendorEvent(paris_date(one.corrected_at), "corrected", figures=figures)
