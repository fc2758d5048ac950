"""Rows in the order of their day and some keys, however many there are: an external sort over Arrow tables.

What does not fit the bound is sorted and set aside as a run; a day's rows are the merge of its pieces of all runs. How
a run is kept aside belongs to `sorted_run_files`; what the rows mean, to whoever adds them.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

DAY: Final = "delivery_date"
RUN_BYTES: Final = 96 * 2**20
"""Rows that are gathered before they become a run; a run of everything stays in memory."""
SLAB_ROWS: Final = 8_192
"""Rows of a run that are looked at together while runs are merged."""
LARGE_SLAB_ROWS: Final = 65_536
"""The same where nothing is to be merged, and what is taken at once from rows in memory: slabs, each whole."""


class KeptRun(Protocol):
    """Sorted rows that are kept somewhere."""

    def rows(self, start: int, end: int) -> Iterator[pa.Table]:
        """The rows from one place up to another, in pieces."""


SetAside = Callable[[Iterator[pa.Table]], KeptRun]
"""Keeps pieces of `SLAB_ROWS` rows (the last may be smaller), outside the memory."""


@dataclass(frozen=True)
class _HeldRun:
    """Rows in memory and the order in which they are read: no sorted copy is made."""

    table: pa.Table
    order: pa.Array

    def rows(self, start: int, end: int) -> Iterator[pa.Table]:
        for place in range(start, end, LARGE_SLAB_ROWS):
            yield self.table.take(self.order.slice(place, min(LARGE_SLAB_ROWS, end - place)))

    def slabs(self) -> Iterator[pa.Table]:
        """All rows, in pieces for merging."""
        for rows in self.rows(0, self.table.num_rows):
            for place in range(0, rows.num_rows, SLAB_ROWS):
                yield rows.slice(place, SLAB_ROWS)


class SortedRows:
    """Takes rows in any order and gives them back day by day, sorted. NULLs come last.

    The keys are to make a total order, or rows with equal keys are to be equal: else how rows were added would show.
    """

    def __init__(self, keys: Sequence[str], set_aside: SetAside | None = None, run_bytes: int | None = None) -> None:
        """Prepare for rows with the columns `delivery_date` and `keys`; without `set_aside` all stay in memory."""
        self._keys = (DAY, *keys)
        self._set_aside = set_aside
        self._run_bytes = RUN_BYTES if run_bytes is None else run_bytes
        self._loose: list[pa.Table] = []
        self._loose_bytes = 0
        self._pieces: dict[date, list[Iterator[pa.Table]]] = {}

    def add(self, rows: pa.Table) -> None:
        """Take some rows; all have the same columns. Also while days are read, for days that are not read yet."""
        if not rows.num_rows:
            return
        self._loose.append(rows)
        self._loose_bytes += rows.nbytes
        if self._loose_bytes > self._run_bytes:
            self._close_run(self._set_aside)

    def of(self, day: date) -> Iterator[pa.Table]:
        """The rows of a day in order, in pieces of some ten thousand rows; a day can be read once."""
        if self._loose:
            self._close_run(None)
        yield from merged(self._pieces.pop(day, []), self._keys)

    def _close_run(self, set_aside: SetAside | None) -> None:
        table = pa.concat_tables(self._loose).combine_chunks()
        self._loose, self._loose_bytes = [], 0
        held = _HeldRun(table, sorted_indices(table, self._keys))
        kept = held if set_aside is None else set_aside(held.slabs())
        start = 0
        for day, part in cut_by_day(table.select([DAY]).take(held.order)).items():
            self._pieces.setdefault(day, []).append(kept.rows(start, start + part.num_rows))
            start += part.num_rows


def merged(runs: Sequence[Iterator[pa.Table]], keys: Sequence[str]) -> Iterator[pa.Table]:
    """Sorted runs as one: of the pieces at hand, the rows up to the least of their last ones are sorted together."""
    heads = [(head, run) for run in runs if (head := next(run, None)) is not None]
    while len(heads) > 1:
        bound = min(_row_key(head, keys, head.num_rows - 1) for head, _ in heads)
        cuts = [_rows_up_to(bound, head, keys) for head, _ in heads]
        yield _merged_in_order([head.slice(0, cut) for (head, _), cut in zip(heads, cuts, strict=True) if cut], keys)
        rests = [(head.slice(cut), run) for (head, run), cut in zip(heads, cuts, strict=True)]
        refilled = ((rest if rest.num_rows else next(run, None), run) for rest, run in rests)
        heads = [(head, run) for head, run in refilled if head is not None]
    for head, run in heads:
        yield head
        yield from run


def sorted_indices(table: pa.Table, keys: Sequence[str]) -> pa.Array:
    """Places of the rows in the order of the keys."""
    return pc.sort_indices(table, sort_keys=[(key, "ascending") for key in keys])


def _merged_in_order(parts: Sequence[pa.Table], keys: Sequence[str]) -> pa.Table:
    if len(parts) == 1:
        return parts[0]
    whole = pa.concat_tables(parts).combine_chunks()
    return whole.take(sorted_indices(whole, keys))


def _rows_up_to(bound: tuple[Any, ...], head: pa.Table, keys: Sequence[str]) -> int:
    return bisect_right(range(head.num_rows), bound, key=lambda place: _row_key(head, keys, place))


def _row_key(table: pa.Table, keys: Sequence[str], place: int) -> tuple[Any, ...]:
    """A row's keys as Python compares them: text by code point, which is Arrow's order of UTF-8 bytes; NULL last."""
    values = (table[key][place].as_py() for key in keys)
    return tuple((value is None, value) for value in values)


def cut_by_day(rows: pa.Table) -> dict[date, pa.Table]:
    """A table sorted by delivery date as one table a day; nothing is copied."""
    days, starts = np.unique(rows["delivery_date"].cast(pa.int32()).to_numpy(), return_index=True)
    bounds = [*starts.tolist(), rows.num_rows]
    dates = pa.array(days, pa.int32()).cast(pa.date32()).to_pylist()
    return {day: rows.slice(start, end - start) for day, start, end in zip(dates, bounds, bounds[1:], strict=False)}
