"""The registry: its SQL tables, and how a database becomes one. What is read and written is in the repositories.

SQLite and PostgreSQL are equal: instants are UTC without a zone in microseconds, ids only grow, and all writing goes
through `writing`, one writer at a time. So rows become visible in the order of their ids, and a reader that remembers
the greatest id misses none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from filelock import FileLock
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy import Column as SqlColumn
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.types import TypeDecorator

from pipelines.storage import migrations

SETTING: Final = "OPPOSABLE_DATABASE_URL"
WRITER_LOCK: Final = 0x0B905AB1E
"""Key of PostgreSQL's advisory lock."""
BUSY_SECONDS: Final = 300
"""How long a writer waits for another; a merge of five million oppositions takes about a minute."""
CONNECT_SECONDS: Final = 10


class RegistryError(RuntimeError):
    """The registry can't be used; the message names the setting and the mend, never a password."""


class Instant(TypeDecorator[datetime]):
    """Timezone-aware in Python, UTC without a zone in the database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC without its zone; a naive datetime is a fault of ours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("expected a timezone-aware instant")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The instant with its zone."""
        return value.replace(tzinfo=UTC) if value is not None else None


METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _column(name: str, type_: Any, *constraints: Any, is_nullable: bool = False, **options: Any) -> SqlColumn[Any]:
    return SqlColumn(name, type_, *constraints, nullable=is_nullable, **options)


