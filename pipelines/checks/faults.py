"""What a check found wrong with one delivery, in words."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Fault:
    """One phrase about one delivery; never a delivered value."""

    vendor: str
    day: date
    words: str
    """A whole phrase, which names vendor and date."""

    def __str__(self) -> str:
        return self.words
