"""Which secrets keyed what is stored, what was purged when, and who looked into the vault."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "v0003"
down_revision: Final = "v0002"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "identity_keys",
        _filled("number", sa.Integer),
        _filled("key_id", sa.String(32)),
        _filled("check_digest", sa.String(64)),
        _filled("made_at", sa.DateTime),
        sa.Column("wrapped_at", sa.DateTime),
        sa.PrimaryKeyConstraint("number", name="pk_identity_keys"),
    )
    op.create_table(
        "purges",
        _id(),
        _filled("kind", sa.String(24)),
        _filled("vendor", sa.String(32)),
        _filled("delivery_date", sa.Date),
        _filled("name", sa.String(64)),
        _filled("digest", sa.String(64)),
        _filled("purged_at", sa.DateTime),
        _filled("due_on", sa.Date),
        _filled("basis", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name="pk_purges"),
        sa.UniqueConstraint(
            "kind", "vendor", "delivery_date", "name", "digest", name="uq_purges_kind_vendor_delivery_date_name_digest"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "vault_readings",
        _id(),
        _filled("read_at", sa.DateTime),
        _filled("reader", sa.String(64)),
        _filled("purpose", sa.String(200)),
        _filled("vendor", sa.String(32)),
        _filled("delivery_date", sa.Date),
        _filled("lead_id", sa.String(256)),
        sa.PrimaryKeyConstraint("id", name="pk_vault_readings"),
        sqlite_autoincrement=True,
    )


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True)


def _filled(name: str, type_: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False)
