"""The opposition registry: importing events into it, and reading what is new. Files are parsed in `lines`.

An import is one transaction: its lines are first staged in temporary tables, where those of one opposition meet, then
merged. So it is all or nothing, may be repeated, and holds the writer's lock for the merge only.
"""

import functools
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    Insert,
    MetaData,
    Select,
    String,
    Table,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite

from pipelines.oppositions.lines import OppositionLine, event_digest
from pipelines.storage.registry.database import writing
from pipelines.storage.registry.tables import OPPOSITIONS, SUPPRESSION_SHARES, Instant
from pipelines.storage.secrets.identity_keys import confirm_newest
from pipelines.vocabulary.clock import as_lake, paris_date
from pipelines.vocabulary.tables import SORT_KEYS, arrow_schema
from pipelines.vocabulary.words import HASHED_KINDS

CHUNK: Final = 20_000
"""Rows held in memory at once."""
FIRST_WITH_ALIAS: Final = 2
"""The first `NORMALISATION_VERSION` under which oppositions by e-mail have an alias key."""

Row = tuple[str | None, ...]

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


@dataclass(frozen=True)
class Watermark:
    """Up to where a reader has read. `anchor` is a digest of the last rows read: it tells a restored backup, or keys
    that were wrapped since. `key_id` is the secret under which all of them are keyed."""

    event_id: int = 0
    share_id: int = 0
    anchor: str = ""
    key_id: str = ""


@dataclass(frozen=True)
class Increment:
    """What changed since a watermark.

    `recorded_on` are the civil dates (Europe/Paris) whose rows changed. If `is_rebuild`, the registry is not the one
    that the watermark was taken from: `recorded_on` are then all its dates, and what was read before is void.
    """

    recorded_on: frozenset[date]
    watermark: Watermark
    is_rebuild: bool


def import_oppositions(
    engine: Engine,
    lines: Iterable[OppositionLine],
    *,
    key_id: str,
    normalisation_version: int,
    is_trial: bool = False,
) -> ImportCounts:
    """Add the oppositions, shares and revocations of a file; what is there already stays as it is.

    A trial counts what would be added, and adds nothing.

    Of several lines of one opposition the least `recorded_at` counts, within a file; the first imported, across files.

    Raises:
        KeyGenerationError: `key_id` is not the newest identity secret, or no longer; nothing was imported.
    """
    with engine.connect() as connection:
        connection.detach()  # so that closing ends the session, and with it the temporary tables
        with connection.begin():
            _STAGING.create_all(connection, checkfirst=False)
            line_count = sum(_stage(connection, chunk) for chunk in _chunks_of_lines(lines))
        with writing(connection):
            confirm_newest(connection, key_id)
            keyed = {"key_id": key_id, "normalisation_version": normalisation_version}
            oppositions = connection.execute(_merge_events(engine, keyed, is_revocation=False)).rowcount
            revocations = connection.execute(_merge_events(engine, keyed, is_revocation=True)).rowcount
            shares = connection.execute(_merge_shares(engine)).rowcount
            if is_trial:
                connection.rollback()
    return ImportCounts(oppositions, shares, revocations, line_count - oppositions)


def has_oppositions(engine: Engine) -> bool:
    """Whether anything was ever imported."""
    with engine.connect() as connection:
        return connection.execute(select(OPPOSITIONS.c.id).limit(1)).first() is not None


def has_hashed_oppositions(engine: Engine) -> bool:
    """Whether any came as a digest that others made, perhaps of another form of the identifier than ours."""
    with engine.connect() as connection:
        hashed = select(OPPOSITIONS.c.id).where(OPPOSITIONS.c.kind.in_(HASHED_KINDS)).limit(1)
        return connection.execute(hashed).first() is not None


def oppositions_without_alias(engine: Engine) -> int:
    """How many oppositions by e-mail in clear were recorded when no alias was kept; their addresses are gone."""
    opposition = OPPOSITIONS.c
    query = select(func.count()).where(
        opposition.kind == "email", opposition.normalisation_version < FIRST_WITH_ALIAS, opposition.revoked_at.is_(None)
    )
    with engine.connect() as connection:
        return connection.scalar(query) or 0


