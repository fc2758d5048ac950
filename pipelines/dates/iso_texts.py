"""Delivered dates as ISO 8601 text that leaves open what they left open: the time of the day, the offset.

What a date without them means is said by who reads it: an opposition's blocks from its 00:00 and blames from its 24:00.
"""

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import NO_TEXT
from pipelines.dates.date_regexes import EPOCHS, regex_of
from pipelines.dates.instants import instants


def iso_texts(texts: pa.Array, pattern: str) -> pa.Array:
    """Dates and times of a JDK pattern as ISO 8601: `03/04/2026` as `2026-04-03`. NULL where the text is none.

    Raises:
        UnsupportedPatternError: see `regex_of`.
    """
    found = instants(texts, pattern=pattern, zone="UTC")  # a local time keeps its hour, an offset is reckoned in
    days, times = (pc.strftime(found, form) for form in ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"))
    has_time, has_offset = (_has_part(texts, pattern, parts) for parts in (("hour", "hour12"), ("offset",)))
    zoned = pc.if_else(has_offset, pc.binary_join_element_wise(times, "Z", ""), times)
    return pc.if_else(pc.is_valid(found), pc.if_else(has_time, zoned, days), NO_TEXT)


def in_other_order(pattern: str) -> str:
    """A pattern that this package found (`date_pattern`) with day and month exchanged."""
    return pattern.translate(str.maketrans("dM", "Md"))


def _has_part(texts: pa.Array, pattern: str, parts: tuple[str, ...]) -> pa.Array:
    """Which texts hold one of some parts of a pattern; counts from 1970 hold all of them."""
    if pattern in EPOCHS:
        return pa.repeat(True, len(texts))
    found = pc.extract_regex(pc.utf8_trim_whitespace(texts), regex_of(pattern))
    held = [pc.not_equal(pc.struct_field(found, part), "") for part in parts if part in found.type.names]
    return pc.fill_null(held[0], False) if held else pa.repeat(False, len(texts))
