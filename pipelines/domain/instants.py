"""Delivered dates and times to UTC instants: JDK patterns, ISO 8601, local times in a zone. No clock belongs here.

A local time that a change to summer time skips is moved forward by the length of the gap; one that occurs twice is the
first of the two (the rule of `java.time.ZonedDateTime.of` and of Python's `fold=0`). A date alone is its 00:00.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.domain.identities import mapped_once

INSTANT: Final = pa.timestamp("us")
DEFAULT_ZONE: Final = "Europe/Paris"
FIRST_YEAR, LAST_YEAR = 1900, 9999

_OFFSETS: Final = {
    "X": r"Z|[+-]\d{2}(?:\d{2})?",
    "XX": r"Z|[+-]\d{4}",
    "XXX": r"Z|[+-]\d{2}:\d{2}",
    "x": r"[+-]\d{2}(?:\d{2})?",
    "xx": r"[+-]\d{4}",
    "xxx": r"[+-]\d{2}:\d{2}",
    "Z": r"[+-]\d{4}",
}
_NUMBERS: Final = {"M": "month", "d": "day", "H": "hour", "h": "hour12", "m": "minute", "s": "second"}
_TOKEN: Final = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|.", re.DOTALL)
_ISO: Final = (
    r"^(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
    r"(?:[Tt ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r" ?(?P<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?$"
)
_SLOT: Final = 900 * 10**6  # zones change their offset on quarters of an hour
_LAST: Final = int(np.datetime64(f"{LAST_YEAR}-12-31T23:59:59.999999", "us").astype(np.int64))
_WIDEST: Final = 18  # hours, as java.time.ZoneOffset has it

Whole = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]


class UnsupportedPatternError(ValueError):
    """A contract's `format` that this reader does not understand; the message names it."""


@cache
def regex_of(pattern: str | None) -> str:
    """Regular expression, with one named group a part, of a JDK DateTimeFormatter pattern; ISO 8601 for None.

    Raises:
        UnsupportedPatternError: a letter that is not read here, a part twice, or no full date.
    """
    if pattern is None:
        return _ISO
    regex = "".join(_part(match.group(), pattern) for match in _TOKEN.finditer(pattern))
    groups = re.findall(r"\?P<(\w+)>", regex)
    has_date = {"month", "day"} <= set(groups) and bool({"year", "year2"} & set(groups))
    if len(groups) != len(set(groups)) or not has_date or ("hour12" in groups) != ("half" in groups):
        raise UnsupportedPatternError(
            f"{pattern!r}: expected one year, month and day, each part once, and `a` beside `h`"
        )
    try:
        return re.compile(f"^{regex}$").pattern
    except re.error:
        raise UnsupportedPatternError(f"{pattern!r}: the brackets of an optional part do not close") from None


def _part(token: str, pattern: str) -> str:
    letter, count = token[0], len(token)
    if letter == "'":
        return re.escape(token[1:-1].replace("''", "'") or "'")
    if letter in "[]":
        return {"[": "(?:", "]": ")?"}[letter]
    if not letter.isalpha():
        return re.escape(token)
    if letter in "yu" and count in (2, 4):
        return r"(?P<year>\d{4})" if count == 4 else r"(?P<year2>\d{2})"
    if letter in _NUMBERS and count <= 2:
        return rf"(?P<{_NUMBERS[letter]}>\d{{{count},2}})"
    if letter == "S" and count <= 9:
        return rf"(?P<fraction>\d{{{count}}})"
    if letter == "a" and count == 1:
        return r"(?P<half>[AaPp][Mm])"
    if token in _OFFSETS:
        return f"(?P<offset>{_OFFSETS[token]})"
    raise UnsupportedPatternError(f"{pattern!r}: `{token}` is not supported; supported are y u M d H h a m s S X x Z")


