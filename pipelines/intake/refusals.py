"""Rejected rows: every reason of every row, with the column and its cause, never a value.

What was expected is put into the words that are published here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import pyarrow as pa

from pipelines.arrays.values import Truth
from pipelines.vocabulary.reasons import Reason
from pipelines.wording.reasons import published

REFUSALS: Final = pa.schema(
    {
        "file": pa.int64(),
        "row_number": pa.int64(),
        "sheet_row": pa.int64(),
        "lead_id": pa.string(),
        "reason": pa.string(),
        "column": pa.string(),
        "expected": pa.string(),
        "cause": pa.string(),
        "figures": pa.string(),
    }
)
"""`file` is the position of the file among the run's files; `row_number` is NULL for a whole file, `lead_id` where the
row has none that can be shown."""
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


def refused_rows(rejections: Iterable[Rejection], rows: RowsInFiles, lead_ids: pa.Array) -> pa.Table:
    """One row a reason. `lead_ids`: of each row, NULL where it is bad."""
    parts = [REFUSALS.empty_table()]
    for rejection in rejections:
        where = pa.array(rejection.is_met)
        place = [column.filter(where) for column in (rows.files, rows.row_numbers, rows.sheet_rows, lead_ids)]
        parts.append(refusals(place, rejection.reason, rejection.column, rejection.cause))
    return pa.concat_tables(parts)


def refusals(place: Sequence[pa.Array], reason: str, column: str | None, cause: Reason) -> pa.Table:
    """The same reason for several rows or files. `place`: the first columns of `REFUSALS`; those left out are NULL."""
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
