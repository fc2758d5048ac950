"""The registry's snapshot in a session, and its digest. Files of many days are read once a process, not once a vendor.

Opening those of two years takes a third of a second, judging a small vendor less.
"""

import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.engines.interface import Session
from pipelines.storage.digests import digest_of_file
from pipelines.storage.file_states import FileState
from pipelines.storage.lake import Lake, in_layout
from pipelines.vocabulary.tables import arrow_schema

TABLE: Final = "oppositions"
HELD_BYTES: Final = 4 * 2**20
"""Of files, compressed, up to which their rows are held: a hundred thousand oppositions take some 10 MB."""
_States = tuple[tuple[str, FileState], ...]
_HELD: Final[dict[_States, pa.Table]] = {}
"""The rows of the files that were read last, by what these files were."""
_DIGESTED: Final[dict[_States, str]] = {}
"""The digest of the files that were read last, by what these files were."""


def read_oppositions(session: Session, lake: Lake) -> None:
    """Make the snapshot readable as `oppositions`.

    Raises:
        EngineError: its files can't be read.
    """
    files = lake.opposition_files()
    held = _held_rows(files)
    if held is None:
        session.read_files(TABLE, files, arrow_schema(TABLE))
    else:
        session.register(TABLE, held)


def snapshot_digest(lake: Lake) -> str:
    """What tells whether the snapshot is the same: a SHA-256 over the names and digests of its files, lower-case hex.

    Raises:
        OSError: its files can't be read.
    """
    files = lake.opposition_files()
    states = _states_as_they_lie(files)
    known = _DIGESTED.get(states)
    if known is not None:
        return known
    named = [(file.parent.name, digest_of_file(file)) for file in files]
    digest = sha256(repr(named).encode()).hexdigest()
    if _states_as_they_lie(files) == states:
        _DIGESTED.clear()
        _DIGESTED[states] = digest
    return digest


def _held_rows(files: Sequence[Path]) -> pa.Table | None:
    """The rows of small files that are not changed meanwhile; None of others, whose faults the session tells."""
    try:
        states = _states_as_they_lie(files)
        if sum(state.size for _, state in states) > HELD_BYTES:
            return None
        if states not in _HELD:
            rows = pa.concat_tables([arrow_schema(TABLE).empty_table(), *map(_rows_of_file, files)])
            if _states_as_they_lie(files) != states:
                return None
            _HELD.clear()
            _HELD[states] = rows.combine_chunks()
        return _HELD.get(states)
    except (OSError, pa.ArrowException):
        return None


def _states_as_they_lie(files: Sequence[Path]) -> _States:
    return tuple((str(file), FileState.from_stat(os.stat(file))) for file in files)


def _rows_of_file(file: Path) -> pa.Table:
    """In the order of the table's columns; NULL in one that an earlier version did not write."""
    schema = arrow_schema(TABLE)
    opened = pq.ParquetFile(file)
    names = [name for name in schema.names if name in opened.schema_arrow.names]
    return in_layout(opened.read(names, use_threads=False), schema)
