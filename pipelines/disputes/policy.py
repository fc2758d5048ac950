"""How long things may take where a contract is silent: the house's policy, which settings give."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

REPLY_DAYS: Final = 30
REACTION_DAYS: Final = 15


@dataclass(frozen=True)
class Policy:
    """Spans of time."""

    reply: timedelta = timedelta(days=REPLY_DAYS)
    """That a vendor has to answer once it was notified."""
    reaction: timedelta = timedelta(days=REACTION_DAYS)
    """Within which a defect is told, an answer decided on, and such leads stop coming."""