def instants(texts: pa.Array, *, pattern: str | None = None, zone: str = DEFAULT_ZONE) -> pa.Array:
    """UTC instants, zone-less microseconds, of a column of text; NULL where the text is no such date or time.

    `pattern` is a JDK DateTimeFormatter pattern (None: ISO 8601), `zone` the IANA zone of times without an offset.
    """
    found = pc.extract_regex(pc.utf8_trim_whitespace(texts), regex_of(pattern))
    parts = {name: pc.fill_null(pc.struct_field(found, name), "") for name in found.type.names}
    local, is_date = _local_times(parts)
    local = np.where(is_date, local, 0)
    offset, is_offset = _offsets(parts.get("offset"), local, zone)
    is_instant = found.is_valid().to_numpy(zero_copy_only=False) & is_date & is_offset & (local - offset <= _LAST)
    return pa.array(local - offset, pa.int64(), mask=~is_instant).cast(INSTANT)


def instant(text: str, *, pattern: str | None = None, zone: str = DEFAULT_ZONE) -> datetime | None:
    """One instant, aware, in UTC; None if the text is no such date or time."""
    value = instants(pa.array([text], pa.string()), pattern=pattern, zone=zone)[0].as_py()
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else None


def _local_times(parts: dict[str, pa.Array]) -> tuple[Whole, Truth]:
    """Local times in microseconds since 1970, and whether each is a date and time that exist in the calendar."""
    number = {name: _whole(text) for name, text in parts.items() if name not in ("offset", "half", "fraction")}
    year = number["year"] if "year" in number else number["year2"] + 2000
    days, is_day = _days(year, number["month"], number["day"])
    nothing = np.zeros_like(year)
    hour, is_hour = _hours(number, parts.get("half"))
    minute, second = number.get("minute", nothing), number.get("second", nothing)
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    fraction = _microseconds(parts["fraction"]) if "fraction" in parts else nothing
    return seconds * 10**6 + fraction, is_day & is_hour & (minute <= 59) & (second <= 59)


def _whole(text: pa.Array) -> Whole:
    return np.asarray(pc.if_else(pc.equal(text, ""), "0", text).cast(pa.int64()))


def _microseconds(digits: pa.Array) -> Whole:
    return _whole(pc.utf8_slice_codeunits(pc.utf8_rpad(digits, 6, "0"), 0, 6))


def _days(year: Whole, month: Whole, day: Whole) -> tuple[Whole, Truth]:
    """Days since 1970, and whether the calendar has the day."""
    is_month = (month >= 1) & (month <= 12) & (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    months = np.where(is_month, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[D]").astype(np.int64) - first
    return first + day - 1, is_month & (day >= 1) & (day <= length)


def _hours(number: dict[str, Whole], half: pa.Array | None) -> tuple[Whole, Truth]:
    if half is None:
        hour = number.get("hour", np.zeros_like(number["month"]))
        return hour, hour <= 23
    clock = number["hour12"]
    is_afternoon = np.asarray(pc.equal(pc.ascii_lower(half), "pm"))
    return clock % 12 + 12 * is_afternoon, (clock >= 1) & (clock <= 12)


def _offsets(delivered: pa.Array | None, local: Whole, zone: str) -> tuple[Whole, Truth]:
    """Offsets from UTC in microseconds: the delivered one, else the zone's; and whether there can be such an offset."""
    offsets, is_offset = np.zeros_like(local), np.ones(local.shape, np.bool_)
    is_local = is_offset
    if delivered is not None:
        given = mapped_once(delivered, _offset, pa.int64())
        is_local, is_offset = np.asarray(pc.equal(delivered, "")), np.asarray(pc.is_valid(given))
        offsets = np.asarray(pc.fill_null(given, 0)).copy()
    offsets[is_local] = _offsets_of_zone(local[is_local], zone)
    return offsets, is_offset


def _offset(text: str) -> int | None:
    digits = text.lstrip("+-").replace(":", "")
    if not digits.isdigit():
        return 0
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > _WIDEST or minutes > 59:
        return None
    return (-1 if text.startswith("-") else 1) * (hours * 60 + minutes) * 60 * 10**6


def _offsets_of_zone(local: Whole, zone: str) -> Whole:
    slots, places = np.unique(local // _SLOT, return_inverse=True)
    rules, start, step = ZoneInfo(zone), datetime.fromtimestamp(0, UTC), timedelta(microseconds=_SLOT)
    offsets = [(start + int(slot) * step).replace(tzinfo=rules).utcoffset() or timedelta(0) for slot in slots]
    return np.array([offset // timedelta(microseconds=1) for offset in offsets], np.int64)[places]
