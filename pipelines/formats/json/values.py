"""JSON texts to values: no digit is lost, no name stands twice. Where the rows lie in a text is in `rows`."""

import json
from decimal import Decimal
from math import isfinite
from typing import Any, Final

import orjson

from pipelines.formats.values_as_text import rounded_text

_SHORT: Final = 15  # digits that a binary number holds exactly
_FEWEST_ROUNDED: Final = 11
"""Digits from which on spreadsheets show a number with an exponent, and without most of them."""


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _json_number(text: str) -> float | Decimal | str:
    """A number without loss; one with an exponent that may have lost digits before stays as it is written.

    Raises:
        ValueError: too large for any number.
    """
    try:
        exact = Decimal(text)
    except ArithmeticError:
        raise ValueError("a number beyond all bounds") from None
    is_whole = "e" in text.lower() or not text.partition(".")[2].strip("0")
    if is_whole and exact.adjusted() >= (_FEWEST_ROUNDED if "e" in text.lower() else _SHORT):
        return rounded_text(exact)
    value = float(text)
    return value if len(text) <= _SHORT and isfinite(value) else exact


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; which of two values of one name counts, nobody knows.

    Raises:
        ValueError: a name is repeated.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is repeated")
    return found


def _name_count(value: Any) -> int:
    """Names in an object or a list and in all that it holds; 0 for any other value."""
    is_object = isinstance(value, dict)
    if not is_object and not isinstance(value, list):
        return 0
    count = len(value) if is_object else 0
    for inner in value.values() if is_object else value:
        if isinstance(inner, (dict, list)):
            count += _name_count(inner)
    return count


DECODER: Final = json.JSONDecoder(
    parse_float=_json_number, parse_constant=_no_number, strict=False, object_pairs_hook=_once_each
)
"""Parses what may lose a digit or hold a name twice elsewhere; raises `ValueError`."""


def fast_value(line: bytes) -> Any:
    """A line whose names are as many as it has signs that end one; no blanks may stand before a colon.

    Raises:
        ValueError: it is no JSON, or may hold a name twice.
    """
    value = orjson.loads(line)
    count = line.count(b'":')
    is_flat = type(value) is dict and len(value) == count
    if not is_flat and _name_count(value) != count:
        raise ValueError("names may be repeated")
    return value
