"""Where the header stands in rows of cells, and which later rows are no data: for workbooks.

Rows are cells as text, "" for nothing. What a format calls a row, and how its cells become text, is the reader's.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from pipelines.identifiers.likeness import looks_like_person
from pipelines.vocabulary.column_names import column_name

TITLES: Final = "found title lines before the header"
TWO_LINES: Final = "found a header of several lines"
REPEATED: Final = "found the header again among the rows"
TOTALS: Final = "found total lines after the rows"
MOST_TITLES: Final = 30
"""Rows, blank ones not counted, among which a header is looked for."""
MOST_TOTALS: Final = 3
"""Rows at the end of a table that may be totals."""
_TOTAL: Final = re.compile(
    r"(?:(?:grand[ -]|sous[ -]?|sub[ -]?)?(?:totals?|totaux)|somme|nombre|nb|count|rows|records|enregistrements|eof|"
    r"fin d[eu] (?:fichier|l['’]export)|fin d['’]export|end of (?:file|export))\b",
    re.IGNORECASE,
)

Cells = Sequence[str]


@dataclass(frozen=True)
class Header:
    """A header found among the first rows of a table."""

    names: tuple[str, ...]
    """One a column, NFC and trimmed; "" for a column without a name."""
    place: int
    """Position of its first line among the rows that were looked at."""
    lines: tuple[tuple[str, ...], ...]
    """Its one or two lines, each as names."""

    @property
    def end(self) -> int:
        """Position of the first row after it."""
        return self.place + len(self.lines)

    def is_repeated_by(self, cells: Cells) -> bool:
        """Whether a later row is one of the header's lines again."""
        first = column_name(cells[0]) if cells else ""
        return any(first == line[0] and _column_names_of(cells, len(line)) == line for line in self.lines)


def find_header(rows: Sequence[Cells], declared: Collection[str]) -> Header:
    """The header among the first rows of a table, none of them blank: the row with most of the contract's columns.

    A later row than the first must have two of them (all, where the contract has one), so that a value that is
    spelled like a column's name makes no header. Two lines are one header where the second only fills what the first
    leaves open: group titles above names, or names beside a group.

    Args:
        rows: at least one; those after the first `MOST_TITLES` are not looked at.
        declared: the contract's columns, as `column_name` gives them.
    """
    lines = [tuple(map(column_name, row)) for row in rows[: MOST_TITLES + 1]]
    single = [Header(line, place, (line,)) for place, line in enumerate(lines)]
    double = [_two_rows_as_header(upper, lines[upper.end], declared) for upper in single[:-1]]
    wanted = frozenset(declared)
    least = min(2, len(wanted))
    found = [(len(wanted & set(header.names)), header) for header in (*single, *(two for two in double if two))]
    fitting = [(count, header) for count, header in found if count >= least or header is single[0]]
    return max(fitting, key=lambda each: (each[0], -len(each[1].lines), -each[1].place))[1]


def is_total(cells: Cells) -> bool:
    """Whether a row at the end of a table only sums it up.

    At most two cells, and not all, are filled; the first begins with a word for it; none holds anybody's identifier.
    """
    filled = [cell for cell in cells if cell.strip()]
    if not 0 < len(filled) <= min(2, len(cells) - 1):
        return False
    return bool(_TOTAL.match(filled[0].strip())) and not any(looks_like_person(cell, "cell") for cell in filled)


def _two_rows_as_header(upper: Header, lower: tuple[str, ...], declared: Collection[str]) -> Header | None:
    """Two lines as one header; None where the second has a value below a name that already stands for itself."""
    width = max(len(upper.names), len(lower))
    above, below = _column_names_of(upper.names, width), _column_names_of(lower, width)
    if any(top in declared and bottom and bottom not in declared for top, bottom in zip(above, below, strict=True)):
        return None
    names, group = [], ""
    for top, bottom in zip(above, below, strict=True):
        group = top or group
        joined = column_name(f"{group} {bottom}")
        names.append(next((name for name in (joined, bottom, top) if name in declared), bottom or top))
    return Header(tuple(names), upper.place, (above, below))


def _column_names_of(cells: Cells, width: int) -> tuple[str, ...]:
    """Cells as column names, with empty ones up to a width."""
    return (*map(column_name, cells), *("" for _ in range(width - len(cells))))
