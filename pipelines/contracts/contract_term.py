"""One key that a contract may have, described. The descriptions stand beside the readers, together in `reference`.

What a reader takes and what the lint says is not written down a second time: the reference asks them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ContractTerm:
    """A key, what it means, and what holds without it."""

    key: str
    meaning: str
    absent: str = ""
    """What holds without it; empty where a contract must have it."""
    faults: tuple[Any, ...] = ()
    """Values of the right kind that should not stand there: the reference shows what the lint says of them."""
    is_read: bool = True
    """False for a key that only the standard's own schema asks for."""


def keys_of(terms: Iterable[ContractTerm]) -> tuple[str, ...]:
    """The keys, in the order of their descriptions."""
    return tuple(term.key for term in terms)
