"""Which call lists were handed out to whom, and who asked about a number."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "v0007"
down_revision: Final = "v0006"


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "exports",
        _number(),
        _filled("export_id", sa.String(36)),
        _filled("kind", sa.String(16)),
        _filled("exported_at", sa.DateTime),
        _filled("exported_by", sa.String(64)),
        _filled("purpose", sa.String(200)),
        _filled("channel", sa.String(16)),
        _filled("recipient", sa.String(128)),
        _filled("line_count", sa.BigInteger),
        _filled("digest", sa.String(64)),
        sa.Column("purged_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_exports"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_exports_export_id", "exports", ["export_id"])
    op.create_table(
        "contact_answers",
        _number(),
        _filled("answered_at", sa.DateTime),
        _filled("reader", sa.String(64)),
        _filled("channel", sa.String(16)),
        _filled("identity_key", sa.String(32)),
        _filled("key_id", sa.String(32)),
        _filled("answer", sa.String(8)),
        sa.PrimaryKeyConstraint("id", name="pk_contact_answers"),
        sqlite_autoincrement=True,
    )


def _number() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True)


def _filled(name: str, type_: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False)
