"""The retention clock: when things are due, what then goes, what stays, and what is told of it."""

import json
import shutil
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.deliveries.inbox_folders import kept_and_purged_days
from pipelines.house import House
from pipelines.storage.inboxes import PURGED, SEALS
from pipelines.storage.registry.tables import PURGES, VAULT_READINGS
from pipelines.upkeep.purges import Purge, masked
from pipelines.upkeep.retention import Retained
from pipelines.upkeep.retention_clock import RetentionSpans, delivery_retention_end, vault_retention_end
from pipelines.vocabulary.clock import paris_date
from tests.support.contract_files import VALID
from tests.support.exemple import deliver, lead_line, sign
from tests.support.houses import house_at, lake_bytes, read_all, reconcile

VENDOR = "exemple-leads"
DAY = date(2026, 8, 11)
CAME_AT = datetime(2026, 8, 11, 10, tzinfo=UTC)
FILES_DUE = date(2026, 10, 11)
"""The contract's 30 days to claim and the setting's 30 to dispute, from noon of 11 August; and the day after."""
VAULT_DUE = date(2029, 8, 11)
"""The contract's three years of 365 days, and the day after."""
NOW = datetime(2031, 1, 1, tzinfo=UTC)
SPANS = RetentionSpans(*(timedelta(days=days) for days in (90, 30, 1095, 1827, 4018, 1827)))


class Home:
    """A house with a delivery that was taken in."""

    def __init__(self, home: Path) -> None:
        self.path = home
        self.folder = home / "inbox" / VENDOR / str(DAY)
        self.house: House = house_at(home)

    def reconcile(self) -> dict[str, bytes]:
        """Everything is read: an unchanged day would be left as it is published, whatever becomes of its files."""
        reconcile(self.house, [VENDOR], [DAY], datetime(2026, 9, 1, tzinfo=UTC), is_anew=True)
        return lake_bytes(self.house.lake)

    def run(self, on: date, *, is_dry_run: bool = False) -> Retained:
        """What was done on a date, receipts left out: how many a day has is not the concern here."""
        as_of = datetime(on.year, on.month, on.day, 6, tzinfo=UTC)
        done = self.house.retention.run(self.house.contracts(), as_of=as_of, now=NOW, is_dry_run=is_dry_run)
        done.purged.pop("receipt", None)
        return done

    def ledger(self) -> list[Purge]:
        return [purge for purge in noted_purges(self.house) if purge.kind != "receipt"]

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("*"))

    def known(self) -> list[str]:
        """Names of our records of the delivery."""
        return sorted(path.name for path in (self.house.settings.state / VENDOR / str(DAY)).iterdir())

    def command(self, *arguments: str) -> Any:
        return CliRunner().invoke(app, list(arguments), env={"OPPOSABLE_HOME": str(self.path), "COLUMNS": "200"})


def noted_purges(house: House) -> list[Purge]:
    """The ledger, in the order of purging."""
    columns = [PURGES.c[field.name] for field in fields(Purge)]
    with house.registry.connect() as connection:
        rows = connection.execute(sa.select(*columns).order_by(PURGES.c.id)).mappings()
        return [Purge(**row) for row in rows]


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("taken_in") / "home"
    sign(home, VENDOR)
    deliver(home, VENDOR, DAY, received_at=CAME_AT)
    Home(home).reconcile()
    return home


@pytest.fixture
def home(taken_in: Path, tmp_path: Path) -> Home:
    return Home(shutil.copytree(taken_in, tmp_path / "home"))


@pytest.mark.fault(
    area="retention",
    fault="Something is purged a day too early",
    promise="Nothing goes before the whole span has passed, whatever the clocks do.",
)
@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))
def test_nothing_is_due_before_the_day_after_the_whole_span(delivered_at: datetime) -> None:
    """90 days to claim and 30 to dispute, counted in the calendar of Paris from the day of the delivery."""
    assert delivery_retention_end(None, delivered_at, SPANS).due_on == paris_date(delivered_at) + timedelta(days=121)
    assert vault_retention_end(None, delivered_at.date(), SPANS).due_on == delivered_at.date() + timedelta(days=1096)


def test_a_night_in_which_the_clocks_change_takes_no_day_from_a_span() -> None:
    """Half past midnight of 1 October in Paris; after 120 times 24 hours it is 28 January still, at 23:30."""
    assert delivery_retention_end(None, datetime(2026, 9, 30, 22, 30), SPANS).due_on == date(2027, 1, 30)


