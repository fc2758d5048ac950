"""The Parquet lake: partitions replaced whole, trusted by digest, written by one writer per vendor at a time.

What is written has the columns of today; what an earlier version wrote is read with NULL in those it did not know.
Knows files, not meanings: what a table holds is in `pipelines.vocabulary.tables`.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from pipelines.arrays.in_order import done_beside
from pipelines.storage.digests import digest_of_file
from pipelines.storage.folders import PRIVATE, make_folder, make_private_file
from pipelines.storage.noted_files import note_digest
from pipelines.vocabulary.tables import SORT_KEYS, arrow_columns, arrow_schema

PARTITION_COLUMNS: Final = ("vendor", "delivery_date")
_OTHER_LAYOUTS: Final[Mapping[str, tuple[str, ...]]] = {
    "oppositions": (),
    "usable_leads": (),
    "check_results": ("vendor",),
    "corrections": ("vendor",),
    "knowledge_waits": ("vendor",),
}
"""Columns that are in the path only, of tables that are not laid out by vendor and day."""
DIGESTS: Final = b"opposable.digests"
FACTS: Final = b"opposable.facts"
ROW_GROUP: Final = 131_072
"""Rows of each row group but the last, however the rows came: bytes are not to tell of that."""
_FEW_ROWS: Final = 10_000
"""So many are read sooner than they are handed to threads."""

_Answer = TypeVar("_Answer")
Content: TypeAlias = pa.Table | Iterable[pa.Table]
"""Rows of a table in any order, or pieces of them in the order of the table's sort keys."""


