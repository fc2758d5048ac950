"""Which published leads were never compared with hashes that others made.

What is compared is in `identifiers.other_forms`.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from pipelines.storage.lake import Lake

_COLUMN: Final = "probe_keys"


def uncompared_days(lake: Lake) -> Iterator[tuple[str, date, date]]:
    """Vendor, first and last delivery date of the leads without probe keys; only Parquet's footers are read."""
    for vendor in lake.vendors("leads"):
        folder = lake.root / "leads" / f"vendor={vendor}"
        days = sorted(
            date.fromisoformat(path.parent.name.removeprefix("delivery_date="))
            for path in folder.glob("delivery_date=*/part-0.parquet")
            if not _was_compared(path)
        )
        if days:
            yield vendor, days[0], days[-1]


def _was_compared(path: Path) -> bool:
    """Whether the leads of a file were, as far as can be told: a damaged one is compared when it is made anew."""
    try:
        return _is_probed(pq.read_metadata(path))
    except (OSError, ValueError):  # Arrow's own error of a damaged file is a ValueError
        return True


def _is_probed(file: pq.FileMetaData) -> bool:
    """Whether there is a key, or no lead: a lead that was probed has one at least."""
    for number in range(file.num_row_groups):
        group = file.row_group(number)
        columns = (group.column(place) for place in range(group.num_columns))
        keys = next(column for column in columns if column.path_in_schema.split(".")[0] == _COLUMN)
        if keys.statistics is None or keys.statistics.null_count == keys.num_values:
            return bool(group.num_rows == 0)
    return True
