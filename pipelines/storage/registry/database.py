"""The registry: its SQL tables, and how a database becomes one.

What is read and written is in each subject's `records`.

SQLite and PostgreSQL are equal: instants are UTC without a zone in microseconds, ids only grow, and all writing goes
through `writing`, one writer at a time. So rows become visible in the order of their ids, and a reader that remembers
the greatest id misses none.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from filelock import FileLock
from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from pipelines.storage.folders import make_private_file
from pipelines.storage.registry import upgrades

SETTING: Final = "OPPOSABLE_DATABASE_URL"
WRITER_LOCK: Final = 0x0B905AB1E
"""Key of PostgreSQL's advisory lock."""
BUSY_SECONDS: Final = 300
"""How long a writer waits for another; a merge of half a million oppositions takes PostgreSQL some 6 s of CPU."""
CONNECT_SECONDS: Final = 10


class RegistryError(RuntimeError):
    """The registry can't be used; the message names the setting and the mend, never a password."""


def open_registry(url: str) -> Engine:
    """An engine on the registry at a URL, made or brought up to date first.

    Raises:
        RegistryError: the URL is not one of a registry, nothing answers there, or the schema is newer than the code.
    """
    engine = registry_engine(url)
    try:
        _upgrade(engine)
    except DBAPIError as error:
        raise RegistryError(_unreachable(engine.url, error)) from None
    except upgrades.UnknownRevisionError as error:
        raise RegistryError(
            f"the registry at {_place(engine.url)} has schema {error}, made by a newer program than this one: "
            f"upgrade the program, or point {SETTING} elsewhere"
        ) from None
    return engine


@contextmanager
def writing(connection: Connection, *, is_synced: bool = True) -> Iterator[Connection]:
    """A transaction that is the registry's only writer; others wait.

    Args:
        connection: not in a transaction; it serves for this writing and is then closed.
        is_synced: whether it is on the disk when it ends. If not, it outlives this program, but a power cut may take
            it until the next `sync`; PostgreSQL syncs by itself within a second.
    """
    connection.execution_options(is_writing=True, is_synced=is_synced)
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(WRITER_LOCK)))
            if not is_synced:
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
        yield connection


def sync(engine: Engine) -> None:
    """Bring what was written unsynced to the disk; nobody waits for it.

    SQLite's log of writes is synced itself: a checkpoint does so only when no other runs, and says so in a row.
    """
    if engine.dialect.name == "sqlite":
        log = Path(f"{Path(str(engine.url.database)).resolve()}-wal")
        with suppress(FileNotFoundError):  # whoever closed the database last has brought all of it into the database
            _sync_to_disk(log)
            _sync_to_disk(log.parent)


def _sync_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def registry_engine(url: str) -> Engine:
    """An engine for a URL. Nothing is opened yet.

    Raises:
        RegistryError: the URL is malformed, of another database, or lacks its driver.
    """
    parsed = _parse_url(url)
    try:
        if parsed.get_backend_name() == "sqlite":
            make_private_file(Path(str(parsed.database)))
            engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        timeout = {"connect_timeout": CONNECT_SECONDS}
        return create_engine(parsed, hide_parameters=True, pool_pre_ping=True, connect_args=timeout)
    except ImportError:
        raise RegistryError(f"{SETTING}: the driver is not installed; install opposable[postgres]") from None
    except OSError as error:
        raise RegistryError(f"{SETTING}: {_place(parsed)}: {error.strerror}; give a path that can be written") from None


def _parse_url(url: str) -> URL:
    expected = f"{SETTING}: expected sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise RegistryError(expected) from None
    is_sqlite = parsed.drivername in ("sqlite", "sqlite+pysqlite")
    if is_sqlite and parsed.database in (None, "", ":memory:"):
        raise RegistryError(f"{expected}; a database in memory would be lost")
    if not is_sqlite and parsed.drivername not in ("postgresql", "postgresql+psycopg"):
        raise RegistryError(expected)
    return parsed


def _upgrade(engine: Engine) -> None:
    with engine.connect() as connection:
        is_current = upgrades.is_current(connection)
    if not is_current:
        with engine.connect() as connection, writing(connection):
            upgrades.upgrade(connection)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin_sqlite`, so that DDL is part of them
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA cache_size=-65536")  # KiB: the unique index of millions of digests is written at random
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        path = connection.execute("PRAGMA database_list").fetchone()[2]
        with FileLock(f"{path}.lock"):  # SQLite does not wait for others when it changes this
            connection.execute("PRAGMA journal_mode=WAL")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("is_writing", False):
        connection.exec_driver_sql("BEGIN")
        return
    level = "FULL" if options["is_synced"] else "NORMAL"  # a connection of the pool keeps that of the writing before
    connection.exec_driver_sql(f"PRAGMA synchronous={level}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _place(url: URL) -> str:
    """Where a database lies, without user, password and query."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = url.host or url.query.get("host") or "localhost"
    return f"{host}:{url.port or 5432}/{url.database or ''}"


def _unreachable(url: URL, error: DBAPIError) -> str:
    reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    for secret in (url.password, url.query.get("password")):
        reason = reason.replace(str(secret), "***") if secret else reason
    return (
        f"no registry at {_place(url)} ({reason}): check that the database runs, that it accepts this user, "
        f"and that {SETTING} is right"
    )
