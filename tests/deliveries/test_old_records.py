"""Records of earlier versions go into the state folder once; what bears their names later, or ours, is a vendor's."""

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Thread

import pytest

from pipelines.deliveries.inbox import read_inbox_folder
from pipelines.deliveries.inbox_folders import kept_and_purged_days, unread_folders
from pipelines.deliveries.old_records import _Move, move_old_records
from pipelines.intake.vendor import Intake
from pipelines.storage.inboxes import PURGED, SEALS, Inbox, StateError
from pipelines.storage.lake import Lake
from pipelines.storage.secrets.keys import make_age_identity
from pipelines.storage.secrets.seals import Seals, sealed_files
from tests.support.intake_boxes import HASHER, contract, csv_bytes, lead
from tests.support.kills import Killed, kill_at

DAY, NEXT = date(2026, 8, 11), date(2026, 8, 12)
GONE = b'{"purged_at": "2026-08-01T00:00:00+00:00"}\n'


@pytest.fixture
def old(tmp_path: Path) -> Inbox:
    """A house of an earlier version: a sealed file, and a purged day, with their records beside the files."""
    inbox = Inbox(tmp_path / "inbox", tmp_path / "state")
    sealed, purged = inbox.folder("acme", DAY), inbox.folder("acme", NEXT)
    for folder in (sealed, purged):
        folder.mkdir(parents=True)
    (sealed / "a.csv").write_bytes(b"x")
    Seals(tmp_path / "keys", inbox).seal(sealed / "a.csv", sealed)
    inbox.record(sealed, SEALS).unlink()
    record = {"files": [{"name": "a.csv", "sha256": hashlib.sha256(b"x").hexdigest(), "size": 1}]}
    (sealed / ".sealed.json").write_text(json.dumps(record))
    (purged / ".purged.json").write_bytes(GONE)
    return inbox


def start(inbox: Inbox) -> None:
    move_old_records(inbox, inbox.root.parent / "keys", Lake(inbox.root.parent / "lake"))


def is_moved(inbox: Inbox) -> bool:
    (file,) = read_inbox_folder(inbox, "acme", DAY)
    assert (file.name, file.is_sealed, file.size) == ("a.csv", True, 1)
    assert kept_and_purged_days(inbox, "acme") == ({DAY}, {NEXT})
    assert inbox.record(inbox.folder("acme", NEXT), PURGED).read_bytes() == GONE
    return sorted(path.name for path in inbox.root.rglob("*") if path.is_file()) == ["a.csv.age"]


def test_the_first_start_moves_them_and_no_later_one_does(old: Inbox) -> None:
    start(old)
    assert is_moved(old)
    theirs = old.folder("acme", DAY) / ".purged.json"
    theirs.write_bytes(GONE)
    start(old)
    assert kept_and_purged_days(old, "acme") == ({DAY}, {NEXT})
    assert theirs.read_bytes() == GONE


