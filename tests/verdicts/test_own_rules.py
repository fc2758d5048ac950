"""A house that judges otherwise than shipped says so wherever that decided something: list, page, explain, receipt."""

import csv
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.dossiers.pages import render_dossier
from pipelines.rulebook.catalogue import SHIPPED_CARDS
from pipelines.rulebook.yaml_files import CatalogueError
from tests.support.clean_market import LATE, MONDAY, VENDOR, CleanMarket, lead, proof
from tests.support.houses import house_at
from tests.support.report_models import rich_vendor
from tests.support.rule_cards import OVERRIDE, write_card

MENTIONS, NAMED = "tel_consent_five_mentions", "consent_named_recipient_elec"
WHO_AND_WHY = "Inès Laurent on 1\u00a0September\u00a02026: Duplicates are tolerated this winter."
CHANGED = f"Rule changed by {WHO_AND_WHY}"
OFF = f"Rule not applied, by decision of {WHO_AND_WHY}"


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> CleanMarket:
    """One lead whose phone consent lacks mentions, a rule that is switched off; one whose e-mail consent names another,
    a rule that the house replaced; one that is right."""
    market = CleanMarket(tmp_path_factory.mktemp("own"))
    rules = market.home / "rules"
    rules.mkdir()
    (rules / "switched_off.yaml").write_text(yaml.safe_dump({MENTIONS: OVERRIDE}), encoding="utf-8")
    shipped = yaml.safe_load((SHIPPED_CARDS / "electronic" / f"{NAMED}.yaml").read_text(encoding="utf-8"))
    (rules / f"{NAMED}.yaml").write_text(yaml.safe_dump(shipped | {"override": OVERRIDE}), encoding="utf-8")
    wrong = {1: {"mentions": "identity"}, 2: {"recipients": "Autre Enseigne SA", "recipient_sirens": ""}}
    market.deliver([lead(number) for number in (1, 2, 3)], "leads.csv")
    market.deliver([proof(number, **wrong.get(number, {})) for number in (1, 2, 3)], "proofs.csv")
    market.reconcile(LATE)
    return market


def run(market: CleanMarket, *words: str) -> str:
    outcome = CliRunner().invoke(app, list(words), env={"OPPOSABLE_HOME": str(market.home), "COLUMNS": "250"})
    assert outcome.exit_code == 0, outcome.output
    return outcome.output


def test_a_rule_that_is_switched_off_blocks_nobody_and_one_that_is_replaced_does(market: CleanMarket) -> None:
    verdicts = market.verdicts()
    assert verdicts["L-1", "phone"] == "usable"
    assert verdicts["L-2", "email"] == "blocked"


def test_explain_says_what_would_have_counted_and_who_decided_otherwise(market: CleanMarket) -> None:
    told = run(market, "explain", VENDOR, "L-1")
    assert f"[{MENTIONS}]. {OFF}" in told
    assert told.count(OFF) == 1  # on the phone alone: by e-mail it never applies


def test_a_receipt_says_that_a_rule_is_changed_and_leaves_off_what_was_not_judged(market: CleanMarket) -> None:
    path = market.home / "outbox" / VENDOR / MONDAY.isoformat() / "reasons.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    by_code = {row["reason_code"]: row for row in rows}
    assert CHANGED in by_code[NAMED]["wrong_en"]
    assert "Règle modifiée par Inès Laurent le" in by_code[NAMED]["wrong_fr"]
    assert MENTIONS not in by_code
    assert all("Inès" not in row["wrong_en"] for code, row in by_code.items() if code != NAMED)


@pytest.mark.parametrize(("lang", "by"), [("en", "by decision of Inès"), ("fr", "décision prise par Inès")])
def test_the_list_and_the_page_name_every_change(market: CleanMarket, tmp_path: Path, lang: str, by: str) -> None:
    assert by in run(market, "rules", "list", "--lang", lang)
    assert by in run(market, "rules", "show", MENTIONS, "--lang", lang)
    page = tmp_path / "rules.html"
    run(market, "rules", "page", "--lang", lang, "--out", str(page))
    assert by in page.read_text(encoding="utf-8")


def test_a_dossier_names_every_change(market: CleanMarket) -> None:
    changes = market.house.catalogue.changes
    page = render_dossier(rich_vendor(changes=changes), language="en")
    assert OFF in page
    assert CHANGED in page
    assert '<section id="changes">' not in render_dossier(rich_vendor(), language="en")


def test_the_list_says_periods_in_the_language_asked_for(market: CleanMarket) -> None:
    listed = run(market, "rules", "list", "--lang", "fr")
    assert "depuis le 11\u00a0août\u00a02026" in listed
    assert "toujours" in listed
    assert "from 20" not in listed


def test_an_own_rule_that_decides_its_examples_otherwise_judges_nobody(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    write_card(tmp_path / "rules", pass_when="is_duplicate and not is_delivered_at_assumed")
    with pytest.raises(CatalogueError, match=r"own_rule.yaml:\d+: own_rule: example “good”: expected pass, got fail"):
        _ = house_at(tmp_path).catalogue
