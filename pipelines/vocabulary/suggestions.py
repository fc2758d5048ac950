"""The known word that somebody may have meant: one hint for every name that nobody knows."""

import difflib
from collections.abc import Iterable
from typing import Final

NEAR: Final = 0.6
"""How alike two words are at least, from 0 to 1."""


def nearest(name: str, known: Iterable[str], *, cutoff: float = NEAR) -> str | None:
    """The known word that is most like a name; None where none is near."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)), None)


def hint_at(name: str, known: Iterable[str], shown: str = "{}") -> str:
    """`; did you mean …?`, for the end of a message; nothing where none is near. `shown`: how the word is written."""
    near = nearest(name, known)
    return f"; did you mean {shown.format(near)}?" if near else ""
