"""A decision is recorded, confirmed by another person and listed, from the terminal."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.contracts.book import ExaminedContract, examine_contract
from pipelines.definitions import build_defs
from pipelines.reviews.decisions import decide as decided
from pipelines.reviews.records import record_decision
from pipelines.reviews.written_dossiers import NOTE, DossierNote, WrittenDossier
from pipelines.vocabulary.clock import paris_date, tick_of
from tests.support.clean_market import CleanMarket
from tests.support.contract_files import changed
from tests.support.exemple import sign
from tests.support.houses import house_at
from tests.support.instances import instance_of

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


def test_the_contracts_of_all_vendors_are_read_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are counted as they are read: on a house of many vendors each reading takes seconds."""
    sign(home, "brio", "clair")
    read: list[Path] = []

    def examine(path: Path, **known: Any) -> ExaminedContract:
        read.append(path)
        return examine_contract(path, **known)

    monkeypatch.setattr("pipelines.contracts.book.examine_contract", examine)
    run(home, "list")
    assert sorted(path.parent.name for path in read) == ["acme", "brio", "clair"]


def test_a_vendor_without_a_contract_is_refused(home: Path) -> None:
    assert run(home, "list", "nobody")[0] == 2


def test_a_date_that_passed_undecided_is_red_in_the_ui_until_somebody_decided(tmp_path: Path) -> None:
    """Published on 20 September: the contract was renewed on 20 August, by nobody."""
    sign(tmp_path, "acme", text=changed('value: "2027-01-01"', 'value: "2026-08-20"'))
    house, as_of, renewal = house_at(tmp_path, OPPOSABLE_THREADS="1"), tick_of(date(2026, 9, 20)), date(2026, 8, 20)
    check = dg.AssetCheckKey(dg.AssetKey("dossiers"), "renewals_were_decided")
    alone = dg.define_asset_job("alone", selection=dg.AssetSelection.checks(check))
    definitions = dg.Definitions.merge(
        build_defs(settings=house.settings, has_marts=False), dg.Definitions(jobs=[alone])
    )
    job = definitions.resolve_job_def("alone")
    with instance_of(house) as instance:

        def evaluated() -> dg.AssetCheckEvaluation:
            tags = {"opposable/as_of": as_of.isoformat()}
            [one] = job.execute_in_process(instance=instance, tags=tags).get_asset_check_evaluations()
            return one

        red = evaluated()
        assert not red.passed
        assert "acme: 2026-08-20" in str(red.metadata["first of them"].value)
        note = DossierNote("acme", as_of, "suspend", "gate", "2026.1", "2026.2", "b" * 64, None, renewal)
        dossier = WrittenDossier(tmp_path, "a" * 64, note)
        decision = decided(dossier, "suspend", by="A", reason="r", at=tick_of(date(2026, 9, 19)), four_eyes="never")
        record_decision(house.registry, decision)
        assert evaluated().passed


def test_a_last_day_of_notice_that_passed_without_a_decision_is_listed(tmp_path: Path) -> None:
    today = paris_date(datetime.now(UTC))
    renewal_on, notice_days = today + timedelta(days=10), 30
    market = CleanMarket(tmp_path, {"renewalOn": renewal_on.isoformat(), "noticeDays": notice_days})
    status, said = run(market.home, "list")
    assert (status, "The last day to give notice" in said, "no renewal waits" in said) == (1, True, False)
    assert "did you mean clair?" in run(market.home, "confirm", "claire", "--by", "A. Martin")[1]