def oppositions_by_key_id(engine: Engine) -> dict[str, int]:
    """How many events are keyed under each identity secret."""
    query = select(OPPOSITIONS.c.key_id, func.count()).group_by(OPPOSITIONS.c.key_id)
    with engine.connect() as connection:
        return {str(row[0]): int(row[1]) for row in connection.execute(query)}


def oppositions_since(engine: Engine, watermark: Watermark) -> Increment:
    """The dates whose rows changed after a watermark, and the watermark that stands for having read them.

    Take it before reading the dates: what is imported meanwhile is then read again by the next increment.
    """
    with engine.connect() as connection:
        now = _watermark_of_registry(connection)
        is_rebuild = _anchor(connection, watermark.event_id, watermark.share_id) != watermark.anchor
        since = Watermark() if is_rebuild else watermark
        days: set[date] = {day for query in _changed_days(since, now) for day in connection.scalars(query)}
    return Increment(frozenset(days), now, is_rebuild)


def snapshot_row_count(engine: Engine) -> int:
    """How many rows a snapshot of everything has: one an event, or one a share where it was shared."""
    joined = OPPOSITIONS.outerjoin(SUPPRESSION_SHARES, SUPPRESSION_SHARES.c.opposition_id == OPPOSITIONS.c.id)
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(joined)) or 0


def oppositions_recorded_on(engine: Engine, days: Iterable[date]) -> pa.Table:
    """The rows of the lake's table `oppositions` whose civil date of recording is one of the given.

    One row an event, or one a share where it was shared, ordered by the table's full key. Rows stream in chunks into
    Arrow; a caller that reads day by day holds one day.
    """
    schema = arrow_schema("oppositions")
    with engine.connect() as connection:
        batches = [batch for day in sorted(set(days)) for batch in _read_day(connection, day, schema)]
    table = pa.Table.from_batches(batches, schema)
    return table.sort_by([(key, "ascending") for key in SORT_KEYS["oppositions"]])


def _chunks_of_lines(lines: Iterable[OppositionLine]) -> Iterator[list[OppositionLine]]:
    remaining = iter(lines)
    return iter(lambda: list(islice(remaining, CHUNK)), [])


def _stage(connection: Connection, lines: list[OppositionLine]) -> int:
    digests = [event_digest(line.identity_key, line.kind, line.channel, line.opposed_at) for line in lines]
    pairs = list(zip(lines, digests, strict=True))
    load_rows(connection, _STAGED_EVENTS, [row for line, digest in pairs for row in _event_rows(line, digest)])
    load_rows(connection, _STAGED_SHARES, [row for line, digest in pairs for row in _share_rows(line, digest)])
    return len(lines)


def _event_rows(line: OppositionLine, digest: str) -> Iterator[Row]:
    """The opposition and, if the line has one, its revocation, in the order of `_EVENT_COLUMNS`."""
    identity = (line.identity_key, line.kind, line.channel, _stored_instant(line.opposed_at))
    recorded = (_stored_instant(line.recorded_at), _stored_date(line.recorded_at), line.origin, line.alias_key)
    yield (digest, *identity, *recorded, None)
    if line.revoked_at:
        revoked = event_digest(line.identity_key, line.kind, line.channel, line.opposed_at, line.revoked_at)
        yield (revoked, *identity, *recorded, _stored_instant(line.revoked_at))


def _share_rows(line: OppositionLine, digest: str) -> Iterator[Row]:
    if line.shared_at:
        instants = (_stored_instant(line.shared_at), _stored_instant(line.recorded_at))
        yield from ((digest, vendor, *instants) for vendor in line.shared_with)


@functools.lru_cache(maxsize=65536)
def _stored_instant(instant: datetime) -> str:
    """An instant as SQLite keeps it and PostgreSQL reads it."""
    return as_lake(instant).isoformat(sep=" ", timespec="microseconds")


@functools.lru_cache(maxsize=65536)
def _stored_date(instant: datetime) -> str:
    return paris_date(instant).isoformat()


def load_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows of values as they are stored, by the fastest way of the driver: there may be millions."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY {table.name} FROM STDIN") as copy:  # psycopg's own
            for row in rows:
                copy.write_row(row)
        return
    connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({','.join('?' * len(rows[0]))})", list(rows))


