"""A new identity secret, and everything that was keyed before brought under it: lake, registry, snapshot.

Nothing is keyed anew, since nobody has the identifiers: keys are wrapped. What may be stopped anywhere goes on where
it stopped, as each partition says under which secret it is, and the registry changes in one transaction. While it
lasts, runs refuse to start (`identity_keys`); one that holds a vendor's lock is waited for. The lake goes first, so
that when the registry changes no run that began before can still be comparing.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import BigInteger, Column, Connection, Engine, MetaData, String, Table, insert, select, update

from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.oppositions.imports import CHUNK, load_rows
from pipelines.oppositions.lines import event_digest
from pipelines.oppositions.snapshot import refresh_snapshot
from pipelines.storage.digests import digest_of_file
from pipelines.storage.lake import DIGESTS, ROW_GROUP, Lake, in_layout
from pipelines.storage.registry.database import writing
from pipelines.storage.registry.tables import IDENTITY_KEYS, OPPOSITIONS
from pipelines.storage.secrets.identity_keys import (
    KEY_FACT,
    check_digest,
    identity_keys,
    left_behind,
    open_hasher,
    partition_key_ids,
    read_secrets,
)
from pipelines.storage.secrets.keys import key_id, make_identity_secret, read_identity_secret
from pipelines.vocabulary.tables import INTAKE_TABLES, arrow_schema

KEY_COLUMNS: Final = {
    "leads": ("email_key", "email_alias_key", "phone_key", "other_phone_keys", "probe_keys", "contained_keys"),
    "consent_proofs": ("email_key", "phone_key"),
    "unread_objections": ("email_key", "phone_key"),
}
"""Columns of the lake's partitions that hold identity keys; the oppositions are copied from the registry."""
MARKER: Final = "deliveries"
_KEYS_WRITER: Final = "_keys"
_JOURNAL: Final = ".wrapping.json"
"""In the lake: the partition that is being replaced, of which a kill leaves some tables wrapped."""
_STAGED: Final = Table(
    "staged_keys",
    MetaData(),
    Column("id", BigInteger),
    Column("identity_key", String(32)),
    Column("event_digest", String(64)),
    Column("alias_key", String(32)),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True)
class Wrapped:
    """What was brought under the newest secret."""

    key_id: str
    partition_count: int
    opposition_count: int


def rotate(registry: Engine, lake: Lake, keys: Path, *, has_keyed_data: Callable[[], bool], now: datetime) -> Wrapped:
    """Make a new secret and bring everything under it; goes on with a rotation that was stopped.

    Raises:
        KeyMissingError, ValueError: as `open_hasher`.
    """
    with lake.writing(_KEYS_WRITER):
        chain = identity_keys(registry)
        if not chain or chain[-1].wrapped_at is not None:
            hasher = open_hasher(registry, keys, has_keyed_data=has_keyed_data, now=now)
            _announce_rotation(registry, keys, hasher.secret_count + 1, now)
        return _wrap(registry, lake, keys, now)


def wrap(registry: Engine, lake: Lake, keys: Path, *, now: datetime) -> Wrapped:
    """Bring what was left behind under the newest secret: after a kill, or after a backup was restored.

    Raises:
        KeyMissingError, ValueError: as `open_hasher`.
    """
    with lake.writing(_KEYS_WRITER):
        return _wrap(registry, lake, keys, now)


def wrapped_table(table: pa.Table, columns: tuple[str, ...], hasher: IdentityHasher, secret_count: int) -> pa.Table:
    """A table with its key columns brought from the first so many secrets under all; lists stay sorted."""
    for name in columns:
        found = table[name].combine_chunks()
        is_list = pa.types.is_list(found.type)
        wrapped = _wrapped_lists(found, hasher, secret_count) if is_list else hasher.wrapped(found, secret_count)
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), wrapped)
    return table


def _announce_rotation(registry: Engine, keys: Path, number: int, now: datetime) -> None:
    """From here on, runs refuse to start; the secret is on the disk before anybody hears of it."""
    make_identity_secret(keys, number)
    secret = read_identity_secret(keys, number)
    row = {"number": number, "key_id": key_id(number), "check_digest": check_digest(secret), "made_at": now}
    with registry.connect() as connection, writing(connection):
        connection.execute(insert(IDENTITY_KEYS).values(row))


def _wrap(registry: Engine, lake: Lake, keys: Path, now: datetime) -> Wrapped:
    chain = identity_keys(registry)
    if not chain:
        return Wrapped("", 0, 0)
    hasher = IdentityHasher(*read_secrets(keys, chain))
    partition_count = sum(_wrap_vendor(lake, vendor, hasher) for vendor in _vendors_in_lake(lake))
    with registry.connect() as connection:
        connection.detach()  # so that closing ends the session, and with it the temporary table
        with writing(connection):
            opposition_count = _wrap_oppositions(connection, hasher)
    refresh_snapshot(registry, lake)
    with registry.connect() as connection, writing(connection):
        is_open = IDENTITY_KEYS.c.wrapped_at.is_(None)
        connection.execute(update(IDENTITY_KEYS).where(is_open).values(wrapped_at=now))
    return Wrapped(key_id(hasher.secret_count), partition_count, opposition_count)


def _vendors_in_lake(lake: Lake) -> list[str]:
    """Vendors with partitions, and those of which somebody is just making the first."""
    writers = {path.stem for path in (lake.root / ".locks").glob("*.lock")}
    return sorted({*lake.vendors(MARKER), *(name for name in writers if not name.startswith("_"))})


