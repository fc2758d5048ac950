"""TODO docstring."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy import Column as SqlColumn
from sqlalchemy.types import TypeDecorator


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
    _column("event_digest", String(64), unique=True),  # pipelines.oppositions.lines.event_digest
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
