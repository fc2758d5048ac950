"""What was counted of a vendor's days, kept beside the lake's tables until a day is published anew.

Nothing rests on it: what is not there, not as it was written, or counted by another program is counted again, and so is
a day of which a file is another, also by damage. While nobody can tell which program this is, nothing is believed or
kept. Damage that the file system does not note is told by `lake_health`, whose finding has what was counted of the
vendor forgotten.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.storage.folders import PRIVATE, replacing
from pipelines.storage.lake import Lake
from pipelines.storage.markers import partition_states
from pipelines.storage.program_digest import program_digest
from pipelines.vocabulary.words import VENDOR_KEY

_FOLDER: Final = ".counted"
_COUNTED_UNDER: Final = {"day": pa.date32(), "marker": pa.string(), "state": pa.string()}
_DIGEST_BYTES: Final = 32


@dataclass(frozen=True)
class KeptCounts:
    """One kind of counts, in a file a vendor: its digest, then its rows."""

    name: str
    """Of their folder."""
    columns: Mapping[str, pa.DataType]
    """Of what is counted, beside day, marker and state of the partition that it rests on."""
    counted: Mapping[str, Callable[[Lake, str, Sequence[date]], pa.Table]]
    """By marker, what counts some days of a vendor that can be trusted: one row or more for each, with its day."""
    made_by: Callable[[], str | None] = program_digest
    """Which program counts: another may count otherwise. None where nobody can tell."""

    def of(self, lake: Lake, vendor: str, is_asked: Callable[[date], bool] = lambda day: True) -> pa.Table:
        """Counts of the days that are asked for and can be trusted.

        Days of which files are others than those that were counted are counted, and kept.
        """
        made_by = lake.once("which program counts", self.made_by)
        kept, standing, is_new = self._read_kept(lake, vendor, made_by), [], False
        for marker in self.counted:
            states = partition_states(lake, vendor, marker, is_asked)
            still = _still_standing(kept, marker, states.values())
            days = {*still["day"].unique().to_pylist()}
            fresh = self._counted_anew(lake, vendor, marker, {day: states[day] for day in states if day not in days})
            standing += [still, fresh]
            is_new |= len(fresh) > 0
        counts = pa.concat_tables(standing)
        if is_new and made_by is not None and self.made_by() == made_by:
            others = kept.filter(pa.array([not is_asked(day) for day in kept["day"].to_pylist()], pa.bool_()))
            self._keep(lake, vendor, pa.concat_tables([others, counts]), made_by)
        return counts

    @property
    def _schema(self) -> pa.Schema:
        return pa.schema({**_COUNTED_UNDER, **self.columns})

    def _place(self, lake: Lake, vendor: str) -> Path:
        return lake.root / _FOLDER / self.name / vendor

    def _counted_anew(self, lake: Lake, vendor: str, marker: str, states: Mapping[date, str]) -> pa.Table:
        """`states`: by day, those of its files. Days that can't be trusted are left out."""
        days = [day for day in states if lake.is_whole(vendor, day, marker)]
        if not days:
            return self._schema.empty_table()
        counts = self.counted[marker](lake, vendor, days)
        of_days = pa.array([states[day] for day in counts["day"].to_pylist()], pa.string())
        under = {"day": counts["day"], "marker": pa.repeat(marker, len(counts)), "state": of_days}
        return pa.table({**under, **{name: counts[name] for name in self.columns}}).cast(self._schema)

    def _read_kept(self, lake: Lake, vendor: str, made_by: str | None) -> pa.Table:
        """Nothing where nothing was kept, or what lies there is not what this program keeps."""
        try:
            kept = self._place(lake, vendor).read_bytes()
        except OSError:
            return self._schema.empty_table()
        digest, rows = kept[:_DIGEST_BYTES], kept[_DIGEST_BYTES:]
        if sha256(rows).digest() != digest:
            return self._schema.empty_table()
        counts = pq.ParquetFile(pa.BufferReader(rows)).read()
        is_ours = made_by is not None and counts.schema.equals(_noting(self._schema, made_by), check_metadata=True)
        return counts.cast(self._schema) if is_ours else self._schema.empty_table()

    def _keep(self, lake: Lake, vendor: str, counts: pa.Table, made_by: str) -> None:
        """Where the lake takes no file, as one that is only read, all is counted again the next time."""
        rows = pa.BufferOutputStream()
        pq.write_table(counts.cast(_noting(counts.schema, made_by)), rows, compression="zstd")
        content = rows.getvalue().to_pybytes()
        with suppress(OSError), replacing(lake.root, self._place(lake, vendor), PRIVATE) as file:
            file.write(sha256(content).digest() + content)


def forget_counts(lake: Lake, vendors: Iterable[str]) -> None:
    """Have everything of some vendors counted again."""
    for vendor in filter(VENDOR_KEY.fullmatch, vendors):
        for folder in (lake.root / _FOLDER).glob("*"):
            with suppress(OSError):
                (folder / vendor).unlink()


def sweep_counts(lake: Lake, vendors: Collection[str]) -> None:
    """Remove what was counted of others than some vendors, and what earlier versions kept beside the folders."""
    folder = lake.root / _FOLDER
    gone = [place for place in folder.glob("*/*") if VENDOR_KEY.fullmatch(place.name) and place.name not in vendors]
    for place in (*folder.glob("*.parquet"), *gone):
        with suppress(OSError):
            place.unlink()


def _noting(schema: pa.Schema, made_by: str) -> pa.Schema:
    return schema.with_metadata({"made_by": made_by})


def _still_standing(kept: pa.Table, marker: str, states: Collection[str]) -> pa.Table:
    """Counts of the days whose files are those that were counted; a state is that of one day."""
    is_as_counted = pc.is_in(kept["state"], pa.array(states, pa.string()))
    return kept.filter(pc.and_(pc.equal(kept["marker"], marker), is_as_counted))
