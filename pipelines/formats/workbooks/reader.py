"""Workbooks (XLSX, XLS, ODS) to text by column: one sheet, found by its header.

Sizes are checked in `zipped_sizes` and `binary_sizes`.

A workbook is read whole, twice: once to find the header and what is no data, once for the rows.
"""

import io
import zipfile
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import pyarrow as pa
from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from pipelines.contracts.contract import FileTerms, declared_names, declared_places
from pipelines.formats import header_rows
from pipelines.formats.header_rows import Header
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import RawChunk, RawFile, kind_differences
from pipelines.formats.source import Source
from pipelines.formats.values_as_text import as_text, text_array
from pipelines.formats.workbooks import compound_files
from pipelines.formats.workbooks.binary_sizes import LOCKED, check_binary_workbook
from pipelines.formats.workbooks.compound_files import CompoundFile
from pipelines.formats.workbooks.zipped_sizes import check_zipped_workbook
from pipelines.vocabulary.column_names import column_name
from pipelines.vocabulary.reasons import Reason

CHUNK: Final = 65_536
"""Rows of a chunk."""
_OTHER: Final = FileRefusal("file_undecodable", Reason("workbook_other"))
_EMPTY: Final = FileRefusal("file_empty", Reason("file_without_rows"))
_SEVERAL_SHEETS: Final = Reason("sheets_several")
_STREAMS: Final = ("Workbook", "Book")


@dataclass(frozen=True)
class _Page:
    """One sheet with its header, and what of it is no data."""

    sheet: str
    names: tuple[str, ...]
    first_row: int
    """The first sheet row after the header."""
    skipped: frozenset[int]
    """Sheet rows after the header that are no data."""
    differences: tuple[Reason, ...]


def read_workbook(source: Source, terms: FileTerms, limits: Limits) -> RawFile | FileRefusal:
    """Read the contract's sheet, else the first visible one that has the contract's columns. Blank rows don't count."""
    declared = declared_names(terms)
    workbook, kind = _open_workbook(source, limits)
    chosen, differences = _chosen_sheet(workbook, terms.sheet, declared)
    page = _page(workbook.get_sheet_by_name(chosen), chosen, declared)
    if page is None:
        return _EMPTY
    places = declared_places(page.names, declared)
    return RawFile(
        page.names,
        lambda: _workbook_chunks(_parsed_workbook(source.read()).get_sheet_by_name(page.sheet), page, places),
        format_differences=(*kind_differences(terms.format, kind), *differences, *page.differences),
    )


def workbook_kind(content: bytes) -> str:
    """Which kind of workbook the bytes are: `xlsx`, `xls` or `ods`, by what they hold.

    Raises:
        FileRefusedError: they are none, or one that needs a password.
        Exception: they are damaged; whatever the parsers of archives raise.
    """
    if content.startswith(compound_files.MAGIC):
        names = CompoundFile(content).names
        if "EncryptedPackage" in names:
            raise FileRefusedError(LOCKED)
        kind = "xls" if set(_STREAMS) & names else None
    else:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name.replace("\\", "/").lower() for name in archive.namelist()}
        is_office, is_open_document = "[content_types].xml" in parts, "content.xml" in parts
        is_binary = any(part.endswith("workbook.bin") for part in parts)
        kind = None if is_binary or is_office == is_open_document else "xlsx" if is_office else "ods"
    if kind is None:
        raise FileRefusedError(_OTHER)
    return kind


def _open_workbook(source: Source, limits: Limits) -> tuple[CalamineWorkbook, str]:
    """A workbook of bounded size, and its kind."""
    content = source.read()
    kind = workbook_kind(content)
    _check(content, kind, limits)
    return _parsed_workbook(content), kind


def _check(content: bytes, kind: str, limits: Limits) -> None:
    if kind == "xls":
        streams = (CompoundFile(content).stream(name) for name in _STREAMS)
        check_binary_workbook(next(stream for stream in streams if stream is not None), limits)
    else:
        check_zipped_workbook(content, limits)


