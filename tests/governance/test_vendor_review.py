"""What is missing of a vendor's file and contract: every kind, on its first and last day, and the file's own faults."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.contracts.book import DUE_DILIGENCE
from pipelines.contracts.contract import Contract
from pipelines.governance.checklist import checklist
from pipelines.governance.due_diligence import Audit, DueDiligence, VendorAnswer, read_due_diligence
from pipelines.governance.vendor_review import KINDS, ReviewGap, gap_words, vendor_review
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.wording.words import LANGUAGES, words
from tests.support.contract_files import FIXTURE, VALID, read_contract, write

ON = date(2026, 11, 30)
SEEN = date(2026, 11, 2)


@pytest.fixture
def contract() -> Contract:
    """A contract with every clause and the terms that carry them."""
    return replace(read_contract(FIXTURE), instrument="contract", clauses=tuple(one.id for one in checklist().clauses))


def answered(**changes: object) -> DueDiligence:
    """A file in which everything is answered and audited, but for what is changed: an answer by question, or None."""
    whole: dict[str, object] = {
        one.id: VendorAnswer(satisfies="yes", answered_on=SEEN, evidence="seen") for one in checklist().questions
    }
    answers = {name: answer for name, answer in (whole | changes).items() if answer is not None}
    audit = Audit(audited_on=SEEN, of="vendor", scope="forms", findings=0, next_on=date(2027, 11, 2))
    return DueDiligence.model_validate({"answers": answers, "audits": (audit,)})


def kinds(gaps: list[ReviewGap]) -> list[tuple[str, str | None]]:
    return [(gap.kind, gap.item) for gap in gaps]


def test_a_whole_file_and_contract_miss_nothing(contract: Contract) -> None:
    assert vendor_review(contract, answered(), on=ON) == []


def test_without_any_file_everything_is_asked_and_an_audit_is_due(contract: Contract) -> None:
    gaps = vendor_review(contract, DueDiligence(), on=ON)
    assert [item for kind, item in kinds(gaps) if kind == "unanswered"] != []
    assert {item for kind, item in kinds(gaps) if kind == "unanswered"} == {one.id for one in checklist().questions}
    assert ("never_audited", None) in kinds(gaps)
    assert [gap.weight for gap in gaps] == sorted((gap.weight for gap in gaps), reverse=True)


def test_a_quote_is_no_contract_and_no_contract_is_said_alone(contract: Contract) -> None:
    assert kinds(vendor_review(replace(contract, instrument="quote"), answered(), on=ON)) == [("quote_only", None)]
    assert kinds(vendor_review(None, answered(), on=ON)) == [("no_contract", None)]


def test_a_clause_is_missing_unknown_or_words_alone(contract: Contract) -> None:
    without = replace(contract, clauses=(*contract.clauses[1:], "cl_invented"))
    assert kinds(vendor_review(without, answered(), on=ON)) == [
        ("clause_missing", contract.clauses[0]),
        ("clause_unknown", "cl_invented"),
    ]
    hollow = vendor_review(replace(contract, claim_window=None), answered(), on=ON)
    assert [(gap.kind, gap.item, gap.terms) for gap in hollow] == [
        ("clause_without_terms", "cl_replacement_credit", ("claimWindow",))
    ]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (None, "unanswered"),
        (VendorAnswer(satisfies="yes", answered_on=date(2026, 12, 1), evidence="seen"), "unanswered"),
        (VendorAnswer(satisfies="no", answered_on=SEEN, evidence="seen"), "not_satisfied"),
        (VendorAnswer(satisfies="partly", answered_on=SEEN, evidence="seen"), "partly_satisfied"),
        (VendorAnswer(satisfies="yes", answered_on=SEEN), "without_evidence"),
        (VendorAnswer(satisfies="not_applicable", answered_on=SEEN), "without_evidence"),
        (VendorAnswer(satisfies="not_applicable", answered_on=SEEN, evidence="seen"), None),
        (
            VendorAnswer(satisfies="yes", answered_on=SEEN, evidence="seen", expires_on=date(2026, 11, 29)),
            "evidence_expired",
        ),
        (VendorAnswer(satisfies="yes", answered_on=SEEN, evidence="seen", expires_on=ON), None),
        # the register: twelve calendar months
        (VendorAnswer(satisfies="yes", answered_on=date(2025, 11, 29), evidence="seen"), "evidence_expired"),
        (VendorAnswer(satisfies="yes", answered_on=date(2025, 11, 30), evidence="seen"), None),
    ],
)
def test_an_answer_counts_from_its_day_until_its_last(
    contract: Contract, answer: VendorAnswer | None, kind: str
) -> None:
    gaps = vendor_review(contract, answered(dd_register=answer), on=ON)
    assert kinds(gaps) == ([(kind, "dd_register")] if kind else [])


@pytest.mark.parametrize(
    ("audits", "kind"),
    [
        ((), "never_audited"),
        ((Audit(audited_on=SEEN, of="advertiser", scope="calls", findings=0),), "never_audited"),
        ((Audit(audited_on=date(2026, 12, 1), of="vendor", scope="forms", findings=0),), "never_audited"),
        ((Audit(audited_on=SEEN, of="vendor", scope="forms", findings=1),), "audit_undated"),
        ((Audit(audited_on=date(2025, 11, 29), of="vendor", scope="forms", findings=1),), "audit_overdue"),
        ((Audit(audited_on=date(2025, 11, 30), of="vendor", scope="forms", findings=1),), "audit_undated"),
        ((Audit(audited_on=SEEN, of="vendor", scope="x", findings=1, next_on=date(2026, 11, 29)),), "audit_overdue"),
        ((Audit(audited_on=SEEN, of="vendor", scope="forms", findings=1, next_on=ON),), None),
    ],
)
def test_an_audit_of_the_vendor_is_due_again(contract: Contract, audits: tuple[Audit, ...], kind: str | None) -> None:
    file = answered().model_copy(update={"audits": audits})
    assert [gap.kind for gap in vendor_review(contract, file, on=ON)] == ([kind] if kind else [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_its_sentence(language: str) -> None:
    spoken, clause = words(language), checklist().clauses[0]
    for kind in KINDS:
        said = gap_words(ReviewGap(kind, 3, item="x", says=clause.says, evidence=clause.says, on=ON), spoken)
        assert said
        assert "{" not in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("answers: {dd_registre: {satisfies: yes, answered_on: 2026-01-01}}", "did you mean `dd_register`"),
        ("answers: {dd_register: {satisfies: perhaps, answered_on: 2026-01-01}}", "satisfies"),
        ("answers: {dd_register: {satisfies: yes, answered_on: soon}}", "expected a date"),
        ("audits: [{audited_on: 2026-01-01, of: vendor, scope: x, findings: 0, next_on: 2026-01-01}]", "later than"),
        ("audit: []", "did you mean `audits`"),
        ("answers: [", "expected node content"),
    ],
)
def test_a_faulty_file_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path, text, name=DUE_DILIGENCE)
    with pytest.raises(CatalogueError, match=r"due_diligence\.yaml:\d") as error:
        read_due_diligence(tmp_path, "exemple-leads")
    assert message in str(error.value)


def test_the_command_says_what_is_missing_and_ends_by_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPPOSABLE_HOME", str(tmp_path))
    write(tmp_path / "contracts", VALID)
    outcome = CliRunner().invoke(app, ["contracts", "review", "exemple-leads", "--on", "2026-11-30", "--lang", "fr"])
    assert outcome.exit_code == 1, outcome.output
    assert "RGPD" in outcome.output
    write(tmp_path / "contracts", "answers: [", name=DUE_DILIGENCE)
    assert CliRunner().invoke(app, ["contracts", "review", "exemple-leads"]).exit_code == 2
    assert CliRunner().invoke(app, ["contracts", "review", "nobody"]).exit_code == 2
