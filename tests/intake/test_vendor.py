"""A vendor's folders taken in and published: what comes back, what is noted, what equal bytes and absences change."""

import shutil
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.intake.vendor import Intake
from pipelines.storage.inboxes import Inbox
from pipelines.storage.lake import Lake
from tests.support.intake_boxes import DAY, HASHER, contract, csv_bytes, lead

NEXT, LAST = DAY + timedelta(days=1), DAY + timedelta(days=2)
A, B, C = (csv_bytes([lead(number)]) for number in (1, 2, 3))


class Vendor:
    """One vendor's inbox and lake."""

    def __init__(self, root: Path) -> None:
        self.intake = Intake(Inbox(root / "inbox", root / "state"), Lake(root / "lake"), HASHER)

    def put(self, day: date, content: bytes, name: str = "leads.csv") -> Path:
        folder = self.intake.inbox.folder("acme", day)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        return folder

    def take_in(self, *days: date) -> list[date]:
        with self.intake.lake.writing("acme"):
            return [taken.day for taken in self.intake.take_in("acme", (contract(),), days)]

    def statuses(self, days: Collection[date] = (DAY, NEXT, LAST)) -> dict[date, list[str]]:
        found: dict[date, list[str]] = {}
        published = [day for day in self.intake.lake.published_days("acme") if day in days]
        for row in self.intake.lake.read("deliveries", "acme", published).to_pylist():
            found.setdefault(row["delivery_date"], []).append(row["status"])
        return found


@pytest.fixture
def vendor(tmp_path: Path) -> Vendor:
    return Vendor(tmp_path)


def test_each_day_comes_back_once_it_is_published(vendor: Vendor) -> None:
    vendor.put(DAY, A)
    vendor.put(NEXT, B)
    lake = vendor.intake.lake
    with lake.writing("acme"):
        for taken in vendor.intake.take_in("acme", (contract(),), [NEXT, DAY]):
            assert taken.day in lake.published_days("acme")
            assert taken.counts("leads")["dagster/row_count"] == 1
    assert lake.published_days("acme") == [DAY, NEXT]
    assert lake.read("leads", "acme", [DAY, NEXT])["lead_id"].to_pylist() == ["L1", "L2"]


def test_what_the_house_notes_stands_with_each_day(vendor: Vendor) -> None:
    vendor.put(DAY, A)
    vendor.intake = replace(vendor.intake, facts={"key": "identity-1"})
    vendor.take_in(DAY)
    assert vendor.intake.lake.facts("acme", DAY, "deliveries") == {"key": "identity-1"}


def test_keys_are_confirmed_before_anything_is_keyed(vendor: Vendor) -> None:
    def refuse(vendor: str) -> None:
        raise KeyError(vendor)

    vendor.put(DAY, A)
    vendor.intake = replace(vendor.intake, confirm_keys=refuse)
    with pytest.raises(KeyError, match="acme"):
        vendor.take_in(DAY)
    assert vendor.statuses() == {}


def test_a_correction_that_brings_the_bytes_of_a_later_day_makes_them_a_duplicate_there(vendor: Vendor) -> None:
    vendor.put(DAY, A)
    vendor.put(NEXT, B)
    vendor.take_in(DAY, NEXT)
    vendor.put(DAY, B)
    assert vendor.take_in(DAY) == [DAY, NEXT]
    assert vendor.statuses() == {DAY: ["accepted"], NEXT: ["duplicate"]}
    vendor.put(DAY, A)
    assert vendor.take_in(DAY) == [DAY, NEXT]
    assert vendor.statuses() == {DAY: ["accepted"], NEXT: ["accepted"]}


def test_a_day_that_is_read_again_and_holds_other_bytes_by_then_has_their_later_day_read_again(vendor: Vendor) -> None:
    """The next day repeats the first; then it is corrected, too, to what the last day had alone."""
    for day, content in ((DAY, A), (NEXT, A), (LAST, C)):
        vendor.put(day, content)
    vendor.take_in(DAY, NEXT, LAST)
    vendor.put(NEXT, C)
    assert vendor.take_in(DAY) == [DAY, NEXT, LAST]
    assert vendor.statuses() == {DAY: ["accepted"], NEXT: ["accepted"], LAST: ["duplicate"]}


def test_a_folder_that_no_run_has_read_yet_holds_its_bytes_first(vendor: Vendor) -> None:
    vendor.put(DAY, A)
    vendor.put(NEXT, A)
    assert vendor.take_in(NEXT) == [NEXT]
    assert vendor.statuses() == {NEXT: ["duplicate"]}
    assert vendor.take_in(DAY) == [DAY, NEXT]
    assert vendor.statuses() == {DAY: ["accepted"], NEXT: ["duplicate"]}


@pytest.mark.parametrize("name", ["leads.csv", "notes.txt"], ids=["accepted", "refused"])
def test_a_day_whose_folder_is_gone_stays_as_it_was_published(vendor: Vendor, name: str) -> None:
    folder = vendor.put(DAY, A, name)
    vendor.put(NEXT, A)
    vendor.take_in(DAY, NEXT)
    before = vendor.statuses()
    shutil.rmtree(folder)
    assert vendor.take_in(DAY, NEXT) == [NEXT]
    assert vendor.statuses() == before


def test_bytes_that_a_correction_replaced_make_no_later_file_a_duplicate(vendor: Vendor) -> None:
    """Not while the folder is there, and not by its record when it is gone."""
    vendor.put(DAY, A, "leads-1.csv")
    vendor.put(DAY, B, "leads-2.csv")
    folder = vendor.put(DAY, b'{"files": [{"name": "leads-2.csv"}], "sequence": 2}', "manifest-2.json")
    vendor.put(NEXT, A)
    vendor.put(LAST, B)
    vendor.take_in(DAY, NEXT, LAST)
    statuses = vendor.statuses()
    assert statuses == {DAY: ["superseded", "accepted", "accepted"], NEXT: ["accepted"], LAST: ["duplicate"]}
    shutil.rmtree(folder)
    assert vendor.take_in(NEXT, LAST) == [NEXT, LAST]
    assert vendor.statuses() == statuses


def test_a_day_on_which_nothing_came_is_looked_at_again(vendor: Vendor) -> None:
    assert vendor.take_in(DAY) == [DAY]
    assert vendor.statuses() == {DAY: ["no_delivery"]}
    vendor.put(DAY, A)
    assert vendor.take_in(DAY) == [DAY]
    assert vendor.statuses() == {DAY: ["accepted"]}
