"""What of the lake is not as it was published: files that are gone, changed or cut off, folders that nobody made.

Said from digests, table by table; what to do about it is decided elsewhere.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.storage.digests import digest_of_file
from pipelines.storage.lake import Lake, day_of_partition
from pipelines.vocabulary.tables import TABLES_BY_MARKER

"""What is published together; the last of each has the digests of the others."""


@dataclass(frozen=True, order=True)
class Damage:
    """One table of one delivery that can't be trusted."""

    vendor: str
    day: date
    table: str
    reason: str

    def __str__(self) -> str:
        return f"{self.vendor} {self.day}: {self.table} {self.reason}"


def damages(lake: Lake, vendors: Collection[str] = ()) -> list[Damage]:
    """Every damage of some vendors' deliveries, or of all, in order. Reads every published file once."""
    found = {one for tables in TABLES_BY_MARKER.values() for one in _damages_of_set(lake, tables)}
    return sorted(one for one in found if not vendors or one.vendor in vendors)


def stray_folders(lake: Lake) -> list[Path]:
    """Folders below a table that are no vendor's or no date's."""
    tables = [lake.root / table for tables in TABLES_BY_MARKER.values() for table in tables]
    below = [path for table in tables for path in (*table.glob("*"), *table.glob("vendor=*/*"))]
    return sorted(path for path in below if not path.name.startswith("vendor=") and day_of_partition(path) is None)


def _damages_of_set(lake: Lake, tables: Sequence[str]) -> Iterator[Damage]:
    marker = tables[-1]
    for vendor, day in _partitions(lake, tables):
        digests = lake.digests(vendor, day, marker)
        if not digests:
            is_there = lake.partition(marker, vendor, day).exists()
            yield Damage(vendor, day, marker, "can't be read" if is_there else "is gone, or was never finished")
            continue
        for table, digest in digests.items():
            reason = _fault_of_file(lake.partition(table, vendor, day), digest)
            if reason:
                yield Damage(vendor, day, table, reason)


def _partitions(lake: Lake, tables: Sequence[str]) -> list[tuple[str, date]]:
    """Vendors and days of which any table of a set has a folder."""
    folders = (path for table in tables for path in (lake.root / table).glob("vendor=*/*"))
    found = {(path.parent.name.removeprefix("vendor="), day_of_partition(path)) for path in folders}
    return sorted((vendor, day) for vendor, day in found if day is not None)


def _fault_of_file(path: Path, digest: str) -> str | None:
    try:
        return None if digest_of_file(path) == digest else "is not what was published"
    except OSError:
        return "is gone"
