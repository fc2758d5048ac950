"""Whether the dates of a column may have been written month first where the contract reads the day first, or contrary.

The contract's reading stays and a bad date stays bad: nothing is guessed. What is found is a finding on the delivery.
Counts are kept by file and field, so that the chunks of a file add up.
"""

import re
from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import Truth
from pipelines.dates.date_regexes import regex_of
from pipelines.intake.fields import Fields
from pipelines.intake.values import kind_of
from pipelines.vocabulary.fields import INSTANT_FIELDS
from pipelines.vocabulary.file_formats import FILE_FORMATS

COUNTS: Final = ("both_count", "day_first_count", "swapped_count", "open_count", "late_count")
DATE_ORDERS: Final = pa.schema({"file": pa.int64(), "field": pa.string(), **{name: pa.int64() for name in COUNTS}})
"""`both_count`: dates that read in both orders, as different days. `swapped_count`: dates that read only in the order
that is not the contract's (without a format: month first; in a workbook: with the day first, beside dates).
`late_count`: dates that the contract's reading puts after the file was received, and the other order does not.
`open_count` and `day_first_count`, of fields without a format: dates in an order that no contract says, and those of
them that read only with the day first."""

_DAY_FIRST, _MONTH_FIRST = "d/M/yyyy", "M/d/yyyy"
_LIKE_A_DATE: Final = r"(?s)^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:\D.*)?$"
_DATE_CELL: Final = r"(?s)^(\d{4})-(\d{2})-(\d{2})(?:T.*)?$"
_DAY_ABOVE_TWELVE: Final = r"(?s)^(?:1[3-9]|2\d|3[01])[/.\-]\d{1,2}[/.\-]\d{4}(?:\D.*)?$"
_ORDER: Final = re.compile(r"'(?:[^']|'')*'|(?P<letter>[dMyuE])(?P=letter)*")
_SMALL: Final = "(?:0?[1-9]|1[0-2])"
_PART: Final = r"\(\?P<(?:day|month)>[^)]*\)(?:\(\?:er\)\?)?"
_MONTHS: Final = 12
WORKBOOKS: Final = "workbooks"


def date_orders(fields: Fields) -> pa.Table:
    """Counts of the dates that could be read in another order, schema `DATE_ORDERS`; other fields are left out."""
    tables = [_counted(fields, name) for name in fields.names() if name in INSTANT_FIELDS]
    return pa.concat_tables([DATE_ORDERS.empty_table(), *(table for table in tables if table is not None)])


def ambiguous_fields(summed: pa.Table) -> dict[int, list[str]]:
    """The fields, sorted, of each file whose dates may be in another order than they are read in.

    `summed` has the columns of `DATE_ORDERS`, a row a file and field.
    """
    found: dict[int, list[str]] = {}
    for row in summed.select(DATE_ORDERS.names).to_pylist():
        is_unsaid = row["open_count"] > 0 and row["day_first_count"] == 0
        if row["late_count"] or (row["both_count"] and (row["swapped_count"] or is_unsaid)):
            found.setdefault(row["file"], []).append(row["field"])
    return {file: sorted(names) for file, names in found.items()}


def _counted(fields: Fields, name: str) -> pa.Table | None:
    """The counts of one field; None where its order is beyond doubt."""
    mixed = _mixed_with_cells(fields, name) if FILE_FORMATS[fields.rows.terms.format].kind == WORKBOOKS else None
    if mixed is not None:
        return mixed
    pattern = fields[name].terms.format
    if pattern is None:
        return _unsaid(fields, name)
    swapped = swapped_pattern(pattern)
    return None if swapped is None else _counts_of_stated_order(fields, name, pattern, swapped)


def _mixed_with_cells(fields: Fields, name: str) -> pa.Table | None:
    """Counts of a column of a workbook in which dates stand beside texts that are dates with the day first.

    A program that expects the month first makes dates of those texts that it can read, wrongly, and leaves the others:
    `13/04/2026` stays a text, `03/04/2026` became the fourth of March. None for a column of one kind.
    """
    texts = fields.texts(name)
    is_text = np.asarray(pc.fill_null(pc.match_substring_regex(texts, _DAY_ABOVE_TWELVE), False))
    if not is_text.any():
        return None
    is_text = _is_read_by(
        is_text, pc.replace_substring_regex(texts, _LIKE_A_DATE, r"\1/\2/\3"), fields, name, _DAY_FIRST
    )
    is_cell = _reads_in_both(pc.replace_substring_regex(texts, _DATE_CELL, r"\3/\2/\1"), _DAY_FIRST)
    is_cell &= np.asarray(pc.fill_null(pc.match_substring_regex(texts, _DATE_CELL), False))
    if not is_text.any() or not is_cell.any():
        return None
    return _counts_by_file(fields, name, both_count=is_cell, swapped_count=is_text)