def _wrap_vendor(lake: Lake, vendor: str, hasher: IdentityHasher) -> int:
    with lake.writing(vendor):
        torn = _torn_day(lake, vendor)
        made_under = partition_key_ids(lake, vendor)
        newest = key_id(hasher.secret_count)
        days = sorted({*left_behind(lake, vendor, newest), *(day for day in torn if made_under[day] != newest)})
        for day in days:
            secret_count = int(made_under[day].rpartition("-")[2])
            _wrap_partition(lake, vendor, day, hasher, secret_count)
        if torn:
            (lake.root / _JOURNAL).unlink(missing_ok=True)
        return len(days)


def _wrap_partition(lake: Lake, vendor: str, day: date, hasher: IdentityHasher, secret_count: int) -> None:
    """Replace the tables of one day. They keep their time of change: the watch for late files goes by it."""
    done = _already_wrapped(lake, vendor, day)

    def pieces(table: str) -> Iterator[pa.Table]:
        columns = () if table in done else KEY_COLUMNS.get(table, ())
        for batch in pq.ParquetFile(lake.partition(table, vendor, day)).iter_batches(ROW_GROUP):
            rows = in_layout(pa.Table.from_batches([batch]), arrow_schema(table))
            yield wrapped_table(rows, columns, hasher, secret_count)

    tables = {table: pieces(table) for table in INTAKE_TABLES}
    paths = {table: lake.partition(table, vendor, day) for table in INTAKE_TABLES}
    changed_at = {path: path.stat().st_mtime_ns for path in paths.values()}
    facts = lake.facts(vendor, day, MARKER) | {KEY_FACT: key_id(hasher.secret_count)}
    with _journalled(lake, vendor, day):
        lake.publish(vendor, day, tables, facts=facts)
        for path, at in changed_at.items():
            os.utime(path, ns=(at, at))


def _wrapped_lists(lists: pa.Array, hasher: IdentityHasher, secret_count: int) -> pa.Array:
    values = pa.table({"list": pc.list_parent_indices(lists), "key": hasher.wrapped(lists.flatten(), secret_count)})
    ordered = values.sort_by([("list", "ascending"), ("key", "ascending")])["key"].combine_chunks()
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    offsets = pa.array(np.concatenate([[0], lengths.cumsum()]), pa.int32())
    return pa.ListArray.from_arrays(offsets, ordered, mask=pc.is_null(lists)).cast(lists.type)


@contextmanager
def _journalled(lake: Lake, vendor: str, day: date) -> Iterator[None]:
    journal = lake.root / _JOURNAL
    aside = journal.with_suffix(f".{os.getpid()}")
    aside.write_text(json.dumps({"vendor": vendor, "day": day.isoformat()}), encoding="utf-8")
    os.replace(aside, journal)
    yield
    journal.unlink()


def _torn_day(lake: Lake, vendor: str) -> list[date]:
    """The day of a vendor in whose replacement an earlier rotation was killed."""
    journal = lake.root / _JOURNAL
    if not journal.exists():
        return []
    noted: dict[str, str] = json.loads(journal.read_text(encoding="utf-8"))
    return [date.fromisoformat(noted["day"])] if noted["vendor"] == vendor else []


def _already_wrapped(lake: Lake, vendor: str, day: date) -> set[str]:
    """Tables of a torn partition that are not those of its marker: the rotation replaced them before it was killed."""
    metadata = pq.read_metadata(lake.partition(MARKER, vendor, day)).metadata or {}
    digests: dict[str, str] = json.loads(metadata.get(DIGESTS, b"{}"))
    return {table for table, digest in digests.items() if digest_of_file(lake.partition(table, vendor, day)) != digest}


def _wrap_oppositions(connection: Connection, hasher: IdentityHasher) -> int:
    """Wrap the keys of the registry, and with them the digests that make an event one however often it is imported."""
    newest = key_id(hasher.secret_count)
    _STAGED.create(connection, checkfirst=False)
    event, last, count = OPPOSITIONS.c, 0, 0
    columns = (
        event.id,
        event.key_id,
        event.identity_key,
        event.kind,
        event.channel,
        event.opposed_at,
        event.revoked_at,
        event.alias_key,
    )
    query = select(*columns).where(event.key_id != newest).order_by(event.id).limit(CHUNK)
    while rows := connection.execute(query.where(event.id > last)).all():
        load_rows(connection, _STAGED, _wrapped_rows([row._tuple() for row in rows], hasher))
        last, count = rows[-1].id, count + len(rows)
    staged = {name: _STAGED.c[name] for name in ("identity_key", "event_digest", "alias_key")}
    connection.execute(update(OPPOSITIONS).where(event.id == _STAGED.c.id).values(**staged, key_id=newest))
    return count


def _wrapped_rows(rows: list[tuple[Any, ...]], hasher: IdentityHasher) -> list[tuple[Any, ...]]:
    generations = {row[1] for row in rows}
    wrapped: dict[str, str] = {}
    for generation in generations:
        of_generation = [row for row in rows if row[1] == generation]
        keys = pa.array(sorted({key for row in of_generation for key in (row[2], row[7]) if key}), pa.string())
        found = hasher.wrapped(keys, int(generation.rpartition("-")[2]))
        wrapped |= {f"{generation} {old}": new for old, new in zip(keys.to_pylist(), found.to_pylist(), strict=True)}
    staged = []
    for number, generation, old, kind, channel, opposed_at, revoked_at, old_alias in rows:
        new, alias = wrapped[f"{generation} {old}"], wrapped[f"{generation} {old_alias}"] if old_alias else None
        staged.append((number, new, event_digest(new, kind, channel, opposed_at, revoked_at), alias))
    return staged
