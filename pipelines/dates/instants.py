"""Delivered dates and times to UTC instants: JDK patterns, ISO 8601, local times in a zone. No clock belongs here.

A local time that a change to summer time skips is moved forward by the length of the gap; one that occurs twice is the
first of the two (the rule of `java.time.ZonedDateTime.of` and of Python's `fold=0`). A date alone is its 00:00.

A year of two digits is one of 2000 to 2069, as in the JDK; 70 to 99 are bad: 1999 and 2099 are equally no date of a
lead. Names of months and days are French or English; a day of the week that is not the date's makes it bad. Without a
pattern, a number of days as spreadsheets count them (45890.5) is read, too. What a pattern matches is in
`date_regexes`.
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import Truth, mapped_once
from pipelines.dates.calendar_words import number_of
from pipelines.dates.date_regexes import COUNT, EPOCHS, WORDS_OF_PARTS, regex_of
from pipelines.dates.fixed_dates import Template, Whole, fixed_parts, templates_of

INSTANT: Final = pa.timestamp("us")
DEFAULT_ZONE: Final = "Europe/Paris"
FIRST_YEAR, LAST_YEAR = 1900, 9999

_SLOT: Final = 900 * 10**6  # zones change their offset on quarters of an hour
_LAST: Final = int(np.datetime64(f"{LAST_YEAR}-12-31T23:59:59.999999", "us").astype(np.int64))
_WIDEST: Final = 18  # hours, as java.time.ZoneOffset has it

_LAST_SHORT_YEAR: Final = 69
_THURSDAY: Final = 3  # 1970-01-01
_SERIAL: Final = r"^(\d{5}(?:\.\d+)?)$"
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 62_093  # 2000-01-01 and 2069-12-31, in days after 1899-12-30
_SERIAL_OF_1970: Final = 25_569


def instants(texts: pa.Array, *, pattern: str | None = None, zone: str = DEFAULT_ZONE) -> pa.Array:
    """UTC instants, zone-less microseconds, of a column of text; NULL where the text is no such date or time.

    `pattern` is a JDK DateTimeFormatter pattern (None: ISO 8601), `zone` the IANA zone of times without an offset.

    Raises:
        UnsupportedPatternError: see `date_regexes.regex_of`.
    """
    regex_of(pattern)
    trimmed = pc.utf8_trim_whitespace(texts)
    found = np.zeros(len(texts), np.int64)
    is_found, is_left = np.zeros(len(texts), np.bool_), np.asarray(pc.is_valid(texts))
    for template in templates_of(pattern):
        if not is_left.any():
            break
        _read_fixed(trimmed, template, zone, found, is_found, is_left)
    if is_left.any():
        is_rest = pa.array(is_left)
        rest = _by_pattern(trimmed.filter(is_rest), pattern, zone)
        found[is_left] = np.asarray(pc.fill_null(rest, 0))
        is_found[is_left] = np.asarray(pc.is_valid(rest))
    return pa.array(found, pa.int64(), mask=~is_found).cast(INSTANT)


def _read_fixed(texts: pa.Array, template: Template, zone: str, found: Whole, is_found: Truth, is_left: Truth) -> None:
    """Read those of the texts left that fit a template, and note what was found."""
    is_long = is_left & np.asarray(pc.fill_null(pc.equal(pc.binary_length(texts), len(template)), False))
    if not is_long.any():
        return
    parts, fits = fixed_parts(texts.filter(pa.array(is_long)), template)
    for name in [name for name in parts if name.startswith("fraction")]:
        parts["microsecond"] = parts.pop(name) * 10 ** (6 - int(name.removeprefix("fraction")))
    local, is_date = _local_times(parts)
    offsets, is_offset = _fixed_offsets(parts, template, np.where(is_date & fits, local, 0), zone)
    is_read = fits & is_date & is_offset & (local - offsets <= _LAST)
    places = np.flatnonzero(is_long)
    found[places[is_read]] = (local - offsets)[is_read]
    is_found[places[is_read]] = True
    is_left[places[fits]] = False


def _fixed_offsets(parts: dict[str, Whole], template: Template, local: Whole, zone: str) -> tuple[Whole, Truth]:
    is_any = np.ones(local.shape, np.bool_)
    if "sign" in parts:
        offsets = parts["sign"] * (parts["oh"] * 60 + parts["om"]) * 60 * 10**6
        return offsets, (parts["oh"] <= _WIDEST) & (parts["om"] <= 59)
    return (np.zeros_like(local) if "zulu" in template else _offsets_of_zone(local, zone)), is_any


def _by_pattern(texts: pa.Array, pattern: str | None, zone: str) -> pa.Array:
    """Microseconds of any text, by the pattern's regular expression."""
    if pattern in EPOCHS:
        return _unit_counts(texts, EPOCHS[pattern])
    found = pc.extract_regex(texts, regex_of(pattern))
    parts = {name: pc.fill_null(pc.struct_field(found, name), "") for name in found.type.names}
    local, is_date = _local_times(_numbers(parts))
    local = np.where(is_date, local, 0)
    offset, is_offset = _offsets(parts.get("offset"), local, zone)
    is_instant = found.is_valid().to_numpy(zero_copy_only=False) & is_date & is_offset & (local - offset <= _LAST)
    read = pa.array(local - offset, pa.int64(), mask=~is_instant)
    return read if pattern else pc.coalesce(read, _serials(texts, zone))


