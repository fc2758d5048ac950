"""Partitions: delivery date × vendor, and how a run's keys fall to vendors. Vendors come from the contracts."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import dagster as dg

VENDORS: Final = dg.DynamicPartitionsDefinition(name="vendor")
DATE_DIMENSION: Final = "delivery_date"
VENDOR_DIMENSION: Final = "vendor"


def deliveries_partitions(first_day: date) -> dg.MultiPartitionsDefinition:
    """Daily × vendor; the newest day is yesterday in Europe/Paris."""
    days = dg.DailyPartitionsDefinition(start_date=first_day.isoformat(), timezone="Europe/Paris")
    return dg.MultiPartitionsDefinition({DATE_DIMENSION: days, VENDOR_DIMENSION: VENDORS})


def partition_key(vendor: str, day: date) -> dg.MultiPartitionKey:
    """The key of one delivery."""
    return dg.MultiPartitionKey({DATE_DIMENSION: day.isoformat(), VENDOR_DIMENSION: vendor})


def days_by_vendor(keys: Iterable[str]) -> Mapping[str, list[date]]:
    """A run's partition keys by vendor, days in order.

    Raises:
        ValueError: no keys; a range over unregistered vendors can come out empty, and must not look like success.
    """
    found: dict[str, list[date]] = {}
    for key in keys:
        day, vendor = key.split("|")
        found.setdefault(vendor, []).append(date.fromisoformat(day))
    if not found:
        raise ValueError("the run has no partitions: register the vendors' contracts, or check the range's dates")
    return {vendor: sorted(days) for vendor, days in sorted(found.items())}


def range_tags(first: str, last: str) -> dict[str, str]:
    """Run tags of one run over every key from the first to the last, dimension by dimension."""
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
