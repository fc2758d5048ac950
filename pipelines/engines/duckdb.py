"""The embedded engine: DuckDB in memory, in the process that asks. Who uses it knows `engines.interface` alone."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from pipelines.engines.interface import DIALECT, EngineError, EngineMemory, EngineSettingError
from pipelines.engines.path_columns import path_columns
from pipelines.engines.shown import LITERAL, shown_statement
from pipelines.engines.spill_folder import spill_folder

_SAID_OF_STATEMENTS: Final = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ConnectionException,
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.ParserException,
    duckdb.ResourceInUseException,
)
"""Errors that speak of statements, files and memory. All others may quote a value that they met in a row."""
MEMORY_SETTING: Final = "OPPOSABLE_MEMORY_LIMIT"
LACKS_LIMITED_MEMORY: Final = (
    f"{MEMORY_SETTING}: the engine can't do {{statement}} in its share of the memory or of the disk ({{error}}): "
    "raise the setting, leave it out, or make room where the home lies and see that it can be written"
)
LACKS_MEMORY: Final = (
    "the engine can't do {statement} in four fifths of this machine's memory or its share of the disk ({error}): "
    "give the machine more memory, or make room where the home lies and see that it can be written"
)
READ_AT_ONCE_BYTES: Final = 32 * 2**20
"""Of files, compressed, that are kept in the session from the first look at them."""
SMALL_BYTES: Final = 2**20
"""Of files, compressed, up to which work is small: some thousand leads."""
_PARSED_AT_MOST: Final = 256
_PARSED: Final[dict[str, duckdb.Statement]] = {}
"""By text, statements of `create`, of which a process has some hundred."""
_SHARED: Final[dict[tuple[int, int | None], duckdb.DuckDBPyConnection]] = {}
"""By process and limit of memory, the database whose connections do small work. A process that was forked has none."""
_PATH_TYPES: Final = {pa.string(): "varchar", pa.date32(): "date"}


@dataclass(frozen=True)
class DuckDBSession:
    """One connection to a database of its own."""

    connection: duckdb.DuckDBPyConnection
    lacks_memory: str = LACKS_MEMORY
    """What is said where the memory did not do."""

    def register(self, name: str, table: pa.Table) -> None:
        """As `interface.Session` says; nothing is copied."""
        with self._engine_errors(name):
            self.connection.register(name, table)

    def read_files(self, name: str, files: Sequence[Path], schema: pa.Schema) -> None:
        """As `interface.Session` says: read now, once, where they are small; else a view that reads them when asked.

        Opening a file costs more than reading some hundred rows, and statements ask for the same table several times.
        """
        if not files:
            self.register(name, schema.empty_table())
            return
        layout = f"{name}_layout"
        self.register(layout, schema.empty_table())
        if _bytes_of(files) > READ_AT_ONCE_BYTES:
            self._create_of_files(name, "view", _columns_read(files, schema, layout))
            return
        try:
            self._create_of_files(name, "table", _columns_read(files, schema, layout, is_alike=True))
        except EngineError:
            self._create_of_files(name, "table", _columns_read(files, schema, layout))

    def _create_of_files(self, name: str, kind: str, sql: str) -> None:
        with self._engine_errors(name):
            self.connection.execute(f"create temp {kind} {name} as {sql}")

    def create(self, name: str, sql: str, *, is_view: bool = False) -> None:
        """As `interface.Session` says."""
        with self._engine_errors(name):
            self.connection.execute(self._parsed(f"create temp {'view' if is_view else 'table'} {name} as {sql}"))

    def _parsed(self, sql: str) -> duckdb.Statement:
        """Parsed once for all sessions: reading a rule's SQL takes as long as planning it."""
        parsed = _PARSED.get(sql)  # another thread may clear what is kept at any time
        if parsed is None:
            (parsed,) = self.connection.extract_statements(sql)
            if len(_PARSED) >= _PARSED_AT_MOST:
                _PARSED.clear()
            _PARSED[sql] = parsed
        return parsed

    def fetch(self, sql: str) -> pa.Table:
        """As `interface.Session` says."""
        with self._engine_errors(sql):
            return self.connection.sql(sql).to_arrow_table()

    def stream(self, sql: str, *, rows: int) -> Iterator[pa.Table]:
        """As `interface.Session` says."""
        with self._engine_errors(sql), closing(self.connection.sql(sql).to_arrow_reader(rows)) as reader:
            for batch in reader:
                if batch.num_rows:
                    yield pa.Table.from_batches([batch])

    @contextmanager
    def _engine_errors(self, statement: str) -> Iterator[None]:
        """Turn what DuckDB raises, also through Arrow, into an error that shows nothing of what the rows hold."""
        try:
            yield
        except duckdb.OutOfMemoryException as error:
            said = self.lacks_memory.format(statement=shown_statement(statement), error=_shown_error(error))
            raise EngineSettingError(said) from None
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            raise EngineError(f"{shown_statement(statement)}: {_shown_error(error)}") from None


