"""Which days of a vendor have a partition, and whether its files are still those that were seen.

A partition that is published anew has other files, as has one that is damaged where the file system notes it, so that
what was made of the one before need not be made again while they are the same. Whether its tables can be trusted is
asked of `Lake.is_whole`.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from hashlib import blake2b
from typing import Final

from pipelines.storage.file_states import settled_stat
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import TABLES_BY_MARKER

_STATE_BYTES: Final = 16


def published_at(lake: Lake, vendor: str, marker: str) -> dict[date, int]:
    """By day, in order, when what a marker stands for was published last, in nanoseconds; a look at each marker."""
    root = os.fspath(lake.root / marker / f"vendor={vendor}")
    found = {}
    for day in lake.partition_days(vendor, marker):
        with suppress(FileNotFoundError):
            found[day] = os.stat(f"{root}/delivery_date={day}/part-0.parquet").st_mtime_ns
    return found


def partition_states(lake: Lake, vendor: str, marker: str, is_asked: Callable[[date], bool]) -> dict[date, str]:
    """By day, in order, a digest of the day and of the states of all files that a marker stands for.

    It looks at no file's bytes: whatever the file system notes as a change from now on gives another digest.
    `is_asked`: of which days. Days without a marker are left out.
    """
    roots = [os.fspath(lake.root / table / f"vendor={vendor}") for table in TABLES_BY_MARKER[marker]]
    days = [day for day in lake.partition_days(vendor, marker) if is_asked(day)]
    return {day: state for day in days if (state := _state_of(roots, day))}


def _state_of(roots: list[str], day: date) -> str:
    """Empty where the last file, the marker, is not there."""
    partition = f"delivery_date={day}/part-0.parquet"
    states = [*_states_found(f"{root}/{partition}" for root in roots)]
    return blake2b("\n".join([f"{day}", *states]).encode(), digest_size=_STATE_BYTES).hexdigest() if states[-1] else ""


def _states_found(paths: Iterator[str]) -> Iterator[str]:
    """Without the device: after a restart the same disk may be another one."""
    for path in paths:
        try:
            found = settled_stat(path)
            yield f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"
        except FileNotFoundError:
            yield ""
