"""Rejected rows: every reason of every row, with the column and its cause, never a value.

What was expected is put into the words that are published here. Of a file, so many rows of each reason are told one
by one, and of the others those that follow one another in one line: room and time do not grow with what is bad. What
of it is published belongs to `rejected_lines`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays.values import Truth
from pipelines.vocabulary.reasons import Reason
from pipelines.wording.reasons import published

Numbers = npt.NDArray[np.int64]

REFUSALS: Final = pa.schema(
    {
        "file": pa.int64(),
        "row_number": pa.int64(),
        "sheet_row": pa.int64(),
        "lead_id": pa.string(),
        "last_row_number": pa.int64(),
        "row_count": pa.int64(),
        "reason_row_count": pa.int64(),
        "rejected_row_count": pa.int64(),
        "reason": pa.string(),
        "column": pa.string(),
        "expected": pa.string(),
        "cause": pa.string(),
        "figures": pa.string(),
    }
)
"""`file` is the position of the file among the run's files; row numbers and counts are NULL for a whole file, `lead_id`
where the row has none that can be shown."""
COUNTS: Final = ("row_count", "reason_row_count", "rejected_row_count")
"""Rows of a line; of them, those that no other line of the reason counts; those that no other line counts."""
PLACE: Final = ("file", "row_number", "sheet_row")
"""Where a row stands; see `RowsInFiles`."""


@dataclass(frozen=True)
class Rejection:
    """One reason for which some rows are rejected."""

    is_met: Truth
    """True for each row that is rejected for it."""
    reason: str
    column: str | None
    cause: Reason


class RowsInFiles(Protocol):
    """Rows that know where they stand."""

    @property
    def files(self) -> pa.Array:
        """Position of each row's file among the run's files."""

    @property
    def row_numbers(self) -> pa.Array:
        """1-based data row."""

    @property
    def sheet_rows(self) -> pa.Array:
        """Row as a spreadsheet numbers it, or NULL."""


def refused_rows(rejections: Iterable[Rejection], rows: RowsInFiles, lead_ids: pa.Array, most: int) -> pa.Table:
    """Each rejection's lines. `lead_ids`: of each row, NULL where it is bad; `most`: see `row_refusals`."""
    parts = [REFUSALS.empty_table()]
    place = (rows.files, rows.row_numbers, rows.sheet_rows, lead_ids)
    is_counted = np.zeros(len(rows.files), np.bool_)
    is_counted_under: dict[str, Truth] = {}
    for rejection in (rejection for rejection in rejections if rejection.is_met.any()):
        under = is_counted_under.setdefault(rejection.reason, np.zeros_like(is_counted))
        where = np.flatnonzero(rejection.is_met)
        are_new = ~under[where], ~is_counted[where]
        taken = [column.take(pa.array(where)) for column in place]
        parts.append(row_refusals(taken, rejection.reason, rejection.column, rejection.cause, most, are_new))
        is_counted |= rejection.is_met
        under |= rejection.is_met
    return pa.concat_tables(parts)


def row_refusals(
    place: Sequence[pa.Array],
    reason: str,
    column: str | None,
    cause: Reason,
    most: int,
    are_new: tuple[Truth, Truth] | None = None,
) -> pa.Table:
    """The same reason for several rows, in the order of their files and numbers.

    Args:
        place: the first columns of `REFUSALS`, three or four.
        reason: the reject reason.
        column: the column concerned.
        cause: what was expected.
        most: rows of a file that have a line each; of the others, those that follow one another share one.
        are_new: which rows no line before counts for the reason, and which none counts at all; without it, all.
    """
    files, row_numbers = (np.asarray(column) for column in place[:2])
    starts = _starts_of_lines(files, row_numbers, most)
    firsts = pa.array(starts)
    ends = np.append(starts[1:], len(files)) - 1
    row_counts = np.diff(np.append(starts, len(files)))
    new_counts = [_counts_of_lines(is_new, starts) for is_new in are_new] if are_new else [row_counts, row_counts]
    counted = [pa.array(column, pa.int64()) for column in (row_numbers[ends], row_counts, *new_counts)]
    lead_ids = place[3:] or [pa.nulls(len(files), pa.string())]
    return refusals([column.take(firsts) for column in (*place[:3], *lead_ids)] + counted, reason, column, cause)


def _starts_of_lines(files: Numbers, row_numbers: Numbers, most: int) -> Numbers:
    """Places of the rows with which lines begin."""
    places = np.arange(len(files))
    begins_file = np.append(True, files[1:] != files[:-1])[: len(files)]
    place_in_file = places - np.maximum.accumulate(np.where(begins_file, places, 0))
    follows = np.append(False, row_numbers[1:] == row_numbers[:-1] + 1)[: len(files)]
    return np.flatnonzero(begins_file | ~follows | (place_in_file <= most))


def _counts_of_lines(is_met: Truth, starts: Numbers) -> Numbers:
    """How often it is met from each start to the next."""
    met = np.append(0, np.cumsum(is_met, dtype=np.int64))
    counts: Numbers = np.diff(met[np.append(starts, len(is_met))])
    return counts


def refusals(place: Sequence[pa.Array], reason: str, column: str | None, cause: Reason) -> pa.Table:
    """The same reason for several lines or files. `place`: the first columns of `REFUSALS`; those left out are NULL."""
    count = len(place[0])
    absent = [pa.nulls(count, kind) for kind in REFUSALS.types[len(place) : REFUSALS.names.index("reason")]]
    words = (reason, column, published(cause), cause.code, cause.figures_text())
    same = [pa.repeat(pa.scalar(word, pa.string()), count) for word in words]
    return pa.Table.from_arrays([*place, *absent, *same], schema=REFUSALS)


def met_by_none(rejections: Iterable[Rejection], count: int) -> Truth:
    """True for each of `count` rows that no rejection concerns."""
    is_rejected = np.zeros(count, np.bool_)
    for rejection in rejections:
        is_rejected |= rejection.is_met
    return ~is_rejected
