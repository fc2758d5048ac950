"""A vendor that began as a candidate: its old days stay what they were though the contract's file is edited since."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.candidates.decisions import OPENED, note_decision
from pipelines.cli import app
from tests.comparisons.test_corrections import BEFORE, correct
from tests.support.clean_market import LATE, MONDAY, VENDOR, CleanMarket, contract_text, lead, proof
from tests.verdicts.test_pilots import decided

INHERITED = date(2026, 9, 8)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> CleanMarket:
    """Live since Monday; Tuesday's contract names no stage, and goes on in that of before."""
    market = CleanMarket(tmp_path_factory.mktemp("candidates") / "home", {"stage": "live"}, first=MONDAY)
    note_decision(market.house.registry, decided(OPENED, MONDAY))
    _file_of(market.home).write_text(contract_text(), encoding="utf-8")
    for number, day in ((1, MONDAY), (2, INHERITED)):
        market.deliver([lead(number, day)], "leads.csv", day)
        market.deliver([proof(number, day)], "proofs.csv", day)
    market.reconcile(LATE, until=INHERITED)
    assert set(market.verdicts().values()) == {"usable"}
    return market


def _file_of(home: Path) -> Path:
    return home / "contracts" / VENDOR / f"{INHERITED}.odcs.yaml"


@pytest.fixture
def edited(opened: CleanMarket, tmp_path: Path) -> CleanMarket:
    """A line that moves no verdict is added to both files."""
    home = tmp_path / "home"
    shutil.copytree(opened.home, home)
    market = CleanMarket(home, opened.terms, first=MONDAY)
    for path in _file_of(home).parent.iterdir():
        path.write_text(path.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")
    return market


def test_an_edited_file_corrects_nothing(edited: CleanMarket) -> None:
    assert correct(edited, BEFORE) == []


def test_a_replay_as_it_was_is_what_was_published(edited: CleanMarket) -> None:
    days = ["--from", f"{MONDAY}", "--to", f"{INHERITED}"]
    asked = ["replay", VENDOR, *days, "--name", "was", "--as-of", "2026-10-01", "--as-it-was"]
    out = CliRunner().invoke(app, asked, env={"OPPOSABLE_HOME": str(edited.home)})
    assert out.exit_code == 0, out.output
    kept = json.loads((edited.home / "comparisons" / "was" / "comparison.json").read_text(encoding="utf-8"))
    answer = kept["answer"][VENDOR]
    assert (answer["days_that_differ"], answer["flips"], answer["lead_uses"]) == ([], 0, 4)


def test_the_law_of_a_look_is_kept_for_the_next_one(edited: CleanMarket) -> None:
    correct(edited, BEFORE)
    book = edited.house.contracts().of(VENDOR)
    assert [edited.house.kept_law.contract(contract.digest, book) for contract in book] == list(book)
