"""Folders that changed after their intake: found once, whatever the files' own dates, and never for nothing."""

import json
import os
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.deliveries.changed_folders import LONGEST_RUN, ChangedFolder, FolderWatch
from pipelines.intake.vendor import Intake
from pipelines.storage.inboxes import Inbox
from pipelines.storage.lake import Lake
from tests.support.intake_boxes import DAY, HASHER, contract, csv_bytes, lead

LATER = timedelta(minutes=5)


class House:
    """One vendor's inbox and lake, and a watch over them. The files' clock is the real one; `look` is later."""

    def __init__(self, root: Path) -> None:
        self.inbox, self.lake = Inbox(root / "inbox", root / "state"), Lake(root / "lake")
        self.folder = self.inbox.folder("acme", DAY)
        self.intake = Intake(self.inbox, self.lake, HASHER)
        self.watch = FolderWatch(self.inbox, self.lake)

    def put(self, name: str, content: bytes | None = None) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(csv_bytes([lead(1)]) if content is None else content)
        return path

    def take_in(self) -> None:
        with self.lake.writing("acme"):
            assert [taken.day for taken in self.intake.take_in("acme", (contract(),), [DAY])] == [DAY]

    def look(self, since: date = date(2026, 1, 1), later: timedelta = LATER) -> list[ChangedFolder]:
        return list(self.watch.changed("acme", since=since, now=datetime.now(UTC) + later))


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.put("leads-1.csv")
    return house


def test_a_folder_as_it_was_taken_in_has_not_changed(house: House) -> None:
    assert house.look() == []
    house.take_in()
    assert house.look() == house.look() == []


def test_another_file_is_a_change_until_it_is_taken_in_and_the_same_one_at_every_look(house: House) -> None:
    house.take_in()
    house.put("leads-2.csv", csv_bytes([lead(2)]))
    (changed,) = house.look()
    assert changed.day == DAY
    assert house.look() == [changed]
    assert list(FolderWatch(house.inbox, house.lake).changed("acme", since=DAY, now=datetime.now(UTC) + LATER)) == [
        changed
    ]
    house.put("leads-3.csv", csv_bytes([lead(3)]))
    assert house.look()[0].fingerprint != changed.fingerprint
    house.take_in()
    assert house.look() == []


def test_other_bytes_under_the_same_name_are_a_change_and_the_same_bytes_are_none(house: House) -> None:
    house.take_in()
    house.put("leads-1.csv")
    assert house.look() == []
    house.put("leads-1.csv", csv_bytes([lead(9)]))
    assert len(house.look()) == 1


def test_a_file_that_kept_an_old_date_when_it_was_copied_is_found(house: House) -> None:
    house.take_in()
    path = house.put("leads-2.csv", csv_bytes([lead(2)]))
    os.utime(path, (0, 0))
    assert len(house.look()) == 1


@pytest.mark.fault(
    area="folders", fault="A correction is delivered with a forged time of change", promise="It is found all the same."
)
def test_a_vendor_cannot_hide_a_file_behind_a_date_that_is_still_to_come(house: House) -> None:
    house.take_in()
    path = house.put("leads-2.csv", csv_bytes([lead(2)]))
    future = datetime(2099, 1, 1, tzinfo=UTC).timestamp()
    os.utime(path, (future, future))
    assert len(house.look()) == 1


def test_a_folder_in_which_something_moves_is_waited_for(house: House) -> None:
    house.take_in()
    house.put("leads-2.csv", csv_bytes([lead(2)]))
    assert house.look(later=timedelta(seconds=30)) == []
    assert len(house.look(later=timedelta(seconds=61))) == 1


def test_an_arrival_that_was_noted_after_the_intake_is_a_change_once(house: House) -> None:
    """What was assumed is known now: the delivery's instant, and who answers for it, can be others."""
    house.take_in()
    record = {"files": [{"name": "leads-1.csv", "received_at": "2026-08-11T18:00:00.123456+02:00"}]}
    house.put(".received.json", json.dumps(record).encode())
    assert len(house.look()) == 1
    house.take_in()
    assert house.look() == []


def test_a_file_that_is_gone_is_no_change(house: House) -> None:
    path = house.put("leads-2.csv", csv_bytes([lead(2)]))
    house.take_in()
    path.unlink()
    assert house.look() == []


def test_a_delivery_that_came_after_its_day_was_found_missing_is_a_change(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.take_in()
    assert house.look() == []
    house.put("leads-1.csv")
    assert len(house.look()) == 1


def test_a_day_before_those_looked_at_is_left_alone(house: House) -> None:
    house.take_in()
    house.put("leads-2.csv", csv_bytes([lead(2)]))
    assert house.look(since=DAY + timedelta(days=1)) == []


def test_what_changed_long_before_the_intake_is_not_read_again(house: House) -> None:
    """The digest of the file would tell; that it is not asked for shows that nothing was read."""
    house.take_in()
    house.put("leads-1.csv", csv_bytes([lead(9)]))
    late = datetime.now(UTC).timestamp() + LONGEST_RUN.total_seconds() + 60
    os.utime(house.lake.partition("deliveries", "acme", DAY), (late, late))
    assert house.look() == []


def test_no_kind_of_file_is_a_change_for_ever(house: House) -> None:
    """Refused, repeated, empty, packed, announced: each has its row, so the look after the intake finds nothing."""
    house.put("leads-copy.csv")
    house.put("readme.txt", b"x")
    house.put("leads-empty.csv", b"")
    house.put("leads-broken.zip", b"no archive")
    house.put("manifest.json", b'{"files": [{"name": "leads-9.csv"}], "sequence": 1}')
    house.put("manifest-2.json", b"{")
    with zipfile.ZipFile(house.folder / "all.zip", "w") as archive:
        archive.writestr("leads-7.csv", csv_bytes([lead(7)]))
        archive.writestr("__MACOSX/x", b"x")
    Path(os.fsdecode(os.fsencode(house.folder) + b"/leads-\xe9.csv")).write_bytes(csv_bytes([lead(8)]))
    house.take_in()
    assert house.look() == []


def test_junk_does_not_stop_the_look(house: House) -> None:
    house.take_in()
    (house.folder / "gone.csv").symlink_to(house.folder / "nowhere")
    (house.folder / "loop.csv").symlink_to(house.folder / "loop.csv")
    house.put(".received.json", b"\xff")
    (house.inbox.root / "acme" / "2026-08-12").write_bytes(b"a file")
    house.put("leads-2.csv", csv_bytes([lead(2)]))
    assert [changed.day for changed in house.look()] == [DAY]
