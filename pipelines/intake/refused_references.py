"""References for which leads were refused, since they name their person: the day's proofs do not keep them either.

A proof holds no name of its person, so that nothing in its row tells. A day's proofs hang on the same day's leads
alone: in one run or many, they come out the same.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import NO_TEXT
from pipelines.intake.files import FileCase

MOST: Final = 1_000_000
"""References of a day that are held at most; where there are more, no proof of the day keeps its reference."""


class RefusedReferences:
    """By day of delivery; in memory only."""

    def __init__(self, cases: Sequence[FileCase]) -> None:
        """`cases` are all files of the run."""
        self._days = pa.array([case.delivery.day for case in cases], pa.date32())
        self._of_day: dict[date, set[str]] = {}

    def add(self, refused: pa.Table) -> None:
        """Some leads' references, with the place of their file."""
        days = self._days.take(refused["file"])
        for day in pc.unique(days).to_pylist():
            held = self._of_day.setdefault(day, set())
            if len(held) <= MOST:
                held.update(pc.unique(_reference_compared(refused["lead_id"].filter(pc.equal(days, day)))).to_pylist())

    def cut_from(self, day: date, proofs: Iterator[pa.Table]) -> Iterator[pa.Table]:
        """A day's proofs without those references."""
        held = self._of_day.get(day, set())
        values = pa.array(sorted(held), pa.string()) if len(held) <= MOST else None
        for rows in proofs:
            yield _without_references(rows, values) if held else rows


def _without_references(proofs: pa.Table, references: pa.Array | None) -> pa.Table:
    """`references`: those to cut; None for all."""
    found = proofs["lead_id"]
    kept = pa.nulls(len(found), pa.string()) if references is None else pc.if_else(
        pc.is_in(_reference_compared(found), value_set=references), NO_TEXT, found
    )  # fmt: skip
    return proofs.set_column(proofs.schema.get_field_index("lead_id"), proofs.schema.field("lead_id"), kept)


def _reference_compared(references: pa.ChunkedArray) -> pa.ChunkedArray:
    """References without what two spellings of one differ in: case, braces, a final slash."""
    return pc.utf8_lower(pc.utf8_trim(references, characters=" {}/"))
