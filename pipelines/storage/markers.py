"""Markers of a vendor's partitions: which days have one, and whether it is still the one that was seen.

A partition that is published anew gets another marker, so that what was made of the one before need not be made again
while its marker is the same. Whether its tables can be trusted is asked of `Lake.is_whole`.
"""

import os
from collections.abc import Iterator
from datetime import date
from typing import Final

from pipelines.storage.lake import Lake

_FOLDER: Final = "delivery_date="


def marker_states(lake: Lake, vendor: str, marker: str) -> dict[date, str]:
    """By day, in order, the size and the time of change of the marker; a look at each folder, at no file's bytes."""
    return dict(sorted(_states_found(lake, vendor, marker)))


def _states_found(lake: Lake, vendor: str, marker: str) -> Iterator[tuple[date, str]]:
    root = os.path.join(lake.root, marker, f"vendor={vendor}")
    for name in _names_in(root):
        try:
            day = date.fromisoformat(name.removeprefix(_FOLDER))
            state = os.stat(f"{root}/{name}/part-0.parquet")
        except (OSError, ValueError):
            continue
        yield day, f"{state.st_size} {state.st_mtime_ns}"


def _names_in(folder: str) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if name.startswith(_FOLDER)]
    except FileNotFoundError:
        return []
