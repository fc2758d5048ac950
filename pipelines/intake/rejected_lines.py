"""How many lines the rejected rows of a file are told in, whatever was delivered: counts stay exact, samples bounded.

Of each file the first rejected rows, up to a limit, have a line for each reason. Of those after them, rows that follow
one another and have the same reason, column and cause share a line, a run; there are as many runs as the limit says,
those that begin first. What is left has one line for each reason, column and cause: how many rows, and from which to
which they lie. The limit holds however the rows came, so that the same input has the same lines.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import Truth
from pipelines.intake.refusals import COUNTS, Numbers

_SAME: Final = ("reason", "column", "expected", "cause", "figures")
"""What rows of one run share."""


def told_lines(pieces: Iterator[pa.Table], rejected: Numbers, most: int) -> Iterator[pa.Table]:
    """The lines of rejected rows, in order, bounded for each file.

    Args:
        pieces: lines with the columns of `REFUSALS`, in the order of file, row number, reason, column and cause.
        rejected: distinct rejected rows of each file.
        most: rows of a file that are told one by one, and then as many runs.
    """
    file, bounded = -1, _BoundedFile(most)
    for piece in pieces:
        for many, lines in _cut_by_file(piece, rejected > most):
            if many != file:
                yield from bounded.rest()
                file, bounded = many, _BoundedFile(most)
            yield from bounded.add(lines) if many >= 0 else [lines]
    yield from bounded.rest()


def _cut_by_file(piece: pa.Table, are_many: Truth) -> Iterator[tuple[int, pa.Table]]:
    """A piece by the files whose lines are bounded; -1 for the lines of all others, and of whole files."""
    files = piece["file"].to_numpy()
    is_row = np.asarray(pc.is_valid(piece["row_number"]))
    many = np.where(are_many[files] & is_row, files, -1)
    starts = np.flatnonzero(np.append(True, many[1:] != many[:-1]))
    for start, end in zip(starts, np.append(starts[1:], len(many)), strict=True):
        yield int(many[start]), piece.slice(start, end - start)


class _BoundedFile:
    """The lines of one file: first one by one, then what is held until the file ends."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._row_count, self._last_row = 0, 0
        self._runs: pa.Table | None = None
        self._others: pa.Table | None = None

    def add(self, lines: pa.Table) -> Iterator[pa.Table]:
        """Take lines that come after those before; the first of the file leave at once."""
        first_count = self._count_of_first(lines)
        if first_count:
            yield lines.slice(0, first_count)
        if first_count < lines.num_rows:
            self._hold(lines.slice(first_count))

    def rest(self) -> Iterator[pa.Table]:
        """Runs, and what they leave out, in order."""
        if self._runs is not None:
            held = _in_order(_joined(self._runs, self._others))
            lead_ids = pc.if_else(pc.equal(held["row_count"], 1), held["lead_id"], pa.scalar(None, pa.string()))
            yield held.set_column(held.column_names.index("lead_id"), "lead_id", lead_ids)

    def _count_of_first(self, lines: pa.Table) -> int:
        """How many of the lines are of rows within the limit; the lines of a row are neighbours."""
        rows = lines["row_number"].to_numpy()
        numbers = self._row_count + np.cumsum(rows != np.append(self._last_row, rows[:-1]))
        self._row_count, self._last_row = int(numbers[-1]), int(rows[-1])
        return int(np.searchsorted(numbers, self._most, side="right"))

    def _hold(self, lines: pa.Table) -> None:
        """Runs go on from piece to piece; one that begins after the limit's last is among the others, whole."""
        runs = _in_order(_merged_lines(_joined(lines, self._runs), are_runs=True))
        self._runs = runs.slice(0, self._most)
        if runs.num_rows > self._most:
            others = _joined(runs.slice(self._most), self._others)
            self._others = _merged_lines(others, are_runs=False)


def _joined(lines: pa.Table, more: pa.Table | None) -> pa.Table:
    return (lines if more is None else pa.concat_tables([more, lines])).combine_chunks()


def _in_order(lines: pa.Table) -> pa.Table:
    return lines.sort_by([(name, "ascending") for name in ("row_number", *_SAME)])


def _merged_lines(lines: pa.Table, *, are_runs: bool) -> pa.Table:
    """Lines with the same cause as one: of rows that follow one another, or of all."""
    alike = _codes_of_same(lines)
    order = np.lexsort((lines["row_number"].to_numpy(), alike))
    lines, alike = lines.take(pa.array(order)), alike[order]
    firsts, lasts = lines["row_number"].to_numpy(), lines["last_row_number"].to_numpy()
    begins = np.append(True, (alike[1:] != alike[:-1]) | (are_runs & (firsts[1:] != lasts[:-1] + 1)))
    starts = np.flatnonzero(begins)
    made = {name: np.add.reduceat(lines[name].to_numpy(), starts) for name in COUNTS}
    made["last_row_number"] = np.maximum.reduceat(lasts, starts)
    merged = lines.take(pa.array(starts))
    for name, values in made.items():
        merged = merged.set_column(merged.column_names.index(name), name, pa.array(values, pa.int64()))
    return merged


def _codes_of_same(lines: pa.Table) -> Numbers:
    """The same number for lines that differ in their place alone."""
    texts = [pc.fill_null(lines[name], "") for name in _SAME]
    joined = pc.binary_join_element_wise(*texts, "\x1f").combine_chunks()
    codes: Numbers = joined.dictionary_encode().indices.to_numpy().astype(np.int64)
    return codes
