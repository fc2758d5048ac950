"""What a vendor answered, on which evidence, and which audits were done: `contracts/<vendor>/due_diligence.yaml`.

criticality: high
answers:
  dd_register: {satisfies: yes, answered_on: 2026-03-01, evidence: "extract of 15 February", expires_on: 2027-02-15}
  dd_transfers: {satisfies: not_applicable, answered_on: 2026-03-01, evidence: "hosted in France"}
audits:
  - {audited_on: 2026-04-14, of: vendor, scope: "forms and sources", findings: 2, every_months: 6, owner: compliance}
accepted_risks:
  - {of: dd_dpo, reason: "under way", accepted_by: "A. Martin, DPO", accepted_on: 2026-03-01, until: 2026-09-01}
"""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar, get_args

from dateutil.relativedelta import relativedelta
from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from pipelines.contracts.book import DUE_DILIGENCE
from pipelines.governance.accepted_risks import AcceptedRisk, Owner, unknown_subjects
from pipelines.governance.checklist import Asked, checklist
from pipelines.rulebook.yaml_files import CatalogueError, Day, Model, problems_of, read_yaml_file, unknown

Criticality = Literal["critical", "high", "medium", "low"]
CRITICALITIES: Final = get_args(Criticality)
"""How much of the advertiser's business hangs on a vendor, in its own judgement; the most critical first."""
AUDIT_MONTHS: Final = 12
"""Calendar months until a vendor is audited again where its last audit does not say: the house's own span."""


def _yes_and_no(value: Any) -> Any:
    """YAML reads a bare yes as true."""
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class VendorAnswer(Model):
    """What a vendor answered to one question, as the advertiser took it."""

    satisfies: Annotated[Literal["yes", "partly", "no", "not_applicable"], BeforeValidator(_yes_and_no)]
    """Whether the answer is the one that the law and the contract ask for, in the advertiser's own judgement."""
    answered_on: Day
    evidence: str | None = None
    """What was seen: a document and its date, never a person's data. Without it an answer is the vendor's word."""
    expires_on: Day | None = None
    """Last day on which the evidence stands."""
    note: str | None = None


class Audit(Model):
    """An audit that was done, of the vendor's collection or, by the vendor, of the advertiser's canvassing."""

    audited_on: Day
    of: Literal["vendor", "advertiser"]
    scope: str
    findings: int = Field(ge=0)
    """How many points were found wrong."""
    next_on: Day | None = None
    """When the next one is due."""
    every_months: int | None = Field(default=None, ge=1, le=60)
    """Calendar months from one to the next; with `next_on`, from there on."""
    owner: Owner = "compliance"
    """Who sees to the next one."""

    @model_validator(mode="after")
    def _next_is_later(self) -> "Audit":
        if self.next_on is not None and self.next_on <= self.audited_on:
            raise PydanticCustomError("audit", "`next_on` must be later than `audited_on`")
        return self


class AnswersFile(Model):
    """Answers by id, in a file beside a vendor's contracts."""

    answers: Mapping[str, VendorAnswer] = Field(default_factory=dict)


Answers = TypeVar("Answers", bound=AnswersFile)


class DueDiligence(AnswersFile):
    """A vendor's file beside its contracts."""

    criticality: Criticality | None = None
    audits: tuple[Audit, ...] = ()
    accepted_risks: tuple[AcceptedRisk, ...] = ()

    def audits_done(self, of: str, on: date) -> list[Audit]:
        """Audits `of` the vendor or the advertiser up to a civil date, in order."""
        done = (audit for audit in self.audits if audit.of == of and audit.audited_on <= on)
        return sorted(done, key=lambda audit: audit.audited_on)


def audit_due_on(last: Audit, later: int = 0) -> date:
    """When the next audit after the last is due, or the one so many spans later.

    Spans are counted from one date: after 31 August and 28 February comes 31 August again.
    """
    months = last.every_months or AUDIT_MONTHS
    if last.next_on is not None:
        return last.next_on + relativedelta(months=months * later)
    return last.audited_on + relativedelta(months=months * (later + 1))


def answer_fault(asked: Asked, answer: VendorAnswer | None, on: date) -> tuple[str | None, date | None]:
    """What is wrong with an answer on a civil date, one of `vendor_review.KINDS`, and since when; None: nothing."""
    if answer is None or answer.answered_on > on:
        return "unanswered", None
    if answer.satisfies == "no":
        return "not_satisfied", answer.answered_on
    ends_on = answer_ends_on(asked, answer)
    if ends_on < on:
        return "evidence_expired", ends_on
    if answer.evidence is None:
        return "without_evidence", answer.answered_on
    return ("partly_satisfied", answer.answered_on) if answer.satisfies == "partly" else (None, None)


def answer_ends_on(asked: Asked, answer: VendorAnswer) -> date:
    """The last day on which an answer stands."""
    return answer.expires_on or answer.answered_on + relativedelta(months=asked.months)


def read_due_diligence(contracts: Path, vendor: str, *, rules: Collection[str] = ()) -> DueDiligence:
    """A vendor's file; where there is none, nothing was answered.

    Args:
        contracts: the folder of all contracts.
        vendor: its key.
        rules: ids of all rules, so that a risk of no rule is found; without them it is not looked for.

    Raises:
        CatalogueError: every problem of the file, with its line.
    """
    path = contracts / vendor / DUE_DILIGENCE
    found = read_answers(path, DueDiligence, "question", [question.id for question in checklist().questions])
    strangers = list(unknown_subjects(found.accepted_risks, rules))
    if strangers:
        file = read_yaml_file(path)
        raise CatalogueError(
            file.problem(f"accepted_risks.{place}.of", unknown("question, clause or rule", name, known))
            for place, name, known in strangers
        )
    return found


def read_answers(path: Path, model: type[Answers], what: str, known: Collection[str]) -> Answers:
    """A file of answers by id; where there is none, nothing was answered.

    Raises:
        CatalogueError: every problem of the file, with its line.
    """
    if not path.exists():
        return model()
    file = read_yaml_file(path)
    try:
        found = model.model_validate(file.data)
    except ValidationError as error:
        raise CatalogueError(problems_of(error, file, model)) from None
    strangers = [
        file.problem(f"answers.{name}", unknown(what, name, known)) for name in found.answers if name not in known
    ]
    if strangers:
        raise CatalogueError(strangers)
    return found
