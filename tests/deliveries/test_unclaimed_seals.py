"""A state folder that knows less than the inbox: our own seals are never taken for what a vendor sent."""

import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.contracts.book import ContractBook
from pipelines.deliveries.changed_folders import FolderWatch
from pipelines.deliveries.unclaimed_seals import confirm_seals
from pipelines.formats.limits import Limits
from pipelines.intake.absences import Inputs
from pipelines.intake.vendor import Intake
from pipelines.storage.inboxes import Inbox, StateError
from pipelines.storage.lake import Lake
from pipelines.storage.secrets.seals import Seals
from pipelines.upkeep.sealing import seal_vendor
from tests.support.intake_boxes import DAY, HASHER, contract, csv_bytes, lead

LONG = "leads_" + "x" * 240 + ".csv"


class Older:
    """A vendor's published, sealed day; then the state is as it was before the sealing."""

    def __init__(self, root: Path, name: str) -> None:
        self.inbox, self.lake = Inbox(root / "inbox", root / "state"), Lake(root / "lake")
        self.seals = Seals(root / "keys", self.inbox)
        self.folder = self.inbox.folder("acme", DAY)
        (self.folder / name).parent.mkdir(parents=True)
        if name.endswith(".zip"):
            with zipfile.ZipFile(self.folder / name, "w") as archive:
                archive.writestr("leads.csv", csv_bytes([lead(1)]))
        else:
            (self.folder / name).write_bytes(csv_bytes([lead(1)]))
        self.take_in()
        with self.lake.writing("acme"):
            assert seal_vendor(self.inbox, self.lake, self.seals, Limits(), "acme") == 1
        shutil.rmtree(self.inbox.state)

    def take_in(self) -> None:
        with self.lake.writing("acme"):
            list(Intake(self.inbox, self.lake, HASHER, seals=self.seals).take_in("acme", (contract(),), [DAY]))


@pytest.mark.fault(
    area="folders",
    fault="The state folder is restored from an older backup than the inbox",
    promise="The days whose seals it does not know stay as they are, and what to restore is told.",
)
@pytest.mark.parametrize("name", ["leads.csv", "sub/leads.csv", "leads_jeanne@example.org.csv", LONG, "all.zip"])
def test_seals_that_the_state_does_not_know_leave_the_day_as_it_is(tmp_path: Path, name: str) -> None:
    older = Older(tmp_path, name)
    with pytest.raises(StateError, match="restore data/state and the inbox from the same backup"):
        older.take_in()
    assert older.lake.read("leads", "acme", [DAY])["lead_id"].to_pylist() == ["L1"]
    watch = FolderWatch(older.inbox, older.lake, older.seals)
    assert list(watch.changed("acme", since=DAY, now=datetime.now(UTC) + timedelta(minutes=5))) == []


def test_the_day_is_left_out_in_words_that_name_no_file(tmp_path: Path) -> None:
    older = Older(tmp_path, "leads.csv")
    (tmp_path / "contracts" / "acme").mkdir(parents=True)
    book = ContractBook({"acme": (contract(),)}, ())
    (left,) = Inputs(older.inbox, tmp_path / "contracts", older.lake, book).left_out({"acme": [DAY]})
    assert "restore data/state" in left.reason
    assert "leads" not in left.reason


def test_a_vendor_may_send_files_of_that_kind(tmp_path: Path) -> None:
    older = Older(tmp_path, "leads.csv")
    other = DAY + timedelta(days=1)
    folder = older.inbox.folder("acme", other)
    folder.mkdir()
    (folder / "notes.csv.age").write_bytes(b"x")
    (folder / "leads.csv").write_bytes(csv_bytes([lead(2)]))
    (folder / "leads.csv.age").write_bytes(b"x")
    with older.lake.writing("acme"):
        list(Intake(older.inbox, older.lake, HASHER).take_in("acme", (contract(),), [other]))
    confirm_seals(older.inbox, older.lake, "acme", other)
    (folder / "leads.csv").unlink()
    confirm_seals(older.inbox, older.lake, "acme", other)
