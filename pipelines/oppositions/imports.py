"""Oppositions on their way into the registry. Files are read in `columns` and `lines`; what is there in `records`.

An import is one transaction: its lines are first staged in temporary tables, where those of one opposition meet, then
merged. So it is all or nothing, may be repeated, and holds the writer's lock for the merge only. In memory is a chunk
of lines; what is staged the database keeps on disk.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Insert,
    MetaData,
    Select,
    String,
    Table,
    collate,
    exists,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from pipelines.oppositions.columns import dates_in_paris, event_digests, table_of_lines
from pipelines.oppositions.late_entries import LATE_ENTRIES, late_entries
from pipelines.oppositions.lines import OppositionLine
from pipelines.oppositions.records import latest_ids
from pipelines.storage.registry.columns import Instant
from pipelines.storage.registry.database import RegistryError, writing
from pipelines.storage.registry.tables import OPPOSITIONS, SUPPRESSION_SHARES
from pipelines.storage.secrets.identity_keys import confirm_newest

CHUNK: Final = 20_000
"""Lines gathered before they are staged, where they come one by one."""
SORT_MEMORY: Final = "256MB"
"""What the server may take to order a million events and more, twice that to look for them; it uses disks beyond."""

_STAGING: Final = MetaData()
_EVENT_COLUMNS: Final = (
    *("event_digest", "identity_key", "kind", "channel", "opposed_at"),
    *("recorded_at", "recorded_on", "origin", "alias_key", "revoked_at"),
)
_STAGED_EVENTS: Final = Table(
    "staged_events",
    _STAGING,
    *(Column(name, OPPOSITIONS.c[name].type) for name in _EVENT_COLUMNS),
    prefixes=["TEMPORARY"],
)
_STAGED_SHARES: Final = Table(
    "staged_shares",
    _STAGING,
    Column("event_digest", String(64)),
    Column("vendor", String(32)),
    Column("shared_at", Instant),
    Column("recorded_at", Instant),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True)
class ImportCounts:
    """What an import added; `known_count` is the lines whose opposition was known before, from this file or another."""

    opposition_count: int
    share_count: int
    revocation_count: int
    known_count: int
    late: pa.Table = field(default_factory=LATE_ENTRIES.empty_table, compare=False)
    """What counts from an earlier instant on than verdicts that were given already; schema `LATE_ENTRIES`."""


def import_oppositions(
    engine: Engine,
    lines: Iterable[OppositionLine | pa.Table],
    *,
    key_id: str,
    normalisation_version: int,
    is_trial: bool = False,
    judged_until: datetime | None = None,
) -> ImportCounts:
    """Add the oppositions, shares and revocations of a file; what is there already stays as it is.

    A trial counts what would be added, and adds nothing.

    Of several lines of one opposition the least `recorded_at` counts, within a file; the first imported, across files.

    Args:
        engine: the registry.
        lines: good lines, one by one or as tables (`columns.GOOD_LINES`).
        key_id: the identity secret under which they are keyed.
        normalisation_version: of the canonical forms that were keyed.
        is_trial: whether nothing is to be kept.
        judged_until: up to when facts counted in verdicts that are final, zone-less UTC; None where there are none.

    Raises:
        KeyGenerationError: `key_id` is not the newest identity secret, or no longer; nothing was imported.
        RegistryError: all was imported, but can't be read to tell what of it is late.
    """
    with engine.connect() as connection:
        connection.detach()  # so that closing ends the session, and with it the temporary tables
        with connection.begin():
            _STAGING.create_all(connection, checkfirst=False)
            line_count = sum(_stage(connection, table) for table in _in_tables(lines))
        with writing(connection):
            confirm_newest(connection, key_id)
            before = latest_ids(connection)
            _prepare_merge(connection)
            keyed = {"key_id": key_id, "normalisation_version": normalisation_version}
            oppositions = connection.execute(_merge_events(engine, keyed, is_revocation=False)).rowcount
            revocations = connection.execute(_merge_events(engine, keyed, is_revocation=True)).rowcount
            shares = connection.execute(_merge_shares(engine)).rowcount
            added = latest_ids(connection)
            if is_trial:
                late = late_entries(connection, before, added, until=judged_until)
                connection.rollback()
    if not is_trial:  # they stay as they are, and no other writer has to wait until they are read
        late = _late_of_import(engine, before, added, judged_until)
    return ImportCounts(oppositions, shares, revocations, line_count - oppositions, late)


def _late_of_import(
    engine: Engine, before: tuple[int, int], added: tuple[int, int], until: datetime | None
) -> pa.Table:
    try:
        with engine.connect() as connection:
            return late_entries(connection, before, added, until=until)
    except (DBAPIError, OSError) as error:
        raise RegistryError(
            f"it was imported, but which final days it would change can't be told ({type(error).__name__}): "
            "`opposable explain` still says of a lead what was imported since"
        ) from None


def load_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows of values as they are stored, by the fastest way of the driver: there may be millions."""
    if rows:
        names = [column.name for column in table.columns]
        load_columns(connection, table, pa.table(list(zip(*rows, strict=True)), names))


def load_columns(connection: Connection, table: Table, rows: pa.Table) -> None:
    """As `load_rows`, of columns in the order of the table."""
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    elif rows.num_rows:
        values = zip(*(column.to_pylist() for column in rows.columns), strict=True)
        places = ",".join("?" * rows.num_columns)
        connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({places})", list(values))


def _copy(connection: Connection, table: Table, rows: pa.Table) -> None:
    """Arrow writes texts in quotes and NULL without, as PostgreSQL tells an empty text from none."""
    text = io.BytesIO()
    csv.write_csv(rows, text, csv.WriteOptions(include_header=False))
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} FROM STDIN (FORMAT csv)") as copy:  # psycopg's own
        copy.write(text.getvalue())


