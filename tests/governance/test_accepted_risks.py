"""Risks that were accepted: from their first to their last day, then missing again, and nothing else changes."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.contracts.book import DUE_DILIGENCE
from pipelines.dossiers.conclusions import missing_for_decision
from pipelines.dossiers.pages import render_dossier
from pipelines.dossiers.recommended import recommendation
from pipelines.governance.accepted_risks import AcceptedRisk, latest_risks, standing_risk
from pipelines.governance.due_diligence import DueDiligence, read_due_diligence
from pipelines.governance.vendor_review import ReviewGap, vendor_review
from pipelines.rulebook.yaml_files import CatalogueError
from tests.support.contract_files import VALID, write
from tests.support.report_models import rich_vendor

FIRST, LAST = date(2026, 3, 1), date(2026, 8, 31)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def risk(of: str = "dd_dpo", accepted_on: date = FIRST, until: date = LAST) -> AcceptedRisk:
    return AcceptedRisk(of=of, reason="under way", accepted_by="A. Martin", accepted_on=accepted_on, until=until)


@pytest.mark.parametrize(
    ("on", "is_accepted"),
    [(date(2026, 2, 28), False), (FIRST, True), (LAST, True), (date(2026, 9, 1), False)],
)
def test_a_risk_counts_from_its_day_until_its_last_and_weighs_what_it_weighs(on: date, is_accepted: bool) -> None:
    gaps = vendor_review(None, DueDiligence(accepted_risks=(risk(),)), on=on)
    plain = vendor_review(None, DueDiligence(), on=on)
    assert [gap.item for gap in gaps if gap.risk] == (["dd_dpo"] if is_accepted else [])
    assert [replace(gap, risk=None) for gap in gaps] == plain


def test_a_risk_accepted_anew_takes_the_place_of_the_one_before() -> None:
    again = risk(accepted_on=date(2026, 9, 10), until=date(2026, 12, 31))
    assert latest_risks([again, risk()], date(2026, 9, 9)) == [risk()]
    assert latest_risks([again, risk()], date(2026, 9, 10)) == [again]
    shorter = risk(accepted_on=date(2026, 4, 1), until=date(2026, 4, 30))
    assert standing_risk([risk(), shorter], "dd_dpo", date(2026, 5, 1)) is None


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(["dd_dpo", "cl_incident"]), DAYS, st.integers(0, 400))), DAYS)
def test_at_most_one_risk_stands_of_a_thing_and_only_within_its_days(
    drawn: list[tuple[str, date, int]], on: date
) -> None:
    risks = [risk(of, first, first + timedelta(days=length)) for of, first, length in drawn]
    latest = latest_risks(risks, on)
    assert len({one.of for one in latest}) == len(latest)
    for of in ("dd_dpo", "cl_incident"):
        stands = standing_risk(risks, of, on)
        assert stands is None or (stands in latest and stands.accepted_on <= on <= stands.until)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("of: dd_dpp", "did you mean `dd_dpo`"),
        ("of: proof_mising", "did you mean `proof_missing`"),
        ("until: 2026-02-28", "must not be earlier"),
        ("accepted_by: a.martin@exemple.example", "without an e-mail address"),
        ("reason: call 06 12 34 56 78", "without an e-mail address"),
        ("owner: anna", "owner"),
    ],
)
def test_a_faulty_risk_is_named_with_its_line_and_no_value_of_a_person(
    tmp_path: Path, changes: str, message: str
) -> None:
    key, value = changes.split(": ")
    given = {"of": "dd_dpo", "reason": "r", "accepted_by": "A", "accepted_on": "2026-03-01", "until": "2026-09-01"}
    lines = "".join(f"    {name}: {said}\n" for name, said in (given | {key: value}).items())
    write(tmp_path, f"accepted_risks:\n  -\n{lines}", name=DUE_DILIGENCE)
    with pytest.raises(CatalogueError, match=r"due_diligence\.yaml:\d") as error:
        read_due_diligence(tmp_path, "exemple-leads", rules=["proof_missing"])
    assert message in str(error.value)
    assert "exemple.example" not in str(error.value)
    assert "06 12" not in str(error.value)


@pytest.mark.parametrize(("on", "shown"), [("2026-08-31", "31 August 2026"), ("2026-09-01", "no longer accepted")])
def test_the_command_shows_risks_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on: str, shown: str) -> None:
    monkeypatch.setenv("OPPOSABLE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "250")
    write(tmp_path / "contracts", VALID)
    text = "{of: dd_dpo, reason: under way, accepted_by: A. Martin, accepted_on: 2026-03-01, until: 2026-08-31}"
    write(tmp_path / "contracts", f"accepted_risks: [{text}]", name=DUE_DILIGENCE)
    outcome = CliRunner().invoke(app, ["contracts", "review", "exemple-leads", "--on", on])
    assert outcome.exit_code == 1, outcome.output
    missing, risks = outcome.output.replace("\u00a0", " ").split("Accepted risks")
    assert ("data protection officer" in missing) == (on == "2026-09-01")
    assert shown in risks
    assert "A. Martin" in risks


def test_a_dossier_shows_risks_and_advises_as_before() -> None:
    gap = ReviewGap("unanswered", 3, item="dd_role")
    plain = replace(rich_vendor(), review_gaps=(gap,))
    taken = risk("dd_role", until=date(2030, 1, 31))
    known = replace(plain, review_gaps=(replace(gap, risk=taken),), accepted_risks=(taken, risk("proof_missing")))
    assert recommendation(known) == recommendation(plain)
    assert "questions_open" in {one.kind for one in missing_for_decision(plain)}
    assert "questions_open" not in {one.kind for one in missing_for_decision(known)}
    page = render_dossier(known, language="fr").replace("\u00a0", " ")
    assert "accepté jusqu’au 31 janvier 2030" in page
    assert "<code>proof_missing</code>" in page
    assert "Risques acceptés" not in render_dossier(plain, language="fr")