@dataclass(frozen=True)
class Lake:
    """A folder of tables: `<table>/vendor=<v>/delivery_date=<d>/part-0.parquet`."""

    root: Path
    sharing: Callable[[str], AbstractContextManager[object]] = nullcontext
    """Entered by a writer, by its name, once it holds the lock of this machine: where others write the same lake on
    other machines, it holds them off, and publishes to them what was written."""
    threads: int = 1
    """With more than one, rows are encoded while the next are made; bytes do not tell."""

    def partition(self, table: str, vendor: str, day: date) -> Path:
        """Where one partition of a delivery table lies."""
        return self.root.joinpath(table, f"vendor={vendor}", f"delivery_date={day.isoformat()}", "part-0.parquet")

    @contextmanager
    def writing(self, vendor: str, *, patience: float | None = None) -> Iterator[None]:
        """Hold the vendor's lock; a killed writer's lock is free, and what it had written aside is removed.

        `patience`: seconds to wait for another writer of this machine; None for as long as it takes.

        Raises:
            filelock.Timeout: patience has passed.
        """
        with self.lock(vendor).acquire(timeout=patience):
            shutil.rmtree(self.aside(vendor), ignore_errors=True)
            try:
                with self.sharing(vendor):
                    yield
            finally:
                shutil.rmtree(self.aside(vendor), ignore_errors=True)

    def lock(self, vendor: str) -> FileLock:
        """The vendor's lock among the processes of this machine."""
        locks = self.root / ".locks"
        make_folder(self.root, locks, PRIVATE)
        return FileLock(locks / f"{vendor}.lock")

    def publish(
        self, vendor: str, day: date, tables: Mapping[str, Content], *, facts: Mapping[str, str] | None = None
    ) -> None:
        """Replace one partition's tables in the mapping's order; the last carries the digests of the others.

        Each table has its partition columns; they go to the path. Streams are read in the mapping's order, too. The
        caller holds `writing(vendor)`.
        """
        staged = _StagedDay(list(tables)[-1], facts or {})
        for table, content in tables.items():
            self._stage(vendor, staged, table, content)
        self._replace_day(vendor, day, staged)

    def publish_days(
        self,
        vendor: str,
        tables: Mapping[str, Iterable[tuple[date, pa.Table]]],
        facts: Mapping[date, Mapping[str, str]],
    ) -> None:
        """As `publish`, of several days whose rows come together: the days of `facts`, with what is noted of each.

        Each table comes in pieces of one day: days in order, of a day in the order of the table's sort keys. Pieces of
        other days are left out. All is written aside before the first day is replaced.

        Raises:
            ValueError: rows of a day come after those of another had begun: nothing is replaced.
        """
        staged = {day: _StagedDay(list(tables)[-1], noted) for day, noted in facts.items()}
        for table, pieces in tables.items() if staged else ():
            left = dict(staged)
            for day, parts in groupby(pieces, key=itemgetter(0)):
                if day in staged and day not in left:
                    raise ValueError(f"{table} {vendor} {day}: its rows do not come together")
                if day in left:
                    self._stage(vendor, left.pop(day), table, (part for _, part in parts))
            for empty in left.values():
                self._stage(vendor, empty, table, ())
        for day, one in staged.items():
            self._replace_day(vendor, day, one)

    def _stage(self, vendor: str, staged: "_StagedDay", table: str, content: Content) -> None:
        aside = self._write_aside(vendor, table, content, staged.metadata(table))
        staged.files[table] = aside
        staged.digests[table] = digest_of_file(aside)

    def _replace_day(self, vendor: str, day: date, staged: "_StagedDay") -> None:
        for table, aside in staged.files.items():
            target = self.partition(table, vendor, day)
            make_folder(self.root, target.parent, PRIVATE)
            os.replace(aside, target)
        self.move_stamp(vendor)

    def replace_file(
        self,
        target: Path,
        table: str,
        content: pa.Table,
        *,
        facts: Mapping[str, str] | None = None,
        is_noted: bool = False,
    ) -> None:
        """Replace one file of a table that is not laid out by vendor and day; `is_noted`: its digest lies beside it."""
        aside = self._write_aside("_", table, content, {FACTS: _json_bytes(facts)} if facts is not None else {})
        make_folder(self.root, target.parent, PRIVATE)
        if is_noted:
            note_digest(self.root, target, aside)
        os.replace(aside, target)

    def published_days(self, vendor: str, marker: str = "deliveries") -> list[date]:
        """Days whose partition can be trusted: the marker's digests agree with the files, in date order."""
        return [day for day in self.partition_days(vendor, marker) if self.is_whole(vendor, day, marker)]

    def partition_days(self, vendor: str, marker: str = "deliveries") -> list[date]:
        """Days that have a partition, whole or not, in date order."""
        try:
            names = os.listdir(self.root / marker / f"vendor={vendor}")
        except FileNotFoundError:
            return []
        return sorted(day for day in map(_day_in_name, names) if day is not None)

    def as_found(self) -> "Lake":
        """The lake as one reader finds it: which days of a vendor can be trusted is asked once. Never to write to."""
        return _FoundLake(self.root)

    def once(self, asked: Hashable, answer: Callable[[], _Answer]) -> _Answer:
        """The answer to a question about the lake; one `as_found` remembers it."""
        return answer()

    def as_found_of(self, vendor: str, days: Sequence[date]) -> "Lake":
        """The same to a reader of some days of a vendor, in order, which can be trusted: no other was taken in."""
        return _FoundLake(self.root, answers={(vendor, "deliveries"): list(days)})

    def facts(self, vendor: str, day: date, marker: str) -> dict[str, str]:
        """What the writer noted in the marker of a partition."""
        return self._noted(vendor, day, marker, FACTS)

    def read(self, table: str, vendor: str, days: list[date], columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of some days of one vendor, partition columns included; of a long history some columns are read in a
        fraction of the time."""
        schema = _schema_read(table, columns)
        parts = [self._read_one(table, vendor, day, schema) for day in days]
        return pa.concat_tables(parts) if parts else schema.empty_table()

    def whole_file(self, table: str) -> Path:
        """Where a table that is one file lies."""
        return self.root / table / "part-0.parquet"

    def facts_of(self, path: Path) -> dict[str, str]:
        """What the writer noted in a file; nothing where it is gone or damaged."""
        return _notes(path, FACTS)

    def vendor_file(self, table: str, vendor: str) -> Path:
        """Where a table that is laid out by vendor alone keeps a vendor's rows."""
        return self.root / table / f"vendor={vendor}" / "part-0.parquet"

    def read_vendor(self, table: str, vendor: str, columns: Sequence[str] | None = None) -> pa.Table:
        """A vendor's rows of a table that is laid out by vendor alone, or some columns of them; none when there is no
        file."""
        schema, path = _schema_read(table, columns), self.vendor_file(table, vendor)
        if not path.exists():
            return schema.empty_table()
        rows = pq.ParquetFile(path).read(schema.names)
        return in_layout(rows.append_column("vendor", pa.repeat(vendor, len(rows))), schema)

    def opposition_days(self) -> dict[date, Path]:
        """Days of recording in the registry's snapshot, in order, and each one's file."""
        folder = self.root / "oppositions"
        names = sorted(os.listdir(folder)) if folder.is_dir() else []
        found = {day: f"{folder}/{name}/part-0.parquet" for name in names if (day := _recorded_on(name))}
        return {day: Path(path) for day, path in found.items() if os.path.exists(path)}

    def opposition_files(self) -> list[Path]:
        """Files of the registry's snapshot, one a day of recording."""
        return list(self.opposition_days().values())

    def vendors(self, marker: str = "deliveries") -> list[str]:
        """Vendors that have a partition of a table."""
        return sorted(path.name.removeprefix("vendor=") for path in (self.root / marker).glob("vendor=*"))

    def _read_one(self, table: str, vendor: str, day: date, schema: pa.Schema) -> pa.Table:
        file = pq.ParquetFile(self.partition(table, vendor, day))
        rows = file.read(schema.names, use_threads=file.metadata.num_rows > _FEW_ROWS)
        rows = rows.append_column("vendor", pa.repeat(vendor, len(rows)))
        rows = rows.append_column("delivery_date", pa.repeat(pa.scalar(day, pa.date32()), len(rows)))
        return in_layout(rows, schema)

    def digests(self, vendor: str, day: date, marker: str) -> dict[str, str]:
        """What the tables published with a marker were; empty where the marker can't be read."""
        return self._noted(vendor, day, marker, DIGESTS)

    def _noted(self, vendor: str, day: date, marker: str, key: bytes) -> dict[str, str]:
        return _notes(self.partition(marker, vendor, day), key)

    def is_whole(self, vendor: str, day: date, marker: str = "deliveries") -> bool:
        """Whether a partition can be trusted: its marker can be read, and its digests agree with the files."""
        digests = self.digests(vendor, day, marker)
        paths = {self.partition(table, vendor, day): digest for table, digest in digests.items()}
        return bool(paths) and all(path.exists() and digest_of_file(path) == digest for path, digest in paths.items())

    def aside(self, vendor: str) -> Path:
        """Where the writer of a vendor keeps what is not published yet; emptied when it begins and ends."""
        return self.root / ".aside" / vendor

    def stamp(self, vendor: str) -> Path:
        """An empty file whose time of change moves once a partition of a vendor is published, never before; none in a
        lake to which only earlier versions published."""
        return self.root / ".stamps" / vendor

    def move_stamp(self, vendor: str) -> None:
        """Let readers know that a vendor's partitions are others now."""
        stamp = self.stamp(vendor)
        make_folder(self.root, stamp.parent, PRIVATE)
        make_private_file(stamp)
        now = time.time_ns()  # the system's own stamp is only as fine as its tick
        os.utime(stamp, ns=(now, now))

    @property
    def canaries(self) -> Path:
        """Where invented persons lie while an engine judges them that sees no folder of ours but this; no data."""
        return self.root / ".canaries"

    def _write_aside(self, vendor: str, table: str, content: Content, metadata: dict[bytes, bytes]) -> Path:
        schema = arrow_schema(table)
        in_path = _OTHER_LAYOUTS.get(table, PARTITION_COLUMNS)
        names = [name for name in schema.names if name not in in_path]
        plain = pa.schema([schema.field(name) for name in names])
        pieces = [_sorted_content(content, table)] if isinstance(content, pa.Table) else content
        path = self.aside(vendor) / f"{table}-{uuid4().hex}.parquet"
        make_folder(self.root, path.parent, PRIVATE)
        make_private_file(path)
        with pq.ParquetWriter(path, plain, compression="zstd", store_schema=False) as writer:
            groups = _row_groups(piece.select(names).cast(plain) for piece in pieces)
            done_beside(partial(writer.write_table, row_group_size=ROW_GROUP), groups, self.threads)
            writer.add_key_value_metadata(metadata)
        return path


@dataclass(frozen=True)
class _StagedDay:
    """Tables of a day that are written aside; the last to come, the marker, notes the digests of the others."""

    marker: str
    facts: Mapping[str, str]
    files: dict[str, Path] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def metadata(self, table: str) -> dict[bytes, bytes]:
        """What is noted in the file of a table."""
        is_marker = table == self.marker
        return {DIGESTS: _json_bytes(self.digests), FACTS: _json_bytes(self.facts)} if is_marker else {}


@dataclass(frozen=True)
class _FoundLake(Lake):
    """A lake that remembers its answers: telling whether days can be trusted means to hash their files, and what was
    noted or counted of them is asked for each week that is scored."""

    answers: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, asked: Hashable, answer: Callable[[], _Answer]) -> _Answer:
        if asked not in self.answers:
            self.answers[asked] = answer()
        found: _Answer = self.answers[asked]
        return found

    def published_days(self, vendor: str, marker: str = "deliveries") -> list[date]:
        return list(self.once((vendor, marker), partial(super().published_days, vendor, marker)))

    def _noted(self, vendor: str, day: date, marker: str, key: bytes) -> dict[str, str]:
        return dict(self.once((vendor, day, marker, key), partial(super()._noted, vendor, day, marker, key)))


