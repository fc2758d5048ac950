"""What was told to vendors: receipts prepared, sent and acknowledged."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "v0004"
down_revision: Final = "v0003"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "receipts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True),
        _filled("vendor", sa.String(32)),
        _filled("delivery_date", sa.Date),
        _filled("digest", sa.String(64)),
        _filled("is_final", sa.Boolean),
        _filled("line_count", sa.BigInteger),
        _filled("prepared_at", sa.DateTime),
        sa.Column("sent_at", sa.DateTime),
        sa.Column("sent_by_means", sa.String(24)),
        sa.Column("sent_recorded_at", sa.DateTime),
        sa.Column("acknowledged_at", sa.DateTime),
        sa.Column("acknowledged_by", sa.String(100)),
        sa.Column("acknowledgement_recorded_at", sa.DateTime),
        sa.Column("source", sa.String(16)),
        sa.PrimaryKeyConstraint("id", name="pk_receipts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_receipts_vendor_delivery_date", "receipts", ["vendor", "delivery_date"])


def _filled(name: str, type_: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False)
