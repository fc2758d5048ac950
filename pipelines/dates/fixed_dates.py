"""Dates of a fixed width read as a matrix of bytes: many times as fast as a regular expression with groups.

What a date means belongs to `instants`; what does not fit a template is read there, too.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays.values import Truth

Whole = npt.NDArray[np.int64]
Template = tuple[str, ...]
"""A cell a byte: the part that a digit belongs to, `sign`, `zulu`, or the one character that must stand there."""

_PARTS: Final = {
    "yyyy": "year",
    "uuuu": "year",
    "MM": "month",
    "dd": "day",
    "HH": "hour",
    "mm": "minute",
    "ss": "second",
}
_ISO: Final = (
    *("yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssXXX", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm"),
    *("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX", "yyyy-MM-dd HH:mm:ss.SSS"),
)
_ZULU, _COLON, _PLAIN = ("zulu",), ("sign", "oh", "oh", ":", "om", "om"), ("sign", "oh", "oh", "om", "om")
_OFFSETS: Final = {"X": (_ZULU, _PLAIN), "XX": (_ZULU, _PLAIN), "XXX": (_ZULU, _COLON), "xxx": (_COLON,)}
_TOKEN: Final = re.compile(r"'(?:[^']|'')*'|\[|\]|([A-Za-z])\1*|.", re.DOTALL)
_MOST: Final = 16
_NO_BYTES: Final = np.zeros(0, np.uint8)
_ZERO: Final = ord("0")


@cache
def templates_of(pattern: str | None) -> tuple[Template, ...]:
    """The templates of a JDK pattern (None: ISO 8601), with and without optional parts; none where a width varies."""
    patterns = _ISO if pattern is None else (pattern,)
    found = [template for each in patterns for template in _templates(each)]
    return tuple(found) if len(found) <= _MOST else ()


def _templates(pattern: str) -> Iterator[Template]:
    tokens = [match.group() for match in _TOKEN.finditer(pattern)]
    if pattern.count("[") > 2 or re.search(r"\[[^\]]*\[", pattern):
        return
    for is_in in product((True, False), repeat=pattern.count("[")):
        choices = [_token_cells(token) for token in _without(tokens, is_in)]
        if all(choices):
            yield from (tuple(cell for cells in chosen for cell in cells) for chosen in product(*choices))


def _without(tokens: list[str], is_in: tuple[bool, ...]) -> Iterator[str]:
    """The tokens of a pattern with the optional parts that are in."""
    place, is_kept = -1, True
    for piece in tokens:
        if piece == "[":
            place += 1
            is_kept = is_in[place]
        elif piece == "]":
            is_kept = True
        elif is_kept:
            yield piece


def _token_cells(token: str) -> tuple[Template, ...]:
    """The ways in which a token can be written, none if they are not a few of fixed width."""
    if token in _PARTS:
        return ((_PARTS[token],) * len(token),)
    if token in _OFFSETS:
        return _OFFSETS[token]
    if token[0] == "S" and len(token) <= 6:
        return ((f"fraction{len(token)}",) * len(token),)
    literal = token[1:-1].replace("''", "'") or "'" if token[0] == "'" else token
    return (tuple(literal),) if literal.isascii() and (token[0] == "'" or not token[0].isalpha()) else ()


def fixed_parts(texts: pa.Array, template: Template) -> tuple[dict[str, Whole], Truth]:
    """The numbers of each part of texts without NULLs, all as long as the template; and which texts fit it.

    `sign` is 1 or -1. The numbers of a text that does not fit mean nothing.
    """
    cells = _bytes(texts, len(template))
    fits = np.ones(len(texts), np.bool_)
    parts: dict[str, Whole] = {}
    for name, cell in zip(template, cells, strict=True):
        if name == "sign":
            parts[name] = np.where(cell == ord("-"), -1, 1)
            fits &= (cell == ord("-")) | (cell == ord("+"))
        elif name == "zulu" or len(name) == 1:
            fits &= cell == ord("Z" if name == "zulu" else name)
        else:
            digit = cell - np.uint8(_ZERO)
            fits &= digit <= 9
            parts[name] = parts[name] * 10 + digit if name in parts else digit.astype(np.int64)
    return parts, fits


def _bytes(texts: pa.Array, width: int) -> npt.NDArray[np.uint8]:
    """One row a place in the text, one column a text."""
    _, offsets, data = texts.buffers()
    first = np.frombuffer(offsets, np.int32)[texts.offset] if len(texts) else 0
    joined = np.frombuffer(data, np.uint8, count=len(texts) * width, offset=first) if len(texts) else _NO_BYTES
    return np.ascontiguousarray(joined.reshape(-1, width).T)
