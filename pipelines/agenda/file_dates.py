"""What vendors' files say: evidence that expires, audits due, accepted risks that end, a candidate's answers."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import count

from pipelines.agenda.due_date import DueDate
from pipelines.governance.accepted_risks import latest_risks, risk_subject, standing_risk
from pipelines.governance.checklist import Asked, checklist
from pipelines.governance.due_diligence import (
    AnswersFile,
    Audit,
    DueDiligence,
    VendorAnswer,
    answer_ends_on,
    audit_due_on,
)
from pipelines.governance.tender_grid import Criterion


def file_dates(
    vendor: str, file: DueDiligence, missing: Collection[str | None], *, on: date, until: date
) -> Iterator[DueDate]:
    """Every date of a vendor's file as it stands on a civil date; audits that recur up to another.

    `missing`: ids of what lacks on that day; an accepted risk of it is open, one of what was answered is not.
    """
    yield from _evidence_dates(vendor, file, on)
    yield from _audit_dates(vendor, "vendor", file.audits_done("vendor", on), on, until)
    yield from _audit_dates(vendor, "advertiser", file.audits_done("advertiser", on), on, until)
    for risk in latest_risks(file.accepted_risks, on):
        is_open = not risk.is_of_checklist or risk.of in missing
        yield DueDate(
            on=risk.until,
            vendor=vendor,
            kind="accepted_risk",
            owner=risk.owner,
            item=risk.of,
            says=risk_subject(risk),
            is_open=is_open,
        )


def tender_dates(vendor: str, file: AnswersFile, criteria: Sequence[Criterion], *, on: date) -> Iterator[DueDate]:
    """Until when each answer of a candidate stands, before anybody decided whether it goes live."""
    for criterion in criteria:
        ends_on = _stands_until(criterion, file.answers.get(criterion.id), on)
        if ends_on is not None:
            yield DueDate(
                on=ends_on,
                vendor=vendor,
                kind="tender_answer",
                owner="purchasing",
                item=criterion.id,
                says=criterion.asks,
            )


def _evidence_dates(vendor: str, file: DueDiligence, on: date) -> Iterator[DueDate]:
    for question in checklist().questions:
        ends_on = _stands_until(question, file.answers.get(question.id), on)
        if ends_on is not None:
            yield DueDate(
                on=ends_on,
                vendor=vendor,
                kind="evidence",
                owner="compliance",
                item=question.id,
                says=question.asks,
                is_open=standing_risk(file.accepted_risks, question.id, on) is None,
            )


def _stands_until(asked: Asked, answer: VendorAnswer | None, on: date) -> date | None:
    """The last day of an answer; None without one, and for a no, which does not expire."""
    if answer is None or answer.answered_on > on or answer.satisfies == "no":
        return None
    return answer_ends_on(asked, answer)


def _audit_dates(vendor: str, of: str, done: Sequence[Audit], on: date, until: date) -> Iterator[DueDate]:
    """The next audit, overdue or not, then those after it that lie ahead; of the advertiser, as far as agreed."""
    if not done or (of == "advertiser" and done[-1].next_on is None and done[-1].every_months is None):
        return
    number = len(done) + 1
    for later in count():
        due_on = audit_due_on(done[-1], later)
        if later and (due_on > until or (of == "advertiser" and done[-1].every_months is None)):
            return
        if later == 0 or due_on > on:
            yield DueDate(on=due_on, vendor=vendor, kind=f"audit_of_{of}", owner=done[-1].owner, item=str(number))
            number += 1
