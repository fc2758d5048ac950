"""Partitions: delivery date × vendor, keys and ranges of them. Vendors come from the contracts."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, TypeVar

import dagster as dg

T = TypeVar("T")

VENDORS: Final = dg.DynamicPartitionsDefinition(name="vendor")
DATE_DIMENSION: Final = "delivery_date"
VENDOR_DIMENSION: Final = "vendor"
PARTITION_TAG: Final = "dagster/partition"
RANGE_START_TAG: Final = "dagster/asset_partition_range_start"
RANGE_END_TAG: Final = "dagster/asset_partition_range_end"
DIMENSION_TAGS: Final = {name: f"{PARTITION_TAG}/{name}" for name in (DATE_DIMENSION, VENDOR_DIMENSION)}


class DeliveryPartitions(dg.MultiPartitionsDefinition):
    """Daily × vendor, whose runs carry no tag for a single dimension.

    For a backfill of a job Dagster copies these tags of the backfill's first partition to every run, beside the run's
    own range, and then believes them: each run does that one partition. The whole key in one tag is enough.
    """

    def get_tags_for_partition_key(self, partition_key: str) -> Mapping[str, str]:
        """The tags of a run of one partition."""
        tags = super().get_tags_for_partition_key(partition_key)
        return {tag: value for tag, value in tags.items() if tag not in DIMENSION_TAGS.values()}


def deliveries_partitions(first_day: date) -> dg.MultiPartitionsDefinition:
    """Daily × vendor; the newest day is yesterday in Europe/Paris."""
    days = dg.DailyPartitionsDefinition(start_date=first_day.isoformat(), timezone="Europe/Paris")
    return DeliveryPartitions({DATE_DIMENSION: days, VENDOR_DIMENSION: VENDORS})


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
    return {RANGE_START_TAG: first, RANGE_END_TAG: last}


def day_ranges(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Days as ranges without holes, first and last of each, in order."""
    yield from _ranges(sorted(set(days)), lambda one, other: other - one == timedelta(days=1))


def vendor_ranges(vendors: Collection[str], registered: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Registered vendors as ranges without holes in the order of registration, first and last of each."""
    places = [place for place, vendor in enumerate(registered) if vendor in vendors]
    yield from ((registered[first], registered[last]) for first, last in _ranges(places, lambda a, b: b - a == 1))


def _ranges(ordered: Sequence[T], is_next: Callable[[T, T], bool]) -> Iterator[tuple[T, T]]:
    start = 0
    for end in range(1, len(ordered) + 1):
        if end == len(ordered) or not is_next(ordered[end - 1], ordered[end]):
            yield ordered[start], ordered[end - 1]
            start = end