def _parsed_workbook(content: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError:
        raise FileRefusedError(LOCKED) from None


def _chosen_sheet(
    workbook: CalamineWorkbook, wanted: str | None, declared: frozenset[str]
) -> tuple[str, tuple[Reason, ...]]:
    """The name of the sheet to read, and where that is not what the contract says."""
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    visible = _sheet_names(sheet for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible) or _sheet_names(
        sheets
    )
    if not visible:
        raise FileRefusedError(_EMPTY)
    if wanted is not None:
        same = [name for name in _sheet_names(sheets) if _comparable(name) == _comparable(wanted)]
        if not same and len(visible) > 1:
            raise FileRefusedError(FileRefusal("file_undecodable", Reason("sheet_missing", sheet=wanted)))
        return (same[0], ()) if same else (visible[0], (Reason("sheet_differs", stated=wanted),))
    if len(visible) == 1:
        return visible[0], ()
    fitting = [name for name in visible if _fits(workbook.get_sheet_by_name(name), declared)]
    return (fitting or visible)[0], (_SEVERAL_SHEETS,) if len(fitting) > 1 else ()


def _sheet_names(sheets: "Iterator[SheetMetadata] | Sequence[SheetMetadata]") -> list[str]:
    return [sheet.name for sheet in sheets]


def _comparable(name: str) -> str:
    return column_name(name).casefold()


def _fits(sheet: CalamineSheet, declared: frozenset[str]) -> bool:
    header = _header_of_sheet(sheet, declared)
    return header is not None and bool(declared & set(header[0].names))


def _header_of_sheet(sheet: CalamineSheet, declared: frozenset[str]) -> tuple[Header, int] | None:
    """The header, and the sheet row of its last line."""
    head = [(number, _cell_texts(cells)) for number, cells in islice(_filled_rows(sheet), header_rows.MOST_TITLES + 1)]
    if not head:
        return None
    header = header_rows.find_header([texts for _, texts in head], declared)
    return header, head[header.end - 1][0]


def _filled_rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[Any]]]:
    """The rows that are not blank, with their sheet rows."""
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if any(cell != "" and not (isinstance(cell, str) and cell.isspace()) for cell in cells):
            yield number, cells


def _cell_value(cell: Any) -> Any:
    """A cell's value; None for an empty cell and for an error such as #N/A, which the parser gives as no text."""
    return None if cell == "" else cell


def _cell_texts(cells: Sequence[Any]) -> list[str]:
    return [as_text(cell) or "" for cell in cells]


def _page(sheet: CalamineSheet, name: str, declared: frozenset[str]) -> _Page | None:
    """What of a sheet is header, data and neither; None for an empty one."""
    found = _header_of_sheet(sheet, declared)
    if found is None:
        return None
    header, last_line = found
    names = [*header.names, *("" for _ in range(sheet.width - len(header.names)))]
    nameless = [place for place, column in enumerate(names) if not column]
    repeated: set[int] = set()
    last: deque[tuple[int, list[Any]]] = deque(maxlen=header_rows.MOST_TOTALS)
    firsts = {line[0] for line in header.lines}
    for number, cells in _filled_rows(sheet):
        if number <= last_line:
            continue
        if isinstance(cells[0], str) and column_name(cells[0]) in firsts and header.is_repeated_by(_cell_texts(cells)):
            repeated.add(number)
            continue
        last.append((number, cells))
        for place in [place for place in nameless if cells[place] != ""]:
            names[place] = f"column {place + 1}"
            nameless.remove(place)
    totals: set[int] = set()
    while last and header_rows.is_total(_cell_texts(last[-1][1])):
        totals.add(last.pop()[0])
    differences = {
        header_rows.TITLES: header.place > 0,
        header_rows.TWO_LINES: len(header.lines) > 1,
        header_rows.REPEATED: bool(repeated),
        header_rows.TOTALS: bool(totals),
    }
    met = tuple(difference for difference, is_met in differences.items() if is_met)
    return _Page(name, tuple(names), last_line + 1, frozenset(repeated | totals), met)


def _workbook_chunks(sheet: CalamineSheet, page: _Page, places: dict[str, int]) -> Iterator[RawChunk]:
    data = (row for row in _filled_rows(sheet) if row[0] >= page.first_row and row[0] not in page.skipped)
    done = 0
    while rows := list(islice(data, CHUNK)):
        columns = {name: text_array([_cell_value(cells[place]) for _, cells in rows]) for name, place in places.items()}
        yield RawChunk(
            table=pa.table(columns),
            row_numbers=pa.array(range(done + 1, done + len(rows) + 1), pa.int64()),
            malformed=pa.array([], pa.int64()),
            sheet_rows=pa.array([number for number, _ in rows], pa.int64()),
            malformed_sheet_rows=pa.array([], pa.int64()),
        )
        done += len(rows)
