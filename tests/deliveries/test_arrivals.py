"""Arrival: noted where the transport did not, once a file is still or is as announced; whatever else lies there."""

import hashlib
import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.deliveries.arrivals import Arrivals, record_arrivals, sightings_as_text, sightings_from_text
from pipelines.deliveries.inbox import read_inbox_folder
from pipelines.deliveries.inbox_folders import unread_folders
from pipelines.storage.inboxes import RECEIVED, Inbox, digest_of_name

DAY = date(2026, 8, 11)
NOON = datetime(2026, 8, 11, 10, tzinfo=UTC)


class Box:
    """One vendor's folder of one date."""

    def __init__(self, root: Path, day: date = DAY) -> None:
        self.root, self.inbox = root, Inbox(root, root.parent / "state")
        self.folder = self.inbox.folder("acme", day)
        self.folder.mkdir(parents=True)
        self.seen: Arrivals | None = None

    def put(self, name: str, content: bytes = b"x") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def look(self, seconds: float = 0) -> Arrivals:
        """A tick so many seconds after noon, its cursor kept as a sensor keeps it."""
        cursor = sightings_as_text(self.seen.moving) if self.seen else None
        now = NOON + timedelta(seconds=seconds)
        self.seen = record_arrivals(self.inbox, sightings_from_text(cursor), now=now)
        return self.seen

    @property
    def noted(self) -> dict[str, datetime]:
        entries = self.inbox.recorded_files(self.folder, RECEIVED)
        paths = [path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()]
        names = {digest_of_name(name): name for name in map(printable, paths)}
        assert entries.keys() <= names.keys()
        return {names[key]: datetime.fromisoformat(entry["received_at"]) for key, entry in entries.items()}


def printable(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "replace")


@pytest.fixture
def inbox(tmp_path: Path) -> Box:
    return Box(tmp_path / "inbox")


def test_a_file_is_noted_after_a_minute_of_rest_with_the_instant_of_its_first_sight(inbox: Box) -> None:
    inbox.put("leads.csv")
    assert (inbox.look().noted_count, len(inbox.look(59).moving)) == (0, 1)
    assert inbox.noted == {}
    assert (inbox.look(60).noted_count, inbox.look(61).noted_count) == (1, 0)
    assert inbox.noted == {"leads.csv": NOON}
    (file,) = read_inbox_folder(inbox.inbox, "acme", DAY)
    assert file.received_at == NOON


def test_a_file_that_still_grows_begins_its_minute_again_and_keeps_its_first_sight(inbox: Box) -> None:
    path = inbox.put("leads.csv")
    inbox.look()
    path.write_bytes(b"xx")
    assert inbox.look(50).noted_count == 0
    assert inbox.look(109).noted_count == 0
    assert inbox.look(110).noted_count == 1
    assert inbox.noted == {"leads.csv": NOON}


def test_a_file_overwritten_with_as_many_bytes_has_moved(inbox: Box) -> None:
    path = inbox.put("leads.csv", b"one")
    inbox.look()
    kept = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    assert inbox.look(60).noted_count == 0


def test_a_file_that_the_manifest_announces_is_noted_as_soon_as_its_digest_is_right(inbox: Box) -> None:
    content = b"lead_id\n1\n"
    announced = {"name": "leads.csv", "sha256": hashlib.sha256(content).hexdigest().upper()}
    inbox.put("manifest.json", json.dumps({"files": [announced], "sequence": 1}).encode())
    inbox.put("leads.csv", content[:5])
    assert inbox.look().noted_count == 0
    inbox.put("leads.csv", content)
    assert inbox.look(10).noted_count == 1
    assert inbox.noted == {"leads.csv": NOON}
    assert inbox.look(70).noted_count == 1  # the manifest itself, which nobody announces


def test_what_the_transport_noted_stays_and_only_the_others_are_added(inbox: Box) -> None:
    record = {
        "transport": "sftp",
        "files": [{"name": "leads.csv", "received_at": "2026-08-11T08:00:00+02:00", "by": 7}],
    }
    inbox.put(".received.json", json.dumps(record).encode())
    inbox.put("leads.csv")
    inbox.put("sub/proofs.csv")
    inbox.look()
    assert inbox.look(60).noted_count == 1
    assert json.loads((inbox.folder / ".received.json").read_text(encoding="utf-8")) == record
    assert inbox.noted == {"leads.csv": datetime(2026, 8, 11, 6, tzinfo=UTC), "sub/proofs.csv": NOON}


def test_hidden_and_unfinished_files_are_not_noted_and_leave_nothing_behind(inbox: Box) -> None:
    for name in (".hidden", "_x.csv", "leads.csv.part", "leads.tmp"):
        inbox.put(name)
    inbox.look()
    inbox.look(60)
    assert inbox.noted == {}
    inbox.put("leads.csv")
    inbox.look(100)
    inbox.look(160)
    assert sorted(path.name for path in inbox.folder.iterdir() if path.name.startswith(".")) == [".hidden"]


