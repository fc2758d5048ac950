"""What was made for people: how long dossiers, decisions, comparisons, invoices and law stay, and what then goes."""

import os
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.comparisons.kept_comparisons import AskedReplay, keep_comparison
from pipelines.comparisons.replays import FLIPS, VendorReplayed
from pipelines.house import House
from pipelines.reviews.decisions import Decision
from pipelines.reviews.records import record_decision
from pipelines.reviews.written_dossiers import dossier_digest
from pipelines.storage.lake import Lake
from pipelines.storage.registry.tables import PURGES
from pipelines.upkeep.kept_law_sweep import unneeded_law
from pipelines.upkeep.purges import Purge
from pipelines.upkeep.retention import Retained
from pipelines.vocabulary.tables import arrow_schema
from tests.support.contract_files import VALID
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at, reconcile

VENDOR = "exemple-leads"
MADE = date(2026, 8, 11)
WORKING_DUE = date(2026, 10, 11)
"""The contract's 30 days to claim and the setting's 30 to dispute, then the day after."""
DECIDED = date(2026, 9, 1)
DECISION_DUE = date(2031, 9, 3)
"""1827 days after 1 September 2026, of which one is a 29 February: 2 September 2031; and the day after."""
INVOICE_DUE = date(2037, 8, 12)
"""Eleven years of which 2028, 2032 and 2036 are leap ones are the 4018 days; and the day after."""
NOW = datetime(2040, 1, 1, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> House:
    sign(tmp_path, VENDOR)
    return house_at(tmp_path)


def made(folder: Path, on: date = MADE, names: Sequence[str] = ("index.html", "findings.csv")) -> Path:
    """A folder whose files were last changed on a date."""
    noon = datetime(on.year, on.month, on.day, 10, tzinfo=UTC).timestamp()
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{folder.name} {name}")
        os.utime(folder / name, (noon, noon))
    return folder


def decided(house: House, folder: Path, *, renewal_on: date | None = None) -> None:
    at = datetime(DECIDED.year, DECIDED.month, DECIDED.day, 10, tzinfo=UTC)
    told: dict[str, Any] = {"decision": "renew", "recommendation": "renew", "reason": "as advised"}
    when: dict[str, Any] = {"decided_at": at, "dossier_as_of": at, "renewal_on": renewal_on}
    digest = dossier_digest(folder)
    decision = Decision(
        vendor=VENDOR, decided_by="A. Martin", dossier_digest=digest, needs_second=False, **told, **when
    )
    record_decision(house.registry, decision)


def run(house: House, on: date, *, is_dry_run: bool = False) -> Retained:
    as_of = datetime(on.year, on.month, on.day, 6, tzinfo=UTC)
    return house.retention.run(house.contracts(), as_of=as_of, now=NOW, is_dry_run=is_dry_run)


def ledger(house: House) -> list[Purge]:
    columns = [PURGES.c[field.name] for field in fields(Purge)]
    with house.registry.connect() as connection:
        return [Purge(**row) for row in connection.execute(sa.select(*columns).order_by(PURGES.c.id)).mappings()]


def test_dossiers_go_as_receipts_do_but_the_latest_stays(house: House) -> None:
    dossiers = house.settings.dossiers
    old, latest = (made(dossiers / VENDOR / str(day)) for day in (MADE, MADE + timedelta(days=1)))
    made(dossiers, names=["index.html"])
    assert dict(run(house, WORKING_DUE - timedelta(days=1)).purged) == {}
    assert dict(run(house, WORKING_DUE, is_dry_run=True).purged) == {"dossier": 2}
    assert (old.exists(), ledger(house)) == (True, [])
    assert dict(run(house, WORKING_DUE).purged) == {"dossier": 2}
    assert (old.exists(), latest.exists(), (dossiers / "index.html").exists()) == (False, True, True)
    rows = ledger(house)
    assert [(row.vendor, row.delivery_date, row.due_on) for row in rows] == [(VENDOR, MADE, WORKING_DUE)] * 2
    assert sorted(row.name for row in rows) == ["*.csv", "*.html"]
    assert dict(run(house, date(2039, 1, 1)).purged) == {}


@pytest.mark.fault(
    area="retention",
    fault="A dossier is due on which somebody decided",
    promise="It stays, and its copy too, until the decision's own span has passed, from the renewal if that is later.",
)
@pytest.mark.parametrize("later", [0, 40])
def test_what_a_decision_rests_on_stays_as_long_as_the_decision_is_kept(house: House, later: int) -> None:
    decisions, renewal = house.settings.decisions, DECIDED + timedelta(days=later)
    dossier = made(house.settings.dossiers / VENDOR / str(MADE))
    made(house.settings.dossiers / VENDOR / str(DECIDED))
    decided(house, dossier, renewal_on=renewal)
    copy = made(decisions / VENDOR / dossier_digest(dossier)[:16])
    unfinished = made(decisions / VENDOR / f".{'a' * 16}", MADE)
    due = DECISION_DUE + timedelta(days=later)
    assert dict(run(house, due - timedelta(days=1)).purged) == {"decided_dossier": 2}  # what a kill left, sooner
    assert (dossier.exists(), copy.exists(), unfinished.exists()) == (True, True, False)
    assert dict(run(house, due).purged) == {"dossier": 2, "decided_dossier": 2}
    assert (dossier.exists(), copy.exists()) == (False, False)
    assert {row.basis for row in ledger(house)} == {"retention of 1827 days (the setting) passed"}


def test_each_vendors_part_of_a_comparison_goes_by_its_contract_and_the_answer_with_the_last(house: House) -> None:
    """Without a contract the setting's 90 days to claim count, so that the other part stays 60 days longer."""
    place = made(house.settings.comparisons / "autumn", names=["comparison.json"])
    for vendor in (VENDOR, "another-vendor"):
        made(place / f"vendor={vendor}", names=["flips.parquet"])
    assert dict(run(house, WORKING_DUE).purged) == {"comparison": 1}
    assert [path.name for path in sorted(place.iterdir())] == ["comparison.json", "vendor=another-vendor"]
    later = WORKING_DUE + timedelta(days=60)
    assert dict(run(house, later - timedelta(days=1)).purged) == {}
    assert dict(run(house, later).purged) == {"comparison": 2}
    assert not place.exists()


def test_a_comparison_is_read_by_the_house_alone_whatever_the_umask(house: House) -> None:
    asked = AskedReplay((VENDOR,), MADE, MADE, True, NOW, "a" * 64)
    replayed = VendorReplayed(VENDOR, 1, 0, FLIPS.empty_table())
    before = os.umask(0)
    try:
        place = keep_comparison(house.settings.comparisons, "autumn", asked, [replayed])
    finally:
        os.umask(before)
    modes = {path: oct(path.stat().st_mode & 0o777) for path in (place.parent, place, *place.rglob("*"))}
    assert {modes[path] for path in modes if path.is_dir()} == {"0o700"}
    assert {path.name: mode for path, mode in modes.items() if path.is_file()} == {
        "comparison.json": "0o600",
        "flips.parquet": "0o600",
    }
    assert run(house, datetime.now(UTC).date()).purged["comparison"] == 0  # it was kept today, whatever it is about


def test_what_is_told_of_an_invoice_stays_as_papers_of_the_accounts_do(house: House) -> None:
    folder = made(house.settings.invoices / VENDOR / ("b" * 16), names=["index.html", "invoice_lines.parquet"])
    assert dict(run(house, INVOICE_DUE - timedelta(days=1)).purged) == {}
    assert dict(run(house, INVOICE_DUE).purged) == {"checked_invoice": 2}
    assert not folder.exists()


def test_what_is_made_anew_is_kept_anew(house: House) -> None:
    early = house.settings.dossiers / VENDOR / "2026-01-01"  # as of then, but written on 11 August
    made(early)
    made(house.settings.dossiers / VENDOR / str(MADE))
    assert dict(run(house, WORKING_DUE - timedelta(days=1)).purged) == {}
    folder = house.settings.invoices / VENDOR / ("b" * 16)
    made(folder, names=["index.html"])
    made(folder, MADE + timedelta(days=1), names=["claims.csv"])
    assert run(house, INVOICE_DUE).purged["checked_invoice"] == 0


def test_a_link_in_their_places_is_not_followed(house: House, tmp_path: Path) -> None:
    theirs = made(tmp_path / "elsewhere")
    for root in (house.settings.decisions, house.settings.invoices, house.settings.dossiers):
        made(root / VENDOR / "2026-08-11", names=["index.html"])
        (root / VENDOR / "2026-08-10").symlink_to(theirs)
    run(house, date(2039, 1, 1))
    assert sorted(path.name for path in theirs.iterdir()) == ["findings.csv", "index.html"]


def test_a_vendor_whose_contract_can_not_be_read_keeps_what_was_made(house: House, tmp_path: Path) -> None:
    folder = made(house.settings.invoices / VENDOR / ("b" * 16))
    (tmp_path / "contracts" / VENDOR / "2026-01-01.odcs.yaml").write_text(VALID.replace("proofDeadline", "prof"))
    done = run(house, INVOICE_DUE)
    assert (folder.exists(), done.skipped) == (True, [VENDOR])


@pytest.mark.fault(
    area="retention",
    fault="Law is swept that a published day, a correction or a dossier needs, or that nobody can tell about",
    promise="What is named stays however old; while a published day can't be read, or the lake is away, all stays.",
)
def test_law_goes_once_nothing_names_it(tmp_path: Path) -> None:
    sign(tmp_path, VENDOR)
    deliver(tmp_path, VENDOR, MADE, received_at=datetime(2026, 8, 11, 10, tzinfo=UTC))
    house = house_at(tmp_path)
    reconcile(house, [VENDOR], [MADE], datetime(2026, 9, 1, tzinfo=UTC))
    law = house.settings.law
    needed = sorted(path.relative_to(law) for path in law.rglob("*") if path.is_file())
    assert [path.parts[0] for path in needed] == ["contracts", "rules"]
    told, unnamed, fresh, seen = (f"{digit * 64}.yaml" for digit in "abcf")
    made(law / "rules", names=[told, unnamed, seen])
    corrections, none = house.lake.vendor_file("corrections", VENDOR), arrow_schema("corrections").empty_table()
    house.lake.replace_file(corrections, "corrections", none, facts={"catalogue_digest": "f" * 64})
    made(law / "contracts" / ("d" * 64) / "gone-vendor", names=["2025-01-01.odcs.yaml"])
    made(law / "rules", NOW.date(), names=[fresh])
    made(house.settings.decisions / VENDOR / ("e" * 16), NOW.date(), names=["dossier.json"]).joinpath(
        "dossier.json"
    ).write_text(f'{{"catalogue_digest": "{"a" * 64}"}}')
    marker = house.lake.partition("scorecards", VENDOR, MADE)
    content = marker.read_bytes()
    marker.write_bytes(content[:100])
    run(house, WORKING_DUE)
    assert (law / "rules" / unnamed).exists()
    assert unneeded_law(law, Lake(tmp_path / "away"), (), NOW) == []
    marker.write_bytes(content)
    assert run(house, WORKING_DUE).purged["law"] == 2
    left = sorted(path.relative_to(law) for path in law.rglob("*") if path.is_file())
    assert left == sorted([*needed, *(Path("rules", name) for name in (told, fresh, seen))])
    assert not (law / "contracts" / ("d" * 64)).exists()
    contract, rules = needed
    assert house.kept_law.contract(contract.parts[1], house.contracts().of(contract.parts[2])) is not None
    assert house.kept_law.catalogue(rules.stem) is not None
    assert [(row.vendor, row.name) for row in ledger(house) if row.kind == "law"] == [("", "*.yaml")] * 2


def test_law_that_a_run_is_about_to_name_is_touched_first(tmp_path: Path) -> None:
    house = house_at(tmp_path)
    sign(tmp_path, VENDOR)
    contracts = house.contracts().of(VENDOR)
    house.kept_law.keep(house.catalogue, contracts)
    files = [path for path in house.settings.law.rglob("*") if path.is_file()]
    for path in files:
        os.utime(path, (0, 0))
    house.kept_law.keep(house.catalogue, contracts)
    assert len(files) == 2
    assert min(path.stat().st_mtime for path in files) > 0


def test_the_command_counts_what_would_go_of_each(house: House, tmp_path: Path) -> None:
    made(house.settings.invoices / VENDOR / ("b" * 16))
    made(house.settings.comparisons / "autumn" / f"vendor={VENDOR}", names=["flips.parquet"])
    arguments = ["retention", "run", "--as-of", INVOICE_DUE.isoformat(), "--dry-run"]
    said = CliRunner().invoke(app, arguments, env={"OPPOSABLE_HOME": str(tmp_path), "COLUMNS": "200"})
    assert said.exit_code == 0, said.output
    assert "files told of invoices would be removed: 2" in said.output
    assert "files of comparisons would be removed: 1" in said.output
