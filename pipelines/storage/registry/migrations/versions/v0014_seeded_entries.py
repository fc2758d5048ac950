"""Which numbers of the house's own were put into which call list."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "v0014"
down_revision: Final = "v0013"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "export_seeds",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True),
        _filled("export_id", sa.String(36)),
        _filled("entry", sa.String(16)),
        _filled("identity_key", sa.String(32)),
        _filled("key_id", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name="pk_export_seeds"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_export_seeds_export_id", "export_seeds", ["export_id"])


def _filled(name: str, type_: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False)
