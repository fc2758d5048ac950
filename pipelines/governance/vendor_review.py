"""What is missing of a vendor's file and contract on a date: answers, evidence, clauses, audits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from pipelines.contracts.contract import Contract
from pipelines.governance.accepted_risks import AcceptedRisk, latest_risks, standing_risk
from pipelines.governance.checklist import MUST, Clause, checklist
from pipelines.governance.due_diligence import DueDiligence, answer_fault, audit_due_on, read_due_diligence
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.vocabulary.bilingual import Bilingual
from pipelines.wording.words import Words

KINDS: Final = (
    "file_unreadable",
    "no_contract",
    "quote_only",
    "clause_missing",
    "clause_without_terms",
    "clause_unknown",
    "unanswered",
    "answered_unreviewed",
    "not_satisfied",
    "partly_satisfied",
    "without_evidence",
    "evidence_expired",
    "never_audited",
    "audit_overdue",
    "audit_undated",
)
_AUDIT_BASIS: Final = "RGPD, art. 5, 2 et 24 ; CNIL, SAN-2022-021, SAN-2024-003 et SAN-2025-001"
_TO_ANSWER: Final = ("unanswered", "evidence_expired")
"""What a new statement of the vendor answers, once somebody has reviewed it."""
NOTHING_STATED: Final[Mapping[str, date]] = {}
_TERM_VALUES: Final = {
    "refusalGrounds": "refusal_grounds",
    "claimWindow": "claim_window",
    "maxLeadAge": "max_lead_age",
    "proofDeadline": "proof_deadline",
    "suppressionDelay": "suppression_delay",
    "renewalOn": "renewal_on",
    "noticeDays": "notice_days",
}


@dataclass(frozen=True)
class ReviewGap:
    """Something missing, of which weight, and what asks for it."""

    kind: str
    """One of `KINDS`."""
    weight: int
    """3: nobody should buy without it, 2: an inspection asks for it, 1: good practice."""
    basis: str | None = None
    """The text that it rests on, cited as lawyers do."""
    item: str | None = None
    """Id of the question or clause."""
    says: Bilingual | None = None
    evidence: Bilingual | None = None
    on: date | None = None
    """Since when it is missing, or when it was due."""
    terms: tuple[str, ...] = ()
    """Terms that the contract's file lacks."""
    risk: AcceptedRisk | None = None
    """That the advertiser accepted it, for a time. It is missing all the same, and weighs what it weighs."""


def vendor_gaps(
    contracts: Path, vendor: str, contract: Contract | None, *, on: date, stated: Mapping[str, date] = NOTHING_STATED
) -> tuple[ReviewGap, ...]:
    """`vendor_review` of the vendor's file in the folder of contracts; that it can't be read is a gap, too."""
    try:
        return tuple(vendor_review(contract, read_due_diligence(contracts, vendor), on=on, stated=stated))
    except CatalogueError:
        return (ReviewGap("file_unreadable", MUST), *vendor_review(contract, DueDiligence(), on=on, stated=stated))


def vendor_risks(contracts: Path, vendor: str, *, on: date) -> tuple[AcceptedRisk, ...]:
    """`latest_risks` of the vendor's file in the folder of contracts; none where it can't be read."""
    try:
        return tuple(latest_risks(read_due_diligence(contracts, vendor).accepted_risks, on))
    except CatalogueError:
        return ()


def vendor_review(
    contract: Contract | None, file: DueDiligence, *, on: date, stated: Mapping[str, date] = NOTHING_STATED
) -> list[ReviewGap]:
    """Everything missing on a civil date (Europe/Paris), the heaviest first, then as the checklist goes.

    `stated`: by question, when the vendor last stated something by a link. Until a person has taken it into the file it
    weighs what no answer weighs.
    """
    answers = (_with_statement(gap, file, stated) for gap in _answer_gaps(file, on))
    found = [*_contract_gaps(contract), *answers, *_audit_gaps(file, on)]
    gaps = [replace(gap, risk=standing_risk(file.accepted_risks, gap.item, on)) for gap in found]
    return sorted(gaps, key=lambda gap: -gap.weight)


def gap_words(gap: ReviewGap, spoken: Words) -> str:
    """What is missing, as a sentence."""
    figures = {
        "says": spoken.say(gap.says) if gap.says else "",
        "evidence": spoken.say(gap.evidence) if gap.evidence else "",
        "terms": ", ".join(gap.terms),
        "item": gap.item,
        "on": gap.on,
    }
    return spoken(f"governance.kind.{gap.kind}", **figures)


def _contract_gaps(contract: Contract | None) -> Iterator[ReviewGap]:
    if contract is None:
        yield ReviewGap("no_contract", MUST, basis="RGPD, art. 26 et 28")
        return
    if contract.instrument == "quote":
        yield ReviewGap("quote_only", MUST, basis="RGPD, art. 26 et 28")
    for clause in checklist().clauses:
        yield from _clause_gaps(clause, contract)
    known = {clause.id for clause in checklist().clauses}
    yield from (ReviewGap("clause_unknown", 1, item=name) for name in contract.clauses if name not in known)


def _clause_gaps(clause: Clause, contract: Contract) -> Iterator[ReviewGap]:
    if clause.id not in contract.clauses:
        yield ReviewGap("clause_missing", clause.weight, clause.basis, clause.id, clause.says)
        return
    lacking = tuple(term for term in clause.terms if not getattr(contract, _TERM_VALUES[term]))
    if lacking:
        yield ReviewGap("clause_without_terms", clause.weight, clause.basis, clause.id, clause.says, terms=lacking)


def _answer_gaps(file: DueDiligence, on: date) -> Iterator[ReviewGap]:
    for question in checklist().questions:
        answer = file.answers.get(question.id)
        kind, since = answer_fault(question, answer, on)
        if kind:
            yield ReviewGap(
                kind, question.weight, question.basis, question.id, question.asks, question.evidence, on=since
            )


def _with_statement(gap: ReviewGap, file: DueDiligence, stated: Mapping[str, date]) -> ReviewGap:
    answer, stated_on = file.answers.get(gap.item or ""), stated.get(gap.item or "")
    is_newer = stated_on is not None and (answer is None or answer.answered_on < stated_on)
    if gap.kind not in _TO_ANSWER or not is_newer:
        return gap
    return replace(gap, kind="answered_unreviewed", on=stated_on)


def _audit_gaps(file: DueDiligence, on: date) -> Iterator[ReviewGap]:
    done = file.audits_done("vendor", on)
    if not done:
        yield ReviewGap("never_audited", MUST, _AUDIT_BASIS)
        return
    last, due_on = done[-1], audit_due_on(done[-1])
    if due_on < on:
        yield ReviewGap("audit_overdue", MUST, _AUDIT_BASIS, on=due_on)
    elif last.next_on is None and last.every_months is None:
        yield ReviewGap("audit_undated", 1, _AUDIT_BASIS, on=due_on)
