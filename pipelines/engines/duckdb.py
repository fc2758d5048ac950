"""The embedded engine: DuckDB in memory, one session a judgement. Knows how to run statements, not what they mean."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa


@dataclass(frozen=True)
class Session:
    """One connection with the tables of one judgement."""

    connection: duckdb.DuckDBPyConnection

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable under a name."""
        self.connection.register(name, table)

    def read_files(self, name: str, files: Sequence[Path], schema: pa.Schema) -> None:
        """Make Parquet files readable under a name; no files are a table of no rows."""
        if not files:
            self.register(name, schema.empty_table())
            return
        listed = ", ".join(f"'{str(file).replace(chr(39), chr(39) * 2)}'" for file in files)
        is_by_vendor = {"vendor", "delivery_date"} <= set(schema.names) and "identity_key" not in schema.names
        options = ", hive_partitioning = true, hive_types = {'vendor': varchar, 'delivery_date': date}"
        columns = ", ".join(f'"{column}"' for column in schema.names)
        self.connection.execute(
            f"create temp view {name} as select {columns} "
            f"from read_parquet([{listed}]{options if is_by_vendor else ', hive_partitioning = false'})"
        )

    def create(self, name: str, sql: str, *, is_view: bool = False) -> None:
        """Create a temporary table or view from a query."""
        self.connection.execute(f"create temp {'view' if is_view else 'table'} {name} as {sql}")

    def fetch(self, sql: str) -> pa.Table:
        """Rows of a query."""
        return self.connection.sql(sql).to_arrow_table()


@dataclass(frozen=True)
class DuckDBEngine:
    """Makes sessions. `threads` and `memory_limit`: DuckDB's own defaults unless given."""

    threads: int | None = None
    dialect: str = "duckdb"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A fresh in-memory database at UTC that installs nothing and reads only what it is told to."""
        with duckdb.connect(":memory:") as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute("set autoinstall_known_extensions = false")
            connection.execute("set preserve_insertion_order = false")
            if self.threads is not None:
                connection.execute(f"set threads = {int(self.threads)}")
            yield Session(connection)
