"""DuckDB's SQL that reads Parquet files as a schema has them. Who reads them, and when, is in `duckdb`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.engines.path_columns import path_columns

_PATH_TYPES: Final = {pa.string(): "varchar", pa.date32(): "date"}


def has_types_of(file: Path, schema: pa.Schema) -> bool:
    """Whether a file has a schema's columns in its types: the engine turns those of the next files into the first's."""
    try:
        found = pq.read_schema(file)
    except (OSError, pa.ArrowException):
        return False
    folders = path_columns(file)
    asked = [field for field in schema if field.name not in folders]
    return all(field.name in found.names and found.field(field.name).type == field.type for field in asked)


def columns_read(files: Sequence[Path], schema: pa.Schema) -> str:
    """The columns of a schema in files that all have them, in its types."""
    columns = ", ".join(f'"{column}"' for column in schema.names)
    return f"select {columns} from {_read_parquet(files, schema, union_by_name=False)}"


def columns_of_layout(files: Sequence[Path], schema: pa.Schema, layout: str) -> str:
    """The columns of a schema in its types, as an empty table `layout` has them; NULL where a file lacks one.

    Each file is opened to know its columns before any is read, which costs twice as much.
    """
    columns = ", ".join(f'"{column}"' for column in schema.names)
    found = f"select * from {_read_parquet(files, schema, union_by_name=True)}"
    return f"select {columns} from ({found} union all by name from {layout})"


def _read_parquet(files: Sequence[Path], schema: pa.Schema, *, union_by_name: bool) -> str:
    listed = ", ".join(f"'{escaped_path(file)}'" for file in files)
    return f"read_parquet([{listed}], union_by_name = {union_by_name}{_path_options(files[0], schema)})"


def _path_options(file: Path, schema: pa.Schema) -> str:
    """How columns of the schema are read from the folders of a path."""
    folders = path_columns(file)
    types = {name: _PATH_TYPES[schema.field(name).type] for name in schema.names if name in folders}
    if not types:
        return ", hive_partitioning = false"
    listed = ", ".join(f"'{name}': {sql_type}" for name, sql_type in types.items())
    return f", hive_partitioning = true, hive_types = {{{listed}}}"


def escaped_path(path: Path) -> str:
    """A path as a statement holds it, between quotes."""
    return str(path).replace("'", "''")
