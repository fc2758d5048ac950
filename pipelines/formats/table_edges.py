"""The edges of a table: where its header is, and which rows are titles, the header again or totals, and so no data.

One rule for every format whose rows are cells: delimited text, workbooks, and samples of both. JSON and Parquet have no
such edges: their columns are named with each value or in the file's own schema, and every object is a row.

Rows are cells as text, "" for nothing, with the number that their file gives them; blank ones are left out. What a
format calls a row, and how its cells become text, is the reader's.

- Header: among the first `HEADER_REACH` rows the one, or those two or three that belong together, with most of the
  names sought.
  What stands above is titles; the row directly above may name groups of columns, those below may explain them.
- Among the rows: a line of the header again, cell by cell.
- Foot: any number of rows at the end that only sum up the table; and after these, or after a blank row, those of a
  single cell, as reports have them: title, copyright, who made it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final, Protocol
from unicodedata import normalize

from pipelines.identifiers.likeness import looks_like_person
from pipelines.vocabulary.column_names import column_name
from pipelines.vocabulary.reasons import Reason

TITLES: Final = Reason("titles_found")
TWO_LINES: Final = Reason("header_of_lines")
REPEATED: Final = Reason("header_again")
TOTALS: Final = Reason("totals_found")
FOOTER: Final = Reason("footer_found")
HEADER_REACH: Final = 50
"""Rows among which a header is looked for."""
ROWS_BELOW: Final = 50
"""Rows below a header that tell whether it goes on."""
ROWS_FOR_NAMES: Final = 1000
"""Rows below a header that tell whether a column without a name holds something."""
_MOST_EXPLAINING: Final = 3
_FEWEST: Final = 3
_WIDE: Final = 3
"""Columns from which on a single cell is hardly a row."""
_TOTAL: Final = re.compile(
    r"(?:(?:grand[ -]|sous[ -]?|sub[ -]?)?(?:totals?|totaux)|somme|nombre|nb|count|rows|records|enregistrements|eof|"
    r"fin d(?:[eu] |e l['’]|['’])(?:fichier|export)|end of (?:file|export))\b",
    re.IGNORECASE,
)
_TELLING: Final = re.compile(r"[\d@]")

Cells = Sequence[str]
NumberedRow = tuple[int, Cells]
Names = tuple[str, ...]
NamedRow = tuple[int, Names]


class SoughtNames(Protocol):
    """Names by which a header is known: the contract's columns, or those that vendors give to canonical fields."""

    def __contains__(self, name: object, /) -> bool:
        """Whether a name, as `column_name` gives it, is one of them."""

    def __len__(self) -> int:
        """How many there are at most."""


@dataclass(frozen=True)
class HeaderPlace:
    """Where a header may be: a row, or two or three that belong together."""

    names: Names
    """One a column, NFC and trimmed; "" for a column without a name."""
    lines: tuple[NamedRow, ...]
    """Its one, two or three rows, the cells as names."""
    hits: int
    """How many of the names sought it has."""
    rows_above: int
    above: NamedRow | None
    """The row directly above; None where there is none, or blank ones."""

    @property
    def last(self) -> int:
        """The number of its last row."""
        return self.lines[-1][0]


@dataclass(frozen=True)
class Header:
    """A header that was found."""

    names: Names
    """One a column, NFC and trimmed; "" for a column without a name."""
    lines: tuple[NamedRow, ...]
    """All its rows, the cells as names: groups of columns, names, explanations."""
    title_count: int

    @property
    def last(self) -> int:
        """The number of its last row."""
        return self.lines[-1][0]

    @property
    def differences(self) -> tuple[Reason, ...]:
        """Where it is not one row at the start of the file."""
        met = {TITLES: self.title_count > 0, TWO_LINES: len(self.lines) > 1}
        return tuple(difference for difference, is_met in met.items() if is_met)

    @cached_property
    def first_names(self) -> frozenset[str]:
        """What stands in the first column of its rows: nothing else begins a row that repeats one of them."""
        return frozenset(names[0] for _, names in self.lines if names)

    def is_repeated_by(self, cells: Cells) -> bool:
        """Whether a row is one of the header's rows again."""
        if not cells or column_name(cells[0]) not in self.first_names:
            return False
        return without_end(_names_of(cells)) in [without_end(names) for _, names in self.lines]

    def is_total(self, cells: Cells) -> bool:
        """Whether a row at the end of the table only sums it up.

        At most two cells are filled, fewer than there are columns, each on one line; the first begins with a word for
        it; none holds anybody's identifier.
        """
        filled = [cell.strip() for cell in cells if cell.strip()]
        if not 0 < len(filled) <= min(2, sum(map(bool, self.names)) - 1) or any(map(_has_line_end, filled)):
            return False
        return begins_total(filled[0]) and not any(looks_like_person(cell, "cell") for cell in filled)

    def is_foot_line(self, cells: Cells) -> bool:
        """Whether a row at the end of the table, after blank ones or totals, is none: one cell, nobody's identifier."""
        filled = [cell for cell in cells if cell.strip()]
        return len(filled) == 1 and sum(map(bool, self.names)) >= _WIDE and not looks_like_person(filled[0], "cell")


