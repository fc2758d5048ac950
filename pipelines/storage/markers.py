"""Markers of a vendor's partitions: which days have one, and whether it is still the one that was seen.

A partition that is published anew gets another marker, so that what was made of the one before need not be made again
while its marker is the same. Whether its tables can be trusted is asked of `Lake.is_whole`.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from pipelines.storage.lake import Lake


def marker_states(lake: Lake, vendor: str, marker: str) -> dict[date, str]:
    """By day, in order, the size and the time of change of the marker; a look at each folder, at no file's bytes."""
    return dict(_states_found(lake, vendor, marker))


def _states_found(lake: Lake, vendor: str, marker: str) -> Iterator[tuple[date, str]]:
    root = os.fspath(lake.root / marker / f"vendor={vendor}")
    for day in lake.partition_days(vendor, marker):
        with suppress(FileNotFoundError):
            state = os.stat(f"{root}/delivery_date={day}/part-0.parquet")
            yield day, f"{state.st_size} {state.st_mtime_ns}"
