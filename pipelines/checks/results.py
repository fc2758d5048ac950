"""What each check last said of each delivery: kept in the lake, one file a vendor, so that no later run hides it.

What is looked for is in the other modules; a check in the UI is red while anything that is kept here fails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.checks.faults import Fault
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import arrow_schema

TABLE: Final = "check_results"
LATE_KNOWLEDGE: Final = "knowledge_is_acted_on"
"""Not of a delivery: what waits too long at a vendor, kept beside the last delivery that had it."""
SAMPLE: Final = 20
"""Phrases kept of one result, and shown of one check; counts are always exact."""


@dataclass(frozen=True)
class FailingResult:
    """A check that failed on one delivery, when it was last looked at."""

    vendor: str
    day: date
    check: str
    fault_count: int
    faults: tuple[str, ...]


def keep_results(lake: Lake, vendor: str, days: Sequence[date], faults: Mapping[str, Sequence[Fault]]) -> None:
    """Replace what some checks said of some days of a vendor.

    Args:
        lake: where it is kept.
        vendor: its key.
        days: those that were looked at, published ones.
        faults: by check, each that was made; those of other vendors and days are left alone.
    """
    if not days:
        return
    rows = [_result_of_check(vendor, day, check, found) for check, found in faults.items() for day in days]
    fresh = pa.Table.from_pylist(rows, schema=arrow_schema(TABLE))
    with lake.writing(vendor):
        kept = lake.read_vendor(TABLE, vendor)
        is_of_day = pc.is_in(kept["delivery_date"], pa.array(days, pa.date32()))
        is_of_check = pc.is_in(kept["check"], pa.array(list(faults), pa.string()))
        others = kept.filter(pc.invert(pc.and_(is_of_day, is_of_check)))
        lake.replace_file(lake.vendor_file(TABLE, vendor), TABLE, pa.concat_tables([others, fresh]))


def failing_results(lake: Lake, vendor: str | None = None) -> list[FailingResult]:
    """Every result that fails, of one vendor or all: the newest day first, then by vendor and check."""
    tables = [lake.read_vendor(TABLE, name) for name in ([vendor] if vendor else lake.vendors(TABLE))]
    rows = [row for rows in tables for row in rows.filter(pc.invert(rows["is_passed"])).to_pylist()]
    found = [
        FailingResult(row["vendor"], row["delivery_date"], row["check"], row["fault_count"], tuple(row["faults"]))
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.day.toordinal(), one.vendor, one.check))


def _result_of_check(vendor: str, day: date, check: str, faults: Sequence[Fault]) -> dict[str, object]:
    found = [fault.words for fault in faults if (fault.vendor, fault.day) == (vendor, day)]
    return {
        "vendor": vendor,
        "delivery_date": day,
        "check": check,
        "is_passed": not found,
        "fault_count": len(found),
        "faults": found[:SAMPLE],
    }
