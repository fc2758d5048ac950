"""Whether what was published is what was promised: file by file the Arrow schema, row by row the Pandera model."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.checks.faults import Fault
from pipelines.storage.lake import PARTITION_COLUMNS, Lake
from pipelines.vocabulary.table_columns import columns_in
from pipelines.vocabulary.tables import TABLES, arrow_schema

MOST_ROWS: Final = 250_000
"""Rows of one vendor's table that are validated; of a larger one, the first so many."""


def schema_faults(lake: Lake, tables: Sequence[str], days: Mapping[str, Sequence[date]]) -> list[Fault]:
    """Partitions, as `table vendor date`, whose file has other columns or types than the schema; what is not there
    has none.

    One that lacks columns that may be NULL is of an earlier version, and sound: its files may be purged by now.
    """
    faults = []
    for vendor, asked in days.items():
        for table, day in ((table, day) for table in tables for day in asked):
            path = lake.partition(table, vendor, day)
            if path.exists() and not _has_schema(path, table):
                faults.append(Fault(vendor, day, f"{table} {vendor} {day}"))
    return faults


def row_faults(lake: Lake, tables: Sequence[str], days: Mapping[str, Sequence[date]]) -> list[Fault]:
    """What the tables' models refuse, as `table vendor date: column check (times)`; never a value.

    Partitions whose schema is not the table's are left out: `schema_faults` names them. Small vendors are validated
    together, and day by day only where something is wrong: a call takes long, however few the rows.
    """
    from pipelines.vocabulary.table_models import refused_by_model

    faults = []
    for table in tables:
        sound = {
            vendor: [day for day in asked if _is_sound(lake, table, vendor, day)] for vendor, asked in days.items()
        }
        for vendors, rows in _vendors_together(lake, table, sound):
            if refused_by_model(table, rows):
                faults += [fault for vendor in vendors for fault in _faults_by_day(lake, table, vendor, sound[vendor])]
    return faults


def _vendors_together(
    lake: Lake, table: str, days: Mapping[str, Sequence[date]]
) -> Iterator[tuple[list[str], pa.Table]]:
    """Vendors and the rows of their days, the first so many of each, in groups of not many more rows."""
    vendors, held, count = list[str](), [arrow_schema(table).empty_table()], 0
    for vendor, theirs in days.items():
        rows = lake.read(table, vendor, list(theirs)).slice(0, MOST_ROWS)
        if vendors and count + rows.num_rows > MOST_ROWS:
            yield vendors, pa.concat_tables(held)
            vendors, held, count = [], [], 0
        vendors.append(vendor)
        held.append(rows)
        count += rows.num_rows
    yield vendors, pa.concat_tables(held)


def _faults_by_day(lake: Lake, table: str, vendor: str, days: Sequence[date]) -> list[Fault]:
    from pipelines.vocabulary.table_models import refused_by_model

    return [
        Fault(vendor, day, f"{table} {vendor} {day}: {words}")
        for day in days
        for words in refused_by_model(table, lake.read(table, vendor, [day]).slice(0, MOST_ROWS))
    ]


def _is_sound(lake: Lake, table: str, vendor: str, day: date) -> bool:
    return _has_schema(lake.partition(table, vendor, day), table)


def _has_schema(path: Path, table: str) -> bool:
    """Whether a file is there, can be read, and has a table's schema, or one of an earlier version."""
    try:
        found = pq.read_schema(path)
    except (OSError, pa.ArrowInvalid):
        return False
    columns = columns_in(TABLES[table])
    expected = [
        field for field in _stored_schema(table) if field.name in found.names or not columns[field.name].nullable
    ]
    return bool(found.equals(pa.schema(expected)))


def _stored_schema(table: str) -> pa.Schema:
    """The schema of a table's files: partition columns are in the path."""
    return pa.schema([column for column in arrow_schema(table) if column.name not in PARTITION_COLUMNS])