@pytest.mark.fault(
    area="folders",
    fault="The first start of a version that keeps its records elsewhere is killed at any step",
    promise="The next start moves the rest: no seal and no purge is forgotten.",
)
@pytest.mark.parametrize("step", range(1, 9))
def test_a_kill_at_any_step_is_mended_by_the_next_start(old: Inbox, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    with monkeypatch.context() as patch:
        kill_at(step, patch)
        with pytest.raises(Killed):
            start(old)
    start(old)
    assert is_moved(old)


@pytest.mark.fault(
    area="folders",
    fault="Two processes move old records at once, and a vendor forges one meanwhile",
    promise="The forged one says nothing.",
)
def test_a_start_that_was_slower_changes_nothing_that_the_other_has_written(old: Inbox) -> None:
    """It found the marker missing, then waited for the lock; what it finds beside the files then is a vendor's."""
    folder = old.folder("acme", DAY)
    forged = b'{"files": []}'
    slower = Thread(target=start, args=[old])
    with old.noting():
        slower.start()
        slower.join(0.1)
        _Move(old, old.root.parent / "keys", Lake(old.root.parent / "lake")).all()
        (folder / ".sealed.json").write_bytes(forged)
    slower.join()
    assert [file.clear.name for file in sealed_files(old, folder).values()] == ["a.csv"]
    assert (folder / ".sealed.json").read_bytes() == forged


@pytest.mark.fault(
    area="folders",
    fault="A link lies under the name of a record of ours",
    promise="It is not followed, and says nothing.",
)
def test_a_link_under_the_name_of_a_record_is_not_followed_and_moves_nothing(old: Inbox, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(GONE)
    (old.folder("acme", DAY) / ".purged.json").symlink_to(elsewhere)
    start(old)
    assert kept_and_purged_days(old, "acme") == ({DAY}, {NEXT})
    assert elsewhere.read_bytes() == GONE


def test_an_inbox_that_is_not_mounted_is_asked_again(old: Inbox, tmp_path: Path) -> None:
    old.root.rename(tmp_path / "unmounted")
    start(old)
    (tmp_path / "unmounted").rename(old.root)
    start(old)
    assert is_moved(old)


@pytest.mark.fault(
    area="folders",
    fault="The state folder is lost, or another one is mounted",
    promise="The work stops in words until it is restored: nothing counts as never sealed or never purged.",
)
def test_a_state_folder_that_was_lost_is_no_new_one(old: Inbox, tmp_path: Path) -> None:
    start(old)
    lost = replace(old, state=tmp_path / "another")
    with pytest.raises(StateError, match=r"OPPOSABLE_STATE: .* restore it from your backup"):
        start(lost)
    (lost.state / ".moved.json").write_text("{}")
    start(lost)


def test_a_key_without_anything_sealed_stops_nobody_who_has_an_old_record(old: Inbox, tmp_path: Path) -> None:
    make_age_identity(tmp_path / "keys", "seal", 2)
    start(old)
    assert is_moved(old)


@pytest.mark.fault(
    area="folders",
    fault="A vendor forges records that its files were sealed or purged",
    promise="They say nothing, and are named.",
)
@pytest.mark.parametrize("content", [b"{", GONE, json.dumps({"files": [{"name": "b.csv"}]}).encode()])
def test_what_a_vendor_names_like_our_records_has_no_effect_and_is_told(old: Inbox, content: bytes) -> None:
    start(old)
    folder = old.folder("acme", DAY)
    before = read_inbox_folder(old, "acme", DAY)
    for name in (".sealed.json", ".purged.json", "sealed.json.part"):
        (folder / name).write_bytes(content)
    assert read_inbox_folder(old, "acme", DAY) == before
    assert kept_and_purged_days(old, "acme") == ({DAY}, {NEXT})
    assert unread_folders(old, {"acme"}) == [
        "acme/2026-08-11 (.purged.json is not ours)",
        "acme/2026-08-11 (.sealed.json is not ours)",
    ]


class Published:
    """A day taken in by an earlier version, when its record of arrival was still the sensor's."""

    def __init__(self, root: Path, vendor: str = "acme") -> None:
        self.inbox = Inbox(root / "inbox", root / "state", has_transport_records=False)
        self.vendor, self.folder = vendor, self.inbox.folder(vendor, DAY)
        self.folder.mkdir(parents=True)
        (self.folder / "leads_jeanne@example.org.csv").write_bytes(csv_bytes([lead(1)]))
        record = {"files": [{"name": "leads_jeanne@example.org.csv", "received_at": "2026-08-11T08:00:00Z"}]}
        (self.folder / ".received.json").write_text(json.dumps(record))
        lake, then = Lake(root / "lake"), replace(self.inbox, has_transport_records=True)
        with lake.writing(vendor):
            list(Intake(then, lake, HASHER).take_in(vendor, (contract(vendor=vendor),), [DAY]))
        shutil.rmtree(self.inbox.state)

    def arrivals(self) -> list[datetime | None]:
        return [file.received_at for file in read_inbox_folder(self.inbox, self.vendor, DAY)]


def test_what_was_taken_in_tells_when_it_came_whatever_lies_beside_it_now(tmp_path: Path) -> None:
    published = Published(tmp_path)
    forged = {"files": [{"name": "leads_jeanne@example.org.csv", "received_at": "2026-08-11T06:00:00Z"}]}
    (published.folder / ".received.json").write_text(json.dumps(forged))
    start(published.inbox)
    assert published.arrivals() == [datetime(2026, 8, 11, 8, tzinfo=UTC)]
    (published.folder / "leads_jeanne@example.org.csv").write_bytes(csv_bytes([lead(2)]))
    assert published.arrivals() != [datetime(2026, 8, 11, 8, tzinfo=UTC)]


@pytest.mark.fault(
    area="vendors",
    fault="A new vendor leaves what earlier versions took for their own records",
    promise="They say nothing from the first start on; nothing is moved of a vendor that was never taken in.",
)
@pytest.mark.parametrize("has_others", [True, False])
def test_records_of_a_vendor_that_was_never_taken_in_are_not_ours(tmp_path: Path, has_others: bool) -> None:
    inbox = Inbox(tmp_path / "inbox", tmp_path / "state")
    if has_others:
        Published(tmp_path, "other")
        make_age_identity(tmp_path / "keys", "seal", 1)
        (inbox.folder("other", NEXT)).mkdir()
        (inbox.folder("other", NEXT) / ".purged.json").write_bytes(GONE)
    folder = inbox.folder("acme", DAY)
    folder.mkdir(parents=True)
    (folder / ".purged.json").write_bytes(GONE)
    start(inbox)
    start(inbox)
    assert kept_and_purged_days(inbox, "acme") == ({DAY}, set())
    assert kept_and_purged_days(inbox, "other") == (({DAY}, {NEXT}) if has_others else (set(), set()))
    assert (folder / ".purged.json").read_bytes() == GONE


def test_a_vendor_whose_folder_is_mounted_later_is_moved_then_and_once(tmp_path: Path) -> None:
    Published(tmp_path, "other")
    late = Published(tmp_path)
    (late.folder / ".purged.json").write_bytes(GONE)
    (tmp_path / "inbox" / "acme").rename(tmp_path / "unmounted")
    start(late.inbox)
    (tmp_path / "unmounted").rename(tmp_path / "inbox" / "acme")
    start(late.inbox)
    assert kept_and_purged_days(late.inbox, "acme") == (set(), {DAY})
    late.inbox.folder("acme", NEXT).mkdir()
    (late.inbox.folder("acme", NEXT) / ".purged.json").write_bytes(GONE)
    start(late.inbox)
    assert kept_and_purged_days(late.inbox, "acme") == ({NEXT}, {DAY})


def test_a_record_of_the_move_that_is_broken_is_told(old: Inbox) -> None:
    start(old)
    (old.state / ".moved.json").write_text("{")
    with pytest.raises(StateError, match="restore it from your backup"):
        start(old)
