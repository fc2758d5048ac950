"""A registry knows which one it is, and who accepted it in place of another."""

from typing import Final
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision: Final = "v0006"
down_revision: Final = "v0005"


def upgrade() -> None:
    """Add both tables, and the number."""
    identity = op.create_table(
        "registry_identity",
        sa.Column("identity", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("identity", name="pk_registry_identity"),
    )
    op.bulk_insert(identity, [{"identity": str(uuid4())}])
    op.create_table(
        "registry_acceptances",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True),
        sa.Column("instead_of", sa.String(36), nullable=False),
        sa.Column("accepted_by", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("accepted_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_registry_acceptances"),
        sqlite_autoincrement=True,
    )
