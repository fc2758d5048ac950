"""Which secrets keyed what is stored, and what was purged when."""

from typing import Final

revision: Final = "v0003"
down_revision: Final = "v0002"


def upgrade() -> None:
    """Add the tables."""
