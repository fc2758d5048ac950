"""A week and a day of a vendor that is due Monday to Friday: what each day's state is, and how fresh the vendor."""

import os
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.checks.day_states import (
    CAME,
    FAILING,
    MISSING,
    RIGHT,
    SKIPPED,
    UNCHECKED,
    UNJUDGED,
    VendorDays,
    vendor_days,
)
from pipelines.checks.faults import Fault
from pipelines.checks.results import LATE_KNOWLEDGE, keep_results
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import arrow_schema
from tests.support.contract_files import FIXTURE, read_contract

VENDOR = "acme"
CONTRACT = read_contract(FIXTURE)
MONDAY = date(2026, 8, 10)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY, NEXT_MONDAY, NEXT_TUESDAY = (
    MONDAY + timedelta(days=number) for number in range(1, 9)
)
TAKEN_IN = (MONDAY, TUESDAY, WEDNESDAY, FRIDAY, SUNDAY, NEXT_MONDAY)
CHECKED = (MONDAY, TUESDAY, WEDNESDAY, FRIDAY, NEXT_MONDAY)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Thursday was never looked at, Friday taken in again and not judged since, Sunday not due and not checked."""
    lake = Lake(tmp_path_factory.mktemp("lake"))
    for number, table in enumerate(("deliveries", "scorecards")):
        for day in TAKEN_IN:
            mark(lake, table, day, at=number)
    mark(lake, "deliveries", FRIDAY, at=2)
    missing, moved = Fault(VENDOR, TUESDAY, "acme 2026-08-11"), Fault(VENDOR, WEDNESDAY, "acme 2026-08-12: moved")
    keep_results(lake, VENDOR, CHECKED, {CAME: [missing], "columns_as_before": [moved]})
    keep_results(lake, VENDOR, [MONDAY], {LATE_KNOWLEDGE: [Fault(VENDOR, MONDAY, "waits")]})  # of no delivery
    return lake


def mark(lake: Lake, table: str, day: date, *, at: int) -> None:
    """A partition that nobody reads, published at a second of 1970."""
    file = lake.partition(table, VENDOR, day)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    os.utime(file, (at, at))


def seen(lake: Lake, first: date = MONDAY, last: date = NEXT_TUESDAY) -> VendorDays:
    return vendor_days(lake, VENDOR, (CONTRACT,), first, last)


def test_a_day_stays_as_it_was_last_looked_at_whatever_came_of_the_next(lake: Lake) -> None:
    assert seen(lake).states == {
        MONDAY: RIGHT,
        TUESDAY: MISSING,
        WEDNESDAY: FAILING,
        THURSDAY: SKIPPED,
        FRIDAY: UNJUDGED,
        SUNDAY: UNCHECKED,
        NEXT_MONDAY: RIGHT,
        NEXT_TUESDAY: SKIPPED,
    }
    assert seen(lake).by_month == {
        date(2026, 8, 1): {RIGHT: 2, MISSING: 1, FAILING: 1, SKIPPED: 2, UNJUDGED: 1, UNCHECKED: 1}
    }


@pytest.mark.parametrize(
    ("last", "last_met", "unmet"),
    [
        (NEXT_TUESDAY, NEXT_MONDAY, 1),
        (NEXT_MONDAY, NEXT_MONDAY, 0),
        (SUNDAY, FRIDAY, 0),  # nothing was due at the week's end
        (THURSDAY, WEDNESDAY, 1),
        (TUESDAY, MONDAY, 1),
    ],
)
def test_a_vendor_is_fresh_by_the_calendar_of_its_contract(lake: Lake, last: date, last_met: date, unmet: int) -> None:
    found = seen(lake, last=last)
    assert (found.last_met, found.unmet_since) == (last_met, unmet)


def test_nothing_is_expected_before_the_first_delivery_or_without_a_contract(lake: Lake) -> None:
    assert min(seen(lake, first=date(2026, 1, 1)).states) == MONDAY
    assert vendor_days(lake, "nobody", (CONTRACT,), MONDAY, NEXT_TUESDAY) == VendorDays("nobody", {}, None, 0)
    assert set(vendor_days(lake, VENDOR, (), MONDAY, NEXT_TUESDAY).states) == set(TAKEN_IN)


def test_a_period_holds_its_own_days_alone(lake: Lake) -> None:
    assert [*seen(lake, TUESDAY, WEDNESDAY).states] == [TUESDAY, WEDNESDAY]
    assert seen(Lake(Path("/nowhere"))).states == {}


def test_a_day_that_no_check_looked_at_was_met_if_its_delivery_says_so(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for day, status in ((MONDAY, "accepted"), (TUESDAY, "no_delivery")):
        rows = pa.Table.from_pylist([{"status": status, "role": "leads"}], schema=arrow_schema("deliveries"))
        lake.publish(VENDOR, day, {"deliveries": rows})
    mark(lake, "deliveries", WEDNESDAY, at=0)  # it can't be read
    found = seen(lake, last=WEDNESDAY)
    assert (found.last_met, found.unmet_since) == (MONDAY, 2)
    keep_results(lake, VENDOR, [TUESDAY], {CAME: []})
    assert seen(lake, last=WEDNESDAY).last_met == TUESDAY