def _schema_read(table: str, columns: Sequence[str] | None) -> pa.Schema:
    return arrow_schema(table) if columns is None else arrow_columns(table, columns)


def in_layout(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows with the columns of a schema, in its order; NULL where an earlier version wrote them without one."""
    known = {*rows.column_names}
    columns = [rows[field.name] if field.name in known else pa.nulls(len(rows), field.type) for field in schema]
    return pa.table(columns, schema.names).cast(schema)


def _sorted_content(content: pa.Table, table: str) -> pa.Table:
    return content.combine_chunks().sort_by([(key, "ascending") for key in SORT_KEYS[table]])


def _row_groups(pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The rows of all pieces in tables of `ROW_GROUP` rows and a smaller one."""
    held: list[pa.Table] = []
    count = 0
    for piece in pieces:
        held.append(piece)
        count += piece.num_rows
        while count >= ROW_GROUP:
            whole = pa.concat_tables(held)
            yield whole.slice(0, ROW_GROUP).combine_chunks()
            held = [whole.slice(ROW_GROUP)]
            count -= ROW_GROUP
    if count:
        yield pa.concat_tables(held).combine_chunks()


def _json_bytes(values: Mapping[str, str]) -> bytes:
    return json.dumps(dict(values), sort_keys=True).encode()


def _notes(path: Path, key: bytes) -> dict[str, str]:
    """What is noted in a file; nothing where it is gone or damaged."""
    try:
        notes: dict[str, str] = json.loads((pq.read_metadata(path).metadata or {}).get(key, b"{}"))
    except (OSError, ValueError):  # Arrow's own error of a damaged file is a ValueError
        return {}
    return notes


def day_of_partition(folder: Path) -> date | None:
    """The date that a folder is named after, as in `delivery_date=2026-08-11`; None where its name is no such."""
    return _day_in_name(folder.name)


def _recorded_on(name: str) -> date | None:
    return _day_in_name(name) if name.startswith("recorded_on=") else None


def _day_in_name(name: str) -> date | None:
    try:
        return date.fromisoformat(name.partition("=")[2])
    except ValueError:
        return None
