"""The opposition registry: what it holds, and what is new in it. How events come into it is in `imports`."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import Connection, DateTime, Engine, Select, func, select, type_coerce

from pipelines.storage.registry.columns import Instant
from pipelines.storage.registry.tables import OPPOSITIONS, SUPPRESSION_SHARES
from pipelines.vocabulary.tables import SORT_KEYS, arrow_schema
from pipelines.vocabulary.words import HASHED_KINDS

CHUNK: Final = 20_000
"""Rows held in memory at once."""
FIRST_WITH_ALIAS: Final = 2
"""The first `NORMALISATION_VERSION` under which oppositions by e-mail have an alias key."""


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


def latest_ids(connection: Connection) -> tuple[int, int]:
    """Of the youngest event and the youngest share; 0 without one."""
    events = select(func.coalesce(func.max(OPPOSITIONS.c.id), 0)).scalar_subquery()
    shares = select(func.coalesce(func.max(SUPPRESSION_SHARES.c.id), 0)).scalar_subquery()
    event_id, share_id = connection.execute(select(events, shares)).one()._tuple()
    return int(event_id), int(share_id)


def _watermark_of_registry(connection: Connection) -> Watermark:
    event_id, share_id = latest_ids(connection)
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