def begins_total(cell: str) -> bool:
    """Whether the first filled cell of a row begins with a word for a total."""
    return _TOTAL.match(normalize("NFC", cell.lstrip())) is not None


def is_blank(cells: Iterable[str]) -> bool:
    """Whether a row holds nothing: it is none, wherever it stands."""
    return not any(cell.strip() for cell in cells)


def find_place(rows: Iterable[NumberedRow], sought: SoughtNames) -> HeaderPlace | None:
    """The place among the first rows that has most of the names sought; of several the first; None without a row.

    A later row than the first must have two of them (all, where one is sought), so that a value that is spelled like a
    column's name makes no header.
    """
    best: HeaderPlace | None = None
    upper: HeaderPlace | None = None
    two_lines: HeaderPlace | None = None
    for count, (number, cells) in enumerate(islice(rows, HEADER_REACH)):
        names = _names_of(cells)
        above = upper.lines[0] if upper and upper.lines[0][0] == number - 1 else None
        single = HeaderPlace(names, ((number, names),), _hits(names, sought), count, above)
        joined = _of_two_lines(upper, single, sought) if upper else None
        of_three = _of_two_lines(two_lines, single, sought) if two_lines else None
        for place in (single, joined, of_three):
            if place and (best is None or (place.hits > best.hits and place.hits >= min(2, len(sought)))):
                best = place
        if best and sought and best.hits == len(sought):
            break
        upper, two_lines = single, joined
    return best


def header_at(place: HeaderPlace, rows_below: Iterable[NumberedRow]) -> Header:
    """The whole header: with the row that names groups of columns above it, and those below that go on with it.

    Args:
        place: where it is.
        rows_below: the next rows; `ROWS_BELOW` of them are looked at.
    """
    below = list(islice(rows_below, ROWS_BELOW))
    groups = [place.above] if place.above and _names_groups(place.above[1]) else []
    explaining = [(number, _names_of(cells)) for number, cells in below[: _explaining_count(below, place.names)]]
    return Header(place.names, (*groups, *place.lines, *explaining), place.rows_above - len(groups))


def with_numbers(names: Names, rows: Iterable[Cells]) -> Names:
    """Names with `column <n>` for those without a name that hold something in some rows as wide as the header."""
    nameless = {place for place, name in enumerate(names) if not name}
    if not nameless:
        return names
    filled = {place for row in rows if len(row) == len(names) for place in nameless if row[place].strip()}
    return tuple(numbered_column(place + 1) if place in filled else name for place, name in enumerate(names))


def numbered_column(number: int) -> str:
    """The name of a column that has none and holds something."""
    return f"column {number}"


def _hits(names: Names, sought: SoughtNames) -> int:
    return len({name for name in names if name in sought})


def _of_two_lines(upper: HeaderPlace, lower: HeaderPlace, sought: SoughtNames) -> HeaderPlace | None:
    """Two rows as one header: group titles above names, or names beside a group.

    None where the second has a value below a name that already stands for itself.
    """
    width = max(len(upper.names), len(lower.names))
    above, below = (line + ("",) * (width - len(line)) for line in (upper.names, lower.names))
    if any(top in sought and bottom and bottom not in sought for top, bottom in zip(above, below, strict=True)):
        return None
    names, group = [], ""
    for top, bottom in zip(above, below, strict=True):
        group = top or group
        joined = column_name(f"{group} {bottom}") if bottom else top
        names.append(next((name for name in (joined, bottom, top) if name in sought), bottom or top))
    found = tuple(names)
    return HeaderPlace(found, (*upper.lines, *lower.lines), _hits(found, sought), upper.rows_above, upper.above)


def _names_groups(names: Names) -> bool:
    """Whether a row could name groups of columns: several cells, none with a digit."""
    filled = [name for name in names if name]
    return len(filled) > 1 and not any(map(_is_telling, filled))


def _explaining_count(below: Sequence[NumberedRow], names: Names) -> int:
    """How many rows below the header go on with it.

    Such a row is not the header again, and has distinct words, without any digit or at sign, in every column in
    which all rows below have one; there are at least three of these columns and three such rows.
    """
    count = 0
    while count < min(_MOST_EXPLAINING, len(below) - _FEWEST):
        words = _names_of(below[count][1])
        rows = [cells for _, cells in below[count + 1 :] if len(cells) == len(words) and any(map(_is_telling, cells))]
        telling = [place for place in range(len(words)) if all(_is_telling(row[place]) for row in rows)]
        told = {words[place] for place in telling} - {""}
        is_row = any(map(_is_telling, words)) or words == names
        if is_row or min(len(rows), len(telling)) < _FEWEST or len(told) < len(telling):
            break
        count += 1
    return count


def _is_telling(text: str) -> bool:
    return _TELLING.search(text) is not None


def _has_line_end(text: str) -> bool:
    return "\n" in text or "\r" in text


def _names_of(cells: Cells) -> Names:
    return tuple(map(column_name, cells))


def without_end(names: Names) -> Names:
    """Names without the empty ones at the end."""
    return names[: max((place for place, name in enumerate(names, 1) if name), default=0)]
