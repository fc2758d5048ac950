"""How a statement is shown in an error: short, and without its literals."""

import re
from typing import Final

LITERAL: Final = re.compile(r"'(?:[^']|'')*'")
"""A text in a statement, or in what an engine says of it; it may be a person's."""
_SHOWN_LENGTH: Final = 200


def shown_statement(statement: str) -> str:
    """A statement in one line of at most 200 characters, every literal as `'…'`."""
    text = " ".join(LITERAL.sub("'…'", statement).split())
    return f"`{text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + '…'}`"