@pytest.mark.parametrize(
    "junk",
    [
        *(b"", b"\xff\xfe", b"[]", b"null", b'{"files": 3}', b'{"files": [{"name": "x"}]}', b"[" * 100_000),
        b'{"files": [{"name": "x", "received_at": "0001-01-01T00:00:00+14:00"}]}',
    ],
)
def test_a_record_that_cannot_be_read_is_set_aside_once_still_and_hides_nothing(inbox: Box, junk: bytes) -> None:
    inbox.put(".received.json", junk)
    inbox.put("leads.csv")
    assert inbox.look().noted_count == 0
    inbox.look(60)
    assert [path.read_bytes() for path in inbox.folder.glob(".received.unreadable-*")] == [junk]
    inbox.look(90)
    assert inbox.look(150).noted_count == 1
    assert list(inbox.noted) == ["leads.csv"]


def test_a_folder_in_the_place_of_the_record_is_set_aside_too(inbox: Box) -> None:
    (inbox.folder / ".received.json").mkdir()
    inbox.put("leads.csv")
    for seconds in (0, 60, 90, 150):
        inbox.look(seconds)
    assert list(inbox.noted) == ["leads.csv"]


def test_junk_of_every_kind_neither_stops_the_look_nor_keeps_a_good_file_from_being_noted(inbox: Box) -> None:
    (inbox.folder / "nowhere.csv").symlink_to(inbox.folder / "gone.csv")
    (inbox.folder / "itself.csv").symlink_to(inbox.folder / "itself.csv")
    (inbox.folder / "around").symlink_to(inbox.folder, target_is_directory=True)
    os.mkfifo(inbox.folder / "pipe.csv")
    inbox.put("manifest.json", b"{" * 50_000)
    inbox.put("manifest-2.json", b'{"files": [{"name": "../../../etc", "sha256": 5}, 7, null]}')
    (Path(os.fsdecode(os.fsencode(inbox.folder) + b"/leads-\xe9.csv"))).write_bytes(b"x")
    inbox.put("leads.csv")
    (inbox.root / "acme" / "2026-08-12").write_bytes(b"a file")
    (inbox.root / "acme" / "2026-W33-2").mkdir()
    (inbox.root / "stray.csv").write_bytes(b"a file")
    inbox.look()
    inbox.look(60)
    assert sorted(inbox.noted) == ["leads-\ufffd.csv", "leads.csv", "manifest-2.json", "manifest.json"]
    files = {file.name: file.received_at for file in read_inbox_folder(inbox.inbox, "acme", DAY)}
    refused = {"around", "itself.csv", "nowhere.csv", "pipe.csv"}
    assert {name for name, at in files.items() if at is None} == refused
    assert {at for name, at in files.items() if name not in refused} == {NOON}


def test_a_file_that_vanishes_is_forgotten(inbox: Box) -> None:
    path = inbox.put("leads.csv")
    assert len(inbox.look().moving) == 1
    path.unlink()
    assert inbox.look(60).moving == {}


def test_a_cursor_holds_no_name_of_a_file(inbox: Box) -> None:
    inbox.put("jeanne.dupont@example.org.csv")
    assert "dupont" not in sightings_as_text(inbox.look().moving)


@pytest.mark.parametrize("cursor", [None, "", "{", "[]", '{"a": 1}', '{"a": {"size": 3}}'])
def test_a_cursor_that_another_version_left_is_begun_anew(cursor: str | None) -> None:
    assert sightings_from_text(cursor) == {}


@pytest.mark.parametrize(("age", "is_noted"), [(-1, True), (0, True), (7, True), (8, False), (400, False)])
def test_only_folders_of_the_last_week_are_noted_for_an_older_one_was_put_there_later(
    tmp_path: Path, age: int, is_noted: bool
) -> None:
    inbox = Box(tmp_path / "inbox", DAY - timedelta(days=age))
    inbox.put("leads.csv")
    inbox.look()
    inbox.look(60)
    assert bool(inbox.noted) == is_noted


def test_an_inbox_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert record_arrivals(Inbox(tmp_path / "inbox", tmp_path / "state"), {}, now=NOON) == Arrivals(0, {}, [])


def test_where_nobody_looked_in_time_the_last_change_on_our_disk_is_the_arrival(inbox: Box) -> None:
    path = inbox.put("leads.csv")
    changed_at = datetime.fromtimestamp(path.stat().st_ctime, UTC)
    later = changed_at + timedelta(hours=9)
    folder = inbox.root / "acme" / later.date().isoformat()
    inbox.folder.rename(folder)
    first = record_arrivals(inbox.inbox, {}, now=later)
    record_arrivals(inbox.inbox, first.moving, now=later + timedelta(seconds=60))
    entries = inbox.inbox.recorded_files(folder, RECEIVED).values()
    assert [datetime.fromisoformat(entry["received_at"]) for entry in entries] == [changed_at]


def test_what_no_run_will_read_is_told_and_names_that_are_no_keys_are_not_repeated(tmp_path: Path) -> None:
    for folder in ("acme/2026-08-11", "acme/11-08-2026", "acme/.cache", "zeta/2026-08-11", "jeanne.dupont@example.org"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "acme" / "leads.csv").write_bytes(b"x")
    (tmp_path / "note.txt").write_bytes(b"x")
    inbox = Inbox(tmp_path, tmp_path / ".state")
    assert unread_folders(inbox, {"acme"}) == ["(no vendor key)", "acme/(no date)", "acme/(no date)", "zeta"]
    assert unread_folders(replace(inbox, root=tmp_path / "nowhere"), {"acme"}) == []
