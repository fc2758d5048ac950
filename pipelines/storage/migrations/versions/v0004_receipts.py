"""What was told to vendors: receipts prepared, sent and acknowledged."""

from typing import Final

revision: Final = "v0004"
down_revision: Final = "v0003"


def upgrade() -> None:
    """Add the table."""
