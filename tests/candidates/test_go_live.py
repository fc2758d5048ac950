"""Which conditions of going live are met, each by what it lacks; and that what was decided stays as it was noted."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from pipelines.candidates.decisions import (
    EXCEPTION,
    OPENED,
    REFUSED,
    DecisionNote,
    decisions_on,
    go_live_by_vendor,
    note_decision,
)
from pipelines.candidates.go_live import GoLiveCase, go_live_conditions, go_live_results
from pipelines.candidates.pilot import Pilot, pilot_since
from pipelines.cli import app
from pipelines.contracts.book import TENDER
from pipelines.contracts.contract import GoLiveDecision
from pipelines.governance.checklist import checklist
from pipelines.governance.due_diligence import Audit, DueDiligence, VendorAnswer
from pipelines.governance.tender import Tender, TenderAnswer, tender_result
from pipelines.governance.tender_grid import tender_grid
from pipelines.governance.vendor_review import vendor_review
from pipelines.scores.method import ALL, MONTH, TRAILING, shipped_methods
from pipelines.scores.method import CONTRACT as CONTRACT_TO_DATE
from pipelines.scores.points import DimensionScore
from pipelines.storage.registry.database import open_registry
from pipelines.storage.registry.vendor_tables import GO_LIVE_DECISIONS
from pipelines.wording.words import LANGUAGES, words
from tests.support.clean_market import contract_text
from tests.support.contract_files import FIXTURE, read_contract, write
from tests.support.postgres import postgres_server, postgres_url, registry_url  # noqa: F401

ON, SEEN = date(2026, 9, 20), date(2026, 9, 1)
AT = datetime(2026, 9, 20, 9, tzinfo=UTC)
CONTRACT = replace(
    read_contract(FIXTURE), instrument="contract", stage="live", clauses=tuple(one.id for one in checklist().clauses)
)
FILE = DueDiligence.model_validate(
    {
        "answers": {
            one.id: VendorAnswer(satisfies="yes", answered_on=SEEN, evidence="seen") for one in checklist().questions
        },
        "audits": (Audit(audited_on=SEEN, of="vendor", scope="forms", findings=0, next_on=date(2027, 9, 1)),),
    }
)
ANSWERS = {
    one.id: TenderAnswer(satisfies="yes", answered_on=SEEN, evidence="seen", taken_by="buyer")
    for one in tender_grid().criteria
}
PILOT = Pilot(1, 100, (DimensionScore("consent", 100, 1, 0.01, 0.01, 80.0),), 200, 190, 0.001)


def unmet(
    contract: Any = CONTRACT, file: DueDiligence = FILE, answers: Any = ANSWERS, pilot: Pilot = PILOT
) -> dict[str, tuple[str, ...]]:
    tender = tender_result("acme", Tender(answers=answers), file, tender_grid(), on=ON)
    gaps = tuple(vendor_review(contract, file, on=ON))
    results = go_live_results(GoLiveCase("acme", ON, contract, gaps, tender, pilot), words("en"))
    return {result.condition.id: result.lacking for result in results if not result.is_met}


def without(name: str, from_: Any) -> dict[str, Any]:
    return {key: value for key, value in from_.items() if key != name}


def test_a_vendor_with_everything_may_go_live() -> None:
    assert unmet() == {}


def test_a_tolerance_of_nothing_is_the_least_of_the_method_that_counts() -> None:
    """One defect in 200 leads, 0.5 %, where nothing is tolerated."""
    spotless = DimensionScore("consent", 200, 1, 0.005, 0.0, 0.0)
    assert "pilot_within_tolerances" in unmet(pilot=replace(PILOT, scores=(spotless,)))
    assert unmet(pilot=replace(PILOT, scores=(spotless,), least_tolerance=0.005)) == {}


def test_each_condition_says_what_it_lacks() -> None:
    informed = ANSWERS["tc_informed"]
    no = {**ANSWERS, "tc_informed": informed.model_copy(update={"satisfies": "no"})}
    assert unmet(answers=no)["tender_answered"][0].startswith(
        "Knock-out, answered no on 1\u00a0September\u00a02026: Before"
    )
    doubtful = {**ANSWERS, "tc_informed": informed.model_copy(update={"evidence": None})}
    assert len(unmet(answers=doubtful)["tender_answered"]) == 1  # a knock-out that is open
    assert list(unmet(answers=without("tc_sanctions", ANSWERS), file=DueDiligence())) == [
        "tender_answered",
        "due_diligence_complete",
    ]
    assert unmet(answers=without("tc_double_optin", ANSWERS)) == {}  # good practice holds nobody up
    assert list(unmet(file=FILE.model_copy(update={"answers": without("dd_role", FILE.answers)}))) == [
        "due_diligence_complete"
    ]
    assert unmet(file=FILE.model_copy(update={"answers": without("dd_minors", FILE.answers)})) == {}


@pytest.mark.parametrize(
    ("contract", "count"),
    [
        (None, 1),
        (replace(CONTRACT, stage="pilot"), 1),
        (replace(CONTRACT, instrument="order_form"), 1),
        (replace(CONTRACT, instrument="quote"), 1),
        (replace(CONTRACT, instrument=None, stage="pilot"), 2),
        (replace(CONTRACT, clauses=CONTRACT.clauses[1:]), 1),
    ],
)
def test_a_contract_is_one_that_was_signed_for_going_live(contract: Any, count: int) -> None:
    lacking = unmet(contract=contract)
    assert {name: len(told) for name, told in lacking.items()} == {"contract_signed": count}


@pytest.mark.parametrize(
    ("pilot", "told"),
    [
        (replace(PILOT, delivery_count=0, leads_count=0), ("deliveries of a pilot: 0", "Leads of a pilot: 0")),
        (replace(PILOT, leads_count=99), ("Leads of a pilot: 99; needed: 100",)),
        (replace(PILOT, scores=(replace(PILOT.scores[0], rate=0.0101),)), ("consent: 1.01%, tolerated 1.00%",)),
    ],
)  # fmt: skip
def test_a_pilot_is_big_enough_and_keeps_within_tolerances(pilot: Pilot, told: tuple[str, ...]) -> None:
    lacking = unmet(pilot=pilot)["pilot_within_tolerances"]
    assert [part.lower() in said.lower() for part, said in zip(told, lacking, strict=True)] == [True] * len(told)


@pytest.mark.parametrize(
    ("window", "since"),
    [
        (ALL, None),
        (CONTRACT_TO_DATE, date(2026, 6, 1)),  # the pilot's own period; the live contract begins in September
        (MONTH, date(2026, 8, 1)),
        (TRAILING, date(2026, 5, 7)),  # 90 days before 5 August
    ],
)
def test_a_pilot_counts_in_the_window_that_ends_with_its_last_delivery(window: str, since: date | None) -> None:
    """A first pilot in January, a second one under a contract of June up to 5 August, a live contract in September."""
    first = replace(CONTRACT, stage="pilot", valid_from=date(2026, 1, 1), renewal_on=date(2026, 6, 1))
    second = replace(CONTRACT, stage="pilot", valid_from=date(2026, 6, 1), renewal_on=date(2026, 9, 1))
    live = replace(CONTRACT, valid_from=date(2026, 9, 1))
    days = [date(2026, 1, 20), date(2026, 6, 2), date(2026, 8, 5)]
    method = replace(shipped_methods().versions[0], window=window)
    assert pilot_since(days, (first, second, live), method) == since
    assert pilot_since([], (first, second, live), method) is None


def test_conditions_stand_in_both_languages() -> None:
    for condition in go_live_conditions():
        assert {words(language).say(condition.says) for language in LANGUAGES} >= {words("fr").say(condition.says)}
        assert condition.says.fr != condition.says.en


def test_a_decision_stays_as_it_was_noted(registry_url: str) -> None:  # noqa: F811
    registry = open_registry(registry_url)
    first = DecisionNote(
        "acme", EXCEPTION, AT, "achats", "comité du 20", ("contract_signed", "tender_answered"), "d" * 64
    )
    last = DecisionNote("acme", REFUSED, datetime(2026, 9, 30, 22, tzinfo=UTC), "achats", "pilote insuffisant")
    for note in (first, DecisionNote("other", OPENED, AT, "achats"), last):
        note_decision(registry, note)
    assert decisions_on(registry, "acme") == [first, last]
    # 22:00 UTC is midnight in Paris: the next day
    assert go_live_by_vendor(registry)["acme"] == [GoLiveDecision(ON, True), GoLiveDecision(date(2026, 10, 1), False)]
    for statement in (sa.update(GO_LIVE_DECISIONS).values(decided_by="nobody"), sa.delete(GO_LIVE_DECISIONS)):
        with pytest.raises(sa.exc.DBAPIError, match="a decision stays as it was noted"), registry.begin() as connection:
            connection.execute(statement)
    assert decisions_on(registry, "acme") == [first, last]


@pytest.mark.parametrize(
    "note",
    [
        DecisionNote("acme", OPENED, AT, " "),
        DecisionNote("acme", EXCEPTION, AT, "achats"),
        DecisionNote("acme", REFUSED, AT, "achats", "jeanne@example.org a dit non"),
        DecisionNote("acme", OPENED, AT, "jeanne@example.org"),
        DecisionNote("acme", OPENED, AT, "achats, 06 12 34 56 78"),
        DecisionNote("acme", OPENED, AT, "a" * 65),
        DecisionNote("acme", REFUSED, AT, "achats", "a" * 501),
    ],
)
def test_a_decision_has_a_person_and_a_reason_without_identifiers(tmp_path: Path, note: DecisionNote) -> None:
    registry = open_registry(f"sqlite:///{tmp_path / 'registry.db'}")
    with pytest.raises(ValueError, match="expected"):
        note_decision(registry, note)
    assert decisions_on(registry) == []


def test_the_command_compares_asks_and_notes(tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(
            app, ["candidates", *arguments], env={"OPPOSABLE_HOME": str(tmp_path), "COLUMNS": "200"}
        )
        return done.exit_code, done.output

    contracts = tmp_path / "contracts"
    assert run("compare")[0] == 0  # nobody yet: told where answers go
    answers = "answers:\n  tc_contract_not_quote: {satisfies: no, answered_on: 2026-09-01, taken_by: achats}\n"
    write(contracts, answers, "nouveau", TENDER)
    write(contracts, contract_text(stage="pilot"), "pilote")
    write(contracts, contract_text(), "ancien")
    page = tmp_path / "page.html"
    code, told = run("compare", "nouveau", "pilote", "--lang", "fr", "--html", str(page))
    assert (code, told.index("pilote") < told.index("nouveau")) == (0, True)  # who was knocked out stands last
    assert "Éliminatoire, réponse négative du 1er" in told.replace("\xa0", " ")
    assert "Critère par critère" in page.read_text(encoding="utf-8")
    assert run("gate", "pilote")[0] == 1
    assert run("open", "pilote", "--by", "achats")[0] == 1  # nothing is noted
    assert "exception" in run("open", "pilote", "--by", "achats", "--reason", "comité du 20")[1]
    assert "opened by exception by achats: comité du 20" in run("gate", "pilote")[1]
    assert "first contract with stage: live" in run("gate", "pilote")[1]
    assert run("refuse", "nouveau", "--by", "achats", "--reason", "éliminé")[0] == 0
    code, told = run("open", "ancien", "--by", "achats", "--reason", "pour voir")
    assert (code, "never was a candidate" in told) == (2, True)
    assert "did you mean pilote?" in run("gate", "pilot")[1]


def test_a_candidate_whose_file_cannot_be_read_is_named_and_the_others_are_compared(tmp_path: Path) -> None:
    answers = "answers:\n  tc_contract_not_quote: {satisfies: no, answered_on: 2026-09-01, taken_by: achats}\n"
    write(tmp_path / "contracts", answers, "entier", TENDER)
    write(tmp_path / "contracts", answers.replace(", taken_by: achats", ""), "troue", TENDER)
    done = CliRunner().invoke(app, ["candidates", "compare"], env={"OPPOSABLE_HOME": str(tmp_path), "COLUMNS": "200"})
    assert done.exit_code == 2
    assert "troue: left out" in done.output
    assert f"{tmp_path / 'contracts' / 'troue' / TENDER}:2" in done.output
    assert "taken_by" in done.output
    assert "entier" in done.output
