"""Entries imported with a date from before final verdicts: told at the import, by `explain`, and by the run."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.commands.final_days import replaced_in_words
from pipelines.oppositions.snapshot import refresh_snapshot
from pipelines.verdicts.replaced_days import final_days, replaced_days
from tests.support.clean_market import LATE, MONDAY, VENDOR, CleanMarket, lead, proof

HEADER = "identifier,kind,channel,opposed_at,recorded_at,origin"
AGAIN = "opposable reconcile --vendor clair --from 2026-09-07 --to 2026-09-07"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two leads of Monday, final since Thursday 10:00 in Paris."""
    market = CleanMarket(tmp_path_factory.mktemp("late") / "home", first=MONDAY)
    market.deliver([lead(1), lead(2)], "leads.csv")
    market.deliver([proof(1), proof(2)], "proofs.csv")
    market.reconcile(LATE)
    assert set(market.verdicts().values()) == {"usable"}
    return market.home


@pytest.fixture
def market(judged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CleanMarket:
    shutil.copytree(judged, tmp_path / "home")
    monkeypatch.setenv("OPPOSABLE_HOME", str(tmp_path / "home"))
    return CleanMarket(tmp_path / "home", first=MONDAY)


def told(market: CleanMarket, number: int, recorded_at: str, *options: str, opposed_at: str = "2026-09-01") -> str:
    """What the import of one objection says."""
    path = market.home / "oppositions.csv"
    path.write_text(f"{HEADER}\npersonne{number}@mail.example,email,all,{opposed_at},{recorded_at},courrier\n")
    result = CliRunner().invoke(app, ["oppositions", "import", str(path), *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def explained(number: int, *options: str) -> str:
    return CliRunner().invoke(app, ["explain", VENDOR, f"L-{number}", *options], catch_exceptions=False).output


def test_an_import_names_the_final_days_that_it_would_change_on_trial_too(market: CleanMarket) -> None:
    """Recorded on the Tuesday, before Thursday's last word, of a person who is in Monday's delivery."""
    on_trial = told(market, 1, "2026-09-08", "--dry-run")
    assert "1 new opposition is recorded before verdicts that are final" in on_trial
    assert "clair: 1 final day, 2026-09-07" in on_trial
    assert AGAIN in on_trial
    assert told(market, 1, "2026-09-08").replace("dry run: ", "") in on_trial
    assert "recorded before verdicts" not in told(market, 1, "2026-09-08"), "it is known already"


@pytest.mark.parametrize(
    ("number", "recorded_at", "opposed_at", "is_told", "has_day"),
    [
        pytest.param(1, "2026-09-18", "2026-09-01", False, False, id="recorded after the last word: a correction"),
        pytest.param(3, "2026-09-08", "2026-09-01", True, False, id="of nobody who was delivered"),
        pytest.param(1, "2026-09-09", "2026-09-08", True, False, id="who objected after the delivery"),
    ],
)
def test_what_moves_no_final_verdict_names_no_day(
    market: CleanMarket, number: int, recorded_at: str, opposed_at: str, is_told: bool, has_day: bool
) -> None:
    said = told(market, number, recorded_at, opposed_at=opposed_at)
    assert ("recorded before verdicts" in said, "final day," in said) == (is_told, has_day)


def test_explain_hints_at_what_no_run_has_read_and_then_at_what_is_still_published(market: CleanMarket) -> None:
    told(market, 1, "2026-09-08")
    assert "1 opposition of this person was imported since" in explained(1)
    refresh_snapshot(market.house.registry, market.house.lake)
    now = explained(1, "--lang", "fr").replace("\u00a0", " ")
    assert ("reste publié comme utilisable" in now, "importée depuis" in now) == (True, False)
    other = explained(2)
    assert ("still published" in other, "imported since" in other) == (False, False)


def test_a_day_that_is_judged_again_is_named_with_what_it_knows_now(market: CleanMarket) -> None:
    lake = market.house.lake
    before = final_days(lake, [VENDOR])
    market.reconcile(LATE)
    assert replaced_days(lake, before) == [], "the same inputs give the same bytes"
    told(market, 1, "2026-09-08")
    market.reconcile(LATE)
    assert [(one.vendor, one.day, one.causes) for one in replaced_days(lake, before)] == [
        (VENDOR, MONDAY, ("oppositions",))
    ]
    assert list(replaced_in_words(replaced_days(lake, before))) == [
        "clair: 1 final day, 2026-09-07: oppositions imported since with an earlier date"
    ]
    assert market.verdicts()["L-1", "email"] == "blocked"


def test_late_files_and_another_contract_are_told_from_objections(market: CleanMarket) -> None:
    before = final_days(market.house.lake, [VENDOR])
    market.deliver([lead(3)], "leads-late.csv", at=datetime(2026, 9, 16, 8, tzinfo=UTC))
    again = CleanMarket(market.home, {"sector": "insurance"}, first=MONDAY)
    again.reconcile(LATE)
    (replaced,) = replaced_days(market.house.lake, before)
    assert {"contract", "files"} <= set(replaced.causes)
    assert "oppositions" not in replaced.causes
