"""Dates of vendors: which they are, when they wait for somebody, and how near they are. Worked out by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from icalendar import Calendar

from pipelines.agenda.agenda import AgendaBook
from pipelines.agenda.calendar_file import calendar_bytes
from pipelines.agenda.contract_dates import contract_dates
from pipelines.agenda.due_date import KINDS, PASSED, DueDate
from pipelines.agenda.file_dates import file_dates, tender_dates
from pipelines.agenda.said import due_line, due_words
from pipelines.contracts.book import DUE_DILIGENCE, load_contracts
from pipelines.contracts.contract import Contract
from pipelines.disputes.kept_waits import keep_waits, kept_waits
from pipelines.disputes.knowledge_clock import KnowledgeLine, Wait
from pipelines.governance.accepted_risks import AcceptedRisk
from pipelines.governance.checklist import checklist
from pipelines.governance.due_diligence import Audit, DueDiligence, VendorAnswer
from pipelines.governance.tender import Tender
from pipelines.governance.tender_grid import tender_grid
from pipelines.reviews.decisions import RecordedDecision
from pipelines.storage.lake import Lake
from pipelines.wording.words import LANGUAGES, words
from tests.support.contract_files import FIXTURE, VALID, read_contract, write

NOW = datetime(2028, 2, 1, 5, tzinfo=UTC)
UNTIL = date(2029, 3, 1)


def contract(**changes: object) -> Contract:
    """Renewed on 30 May 2028, with a notice of 91 days: 30 in May, 30 in April, 31 in March and none left."""
    base = replace(read_contract(FIXTURE), vendor="acme", renewal_on=date(2028, 5, 30), notice_days=91)
    return replace(base, **changes)  # type: ignore[arg-type]


def decision(word: str, renewal_on: date, at: datetime = datetime(2028, 1, 10, tzinfo=UTC)) -> RecordedDecision:
    return RecordedDecision(
        id=1, vendor="acme", decision=word, reason="r", decided_by="A", decided_at=at, dossier_digest="a" * 64,
        dossier_as_of=at, recommendation=word, renewal_on=renewal_on, needs_second=False,
    )  # fmt: skip


def told(dates: Sequence[DueDate]) -> list[tuple[str, str, bool]]:
    return [(one.on.isoformat(), one.kind, one.is_open) for one in sorted(dates, key=lambda one: one.place)]


def of_contracts(*contracts: Contract, decisions: Sequence[RecordedDecision] = (), at: datetime = NOW) -> list[DueDate]:
    return list(contract_dates("acme", contracts, decisions, at))


def of_file(
    on: date = date(2026, 1, 1), missing: Sequence[str] = (), until: date = UNTIL, **parts: object
) -> list[DueDate]:
    return list(file_dates("acme", DueDiligence.model_validate(parts), missing, on=on, until=until))


def audit(audited_on: date, **changes: object) -> Audit:
    given = {"audited_on": audited_on, "of": "vendor", "scope": "forms", "findings": 0}
    return Audit.model_validate(given | changes)


def test_the_last_day_of_notice_may_be_the_29th_of_february() -> None:
    assert told(of_contracts(contract())) == [("2028-02-29", "notice", True), ("2028-05-30", "renewal", True)]
    assert told(of_contracts(contract(notice_days=None))) == [("2028-05-30", "renewal", True)]
    assert of_contracts(contract(renewal_on=None)) == []


def test_a_decision_that_stands_answers_notice_and_renewal_and_one_not_to_renew_makes_an_end() -> None:
    renewed = of_contracts(contract(), decisions=[decision("renew", date(2028, 5, 30))])
    assert told(renewed) == [("2028-02-29", "notice", False), ("2028-05-30", "renewal", False)]
    ended = of_contracts(contract(), decisions=[decision("do_not_renew", date(2028, 5, 30))])
    assert told(ended) == [("2028-02-29", "notice", False), ("2028-05-30", "contract_end", True)]
    assert {one.thing for one in ended} == {one.thing for one in renewed}
    later = decision("renew", date(2028, 5, 30), at=datetime(2028, 2, 2, tzinfo=UTC))
    other = decision("renew", date(2027, 5, 30))
    for decisions in ([later], [other]):
        assert [one.is_open for one in of_contracts(contract(), decisions=decisions)] == [True, True]


def test_after_the_renewal_it_alone_waits_and_not_its_notice() -> None:
    on_the_day, after = datetime(2028, 5, 30, 5, tzinfo=UTC), datetime(2028, 5, 31, 5, tzinfo=UTC)
    assert [one.is_open for one in of_contracts(contract(), at=on_the_day)] == [True, True]
    assert [one.is_open for one in of_contracts(contract(), at=after)] == [False, True]


def test_an_amendment_moves_the_renewal_and_ends_the_version_before_it() -> None:
    amended = contract(valid_from=date(2028, 3, 1), renewal_on=date(2028, 12, 31), notice_days=30)
    moved = of_contracts(contract(), amended)
    assert told(moved) == [
        ("2028-02-29", "version_end", False),
        ("2028-12-01", "notice", True),
        ("2028-12-31", "renewal", True),
    ]
    before = {one.kind: one.thing for one in of_contracts(contract())}
    assert {one.kind: one.thing for one in moved if one.kind != "version_end"} == before


@pytest.mark.parametrize(
    ("last", "on", "until", "due"),
    [
        # month ends: counted from one date, so that August does not end on the 28th
        (audit(date(2025, 8, 31), every_months=6), "2026-01-01", "2027-03-01",
         ["2026-02-28", "2026-08-31", "2027-02-28"]),
        (audit(date(2024, 2, 29)), "2024-03-01", "2028-03-01",
         ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        (audit(date(2025, 3, 1), next_on=date(2026, 1, 31), every_months=1), "2026-01-01", "2026-03-31",
         ["2026-01-31", "2026-02-28", "2026-03-31"]),
        # overdue: the next one alone, and those ahead
        (audit(date(2024, 1, 15), every_months=6), "2026-01-01", "2026-12-31",
         ["2024-07-15", "2026-01-15", "2026-07-15"]),
        (audit(date(2025, 12, 1), every_months=24), "2026-01-01", "2026-12-31", ["2027-12-01"]),
        (audit(date(2025, 12, 1), of="advertiser"), "2026-01-01", "2029-12-31", []),
        (audit(date(2025, 12, 1), of="advertiser", next_on=date(2026, 6, 1)), "2026-01-01", "2029-12-31",
         ["2026-06-01"]),
        (audit(date(2026, 1, 2), every_months=6), "2026-01-01", "2026-12-31", []),
    ],
)  # fmt: skip
def test_audits_recur_from_the_last_one(last: Audit, on: str, until: str, due: list[str]) -> None:
    found = of_file(date.fromisoformat(on), until=date.fromisoformat(until), audits=[last])
    assert [one.on.isoformat() for one in found] == due
    assert len({one.thing for one in found}) == len(found)


def test_an_audit_that_was_done_leaves_the_next_one_its_place_in_calendars() -> None:
    first = audit(date(2026, 1, 10), every_months=6, owner="dpo")
    second = audit(date(2026, 7, 20), every_months=6)
    before = of_file(date(2026, 2, 1), until=date(2027, 6, 1), audits=[first])
    after = of_file(date(2026, 8, 1), until=date(2027, 6, 1), audits=[first, second])
    assert [(one.on.isoformat(), one.owner) for one in before] == [("2026-07-10", "dpo"), ("2027-01-10", "dpo")]
    assert [(one.on.isoformat(), one.owner) for one in after] == [("2027-01-20", "compliance")]
    assert before[1].thing == after[0].thing


@pytest.mark.parametrize(
    ("question", "answer", "ends"),
    [
        ("dd_register", {"answered_on": date(2024, 2, 29)}, "2025-02-28"),  # twelve months
        ("dd_forms", {"answered_on": date(2025, 8, 31)}, "2026-02-28"),  # six
        ("dd_forms", {"answered_on": date(2025, 8, 31), "expires_on": date(2028, 2, 29)}, "2028-02-29"),
        ("dd_forms", {"answered_on": date(2026, 1, 2)}, None),
        ("dd_forms", {"answered_on": date(2025, 8, 31), "satisfies": "no"}, None),
    ],
)
def test_evidence_ends_on_its_last_day(question: str, answer: dict[str, object], ends: str | None) -> None:
    given = VendorAnswer.model_validate({"satisfies": "yes", "evidence": "seen"} | answer)
    found = of_file(answers={question: given})
    assert [(one.on.isoformat(), one.kind, one.item) for one in found] == (
        [(ends, "evidence", question)] if ends else []
    )


def test_an_accepted_risk_is_a_date_until_the_thing_is_there_and_keeps_its_evidence_quiet() -> None:
    risk = AcceptedRisk(
        of="dd_forms", reason="r", accepted_by="A", accepted_on=date(2026, 3, 1), until=date(2026, 4, 30), owner="legal"
    )
    old = VendorAnswer(satisfies="yes", evidence="seen", answered_on=date(2025, 8, 31))  # until 28 February 2026
    parts = {"answers": {"dd_forms": old}, "accepted_risks": (risk,)}
    within = of_file(date(2026, 4, 30), missing=["dd_forms"], **parts)
    assert told(within) == [("2026-02-28", "evidence", False), ("2026-04-30", "accepted_risk", True)]
    assert within[1].owner == "legal"
    after = of_file(date(2026, 5, 1), missing=["dd_forms"], **parts)
    assert told(after) == [("2026-02-28", "evidence", True), ("2026-04-30", "accepted_risk", True)]
    answered = of_file(date(2026, 5, 1), accepted_risks=(risk,))
    assert told(answered) == [("2026-04-30", "accepted_risk", False)]
    of_rule = risk.model_copy(update={"of": "proof_missing"})
    assert [one.is_open for one in of_file(date(2026, 5, 1), accepted_risks=(of_rule,))] == [True]


def test_a_candidates_answers_expire() -> None:
    criterion = tender_grid().criteria[0]
    answer = {
        "satisfies": "yes",
        "answered_on": date(2025, 12, 1),
        "expires_on": date(2026, 2, 28),
        "taken_by": "buyer",
    }
    tender = Tender.model_validate({"answers": {criterion.id: answer}})
    [found] = tender_dates("acme", tender, tender_grid().criteria, on=date(2026, 1, 1))
    assert (found.on, found.kind, found.says) == (date(2026, 2, 28), "tender_answer", criterion.asks)


@pytest.mark.parametrize(
    ("on", "reminder"),
    [
        (date(2028, 2, 21), None),
        (date(2028, 2, 22), 7),
        (date(2028, 2, 25), 7),
        (date(2028, 2, 26), 3),
        (date(2028, 2, 27), 3),
        (date(2028, 2, 28), 1),
        (date(2028, 2, 29), 1),
        (date(2028, 3, 1), PASSED),
    ],
)
def test_a_date_reminds_seven_three_and_one_days_ahead_and_once_it_passed(on: date, reminder: int | None) -> None:
    due = DueDate(on=date(2028, 2, 29), vendor="acme", kind="notice", owner="purchasing")
    assert due.reminder(on) == reminder
    assert replace(due, is_open=False).reminder(on) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("owner", ["purchasing", "compliance", "dpo", "legal", "data"])
def test_every_kind_and_owner_is_said(language: str, owner: str) -> None:
    for kind in KINDS:
        for on in (date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)):
            due = DueDate(on=on, vendor="acme", kind=kind, owner=owner, item="x")  # type: ignore[arg-type]
            said = due_line(due, date(2028, 2, 29), words(language))
            assert said.startswith("acme")
            assert "{" not in said


def test_all_vendors_are_on_one_list_and_a_broken_file_costs_only_its_own(tmp_path: Path) -> None:
    write(tmp_path, VALID, "acme")  # renewed on 1 January 2027, 90 days of notice: 3 October 2026
    write(tmp_path, VALID, "beta")
    write(tmp_path, "answers: [", "beta", DUE_DILIGENCE)
    write(tmp_path, VALID.replace("status: active", "status: retired"), "gone")
    text = "audits: [{audited_on: 2025-10-10, of: vendor, scope: x, findings: 0}]"
    for vendor in ("acme", "gone"):
        write(tmp_path, text, vendor, DUE_DILIGENCE)
    as_of = datetime(2026, 10, 5, 5, tzinfo=UTC)
    book = AgendaBook(tmp_path, load_contracts(tmp_path), (), (), as_of)
    agenda = book.agenda(date(2027, 1, 1))
    assert [(one.on.isoformat(), one.vendor, one.kind) for one in agenda.dates] == [
        ("2026-10-03", "acme", "notice"),
        ("2026-10-03", "beta", "notice"),
        ("2026-10-10", "acme", "audit_of_vendor"),
        ("2027-01-01", "acme", "renewal"),
        ("2027-01-01", "beta", "renewal"),
    ]
    [problem] = agenda.problems
    assert "beta/due_diligence.yaml:2" in problem
    assert [one.vendor for one in book.agenda(date(2027, 1, 1), ["acme"]).dates] == ["acme"] * 3
    today = date(2026, 10, 5)
    assert {one.on for one in agenda.ahead(today, date(2026, 12, 31))} == {date(2026, 10, 3), date(2026, 10, 10)}
    assert {one.on for one in agenda.between(date(2026, 10, 4), date(2026, 10, 10))} == {date(2026, 10, 10)}


def test_a_known_defect_has_the_dates_that_its_check_last_found(tmp_path: Path) -> None:
    write(tmp_path, VALID, "acme")
    lake, known_at, at = (
        Lake(tmp_path / "lake"),
        datetime(2028, 1, 31, 5, tzinfo=UTC),
        datetime(2028, 2, 4, 23, 30, tzinfo=UTC),
    )
    waits = (Wait("notice", at), Wait("stop", datetime(2028, 1, 20, 5, tzinfo=UTC)))
    keep_waits(lake, "acme", [knowledge_line(waits)], as_of=known_at)
    dates = [
        one
        for one in AgendaBook(tmp_path, load_contracts(tmp_path), (), kept_waits(lake), NOW).agenda(UNTIL).dates
        if one.kind.startswith("knowledge")
    ]
    assert told(dates) == [("2028-01-20", "knowledge_stop", True), ("2028-02-05", "knowledge_notice", True)]
    assert [one.reminder(date(2028, 2, 1)) for one in dates] == [PASSED, 7]
    assert [due_words(one, words("en")) for one in dates] == [
        "Last day for such leads to stop: Rule proof_individual_record devis 7",
        "Last day to notify the vendor of a blocking defect: Rule proof_individual_record devis 7",
    ]
    events = Calendar.from_ical(calendar_bytes(dates, words("fr"), as_of=NOW)).walk("VEVENT")
    assert [len(event.walk("VALARM")) for event in events] == [0, 3]
    early = AgendaBook(tmp_path, load_contracts(tmp_path), (), kept_waits(lake), datetime(2028, 1, 30, tzinfo=UTC))
    assert not [one for one in early.agenda(UNTIL).dates if one.kind.startswith("knowledge")]
    keep_waits(lake, "acme", [], as_of=NOW)
    assert kept_waits(lake) == []


def knowledge_line(waits: tuple[Wait, ...]) -> KnowledgeLine:
    at = datetime(2028, 1, 5, tzinfo=UTC)
    return KnowledgeLine(
        rule_id="proof_individual_record", form="devis 7", detected_at=at, notified_at=at, answered_at=None,
        decided_at=None, last_day=date(2028, 1, 4), last_at=at, is_stopped=False, leads_count=1, after_count=0,
        usable_count=0, waits=waits, waits_for=None, due_at=None,
    )  # fmt: skip


def test_a_vendor_whose_contract_cant_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path, "[", "acme")
    agenda = AgendaBook(tmp_path, load_contracts(tmp_path), (), (), NOW).agenda(UNTIL)
    assert agenda.dates == ()
    assert "acme" in agenda.problems[0]


def test_the_checklist_is_what_evidence_is_of() -> None:
    answers = {
        one.id: VendorAnswer(satisfies="yes", evidence="seen", answered_on=date(2025, 12, 31))
        for one in checklist().questions
    }
    assert {one.item for one in of_file(answers=answers)} == set(answers)