def _in_tables(lines: Iterable[OppositionLine | pa.Table]) -> Iterator[pa.Table]:
    gathered: list[OppositionLine] = []
    for line in lines:
        if isinstance(line, pa.Table):
            yield line
            continue
        gathered.append(line)
        if len(gathered) == CHUNK:
            yield table_of_lines(gathered)
            gathered = []
    yield table_of_lines(gathered)


def _stage(connection: Connection, lines: pa.Table) -> int:
    digests = event_digests(lines)
    load_columns(connection, _STAGED_EVENTS, _staged_events(lines.drop_columns("revoked_at"), digests))
    revoking = lines.filter(pc.is_valid(lines["revoked_at"]))
    load_columns(connection, _STAGED_EVENTS, _staged_events(revoking, event_digests(revoking, is_revocation=True)))
    load_columns(connection, _STAGED_SHARES, _staged_shares(lines, digests))
    return len(lines)


def _staged_events(lines: pa.Table, digests: pa.Array) -> pa.Table:
    """Oppositions, or revocations of lines that have one, in the order of `_EVENT_COLUMNS`."""
    columns = {**dict(zip(lines.column_names, lines.columns, strict=True)), "event_digest": digests}
    columns["recorded_on"] = dates_in_paris(lines["recorded_at"])
    columns.setdefault("revoked_at", pa.nulls(len(lines)))
    return pa.table([_as_stored(columns[name]) for name in _EVENT_COLUMNS], list(_EVENT_COLUMNS))


def _staged_shares(lines: pa.Table, digests: pa.Array) -> pa.Table:
    """One row a vendor that an opposition was shared with, in the order of the staging table."""
    is_shared = pc.not_equal(lines["shared_with"], "")
    shared, digests = lines.filter(is_shared), digests.filter(is_shared.combine_chunks())
    vendors = pc.split_pattern(shared["shared_with"].combine_chunks(), "|")
    place = pc.list_parent_indices(vendors)
    instants = (_as_stored(shared[name]).take(place) for name in ("shared_at", "recorded_at"))
    names = [column.name for column in _STAGED_SHARES.columns]
    return pa.table([digests.take(place), vendors.flatten(), *instants], names)


def _as_stored(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Instants and dates as SQLite keeps them and PostgreSQL reads them: `2026-08-11 09:30:00.000000`."""
    return column if pa.types.is_null(column.type) else column.cast(pa.string())


def _prepare_merge(connection: Connection) -> None:
    """Tell the server how much is staged, which it can't know of temporary tables, and give it memory to sort."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL work_mem = '{SORT_MEMORY}'")
        for table in (_STAGED_EVENTS, _STAGED_SHARES):
            connection.exec_driver_sql(f"ANALYZE {table.name}")


def _insert(engine: Engine, table: Table, rows: Select[Any], *, once: Sequence[tuple[str, Any]]) -> Insert:
    """Insert what is not there yet; of rows that exclude one another the first comes in.

    ON CONFLICT would have PostgreSQL look for each row alone, twice. Nobody else writes, so all are looked for at once.

    `once`: the columns of which the table holds each combination once, and where a row has them; `rows` are in an order
    that begins with these.
    """
    names = [column.name for column in rows.selected_columns]
    statement: Insert
    if engine.dialect.name == "sqlite":
        statement = sqlite.insert(table).from_select(names, rows).on_conflict_do_nothing()
    else:
        is_there = exists().where(*(table.c[name] == value for name, value in once)).correlate_except(table)
        first = rows.where(~is_there).distinct(*(_by_bytes(engine, value) for _, value in once))
        statement = insert(table).from_select(names, first)
    return statement.execution_options(preserve_rowcount=True)


def _merge_events(engine: Engine, keyed: dict[str, Any], *, is_revocation: bool) -> Insert:
    staged = _STAGED_EVENTS.c
    condition = staged.revoked_at.is_not(None) if is_revocation else staged.revoked_at.is_(None)
    columns = [staged[name] for name in _EVENT_COLUMNS] + [literal(value).label(name) for name, value in keyed.items()]
    told = (func.coalesce(staged.origin, ""), func.coalesce(staged.alias_key, "").desc())
    order = (_by_bytes(engine, staged.event_digest), staged.recorded_at, *told)
    events = select(*columns).where(condition).order_by(*order)
    return _insert(engine, OPPOSITIONS, events, once=[("event_digest", staged.event_digest)])


def _by_bytes(engine: Engine, column: Any) -> Any:
    """Ordered as bytes are, which is the order of digests in any language, and many times as fast."""
    is_text = isinstance(column.type, String)
    return collate(column, "C") if engine.dialect.name == "postgresql" and is_text else column


def _merge_shares(engine: Engine) -> Insert:
    staged, opposition = _STAGED_SHARES.c, OPPOSITIONS.c
    share = (opposition.id.label("opposition_id"), staged.vendor, staged.shared_at)
    rows = (
        select(*share, func.min(staged.recorded_at).label("recorded_at"))
        .join_from(_STAGED_SHARES, OPPOSITIONS, staged.event_digest == opposition.event_digest)
        .group_by(opposition.id, staged.vendor, staged.shared_at)
        .order_by(opposition.id, _by_bytes(engine, staged.vendor), staged.shared_at)
    )
    once = [("opposition_id", opposition.id), ("vendor", staged.vendor), ("shared_at", staged.shared_at)]
    return _insert(engine, SUPPRESSION_SHARES, rows, once=once)
