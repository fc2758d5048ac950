"""What stands beside a score: its band, state and grade."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "v0002"
down_revision: Final = "v0001"

_NUMBERS: Final = ("lower_points", "upper_points", "rate_lower", "rate_upper", "correlation", "effective_leads")
_WORDS: Final = ("state", "grade_earned", "grade")


def upgrade() -> None:
    """Add the columns; scores published before have none of it."""
    for name in _NUMBERS:
        op.add_column("vendor_scores", sa.Column(name, sa.Float(53)))
    for name in _WORDS:
        op.add_column("vendor_scores", sa.Column(name, sa.String(24)))
