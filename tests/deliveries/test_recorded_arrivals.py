"""Arrivals as they are recorded: the transport is believed once, the state folder always, a vendor never."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import pytest

from pipelines.deliveries.arrivals import record_arrivals
from pipelines.deliveries.inbox import read_inbox_folder
from pipelines.deliveries.inbox_folders import unread_folders
from pipelines.deliveries.recorded_arrivals import adopt_arrivals
from pipelines.intake.vendor import Intake
from pipelines.storage.inboxes import RECEIVED, Inbox, StateError
from pipelines.storage.lake import Lake
from tests.support.intake_boxes import HASHER, contract, csv_bytes, lead

DAY = date(2026, 8, 11)
EIGHT, NINE, NOON = (datetime(2026, 8, 11, hour, tzinfo=UTC) for hour in (8, 9, 12))
A_MINUTE: Final = datetime(2026, 8, 11, 12, 1, tzinfo=UTC)


def says(folder: Path, **arrivals: datetime) -> None:
    """A record lies beside the files, of files named by what stands before `.csv`."""
    files = [{"name": f"{name}.csv", "received_at": at.isoformat()} for name, at in arrivals.items()]
    (folder / ".received.json").write_text(json.dumps({"files": files}))


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    inbox = Inbox(tmp_path / "inbox", tmp_path / "state")
    folder = inbox.folder("acme", DAY)
    folder.mkdir(parents=True)
    (folder / "leads.csv").write_bytes(csv_bytes([lead(1)]))
    return inbox


def arrivals(inbox: Inbox) -> dict[str, datetime | None]:
    return {file.name: file.received_at for file in read_inbox_folder(inbox, "acme", DAY)}


@pytest.mark.fault(
    area="folders",
    fault="A record of arrivals is rewritten after the intake, to set a deadline anew",
    promise="The first record stays.",
)
def test_what_a_day_was_taken_in_with_stays_whatever_the_record_says_later(inbox: Inbox, tmp_path: Path) -> None:
    folder, lake = inbox.folder("acme", DAY), Lake(tmp_path / "lake")
    says(folder, leads=EIGHT)
    for _ in range(2):
        with lake.writing("acme"):
            list(Intake(inbox, lake, HASHER).take_in("acme", (contract(),), [DAY]))
        assert lake.read("deliveries", "acme", [DAY])["received_at"].to_pylist() == [EIGHT.replace(tzinfo=None)]
        (folder / "later.csv").write_bytes(b"x")
        says(folder, leads=NINE, later=NINE)
        assert arrivals(inbox) == {"leads.csv": EIGHT, "later.csv": NINE}
        (folder / "later.csv").unlink()
    (folder / ".received.json").unlink()
    assert arrivals(inbox) == {"leads.csv": EIGHT}


def test_the_sensor_keeps_what_the_transport_noted_of_files_that_lie_there(inbox: Inbox) -> None:
    folder = inbox.folder("acme", DAY)
    says(folder, leads=EIGHT, announced=EIGHT)
    assert record_arrivals(inbox, {}, now=NOON).noted_count == 0
    says(folder, leads=NINE, announced=NINE)
    (folder / "announced.csv").write_bytes(b"x")
    assert arrivals(inbox) == {"announced.csv": NINE, "leads.csv": EIGHT}


@pytest.mark.fault(
    area="folders",
    fault="A vendor that uploads straight into the inbox writes its own record of arrivals",
    promise="It is not read, and is named.",
)
def test_where_vendors_write_a_record_beside_the_files_says_nothing_and_is_told(inbox: Inbox) -> None:
    alone, folder = Inbox(inbox.root, inbox.state, has_transport_records=False), inbox.folder("acme", DAY)
    says(folder, leads=EIGHT)
    assert arrivals(alone) == {"leads.csv": None}
    first = record_arrivals(alone, {}, now=NOON)
    assert record_arrivals(alone, first.moving, now=A_MINUTE).noted_count == 1
    assert arrivals(alone) == arrivals(inbox) == {"leads.csv": NOON}
    assert unread_folders(alone, {"acme"}) == ["acme/2026-08-11 (.received.json is not ours)"]
    assert unread_folders(inbox, {"acme"}) == []


@pytest.mark.fault(
    area="folders",
    fault="A record of ours of arrivals is broken",
    promise="The day stays as it was until the record is restored; it is never taken for none.",
)
def test_a_broken_record_of_ours_is_never_taken_for_none(inbox: Inbox) -> None:
    says(inbox.folder("acme", DAY), leads=EIGHT)
    adopt_arrivals(inbox, inbox.folder("acme", DAY), read_inbox_folder(inbox, "acme", DAY))
    inbox.record(inbox.folder("acme", DAY), RECEIVED).write_text('{"files": [{"name": "leads.csv"}]}')
    with pytest.raises(StateError, match=r"received\.json is no record of ours: restore it from your backup"):
        read_inbox_folder(inbox, "acme", DAY)
    assert record_arrivals(inbox, {}, now=NOON).untold == ["acme/2026-08-11"]
