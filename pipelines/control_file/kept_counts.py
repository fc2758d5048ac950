"""What was counted of a vendor's days, kept beside the lake's tables until a day is published anew.

Nothing rests on it: without the file everything is counted again. A day of which a file is another, also by damage, is
looked at again. Damage that leaves a file's size and time as they were is told by `lake verify`.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.control_file.counted import COUNTS, DAYS, DELIVERIES, SCORECARDS, are_within, counted_days
from pipelines.control_file.model import ControlPeriod
from pipelines.storage.folders import PRIVATE, replacing
from pipelines.storage.lake import Lake
from pipelines.storage.markers import partition_states

_FOLDER: Final = ".counted"


def counts_of(lake: Lake, vendor: str, period: ControlPeriod) -> pa.Table:
    """Counts of the days of a period that can be trusted, of intakes and of verdicts; schema `COUNTS`.

    Days of which files are others than those that were counted are counted, and kept.
    """
    place = lake.root / _FOLDER / f"{vendor}.parquet"
    kept, standing, is_new = _kept_counts(place), [], False
    for marker in (DELIVERIES, SCORECARDS):
        states = partition_states(lake, vendor, marker, period.holds)
        still = _still_counted(kept, marker, states)
        uncounted = {day: state for day, state in states.items() if day not in still}
        fresh = counted_days(lake, vendor, marker, uncounted)
        standing += [_counts_of_days(kept, marker, still), fresh]
        is_new |= len(fresh) > 0
    counts = pa.concat_tables(standing)
    if is_new:
        others = kept.filter(pc.invert(are_within(kept["day"], period)))
        _keep_counts(lake, place, pa.concat_tables([others, counts]))
    return counts


def count_published(lake: Lake) -> None:
    """Count what was published since, of every vendor."""
    for vendor in lake.vendors():
        counts_of(lake, vendor, ControlPeriod(date.min, date.max))


def _kept_counts(place: Path) -> pa.Table:
    """Nothing where nothing was kept, or what was can't be read."""
    try:
        return pq.ParquetFile(place).read().select(COUNTS.names).cast(COUNTS)
    except (OSError, ValueError, KeyError):  # Arrow's own errors are of these kinds
        return COUNTS.empty_table()


def _still_counted(kept: pa.Table, marker: str, states: Mapping[date, str]) -> set[date]:
    """Days whose files are those that were counted."""
    is_day = pc.and_(pc.equal(kept["marker"], marker), pc.equal(kept["what"], DAYS))
    rows = kept.filter(is_day)
    seen = zip(rows["day"].to_pylist(), rows["state"].to_pylist(), strict=True)
    return {day for day, state in seen if states.get(day) == state}


def _counts_of_days(kept: pa.Table, marker: str, days: set[date]) -> pa.Table:
    is_of_day = pc.is_in(kept["day"], pa.array(sorted(days), pa.date32()))
    return kept.filter(pc.and_(pc.equal(kept["marker"], marker), is_of_day))


def _keep_counts(lake: Lake, place: Path, counts: pa.Table) -> None:
    """Where the lake takes no file, as one that is only read, all is counted again the next time."""
    with suppress(OSError), replacing(lake.root, place, PRIVATE) as file:
        pq.write_table(counts, file, compression="zstd")