def test_the_contract_says_how_long_else_the_settings_and_the_basis_says_which(home: Home) -> None:
    (contract,) = home.house.contracts().of(VENDOR)
    delivered_at = CAME_AT.replace(tzinfo=None)
    by_contract, by_setting = (
        delivery_retention_end(contract, delivered_at, SPANS),
        delivery_retention_end(None, delivered_at, SPANS),
    )
    assert (by_contract.due_on, by_setting.due_on) == (FILES_DUE, date(2026, 12, 10))
    assert by_contract.basis == (
        "claim window of 30 days (the contract of 2026-01-01) and dispute hold of 30 days passed"
    )
    assert "claim window of 90 days (the setting)" in by_setting.basis
    assert vault_retention_end(contract, DAY, SPANS).due_on == VAULT_DUE
    assert (
        vault_retention_end(contract, DAY, SPANS).basis == "retention of 1095 days (the contract of 2026-01-01) passed"
    )


def test_until_it_is_due_everything_stays_and_is_sealed(home: Home) -> None:
    done = home.run(FILES_DUE - timedelta(days=1))
    assert (done.sealed_count, dict(done.purged), done.held_up) == (1, {}, [])
    assert home.names() == [".received.json", "leads_1.csv.age"]
    assert home.known() == ["kept", "received.json", "sealed.json"]
    assert home.ledger() == []


def test_what_is_due_goes_with_a_row_in_the_ledger_and_the_published_day_stays(home: Home) -> None:
    before = lake_bytes(home.house.lake)
    (digest,) = set(read_all(home.house.lake, "deliveries")["file_digest"].to_pylist())
    done = home.run(FILES_DUE)
    assert dict(done.purged) == {"delivered_file": 1}
    assert (home.names(), home.known()) == ([], ["purged.json"])
    (purge,) = home.ledger()
    assert (purge.kind, purge.vendor, purge.delivery_date, purge.name) == ("delivered_file", VENDOR, DAY, "*.csv")
    assert (purge.digest, purge.due_on) == (digest, FILES_DUE)
    assert home.reconcile() == before
    assert kept_and_purged_days(home.house.inbox, VENDOR) == (set(), {DAY})
    assert dict(home.run(FILES_DUE).purged) == {}
    assert len(home.ledger()) == 1


@pytest.mark.fault(
    area="retention",
    fault="A vendor removes a day's folder after its intake",
    promise="What we kept of it goes when it is due all the same; not where all are gone, since a mount may be away.",
)
def test_what_is_kept_of_a_folder_that_is_gone_goes_when_it_is_due(home: Home) -> None:
    shutil.rmtree(home.folder)
    assert (dict(home.run(FILES_DUE).purged), home.known()) == ({}, ["kept", "received.json"])
    home.folder.with_name("2026-08-12").mkdir()
    (kept,) = (home.house.settings.state / VENDOR / str(DAY) / "kept").iterdir()
    before = lake_bytes(home.house.lake)
    home.run(FILES_DUE - timedelta(days=1))
    assert kept.exists()
    assert dict(home.run(FILES_DUE).purged) == {"delivered_file": 1}
    assert home.known() == ["purged.json"]
    (purge,) = home.ledger()
    assert kept.name.startswith(purge.digest)
    assert home.reconcile() == before


@pytest.mark.fault(
    area="retention",
    fault="A file is put into a folder that was purged",
    promise="It changes no verdict, is not removed unread, and is told.",
)
def test_a_file_that_comes_into_a_purged_folder_changes_nothing_and_is_told(home: Home) -> None:
    before = lake_bytes(home.house.lake)
    home.run(FILES_DUE)
    deliver(home.path, VENDOR, DAY, [lead_line("late", 9, DAY)], name="leads_2.csv")
    assert home.reconcile() == before
    done = home.run(FILES_DUE)
    assert (dict(done.purged), done.held_up) == ({}, [f"{VENDOR}/{DAY}"])
    assert "leads_2.csv" in home.names()


@pytest.mark.fault(
    area="retention",
    fault="A vendor sends purged files again to be paid twice",
    promise="They are still known as duplicates.",
)
def test_bytes_that_come_again_after_the_purge_are_still_duplicates(home: Home) -> None:
    home.run(FILES_DUE)
    later = DAY + timedelta(days=1)
    rows = [lead_line(f"{VENDOR}-{DAY}-{number}", number, DAY) for number in (1, 2)]
    deliver(home.path, VENDOR, later, rows)
    for days in ([later], [DAY, later], [DAY]):
        reconcile(home.house, [VENDOR], days, datetime(2026, 9, 1, tzinfo=UTC))
        statuses = {
            (row["delivery_date"], row["status"]) for row in read_all(home.house.lake, "deliveries").to_pylist()
        }
        assert statuses == {(DAY, "accepted"), (later, "duplicate")}, days


