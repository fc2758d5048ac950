"""How an opposition file is laid out: which of its columns is which of ours, and what stands for those it lacks.

Reading the file belongs to who calls; lines of cells under our names are parsed in `lines`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.dates.iso_texts import in_other_order, iso_texts
from pipelines.dates.patterns import date_pattern
from pipelines.oppositions.lines import (
    OPTIONAL_COLUMNS,
    REQUIRED_COLUMNS,
    YEARS,
    LineFault,
    RefusedLine,
    expected_instead,
)

COLUMNS: Final = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)
DATES: Final = ("opposed_at", "recorded_at", "shared_at", "revoked_at")
UNKNOWN: Final = "unknown"
BEFORE_ALL: Final = f"{YEARS[0]}-01-01"
"""An opposition of unknown date: it blocks every lead, whenever that was delivered. Nobody answers for more by it: a
vendor does from the share on, which has a date of its own."""

Order = Literal["dmy", "mdy"]


class LayoutError(ValueError):
    """A file that can't be read as told; says what would mend it, never a value or a name of the file's own."""


@dataclass(frozen=True)
class FileLayout:
    """What an import was told of its files."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Our column -> the file's; an empty name: the file has none."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Our column -> what counts where the file says nothing: no such column, or an empty cell."""
    has_header: bool = True
    date_order: Order | None = None
    date_pattern: str | None = None
    """JDK pattern of all dates; None: found out from them, column by column."""

    def __post_init__(self) -> None:
        unknown = sorted({*self.columns, *self.constants} - {*COLUMNS})
        if unknown:
            raise LayoutError(f"{', '.join(unknown)}: expected one of {', '.join(COLUMNS)}")
        for column, text in self.constants.items():
            if expected := expected_instead(column, text):
                raise LayoutError(f"{_option(column)}: expected {expected}")

    @property
    def names(self) -> Mapping[str, str]:
        """Our column -> the name that it may have in the file: as told, else our own."""
        if not self.has_header:
            return {"identifier": "identifier"}
        told = {ours: self.columns.get(ours, ours) for ours in COLUMNS}
        return {ours: theirs for ours, theirs in told.items() if theirs}

    def found_in(self, columns: Sequence[str]) -> Mapping[str, str]:
        """Our column -> the file's, of those that it has. It may lack `recorded_at`: the import knows when it is.

        Raises:
            LayoutError: it lacks one that was told, or one that nothing stands for.
        """
        lacking = [theirs for theirs in self.columns.values() if theirs and theirs not in columns]
        if lacking and self.has_header:
            raise LayoutError(f"expected the columns {', '.join(lacking)} in its header")
        found = {ours: theirs for ours, theirs in self.names.items() if theirs in columns}
        missing = [name for name in REQUIRED_COLUMNS if name not in {*found, *self.constants, "recorded_at"}]
        if missing:
            raise LayoutError(
                f"expected the header {','.join(REQUIRED_COLUMNS)}, or options for other headers; missing: "
                + "; ".join(f"{name} ({_option(name)})" for name in missing)
            )
        return found

    def pattern_of(self, name: str, texts: pa.Array) -> str | None:
        """The pattern of a column's dates, all of which are given; None for ISO 8601, and where none is found.

        Raises:
            LayoutError: no date, or dates of either kind, tell whether day or month comes first, or they deny what was
                told.
        """
        filled = pc.unique(pc.utf8_trim_whitespace(texts))
        filled = filled.filter(pc.not_equal(filled, ""))
        found = date_pattern(filled)
        if self.date_pattern or found is None or found.pattern is None or _order(found.pattern) is None:
            return self.date_pattern or (found.pattern if found else None)
        patterns = {_order(pattern): pattern for pattern in (found.pattern, in_other_order(found.pattern))}
        proven = [order for order, pattern in patterns.items() if _reads_more(pattern, filled)]
        if self.date_order and (not proven or self.date_order in proven):
            return patterns[self.date_order]
        if self.date_order:
            raise LayoutError(f"column {name}: its dates are not in the order --date-order {self.date_order}")
        if len(proven) != 1:
            told = "day and month are in both orders" if proven else "in every date day and month could change places"
            raise LayoutError(f"column {name}: {told}; say --date-order dmy or mdy")
        return patterns[proven[0]]


def laid_out(
    table: pa.Table, found: Mapping[str, str], constants: Mapping[str, str], patterns: Mapping[str, str]
) -> pa.Table:
    """Rows of a file as columns under our names: dates as ISO 8601 where their pattern reads them, constants put in.

    Args:
        table: some rows, as text under the file's names.
        found: our column -> the file's.
        constants: see `FileLayout`.
        patterns: our column -> the pattern of its dates, if not ISO 8601.
    """
    columns = {ours: _cells(table[theirs], patterns.get(ours), constants.get(ours)) for ours, theirs in found.items()}
    absent = {ours: pa.repeat(text, len(table)) for ours, text in constants.items() if ours not in columns}
    return pa.table(columns | absent)


def in_their_words(line: RefusedLine, found: Mapping[str, str], patterns: Mapping[str, str]) -> RefusedLine:
    """A refused line under the names of the file's columns, dates expected as the file writes them."""
    return replace(line, faults=tuple(_named(fault, found, patterns) for fault in line.faults))


def _named(fault: LineFault, found: Mapping[str, str], patterns: Mapping[str, str]) -> LineFault:
    column = fault.column or ""
    expected = f"{fault.expected}, or a date as {patterns[column]}" if column in patterns else fault.expected
    return replace(fault, column=found.get(column, fault.column), expected=expected)


def _cells(texts: pa.ChunkedArray, pattern: str | None, constant: str | None) -> pa.Array:
    told = pc.utf8_trim_whitespace(pc.fill_null(texts.combine_chunks(), ""))
    read = pc.coalesce(iso_texts(told, pattern), told) if pattern else told
    return read if constant is None else pc.if_else(pc.equal(told, ""), constant, read)


def _option(column: str) -> str:
    """The option that stands for a column."""
    return f"--{column.replace('_', '-')}"


def _order(pattern: str) -> Order | None:
    """The order of a pattern; None where it begins with the year."""
    orders: Mapping[str, Order] = {"d": "dmy", "M": "mdy"}
    return orders.get(pattern[0])


def _reads_more(pattern: str, texts: pa.Array) -> bool:
    """Whether a pattern reads a date that it would not with day and month exchanged."""
    is_read, is_read_exchanged = (
        pc.is_valid(iso_texts(texts, one)) for one in (pattern, in_other_order(pattern))
    )  # fmt: skip
    return bool(pc.any(pc.and_not(is_read, is_read_exchanged)).as_py())
