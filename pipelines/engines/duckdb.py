"""The embedded engine: DuckDB in memory, in the process that asks. Who uses it knows `engines.interface` alone."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final
from weakref import finalize

import duckdb
import pyarrow as pa

from pipelines.engines.interface import DIALECT, EngineError, EngineMemory, EngineSettingError
from pipelines.engines.parquet_statements import columns_of_layout, columns_read, escaped_path, has_types_of
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
FOOTER_BYTES: Final = 2048
"""Of each file, which say what is in it: a registry of two years is many small files, and no large work for that."""
FEW_ROWS: Final = 5_000
"""Of a table that small work makes, up to which it is small: many rows that are all alike may be small files, and few
rows of two files that all meet each other are many."""
JOINED_ROWS: Final = 1_000_000
"""Rows that are joined with all that is known of them at a time, where memory does not ask for fewer."""
_BYTES_OF_JOINED_ROW: Final = 2 * 2**10
"""What there is to be for each of them: twice what it takes, since tables lie beside it."""
_PARSED_AT_MOST: Final = 256
_PARSED: Final[dict[str, duckdb.Statement]] = {}
"""By text, statements of `create`, of which a process has some hundred."""


@dataclass
class DuckDBSession:
    """One connection, with tables of its own."""

    connection: duckdb.DuckDBPyConnection
    lacks_memory: str = LACKS_MEMORY
    """What is said where the memory did not do."""
    joined_rows: int = JOINED_ROWS
    keeps_views: bool = False
    """As `interface.Session` says; until small work makes a table of more than a few rows."""
    _held: set[str] = field(default_factory=set)
    """Tables that are worth to be let go: all but those of a few rows that small work makes."""

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
        is_large = _bytes_of(files) > READ_AT_ONCE_BYTES
        if not is_large and has_types_of(files[0], schema):
            with suppress(EngineError):  # one of the others lacks a column
                self.create(name, columns_read(files, schema), is_once=True)
                return
        layout = f"{name}_layout"
        self.register(layout, schema.empty_table())
        self.create(name, columns_of_layout(files, schema, layout), is_view=is_large, is_once=True)

    def create(self, name: str, sql: str, *, is_view: bool = False, is_once: bool = False) -> None:
        """As `interface.Session` says; a view of small work is kept: who reads it plans nothing of it anew."""
        is_kept = self.keeps_views or not is_view
        statement = _creation(name, sql, is_view=not is_kept)
        with self._engine_errors(name):
            made = self.connection.execute(statement if is_once else self._parsed(statement))
            if self.keeps_views:
                if made.fetchall()[0][0] <= FEW_ROWS:
                    return  # and they stay: to let go of each would take longer than to close them all
                self._is_small_no_more()
        if is_kept:
            self._held.add(name)

    def _is_small_no_more(self) -> None:
        """From now on plans are made better, and no view is kept: a dossier of many rows takes much memory."""
        self.connection.execute("pragma enable_optimizer")
        self.keeps_views = False

    def drop(self, name: str) -> None:
        """As `interface.Session` says; views and Arrow's tables hold nothing here, those of few rows little."""
        if name in self._held:
            with self._engine_errors(name):
                self.connection.execute(f"drop table {name}")
            self._held.remove(name)

    def _parsed(self, sql: str) -> duckdb.Statement:
        """Parsed once for all sessions: reading a rule's SQL takes as long as planning it."""
        parsed = _PARSED.get(sql)
        if parsed is None:
            (parsed,) = self.connection.extract_statements(sql)
            if len(_PARSED) >= _PARSED_AT_MOST:
                _PARSED.pop(next(iter(_PARSED)), None)  # the oldest
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
    """Makes sessions. `threads`: as many as DuckDB takes, unless given. `memory`: the machine's, unless given.
    `joined_rows`: of its sessions, at most."""

    threads: int | None = None
    memory: EngineMemory | None = None
    joined_rows: int = JOINED_ROWS
    dialect: str = DIALECT

    @contextmanager
    def session(self, reads: Sequence[Path] | None = None) -> Iterator[DuckDBSession]:
        """Tables of its own in memory, at UTC; it installs nothing and reads only what it is told to.

        Small work is done on one thread, the caller's: handing out tasks takes longer than they do. It shares a
        database, which takes some 30 ms to open, but no table: all are temporary, and gone with its connection. Its
        statements run as they are planned, while it has made no table of more than a few rows: to make a plan better
        takes longer than to run it.
        """
        is_small = reads is not None and _bytes_of(reads, apart=FOOTER_BYTES) <= SMALL_BYTES
        with self._connected_to_shared() if is_small else self._own_database() as connection:
            yield self._session_over(connection, is_small)

    def _session_over(self, connection: duckdb.DuckDBPyConnection, is_small: bool) -> DuckDBSession:
        if self._most_bytes is None:
            return DuckDBSession(connection, joined_rows=self.joined_rows, keeps_views=is_small)
        room = max(1, self._most_bytes // _BYTES_OF_JOINED_ROW)
        return DuckDBSession(connection, LACKS_LIMITED_MEMORY, min(self.joined_rows, room), is_small)

    @contextmanager
    def _own_database(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with _database(self.threads, self._most_bytes, self._spills_below) as connection:
            connection.execute("set parquet_metadata_cache = true")
            yield connection

    @contextmanager
    def _connected_to_shared(self) -> Iterator[duckdb.DuckDBPyConnection]:
        shared = _shared_database(self._most_bytes, self._spills_below)
        try:
            connection = shared.connected()
        except duckdb.Error:  # a fault of the engine closes a database for good: it was another session's
            _shared_database.cache_clear()
            shared = _shared_database(self._most_bytes, self._spills_below)
            connection = shared.connected()
        with closing(connection):
            yield connection

    @property
    def _most_bytes(self) -> int | None:
        return self.memory.most_bytes if self.memory else None

    @property
    def _spills_below(self) -> Path | None:
        return self.memory.folder if self.memory else None


@contextmanager
def _database(
    threads: int | None, most_bytes: int | None, spills_below: Path | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A fresh one; threads that are not asked for are not started.

    Without a folder to spill into nothing is spilled: DuckDB's own place for it would be the current folder.
    """
    with (
        spill_folder(spills_below) if spills_below else nullcontext() as folder,
        closing(duckdb.connect(":memory:", config={} if threads is None else {"threads": int(threads)})) as connection,
    ):
        _set_up(connection, most_bytes, folder)
        yield connection


def _set_up(connection: duckdb.DuckDBPyConnection, most_bytes: int | None, folder: Path | None) -> None:
    connection.execute(f"set temp_directory = '{escaped_path(folder) if folder else ''}'")
    if most_bytes is not None:
        connection.execute(f"set memory_limit = '{most_bytes} bytes'")
    connection.execute("set timezone = 'UTC'")
    connection.execute("set autoinstall_known_extensions = false")
    connection.execute("set preserve_insertion_order = false")


class _SharedDatabase:
    """That of a process's small work, with its folder to spill into: both go with it, or with the process.

    It remembers nothing of files, which are replaced while it lives.
    """

    def __init__(self, most_bytes: int | None, spills_below: Path | None) -> None:
        held = ExitStack()
        self._connection = held.enter_context(_database(1, most_bytes, spills_below))
        finalize(self, held.close)

    def connected(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own for a session, with what is not passed on: at UTC, without the optimizer."""
        return self._connection.cursor().execute("set timezone = 'UTC'; pragma disable_optimizer")


_shared_database = lru_cache(maxsize=4)(_SharedDatabase)


def _creation(name: str, sql: str, *, is_view: bool) -> str:
    return f"create temp {'view' if is_view else 'table'} {name} as {sql}"


def _bytes_of(files: Sequence[Path], *, apart: int = 0) -> int:
    """Of those that are there; so many bytes of each left out."""
    count = 0
    for file in files:
        with suppress(OSError):
            count += max(0, os.stat(file).st_size - apart)
    return count


def _shown_error(error: Exception) -> str:
    if isinstance(error, _SAID_OF_STATEMENTS):
        return LITERAL.sub("'…'", str(error).splitlines()[0])
    return f"{type(error).__name__} while it ran; the engine's own words may quote a value, so they are left out"