def _counts_of_stated_order(fields: Fields, name: str, pattern: str, swapped: str) -> pa.Table | None:
    """Counts of a field whose order the contract says."""
    reading, texts = fields[name], fields.texts(name)
    is_both = _reads_in_both(texts, pattern) & np.asarray(pc.is_valid(reading.values))
    is_swapped = _is_read_by(reading.is_bad, texts, fields, name, swapped)
    is_late = _is_late(is_both, texts, fields, name, swapped)
    return _counts_by_file(fields, name, both_count=is_both, swapped_count=is_swapped, late_count=is_late)


def _unsaid(fields: Fields, name: str) -> pa.Table | None:
    """Counts of a field without a format, of which ISO 8601 is expected: only what is bad is looked at."""
    bad, texts = fields[name].is_bad, fields.texts(name)
    if not bad.any():
        return None
    is_date = bad & np.asarray(pc.fill_null(pc.match_substring_regex(texts, _LIKE_A_DATE), False))
    dates = pc.replace_substring_regex(texts, _LIKE_A_DATE, r"\1/\2/\3")
    day_first = _is_read_by(is_date, dates, fields, name, _DAY_FIRST)
    month_first = _is_read_by(is_date, dates, fields, name, _MONTH_FIRST)
    return _counts_by_file(
        fields,
        name,
        both_count=day_first & month_first & _reads_in_both(dates, _DAY_FIRST),
        day_first_count=day_first & ~month_first,
        swapped_count=month_first & ~day_first,
        open_count=day_first | month_first,
    )


def swapped_pattern(pattern: str) -> str | None:
    """The pattern with day and month in each other's place; None where they can't be mistaken for one another.

    That is where the month is a name, where the year stands first, or beside a day of the week.
    """
    parts = [match for match in _ORDER.finditer(pattern) if match["letter"]]
    letters = [match["letter"] for match in parts]
    if sorted(letters) not in (["M", "d", "u"], ["M", "d", "y"]) or letters[0] in "yu":
        return None
    day, month = (next(match for match in parts if match["letter"] == letter) for letter in "dM")
    if len(month.group()) > 2 or len(day.group()) > 2:
        return None
    first, second = sorted((day, month), key=lambda match: match.start())
    between = pattern[first.end() : second.start()]
    return pattern[: first.start()] + second.group() + between + first.group() + pattern[second.end() :]


def _reads_in_both(texts: pa.Array, pattern: str) -> Truth:
    """Whether day and month of a text could change places and give another day."""
    small = re.sub(_PART, _SMALL, regex_of(pattern))
    is_small = pc.fill_null(pc.match_substring_regex(texts, _unnamed(small)), False)
    if not pc.any(is_small).as_py():
        return np.asarray(is_small)
    same = (re.sub(_PART, f"0?{number}", regex_of(pattern)) for number in range(1, _MONTHS + 1))
    is_same = pc.fill_null(pc.match_substring_regex(texts, "|".join(map(_unnamed, same))), False)
    return np.asarray(pc.and_not(is_small, is_same))


def _unnamed(regex: str) -> str:
    return re.sub(r"\?P<\w+>", "?:", regex)


def _is_read_by(chosen: Truth, texts: pa.Array, fields: Fields, name: str, pattern: str) -> Truth:
    """Which of the chosen texts can be read by a pattern."""
    found = np.zeros(len(texts), np.bool_)
    if chosen.any():
        found[chosen] = np.asarray(pc.is_valid(_instants_by(texts.filter(pa.array(chosen)), fields, name, pattern)))
    return found


def _instants_by(texts: pa.Array, fields: Fields, name: str, pattern: str) -> pa.Array:
    terms = replace(fields[name].terms, format=pattern)
    return kind_of(name).read(texts, terms)


def _is_late(is_both: Truth, texts: pa.Array, fields: Fields, name: str, swapped: str) -> Truth:
    """Dates after their file was received, where that is recorded, that the other order puts before."""
    received = fields.rows.received_at
    if received is None or name == "period_end":  # the end of a period may well lie ahead
        return np.zeros(len(texts), np.bool_)
    is_late: Truth = is_both & np.asarray(pc.fill_null(pc.greater(fields[name].values, received), False))
    if is_late.any():
        places = pa.array(is_late)
        other = _instants_by(texts.filter(places), fields, name, swapped)
        is_late[is_late] = np.asarray(pc.fill_null(pc.less_equal(other, received.filter(places)), False))
    return is_late


def _counts_by_file(fields: Fields, name: str, **told: Truth) -> pa.Table | None:
    """Counts by file; None where there is nothing to count."""
    if not any(truth.any() for truth in told.values()):
        return None
    files, places = np.unique(np.asarray(fields.rows.files), return_inverse=True)
    counts = {
        column: np.bincount(places, weights=told[column], minlength=len(files)).astype(np.int64)
        if column in told
        else np.zeros(len(files), np.int64)
        for column in COUNTS
    }
    return pa.table({"file": files, "field": [name] * len(files), **counts}, schema=DATE_ORDERS)
