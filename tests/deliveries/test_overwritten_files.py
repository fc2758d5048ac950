"""Other bytes under a known name are another arrival; the same bytes keep their first one."""

import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.deliveries.arrivals import record_arrivals
from pipelines.deliveries.inbox import read_inbox_folder
from pipelines.intake.vendor import Intake
from pipelines.storage.inboxes import RECEIVED, Inbox, digest_of_name
from pipelines.storage.lake import Lake
from tests.support.intake_boxes import HASHER, contract, csv_bytes, lead

DAY = date(2026, 8, 11)
TEN = datetime(2026, 8, 11, 10, tzinfo=UTC)
LATE = datetime(2026, 8, 15, 9, tzinfo=UTC)
ONE, TWO, THREE = (csv_bytes([lead(number)]) for number in (1, 2, 3))


class Place:
    """One vendor's folder of one date, its lake, and the transport that writes its record."""

    def __init__(self, root: Path) -> None:
        self.inbox, self.lake = Inbox(root / "inbox", root / "state"), Lake(root / "lake")
        self.folder = self.inbox.folder("acme", DAY)
        self.folder.mkdir(parents=True)

    def put(self, content: bytes, at: datetime | None = None, name: str = "leads.csv") -> None:
        (self.folder / name).write_bytes(content)
        if at:
            self.says(at, name)

    def says(self, at: datetime, name: str = "leads.csv") -> None:
        record = {"files": [{"name": name, "received_at": at.isoformat()}]}
        (self.folder / ".received.json").write_text(json.dumps(record))

    def take_in(self) -> datetime:
        with self.lake.writing("acme"):
            list(Intake(self.inbox, self.lake, HASHER).take_in("acme", (contract(),), [DAY]))
        at: datetime = self.lake.read("deliveries", "acme", [DAY])["received_at"].to_pylist()[0]
        return at.replace(tzinfo=UTC)

    def sensor(self, now: datetime) -> int:
        """Two looks, a minute apart."""
        first = record_arrivals(self.inbox, {}, now=now, lake=self.lake)
        second = record_arrivals(self.inbox, first.moving, now=now + timedelta(minutes=1), lake=self.lake)
        assert [*first.untold, *second.untold] == []
        return first.noted_count + second.noted_count

    @property
    def arrival(self) -> datetime | None:
        (at,) = {file.received_at for file in read_inbox_folder(self.inbox, "acme", DAY)}
        return at

    def known(self) -> dict[str, Any]:
        return dict(self.inbox.recorded_files(self.folder, RECEIVED)[digest_of_name("leads.csv")])

    def forget_digests(self) -> None:
        """As an earlier version noted it."""
        entry = {"received_at": self.known()["received_at"]}
        self.inbox.write_files(self.folder, RECEIVED, {digest_of_name("leads.csv"): entry})


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize("has_sensor", [True, False])
def test_a_file_overwritten_later_has_the_later_instant_that_the_transport_tells(
    place: Place, has_sensor: bool
) -> None:
    place.put(ONE, TEN)
    assert place.sensor(TEN) == 0 or not has_sensor
    assert place.take_in() == TEN
    place.put(TWO, LATE)
    assert place.sensor(LATE) == 0 if has_sensor else True
    assert place.take_in() == LATE
    place.says(TEN)
    assert place.take_in() == LATE


def test_the_same_bytes_keep_their_first_arrival_when_they_come_back(place: Place) -> None:
    place.put(ONE, TEN)
    place.take_in()
    place.put(TWO, LATE)
    place.take_in()
    place.put(ONE, LATE + timedelta(days=1))
    assert place.take_in() == TEN


def test_without_a_newer_word_of_the_transport_the_sensor_notes_other_bytes_anew(place: Place) -> None:
    place.put(ONE, TEN)
    place.take_in()
    place.put(TWO)
    within = datetime(2026, 8, 16, 9, tzinfo=UTC)
    assert place.sensor(within) == 1
    assert place.arrival == within
    assert place.sensor(within + timedelta(hours=1)) == 0


@pytest.mark.parametrize("change", ["rewritten", "touched"])
def test_a_file_of_the_same_bytes_is_no_other_arrival(place: Place, change: str) -> None:
    place.put(ONE)
    assert place.sensor(TEN) == 1
    if change == "rewritten":
        place.put(ONE, LATE)
    else:
        (place.folder / "leads.csv").chmod(0o640)
    assert place.sensor(LATE) == 0
    assert place.arrival == TEN


def test_bytes_that_nobody_noted_came_when_they_changed_and_never_as_early_as_what_they_replaced(place: Place) -> None:
    """An old folder is looked at no more by the sensor: what was assumed would count as on time."""
    place.put(ONE, TEN)
    place.take_in()
    (place.folder / ".received.json").unlink()
    before = datetime.now(UTC) - timedelta(seconds=1)
    place.put(TWO)
    assert before <= place.take_in() <= datetime.now(UTC)


def test_a_known_file_is_not_read_again_until_it_changes(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.put(ONE)
    place.sensor(TEN)

    def unread(*_: object) -> str:
        raise AssertionError("it was read")

    monkeypatch.setattr("pipelines.deliveries.arrivals._digest_below", unread)
    assert record_arrivals(place.inbox, {}, now=LATE).moving == {}
    assert place.sensor(LATE) == 0


def test_members_follow_their_archive(place: Place) -> None:
    def archive(*names: str) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as opened:
            for name in names:
                opened.writestr(name, ONE)
        return buffer.getvalue()

    place.put(archive("leads-1.csv"), TEN, "all.zip")
    assert place.take_in() == TEN
    place.put(archive("leads-1.csv", "leads-2.csv"), LATE, "all.zip")
    assert place.take_in() == LATE
    assert place.arrival == LATE


def test_an_arrival_of_an_earlier_version_is_that_of_the_bytes_that_were_taken_in(place: Place) -> None:
    place.put(ONE, TEN)
    place.take_in()
    place.forget_digests()
    place.put(TWO, LATE)
    assert place.take_in() == LATE
    place.put(ONE)
    assert place.arrival == TEN


def test_the_sensor_too_takes_it_for_that_of_the_bytes_that_were_taken_in(place: Place) -> None:
    place.put(ONE, TEN)
    place.take_in()
    place.forget_digests()
    place.put(TWO, LATE)
    place.sensor(LATE)
    assert place.arrival == LATE


def test_an_arrival_of_an_earlier_version_is_that_of_what_lies_there_if_nothing_was_taken_in(place: Place) -> None:
    place.put(ONE, TEN)
    place.sensor(TEN)
    place.forget_digests()
    place.put(TWO)
    place.sensor(TEN + timedelta(hours=1))
    place.put(THREE, LATE)
    assert place.arrival == LATE
    place.put(TWO)
    assert place.arrival == TEN
