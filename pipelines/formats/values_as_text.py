"""Typed values of JSON documents and workbooks as text, without losing a digit.

What a text means is read in `intake.values`.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

FIRST_ROUNDED: Final = 10**15
"""From here on spreadsheets, which keep 15 digits, may have made zeros of the last ones; phone numbers end before
(ITU-T E.164). <https://learn.microsoft.com/office/troubleshoot/excel/last-digits-changed-to-zeros>"""
_MOST_DIGITS: Final = 400
"""Decimal places that are written out; a greater exponent stays one."""


def text_array(values: Sequence[Any]) -> pa.Array:
    """Any values as text; code points that are no characters are replaced, and an empty text is nothing."""
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowException, TypeError, UnicodeEncodeError, OverflowError):
        texts = [as_text(value) for value in values]
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        return pa.array([text and text.encode("utf-8", "replace").decode() for text in texts], pa.string())


def as_text(value: Any) -> str | None:
    """One value as text: numbers in full, whole ones without `.0`; instants in ISO 8601; nested values as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (float, Decimal)):
        return number_text(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _duration_text(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return json.dumps(value, ensure_ascii=False, default=as_text) if isinstance(value, (dict, list)) else str(value)


def number_text(value: float | Decimal) -> str | None:
    """A number as people write it; None for no number.

    With an exponent where it has hundreds of digits, and where it is a binary number that may have lost some.
    """
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if not number.is_finite():
        return None
    if abs(number.adjusted()) > _MOST_DIGITS:
        return str(number)
    if isinstance(value, float) and abs(value) >= FIRST_ROUNDED:
        return rounded_text(number)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    whole, _, decimals = format(number, "f").partition(".")
    return f"{whole}.{decimals}" if decimals.strip("0") else whole


def rounded_text(number: Decimal) -> str:
    """A number that may have lost digits, with an exponent, as spreadsheets show it: `1.23457E+15`."""
    return f"{number.normalize():E}"


def _duration_text(value: timedelta) -> str:
    """Hours, minutes, seconds, as a spreadsheet shows a duration."""
    seconds = int(abs(value).total_seconds())
    sign = "-" if value < timedelta(0) else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
