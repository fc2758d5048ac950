"""Oppositions by e-mail get the key of the address's alias beside their own; those recorded before have none."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "v0005"
down_revision: Final = "v0004"


def upgrade() -> None:
    """Add the column."""
    op.add_column("oppositions", sa.Column("alias_key", sa.String(32)))
