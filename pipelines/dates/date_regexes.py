"""What delivered dates and times of a JDK pattern look like, as regular expressions with a group a part.

To ask whether a pattern can be read loads no library; who reads the dates themselves is `instants`. Two patterns are
ours, for counts from 1970-01-01 UTC: `epoch_seconds` and `epoch_milliseconds`.
"""

import re
from functools import cache
from typing import Final

from pipelines.dates.calendar_words import MONTHS, WEEKDAYS, pattern_of

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
_NAMES: Final = {**dict.fromkeys(("MMM", "MMMM"), "month"), **dict.fromkeys(("E", "EE", "EEE", "EEEE"), "weekday")}
WORDS_OF_PARTS: Final = {"month": MONTHS, "weekday": WEEKDAYS}
_DATE: Final = (("year", "year2"), ("month", "month_name"), ("day",))
_TOKEN: Final = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|.", re.DOTALL)
_ISO: Final = (
    r"^(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
    r"(?:[Tt ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r" ?(?P<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?$"
)
_SPACES: Final = {" ": "[ \t\u00a0\u202f]+"}
EPOCHS: Final = {"epoch_seconds": 10**6, "epoch_milliseconds": 10**3}
"""Patterns of counts from 1970-01-01 UTC, and microseconds in one."""
COUNT: Final = r"^(?P<count>\d{1,15})$"


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
    if pattern in EPOCHS:
        return COUNT
    regex = "".join(_part(match.group(), pattern) for match in _TOKEN.finditer(pattern))
    groups = re.findall(r"\?P<(\w+)>", regex)
    has_date = all(any(name in groups for name in names) for names in _DATE)
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
        return _SPACES.get(letter, re.escape(token))
    if letter in "yu" and count in (2, 4):
        return r"(?P<year>\d{4})" if count == 4 else r"(?P<year2>\d{2})"
    if letter in _NUMBERS and count <= 2:
        first_of_month = "(?:er)?" if (letter, count) == ("d", 1) else ""  # le 1er août
        return rf"(?P<{_NUMBERS[letter]}>\d{{{count},2}}){first_of_month}"
    if token in _NAMES:
        return f"(?P<{_NAMES[token]}_name>{pattern_of(WORDS_OF_PARTS[_NAMES[token]])})"
    if letter == "S" and count <= 9:
        return rf"(?P<fraction>\d{{{count}}})"
    if letter == "a" and count == 1:
        return r"(?P<half>[AaPp]\.?[Mm]\.?)"
    if token in _OFFSETS:
        return f"(?P<offset>{_OFFSETS[token]})"
    raise UnsupportedPatternError(
        f"{pattern!r}: `{token}` is not supported; supported are y u M d E H h a m s S X x Z, "
        f"or the whole words {' and '.join(EPOCHS)}"
    )
