"""Patterns of RE2 in Java's words, and the error of what was never compared on both engines."""

import re
from typing import Final

from sqlglot import exp

_CLASS: Final = re.compile(r"\[[^]]*\]")
"""Within a class of signs, every sign is itself."""


class UnknownWordError(ValueError):
    """A statement has a word whose meaning was never compared on both engines. Names the word."""


def java_pattern(node: exp.Expr, *, is_whole: bool = False) -> exp.Expr:
    """A pattern of RE2 as Java reads it: `.` stops at a line feed alone, and `$` is the end of the text alone.

    Raises:
        UnknownWordError: it is no literal, or says what was never compared.
    """
    if not isinstance(node, exp.Literal):
        raise UnknownWordError("a pattern that is no literal")
    text = node.name
    bare, end = (text[:-1], r"\z") if text.endswith("$") else (text, "")
    if "$" in _CLASS.sub("", bare) or "\\" in bare:
        raise UnknownWordError("a pattern with a backslash, or with `$` before its end")
    return exp.Literal.string(rf"(?d)\A(?:{bare})\z" if is_whole else f"(?d){bare}{end}")