@dataclass(frozen=True)
class DuckDBEngine:
    """Makes sessions. `threads`: as many as DuckDB takes, unless given. `memory`: the machine's, unless given."""

    threads: int | None = None
    memory: EngineMemory | None = None
    dialect: str = DIALECT

    @contextmanager
    def session(self, reads: Sequence[Path] | None = None) -> Iterator[DuckDBSession]:
        """An in-memory database at UTC that installs nothing and reads only what it is told to."""
        is_small = reads is not None and _bytes_of(reads) <= SMALL_BYTES
        with self._small_connection() if is_small else self._own_connection() as connection:
            yield DuckDBSession(connection, LACKS_LIMITED_MEMORY if self._most_bytes else LACKS_MEMORY)

    @contextmanager
    def _own_connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Of a fresh database."""
        with self._spill_folder() as folder, closing(_database(self._most_bytes, folder)) as connection:
            connection.execute("set parquet_metadata_cache = true")
            if self.threads is not None:
                connection.execute(f"set threads = {int(self.threads)}")
            yield connection

    @contextmanager
    def _small_connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Of a database for all small work of the process: a new one takes longer than some statements.

        Tables of a session are temporary, and those are the connection's own. One thread, which is the caller's, since
        handing out tasks takes longer than they do; nothing is spilled. Files are read anew, as they may have been
        replaced. A database in which something failed is used by nobody else: DuckDB closes some for good.
        """
        key = os.getpid(), self._most_bytes
        if key not in _SHARED:
            _SHARED[key] = _database(self._most_bytes, None)
            _SHARED[key].execute("set threads = 1")
            _SHARED[key].execute("set enable_external_file_cache = false")
        database = _SHARED[key]
        try:
            with closing(database.cursor()) as connection:
                connection.execute("set timezone = 'UTC'")
                yield connection
        except BaseException:
            if _SHARED.get(key) is database:
                del _SHARED[key]
            raise

    @property
    def _most_bytes(self) -> int | None:
        return self.memory.most_bytes if self.memory else None

    def _spill_folder(self) -> AbstractContextManager[Path | None]:
        """None where nothing is spilled: DuckDB's own place for it would be the current folder."""
        return spill_folder(self.memory.folder) if self.memory else nullcontext()


def _database(most_bytes: int | None, spill_folder: Path | None) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute(f"set temp_directory = '{_escaped_path(spill_folder) if spill_folder else ''}'")
    if most_bytes is not None:
        connection.execute(f"set memory_limit = '{most_bytes} bytes'")
    connection.execute("set timezone = 'UTC'")
    connection.execute("set autoinstall_known_extensions = false")
    connection.execute("set preserve_insertion_order = false")
    return connection


def _bytes_of(files: Sequence[Path]) -> int:
    return sum(file.stat().st_size for file in files if file.exists())


def _escaped_path(path: Path) -> str:
    return str(path).replace("'", "''")


def _columns_read(files: Sequence[Path], schema: pa.Schema, layout: str, *, is_alike: bool = False) -> str:
    """The columns of a schema in some files; `is_alike`: of files that all have them, which costs half as much.

    Otherwise each file is opened to know its columns before any is read, and one that lacks some holds NULL.
    """
    listed = ", ".join(f"'{_escaped_path(file)}'" for file in files)
    columns = ", ".join(f'"{column}"' for column in schema.names)
    union = "false" if is_alike else "true"
    found = f"select {columns if is_alike else '*'} from read_parquet([{listed}], union_by_name = {union}"
    return f"select {columns} from ({found}{_path_options(files[0], schema)}) union all by name from {layout})"


def _path_options(file: Path, schema: pa.Schema) -> str:
    """How columns of the schema are read from the folders of a path."""
    folders = path_columns(file)
    types = {name: _PATH_TYPES[schema.field(name).type] for name in schema.names if name in folders}
    if not types:
        return ", hive_partitioning = false"
    listed = ", ".join(f"'{name}': {sql_type}" for name, sql_type in types.items())
    return f", hive_partitioning = true, hive_types = {{{listed}}}"


def _shown_error(error: Exception) -> str:
    if isinstance(error, _SAID_OF_STATEMENTS):
        return LITERAL.sub("'…'", str(error).splitlines()[0])
    return f"{type(error).__name__} while it ran; the engine's own words may quote a value, so they are left out"
