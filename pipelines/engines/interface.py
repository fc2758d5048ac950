"""What the house asks of an engine, whichever it is: a session, tables and files in it by name, statements, rows.

What the statements say belongs to whoever asks; what an engine must understand to run them is in `docs/engines.md`.
Which engine a setting means is in `engines.named`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

DIALECT: Final = "duckdb"
"""The SQL that our statements and the cards' expressions are written in, as sqlglot calls it."""


def text_in_sql(text: str) -> str:
    """A text as statements hold it."""
    return "'" + text.replace("'", "''") + "'"


class EngineError(RuntimeError):
    """A statement did not run: our fault. Names the statement and what is wrong with it, never a value of a row."""


class EngineSettingError(RuntimeError):
    """The engine that the settings name can't be had, or not with the memory that they leave it: the message names the
    setting and what would mend it."""


@dataclass(frozen=True)
class EngineMemory:
    """What an engine in this process may hold, and where the rest goes."""

    folder: Path = field(compare=False)
    """Folders of sessions are made below it, if its parent is there and can be written; else nothing is spilled.

    Engines that spill elsewhere judge alike: they are equal.
    """
    most_bytes: int | None = None
    """Four fifths of the machine's memory unless given."""


class Session(Protocol):
    """The tables of one piece of work. Names are ours, plain words in lower case.

    Instants are zone-less and mean UTC, in what goes in, in what comes out and in every function of a statement.
    Rows have no order but that of a query's `order by`.

    Raises:
        EngineError: from every method, when the engine can't do it, or when the session is closed.
    """

    @property
    def joined_rows(self) -> int | None:
        """So many rows with all their columns are to be joined at a time; None: the engine shares them out itself."""

    @property
    def keeps_views(self) -> bool:
        """Whether a view is kept like a table now, as small work does: then it costs nothing to ask it once more."""

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable under a name."""

    def read_files(self, name: str, files: Sequence[Path], schema: pa.Schema) -> None:
        """Make Parquet files readable under a name, with the schema's columns in order; NULL where a file lacks one.

        Columns of the schema that are folders of the path, `<column>=<value>`, are read from there: text and dates. No
        files are a table of no rows.
        """

    def create(self, name: str, sql: str, *, is_view: bool = False, is_once: bool = False) -> None:
        """Create a table from a query, or a view that runs it anew for each reader, unless `keeps_views`; gone with the
        session.

        `is_once`: no other session brings this text, so that nothing of it need be kept.
        """

    def drop(self, name: str) -> None:
        """Let go of a table that no later statement reads, also through a view; what holds no or few rows may stay."""

    def fetch(self, sql: str) -> pa.Table:
        """All rows of a query."""

    def stream(self, sql: str, *, rows: int) -> Iterator[pa.Table]:
        """The rows of a query in its order, in tables of at most `rows` rows, none of them empty.

        No more is held than a few such tables beside what the query itself must hold. Read it to its end, or close it,
        before anything else is asked of the session.
        """


class Engine(Protocol):
    """Makes sessions."""

    @property
    def dialect(self) -> str:
        """The engine's SQL, as sqlglot calls it."""

    def session(self, reads: Sequence[Path] | None = None) -> AbstractContextManager[Session]:
        """A fresh session that knows no table, writes no file, and ends with the block.

        `reads`: every file that it will read, where nothing large is registered either: what is small may be done in
        another way.
        """
