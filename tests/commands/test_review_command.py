"""A decision is recorded, confirmed by another person and listed, from the terminal."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.reviews.written_dossiers import NOTE, DossierNote
from tests.support.exemple import sign

WHEN = datetime(2026, 11, 21, 5, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """One vendor with a dossier that advises to suspend."""
    sign(tmp_path, "acme")
    folder = tmp_path / "dossiers" / "acme" / "2026-11-21"
    folder.mkdir(parents=True)
    note = DossierNote("acme", WHEN, "suspend", "gate", "2026.1", "2026.2", "b" * 64, None, date(2027, 1, 1))
    (folder / NOTE).write_bytes(note.as_json())
    return tmp_path


def run(home: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["review", *arguments], env={"OPPOSABLE_HOME": str(home), "COLUMNS": "200"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def decide(home: Path, decision: str, reason: str, *more: str) -> tuple[int, str]:
    arguments = ("--decision", decision, "--by", "A. Martin, purchasing", "--reason", reason)
    return run(home, "decide", "acme", *arguments, *more)


def test_a_decision_goes_from_the_dossier_to_the_list(home: Path) -> None:
    status, said = decide(home, "renew", "The form was mended on 3 November.")
    assert (status, "waits for a second person" in said) == (0, True)
    assert run(home, "list")[0] == 1
    assert run(home, "confirm", "acme", "--by", "A. Martin, purchasing")[0] == 2
    assert run(home, "confirm", "acme", "--by", "B. Petit, DPO")[0] == 0
    status, said = run(home, "list", "acme")
    assert status == 0
    assert "B. Petit, DPO" in said
    assert "The form was mended on 3 November." in said
    [kept] = (home / "decisions" / "acme").iterdir()
    assert (kept / NOTE).exists()


def test_a_digest_of_no_dossier_is_refused_and_the_latest_is_named(home: Path) -> None:
    status, said = decide(home, "suspend", "why", "--dossier-digest", "0" * 64)
    assert (status, "that of 2026-11-21 is" in said) == (2, True)
    assert "suspend" not in run(home, "list")[1]


def test_a_vendor_without_a_contract_is_refused(home: Path) -> None:
    assert run(home, "list", "nobody")[0] == 2