@pytest.mark.fault(
    area="retention",
    fault="A folder that is due holds a file that nobody took in",
    promise="It is held up and told instead of being purged unread.",
)
def test_a_folder_with_a_file_that_no_run_took_in_is_held_up(home: Home) -> None:
    (home.folder / "leads_9.csv").write_bytes(b"not taken in")
    done = home.run(FILES_DUE)
    assert (dict(done.purged), done.held_up) == ({}, [f"{VENDOR}/{DAY}"])
    assert "leads_9.csv" in home.names()


def test_unfinished_and_hidden_files_go_with_their_folder(home: Home) -> None:
    (home.folder / "sub").mkdir()
    for name in ("leads_2.csv.part", ".hidden", "sub/_note.txt"):
        (home.folder / name).write_bytes(b"jeanne.dupont@example.org")
    assert dict(home.run(FILES_DUE).purged) == {"delivered_file": 4}
    assert (home.names(), home.known()) == ([], ["purged.json"])
    assert sorted(purge.name for purge in home.ledger()) == ["*", "*.csv", "*.csv.part", "*.txt"]


def test_the_vault_keeps_its_rows_for_as_long_as_the_contract_says(home: Home) -> None:
    vault = home.house.vault
    assert vault.read(VENDOR, DAY).num_rows == 2
    home.run(VAULT_DUE - timedelta(days=1))
    assert vault.read(VENDOR, DAY).num_rows == 2
    assert dict(home.run(VAULT_DUE).purged) == {"vault_rows": 1}
    assert (vault.days(VENDOR), list(vault.root.rglob("*.age"))) == ([], [])


def test_receipts_go_with_the_files_that_they_are_about(home: Home) -> None:
    folder = home.path / "outbox" / VENDOR / DAY.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "acknowledged.txt").write_bytes(b"dropped back")
    count = len([path for path in folder.rglob("*") if path.is_file()])
    home.run(FILES_DUE - timedelta(days=1))
    assert folder.exists()
    home.run(FILES_DUE)
    assert not folder.exists()
    assert len([purge for purge in noted_purges(home.house) if purge.kind == "receipt"]) == count


@pytest.mark.fault(
    area="retention", fault="Links lie in a folder that is purged", promise="The links go, what they lead to stays."
)
def test_a_purge_removes_links_and_nothing_that_they_lead_to(home: Home, tmp_path: Path) -> None:
    other = home.path / "inbox" / "other-vendor" / DAY.isoformat()
    other.mkdir(parents=True)
    (other / "theirs.csv").write_bytes(b"x")
    (other / "kept.txt").write_bytes(b"x")
    outbox = home.path / "outbox" / VENDOR / DAY.isoformat()
    (outbox / "theirs").symlink_to(other)
    (home.folder / ".theirs").symlink_to(other)
    (home.folder / ".purged.json").symlink_to(other / "kept.txt")
    assert kept_and_purged_days(home.house.inbox, VENDOR) == ({DAY}, set())
    home.run(FILES_DUE)
    assert (home.names(), home.known()) == ([], ["purged.json"])
    assert not outbox.exists()
    assert {path.name: path.read_bytes() for path in other.iterdir()} == {"theirs.csv": b"x", "kept.txt": b"x"}


@pytest.mark.fault(
    area="retention", fault="The folder to purge is a link to another vendor's", promise="Nothing is purged through it."
)
@pytest.mark.parametrize("box", ["inbox", "outbox"])
def test_a_date_folder_that_is_a_link_is_not_purged(home: Home, box: str) -> None:
    folder = home.path / box / VENDOR / DAY.isoformat()
    other = home.path / box / "other-vendor" / DAY.isoformat()
    other.parent.mkdir()
    folder.rename(other)
    folder.symlink_to(other)
    before = sorted(path.name for path in other.iterdir())
    home.run(FILES_DUE)
    assert sorted(path.name for path in other.iterdir()) == before


@pytest.mark.fault(
    area="vendors",
    fault="A vendor breaks a record in its own folder",
    promise="Sealing and purging go on for all others.",
)
@pytest.mark.parametrize("record", [b"{", b'{"files": [{"name": "all.zip", "sha256": "0", "size": 1}]}'])
def test_what_is_broken_of_a_vendor_is_told_and_stops_no_other_vendor(home: Home, record: bytes) -> None:
    sign(home.path, "another-vendor", text=VALID.replace(VENDOR, "another-vendor"))
    folder = deliver(home.path, "another-vendor", DAY, received_at=CAME_AT)
    home.run(FILES_DUE - timedelta(days=1))
    house = house_at(home.path)
    reconcile(house, ["another-vendor"], [DAY], datetime(2026, 9, 1, tzinfo=UTC))
    house.inbox.record(folder, SEALS).write_bytes(record)
    (folder / "all.zip.age").write_bytes(b"no seal")
    done = home.run(FILES_DUE)
    assert list(done.failed.reasons) == ["another-vendor"]
    assert (home.names(), home.known()) == ([], ["purged.json"])


