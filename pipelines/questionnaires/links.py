"""A link's token: 256 random bits, told once. The registry keeps its SHA-256 alone, so that nobody can read it back."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

TOKEN_BYTES: Final = 32
MOST_DAYS: Final = 90
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
PLACE: Final = "/q/"
"""Where the pages lie that a token opens, below the address of the web app."""


@dataclass(frozen=True)
class NewLink:
    """A token and how long it counts; instants aware."""

    token: str
    made_at: datetime
    expires_at: datetime

    def address(self, app: str) -> str:
        """The link, below the web app's address."""
        return f"{app.rstrip('/')}{PLACE}{self.token}"


def new_link(days: int, *, at: datetime, random_token: Callable[[int], str]) -> NewLink:
    """A link that expires.

    Args:
        days: for how many days it counts, from 1 to `MOST_DAYS`.
        at: now (aware).
        random_token: URL-safe text of so many random bytes, as `secrets.token_urlsafe`.

    Raises:
        ValueError: another number of days.
    """
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(f"expected 1 to {MOST_DAYS} days")
    return NewLink(random_token(TOKEN_BYTES), at, at + timedelta(days=days))


def token_digest(token: str) -> str | None:
    """By what a token is found; None for what can't be one."""
    return sha256(token.encode()).hexdigest() if TOKEN.fullmatch(token) else None