def _insert(engine: Engine, table: Table, names: Iterable[str], rows: Select[Any]) -> Insert:
    """Insert what is not there yet, in either dialect."""
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    statement: Insert = dialect.insert(table).from_select(list(names), rows).on_conflict_do_nothing()
    return statement.execution_options(preserve_rowcount=True)


def _merge_events(engine: Engine, keyed: dict[str, Any], *, is_revocation: bool) -> Insert:
    staged = _STAGED_EVENTS.c
    order = (staged.recorded_at, func.coalesce(staged.origin, ""))
    rank = func.row_number().over(partition_by=staged.event_digest, order_by=order).label("rank")
    condition = staged.revoked_at.is_not(None) if is_revocation else staged.revoked_at.is_(None)
    ranked = select(*staged, rank).where(condition).subquery()
    columns = [ranked.c[name] for name in _EVENT_COLUMNS] + [literal(value) for value in keyed.values()]
    rows = select(*columns).where(ranked.c.rank == 1).order_by(ranked.c.event_digest)
    return _insert(engine, OPPOSITIONS, (*_EVENT_COLUMNS, *keyed), rows)


def _merge_shares(engine: Engine) -> Insert:
    staged, opposition = _STAGED_SHARES.c, OPPOSITIONS.c
    share = (opposition.id, staged.vendor, staged.shared_at)
    rows = (
        select(*share, func.min(staged.recorded_at))
        .join_from(_STAGED_SHARES, OPPOSITIONS, staged.event_digest == opposition.event_digest)
        .group_by(*share)
        .order_by(*share)
    )
    return _insert(engine, SUPPRESSION_SHARES, ("opposition_id", "vendor", "shared_at", "recorded_at"), rows)


def _watermark_of_registry(connection: Connection) -> Watermark:
    events = select(func.coalesce(func.max(OPPOSITIONS.c.id), 0)).scalar_subquery()
    shares = select(func.coalesce(func.max(SUPPRESSION_SHARES.c.id), 0)).scalar_subquery()
    event_id, share_id = map(int, connection.execute(select(events, shares)).one()._tuple())
    keyed = connection.scalar(select(OPPOSITIONS.c.key_id).where(OPPOSITIONS.c.id == event_id)) or ""
    return Watermark(event_id, share_id, _anchor(connection, event_id, share_id), keyed)


def _anchor(connection: Connection, event_id: int, share_id: int) -> str:
    """Digest of the event and the share of these ids; empty where there is none, as in an empty registry."""
    event, share = OPPOSITIONS.c, SUPPRESSION_SHARES.c
    found = [
        *connection.execute(select(event.event_digest).where(event.id == event_id)),
        *connection.execute(
            select(event.event_digest, share.vendor, share.shared_at)
            .join_from(SUPPRESSION_SHARES, OPPOSITIONS, event.id == share.opposition_id)
            .where(share.id == share_id)
        ),
    ]
    return hashlib.sha256(repr([tuple(map(str, row)) for row in found]).encode()).hexdigest() if found else ""


def _changed_days(since: Watermark, now: Watermark) -> tuple[Select[Any], Select[Any]]:
    event, share = OPPOSITIONS.c, SUPPRESSION_SHARES.c
    events = select(event.recorded_on).where(event.id > since.event_id, event.id <= now.event_id).distinct()
    shares = (
        select(event.recorded_on)
        .join_from(SUPPRESSION_SHARES, OPPOSITIONS, event.id == share.opposition_id)
        .where(share.id > since.share_id, share.id <= now.share_id)
        .distinct()
    )
    return events, shares


def _read_day(connection: Connection, day: date, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    joined = OPPOSITIONS.outerjoin(SUPPRESSION_SHARES, SUPPRESSION_SHARES.c.opposition_id == OPPOSITIONS.c.id)
    columns = [_lake_column(name) for name in schema.names]
    query = select(*columns).select_from(joined).where(OPPOSITIONS.c.recorded_on == day)
    result = connection.execute(query, execution_options={"yield_per": CHUNK})
    for rows in result.partitions():
        arrays = [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _lake_column(name: str) -> Any:
    column = SUPPRESSION_SHARES.c[name] if name in ("vendor", "shared_at") else OPPOSITIONS.c[name]
    return type_coerce(column, DateTime()).label(name) if isinstance(column.type, Instant) else column