def _unit_counts(texts: pa.Array, unit: int) -> pa.Array:
    """Counts of a unit of so many microseconds; NULL where the text is none, or one far from any date."""
    is_count = pc.match_substring_regex(texts, COUNT)
    counts = pc.if_else(is_count, texts, pa.scalar(None, pa.string())).cast(pa.int64())
    is_near = pc.less_equal(counts, _LAST // unit)
    return pc.multiply(pc.if_else(is_near, counts, pa.scalar(None, pa.int64())), unit)


def _serials(texts: pa.Array, zone: str) -> pa.Array:
    """Days as spreadsheets count them from 1900, local time; to the millisecond, as they keep it."""
    is_serial = pc.match_substring_regex(texts, _SERIAL)
    if not pc.any(is_serial).as_py():
        return pa.nulls(len(texts), pa.int64())
    days = np.asarray(pc.fill_null(pc.if_else(is_serial, texts, pa.scalar(None, pa.string())).cast(pa.float64()), 0))
    is_near = (days >= _FIRST_SERIAL) & (days < _LAST_SERIAL + 1)
    local = np.where(is_near, np.round((days - _SERIAL_OF_1970) * 86_400_000), 0).astype(np.int64) * 1000
    return pa.array(local - _offsets_of_zone(local, zone), pa.int64(), mask=~is_near)


def instant(text: str, *, pattern: str | None = None, zone: str = DEFAULT_ZONE) -> datetime | None:
    """One instant, aware, in UTC; None if the text is no such date or time."""
    value = instants(pa.array([text], pa.string()), pattern=pattern, zone=zone)[0].as_py()
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else None


def _numbers(parts: dict[str, pa.Array]) -> dict[str, Whole]:
    """The parts of delivered times as numbers; `is_afternoon` stands for `half`, `microsecond` for `fraction`."""
    number = {}
    for name, text in parts.items():
        if name.endswith("_name"):
            known = WORDS_OF_PARTS[name.removesuffix("_name")]
            named = mapped_once(text, partial(number_of, known), pa.int64())
            number[name] = np.asarray(pc.fill_null(named, 0))
        elif name == "half":
            number["is_afternoon"] = np.asarray(pc.starts_with(pc.ascii_lower(text), "p")).astype(np.int64)
        elif name == "fraction":
            number["microsecond"] = _microseconds(text)
        elif name != "offset":
            number[name] = _whole_numbers(text)
    return number


def _local_times(number: dict[str, Whole]) -> tuple[Whole, Truth]:
    """Local times in microseconds since 1970, and whether each is a date and time that exist in the calendar."""
    short = number.get("year2")
    year = number["year"] if short is None else short + 2000
    month = number["month"] if "month" in number else number["month_name"]
    days, is_day = _days_since_epoch(year, month, number["day"])
    if short is not None:
        is_day &= short <= _LAST_SHORT_YEAR
    if "weekday_name" in number:
        is_day &= (days + _THURSDAY) % 7 == number["weekday_name"]
    nothing = np.zeros_like(year)
    hour, is_hour = _hours(number, nothing)
    minute, second = number.get("minute", nothing), number.get("second", nothing)
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    is_time = is_hour & (minute <= 59) & (second <= 59)
    return seconds * 10**6 + number.get("microsecond", nothing), is_day & is_time


def _whole_numbers(text: pa.Array) -> Whole:
    return np.asarray(pc.if_else(pc.equal(text, ""), "0", text).cast(pa.int64()))


def _microseconds(digits: pa.Array) -> Whole:
    return _whole_numbers(pc.utf8_slice_codeunits(pc.utf8_rpad(digits, 6, "0"), 0, 6))


def _days_since_epoch(year: Whole, month: Whole, day: Whole) -> tuple[Whole, Truth]:
    """Days since 1970, and whether the calendar has the day."""
    is_month = (month >= 1) & (month <= 12) & (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    months = np.where(is_month, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[D]").astype(np.int64) - first
    return first + day - 1, is_month & (day >= 1) & (day <= length)


def _hours(number: dict[str, Whole], nothing: Whole) -> tuple[Whole, Truth]:
    if "hour12" not in number:
        hour = number.get("hour", nothing)
        return hour, hour <= 23
    clock = number["hour12"]
    return clock % 12 + 12 * number["is_afternoon"], (clock >= 1) & (clock <= 12)


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
