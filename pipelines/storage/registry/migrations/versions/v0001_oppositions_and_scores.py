"""Oppositions, their shares with vendors, and vendors' scores."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "v0001"
down_revision: Final = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "oppositions",
        _id(),
        _filled("event_digest", sa.String(64)),
        _filled("identity_key", sa.String(32)),
        _filled("kind", sa.String(16)),
        _filled("channel", sa.String(16)),
        _filled("opposed_at", sa.DateTime),
        _filled("recorded_at", sa.DateTime),
        _filled("recorded_on", sa.Date),
        sa.Column("origin", sa.String(200)),
        sa.Column("revoked_at", sa.DateTime),
        _filled("key_id", sa.String(32)),
        _filled("normalisation_version", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_oppositions"),
        sa.UniqueConstraint("event_digest", name="uq_oppositions_event_digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_oppositions_recorded_on", "oppositions", ["recorded_on"])
    op.create_table(
        "suppression_shares",
        _id(),
        _filled("opposition_id", sa.BigInteger),
        _filled("vendor", sa.String(32)),
        _filled("shared_at", sa.DateTime),
        _filled("recorded_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_suppression_shares"),
        sa.ForeignKeyConstraint(["opposition_id"], ["oppositions.id"], name="fk_suppression_shares_opposition_id"),
        sa.UniqueConstraint(
            "opposition_id", "vendor", "shared_at", name="uq_suppression_shares_opposition_id_vendor_shared_at"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "vendor_scores",
        _id(),
        _filled("vendor", sa.String(32)),
        _filled("as_of", sa.DateTime),
        _filled("dimension", sa.String(16)),
        _filled("leads_received", sa.BigInteger),
        _filled("leads_vendor_defective", sa.BigInteger),
        _filled("rate", sa.Float(53)),
        sa.Column("tolerance", sa.Float(53)),
        _filled("points", sa.Float(53)),
        _filled("method_version", sa.String(32)),
        _filled("catalogue_digest", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_vendor_scores"),
        sa.UniqueConstraint(
            "vendor", "as_of", "dimension", "method_version", "catalogue_digest", name="uq_vendor_scores_inputs"
        ),
        sqlite_autoincrement=True,
    )


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True)


def _filled(name: str, type_: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False)