def _id() -> SqlColumn[int]:
    return SqlColumn("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


OPPOSITIONS: Final = Table(
    "oppositions",
    METADATA,
    _id(),
    _column("event_digest", String(64), unique=True),  # pipelines.domain.oppositions.event_digest
    _column("identity_key", String(32)),
    _column("kind", String(16)),
    _column("channel", String(16)),
    _column("opposed_at", Instant),
    _column("recorded_at", Instant),
    _column("recorded_on", Date, index=True),  # civil date of recorded_at in Europe/Paris: the lake's partition
    _column("origin", String(200), is_nullable=True),
    _column("revoked_at", Instant, is_nullable=True),  # set on the event that revokes an opposition
    _column("key_id", String(32)),  # the secret under which identity_key was made
    _column("normalisation_version", Integer),
    sqlite_autoincrement=True,
)
"""Events, append-only: an opposition, or its revocation."""

SUPPRESSION_SHARES: Final = Table(
    "suppression_shares",
    METADATA,
    _id(),
    _column("opposition_id", BigInteger, ForeignKey("oppositions.id")),
    _column("vendor", String(32)),  # or * for all
    _column("shared_at", Instant),  # when the vendor acknowledged
    _column("recorded_at", Instant),
    UniqueConstraint("opposition_id", "vendor", "shared_at"),
    sqlite_autoincrement=True,
)
"""Oppositions made known to vendors, append-only."""

IDENTITY_KEYS: Final = Table(
    "identity_keys",
    METADATA,
    SqlColumn("number", Integer, primary_key=True, autoincrement=False),  # place in the chain, from 1
    _column("key_id", String(32)),
    _column("check_digest", String(64)),  # tells a wrong secret from the right one, and nothing else about it
    _column("made_at", Instant),
    _column("wrapped_at", Instant, is_nullable=True),  # NULL while what was keyed before is being brought under it
)
"""Secrets of the identity key chain, oldest first; the secrets themselves lie in `keys/`."""

PURGES: Final = Table(
    "purges",
    METADATA,
    _id(),
    _column("kind", String(24)),
    _column("vendor", String(32)),
    _column("delivery_date", Date),
    _column("name", String(64)),  # masked: nothing but its ending
    _column("digest", String(64)),  # of a delivered file the one that stands in the lake's `deliveries`
    _column("purged_at", Instant),
    _column("due_on", Date),
    _column("basis", String(200)),
    UniqueConstraint("kind", "vendor", "delivery_date", "name", "digest"),
    sqlite_autoincrement=True,
)
"""What the retention clock removed, append-only."""

VAULT_READINGS: Final = Table(
    "vault_readings",
    METADATA,
    _id(),
    _column("read_at", Instant),
    _column("reader", String(64)),
    _column("purpose", String(200)),
    _column("vendor", String(32)),
    _column("delivery_date", Date),
    _column("lead_id", String(256)),
    sqlite_autoincrement=True,
)
"""Who asked the vault for a person's identifiers, and what for, append-only."""

RECEIPTS: Final = Table(
    "receipts",
    METADATA,
    _id(),
    _column("vendor", String(32)),
    _column("delivery_date", Date),
    _column("digest", String(64)),  # of receipt.json
    _column("is_final", Boolean),
    _column("line_count", BigInteger),
    _column("prepared_at", Instant),  # the run's as_of
    _column("sent_at", Instant, is_nullable=True),
    _column("sent_by_means", String(24), is_nullable=True),
    _column("sent_recorded_at", Instant, is_nullable=True),
    _column("acknowledged_at", Instant, is_nullable=True),
    _column("acknowledged_by", String(100), is_nullable=True),  # a role or a message's number, never a person
    _column("acknowledgement_recorded_at", Instant, is_nullable=True),
    _column("source", String(16), is_nullable=True),  # of the acknowledgement: command or file
    Index("ix_receipts_vendor_delivery_date", "vendor", "delivery_date"),
    sqlite_autoincrement=True,
)
"""Receipts prepared for vendors and what became of them; of a delivery the greatest id is the one that stands."""

VENDOR_SCORES: Final = Table(
    "vendor_scores",
    METADATA,
    _id(),
    _column("vendor", String(32)),
    _column("as_of", Instant),
    _column("dimension", String(16)),  # a rated dimension, or total
    _column("leads_received", BigInteger),
    _column("leads_vendor_defective", BigInteger),
    _column("rate", Float(53)),
    _column("tolerance", Float(53), is_nullable=True),  # NULL for total
    _column("points", Float(53)),
    _column("method_version", String(32)),
    _column("catalogue_digest", String(64)),
    *(
        _column(name, Float(53), is_nullable=True)
        for name in ("lower_points", "upper_points", "rate_lower", "rate_upper", "correlation", "effective_leads")
    ),
    *(_column(name, String(24), is_nullable=True) for name in ("state", "grade_earned", "grade")),
    UniqueConstraint(
        "vendor", "as_of", "dimension", "method_version", "catalogue_digest", name="uq_vendor_scores_inputs"
    ),
    sqlite_autoincrement=True,
)
"""Scores by vendor, instant and dimension."""


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
    except migrations.UnknownRevisionError as error:
        raise RegistryError(
            f"the registry at {_place(engine.url)} has schema {error}, made by a newer program than this one: "
            f"upgrade the program, or point {SETTING} elsewhere"
        ) from None
    return engine


def upgrade_registry(url: str) -> None:
    """Make the registry's tables, or bring them up to date; safe when several processes start at once.

    Raises:
        RegistryError: as `open_registry`.
    """
    open_registry(url).dispose()


@contextmanager
def writing(connection: Connection) -> Iterator[Connection]:
    """A transaction that is the registry's only writer; others wait.

    Args:
        connection: not in a transaction; it serves for this writing and is then closed.
    """
    connection.execution_options(is_writing=True)
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(WRITER_LOCK)))
        yield connection


def registry_engine(url: str) -> Engine:
    """An engine for a URL. Nothing is opened yet.

    Raises:
        RegistryError: the URL is malformed, of another database, or lacks its driver.
    """
    parsed = _parse(url)
    try:
        if parsed.get_backend_name() == "sqlite":
            Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
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


def _parse(url: str) -> URL:
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
        is_current = migrations.is_current(connection)
    if not is_current:
        with engine.connect() as connection, writing(connection):
            migrations.upgrade(connection)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin_sqlite`, so that DDL is part of them
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA cache_size=-65536")  # KiB: the unique index of millions of digests is written at random
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        path = connection.execute("PRAGMA database_list").fetchone()[2]
        with FileLock(f"{path}.lock"):  # SQLite does not wait for others when it changes this
            connection.execute("PRAGMA journal_mode=WAL")


def _begin_sqlite(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


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