def test_a_dry_run_counts_and_changes_nothing(home: Home) -> None:
    names = home.names()
    done = home.run(VAULT_DUE, is_dry_run=True)
    assert (done.sealed_count, dict(done.purged)) == (1, {"delivered_file": 1, "vault_rows": 1})
    assert home.names() == names
    assert home.ledger() == []
    assert home.house.vault.read(VENDOR, DAY).num_rows == 2


@pytest.mark.fault(
    area="retention",
    fault="A purge is killed at any step",
    promise="The next run finishes it, and the ledger has each purge once.",
)
@pytest.mark.parametrize("broken_at", ["note", "marker", "files"])
def test_a_kill_in_a_purge_is_mended_by_the_next_run(
    home: Home, monkeypatch: pytest.MonkeyPatch, broken_at: str
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    (home.folder / "leads_2.csv.part").write_bytes(b"x")
    home.run(FILES_DUE - timedelta(days=1))
    before = lake_bytes(home.house.lake)
    target = {
        "note": "pipelines.upkeep.retention.note_purges",
        "marker": "pipelines.storage.inboxes.json.dumps",
        "files": "os.rmdir",
    }[broken_at]
    (home.folder / "sub").mkdir()
    monkeypatch.setattr(target, killed)
    with pytest.raises(Killed):
        home.run(FILES_DUE)
    monkeypatch.undo()
    assert home.reconcile() == before
    home.run(FILES_DUE)
    assert len(home.ledger()) == 2
    assert (home.names(), home.known()) == ([], ["purged.json"])


@pytest.mark.fault(
    area="retention",
    fault="The contract that says how long to keep can't be read",
    promise="Nothing of that vendor is purged on a guess, and it is told.",
)
def test_a_vendor_whose_contract_cannot_be_read_is_left_out_and_told(home: Home) -> None:
    (home.path / "contracts" / VENDOR / "2026-01-01.odcs.yaml").write_text(VALID.replace("proofDeadline", "prof"))
    done = home.run(VAULT_DUE)
    assert (dict(done.purged), done.sealed_count, done.skipped) == ({}, 0, [VENDOR])


@pytest.mark.fault(
    area="retention", fault="The ledger of purges might keep names of files", promise="It keeps their endings only."
)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("leads_1.csv", "*.csv"),
        ("Jeanne.Dupont@example.org.csv.gz", "*.csv.gz"),
        ("0612345678", "*"),
        ("all.zip/jeanne.xlsx", "*.xlsx"),
        ("a.csv.csv.csv.csv.csv", "*.csv.csv.csv"),
    ],
)
def test_the_ledger_holds_a_files_ending_only(name: str, expected: str) -> None:
    assert masked(name) == expected


def test_the_command_counts_first_and_then_does_it(home: Home) -> None:
    result = home.command("retention", "run", "--as-of", "2029-12-31", "--dry-run")
    assert result.exit_code == 0
    assert "delivered files would be sealed: 1" in result.output
    assert "days of the vault would be removed: 1" in result.output
    refused = home.command("retention", "run", "--as-of", "2999-12-31")
    assert (refused.exit_code, "expected a past instant" in refused.output) == (2, True)
    result = home.command("retention", "run", "--as-of", FILES_DUE.isoformat())
    assert (result.exit_code, "delivered files sealed: 1" in result.output) == (0, True)


@pytest.mark.fault(
    area="keys",
    fault="Somebody reads a person's identifiers in the vault",
    promise="The reading is noted, with its purpose, before anything is shown.",
)
def test_a_reading_of_the_vault_is_logged_before_it_is_shown(home: Home) -> None:
    lead_id = f"{VENDOR}-{DAY}-1"
    result = home.command("vault", "show", VENDOR, lead_id, "--purpose", "request 17")
    assert result.exit_code == 0
    assert f"{DAY} email: lead1@example.org" in result.output
    with home.house.registry.connect() as connection:
        (row,) = connection.execute(sa.select(VAULT_READINGS)).mappings()
    assert (row["vendor"], row["delivery_date"], row["lead_id"], row["purpose"]) == (VENDOR, DAY, lead_id, "request 17")
    assert row["reader"]
    assert home.command("vault", "show", VENDOR, "nobody", "--purpose", "request 17").exit_code == 1
    refused = home.command("vault", "show", VENDOR, lead_id, "--purpose", "for jeanne@example.org")
    assert (refused.exit_code, "jeanne" in refused.output) == (2, False)


def test_the_marker_says_when(home: Home) -> None:
    home.run(FILES_DUE)
    assert json.loads(home.house.inbox.record(home.folder, PURGED).read_text()) == {"purged_at": NOW.isoformat()}
