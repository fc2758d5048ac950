"""Which date pattern a column is written in, found out from its values. Reading instants belongs to `instants`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.dates.date_regexes import regex_of
from pipelines.dates.instants import instants

_DAY_FIRST: Final = ("dd{0}MM{0}yyyy", "d{0}M{0}yyyy", "dd{0}MM{0}yy", "d{0}M{0}yy")
_MONTH_FIRST: Final = ("MM{0}dd{0}yyyy", "M{0}d{0}yyyy", "MM{0}dd{0}yy", "M{0}d{0}yy")
_YEAR_FIRST: Final = ("yyyy{0}MM{0}dd", "yyyy{0}M{0}d")
_TIMES: Final = ("HH:mm:ss", "HH:mm", "HH:mm:ss.SSS", "H:mm", "H:mm:ss", "hh:mm a", "h:mm a", "hh:mm:ss a", "h:mm:ss a",
                 "HH'h'mm", "HHmmss", "HHmm")  # fmt: skip
_JOINTS: Final = (" ", "'T'", ", ", " 'à' ", " - ")
_OFFSETS: Final = ("XXX", " XXX", "xx", " xx")
_LEAST: Final = 0.9
"""Share of the values that a pattern must read."""
_SURE: Final = 0.97
"""Share from which no other pattern is tried."""
_MOST_VALUES: Final = 500
_PROBES: Final = 30
"""Values of which a pattern must fit one to be tried on all."""


@dataclass(frozen=True)
class DatePattern:
    """How a column's dates are written."""

    pattern: str | None
    """JDK pattern; None for ISO 8601."""
    share: float
    """Values that it reads, of those that are filled."""
    is_local: bool
    """True when some value has no offset from UTC."""
    is_date: bool
    """True when no value has a time."""
    is_order_open: bool = False
    """True when every value reads both as day, month and as month, day."""


def date_pattern(texts: pa.Array) -> DatePattern | None:
    """The pattern that reads most values (strings, trimmed, none empty); None when they are no dates.

    Where day and month could change places in every value, day first is taken, and `is_order_open` says so.
    """
    if len(texts) == 0 or not pc.any(pc.match_substring_regex(texts, r"^\d{1,4}[-/. ]?\d{1,2}")).as_py():
        return None
    some = pc.unique(texts).slice(0, _MOST_VALUES)
    best = max(_patterns_that_read(some), key=lambda found: found.share, default=None)  # the first of equals
    if best is None or best.share < _LEAST:
        return None
    return best


def _patterns_that_read(texts: pa.Array) -> Iterator[DatePattern]:
    """Patterns that read some value; ISO 8601 first, day before month."""
    iso = _share(texts, None)
    has_time = bool(pc.any(pc.match_substring_regex(texts, r"\d[T ]\d{1,2}[:h]?\d{2}|\d, |à")).as_py())
    has_offset = pc.match_substring_regex(texts, r"[:\d] ?(?:Z|[+-]\d{2}:?\d{2})$")
    is_local = not pc.all(has_offset).as_py()
    if iso:
        yield DatePattern(None, iso, is_local, not has_time)
    if iso > _SURE:
        return
    first = texts.slice(0, _PROBES).to_pylist()
    for date, twin in _dates(texts):
        for pattern in _with_times(date, first, has_time=has_time, has_offset=bool(pc.any(has_offset).as_py())):
            share = _share(texts, pattern) if _any_begins(first, regex_of(pattern)) else 0.0
            if share:
                other = _share(texts, pattern.replace(date, twin)) if twin else 0.0
                yield DatePattern(pattern, share, is_local, not has_time, other >= share)


def _dates(texts: pa.Array) -> Iterator[tuple[str, str | None]]:
    """Patterns of the date and, of those that begin with day or month, the pattern with the two exchanged."""
    separators = [mark for mark in "/-. " if pc.any(pc.match_substring_regex(texts, rf"\d{re.escape(mark)}\d")).as_py()]
    for mark in separators:
        for day_first, month_first in zip(_DAY_FIRST, _MONTH_FIRST, strict=True):
            yield day_first.format(mark), month_first.format(mark)
        for month_first in _MONTH_FIRST:
            yield month_first.format(mark), None
        for year_first in _YEAR_FIRST:
            yield year_first.format(mark), None
    yield "yyyyMMdd", None
    yield "ddMMyyyy", None


def _with_times(date: str, first: list[str], *, has_time: bool, has_offset: bool) -> Iterator[str]:
    """The pattern of the date, or those with a time that follows it as it does in some of the first values."""
    if not has_time:
        yield date
        return
    for joint in _JOINTS:
        if not _any_begins(first, regex_of(f"{date}{joint}").removesuffix("$")):
            continue  # there are sixty patterns with that joint, and to make one takes longer than to try it
        for time in _TIMES:
            yield f"{date}{joint}{time}"
            if has_offset:
                yield from (f"{date}{joint}{time}{offset}" for offset in _OFFSETS)


def _any_begins(texts: list[str], regex: str) -> bool:
    return any(map(re.compile(regex).match, texts))


def _share(texts: pa.Array, pattern: str | None) -> float:
    """Of the values, those that the pattern reads."""
    return 1 - float(instants(texts, pattern=pattern).null_count) / len(texts)
