"""Workbooks (XLSX, XLS, ODS) to text by column: one sheet, found by its header.

Sizes are checked in `zipped_sizes` and `binary_sizes`.

A workbook is read whole, twice: once to find the header and what is no data, once for the rows.
"""

import io
import zipfile
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
from pipelines.formats.file_kind import Outline
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import FoundFormat, RawChunk, RawFile
from pipelines.formats.shifted_names import HEADER_SHORT, are_shifted
from pipelines.formats.source import Source
from pipelines.formats.table_edges import (
    FOOTER,
    REPEATED,
    ROWS_FOR_NAMES,
    TOTALS,
    Header,
    NumberedRow,
    SoughtNames,
    begins_total,
    find_place,
    header_at,
    numbered_column,
    with_numbers,
)
from pipelines.formats.values_as_text import FIRST_ROUNDED, as_text, text_array
from pipelines.formats.workbooks import compound_files
from pipelines.formats.workbooks.binary_sizes import LOCKED, check_binary_workbook
from pipelines.formats.workbooks.compound_files import CompoundFile
from pipelines.formats.workbooks.preparation import formulas_without_values, prepared
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
    sheet = workbook.get_sheet_by_name(chosen)
    page = _page(sheet, chosen, declared)
    if page is None:
        return _EMPTY
    if _is_short(sheet, page, terms):
        return FileRefusal("header_missing", HEADER_SHORT)
    places = declared_places(page.names, declared)
    return RawFile(
        page.names,
        lambda: _workbook_chunks(_parsed_workbook(source.read()).get_sheet_by_name(page.sheet), page, places),
        format_differences=(*differences, *page.differences, *_without_values(source, kind, page.sheet)),
        found=FoundFormat(kind, sheet=page.sheet),
    )


def outline_workbook(source: Source, terms: FileTerms, sought: SoughtNames, limits: Limits) -> Outline:
    """The sheet that would be read, and its columns."""
    workbook, kind = _open_workbook(source, limits)
    chosen, _ = _chosen_sheet(workbook, terms.sheet, sought)
    page = _page(workbook.get_sheet_by_name(chosen), chosen, sought)
    return Outline(FoundFormat(kind, sheet=chosen), page.names if page else ())


def workbook_kind(content: bytes) -> str:
    """Which kind of workbook the bytes are: `xlsx`, `xls` or `ods`, by what they hold.

    Raises:
        FileRefusedError: they are none, or one that needs a password.
        Exception: they are damaged; whatever the parsers of archives raise.
    """
    if content.startswith(compound_files.MAGIC):
        names = CompoundFile(content).names
        if "ENCRYPTEDPACKAGE" in names:
            raise FileRefusedError(LOCKED)
        kind = "xls" if {name.upper() for name in _STREAMS} & names else None
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
    if content.startswith(compound_files.MAGIC):  # the parser knows one spelling of each name
        content = CompoundFile(CompoundFile(content).respelled("Workbook")).respelled("Book")
    else:
        content = prepared(content)
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError:
        raise FileRefusedError(LOCKED) from None


def _chosen_sheet(
    workbook: CalamineWorkbook, wanted: str | None, sought: SoughtNames
) -> tuple[str, tuple[Reason, ...]]:
    """The name of the sheet to read, and where that is not what the contract says.

    Without a word in the contract: the first that is visible, not blank, and has some of the names sought.
    """
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
    places = {name: find_place(_text_rows(workbook.get_sheet_by_name(name)), sought) for name in visible}
    filled = [name for name, place in places.items() if place]
    fitting = [name for name, place in places.items() if place and place.hits]
    return (fitting or filled or visible)[0], (_SEVERAL_SHEETS,) if len(fitting) > 1 else ()


def _sheet_names(sheets: "Iterator[SheetMetadata] | Sequence[SheetMetadata]") -> list[str]:
    return [sheet.name for sheet in sheets]


def _comparable(name: str) -> str:
    return column_name(name).casefold()


def _header_of_sheet(sheet: CalamineSheet, sought: SoughtNames) -> Header | None:
    place = find_place(_text_rows(sheet), sought)
    return header_at(place, _text_rows(sheet, place.last + 1)) if place else None


def _text_rows(sheet: CalamineSheet, first: int = 1) -> Iterator[NumberedRow]:
    """The rows from a sheet row on that are not blank, as text."""
    return ((number, _cell_texts(cells)) for number, cells in _filled_sheet_rows(sheet) if number >= first)


def _filled_sheet_rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[Any]]]:
    """The rows that are not blank, with their sheet rows."""
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if any(map(_is_filled, cells)):
            yield number, cells


def _cell_value(cell: Any) -> Any:
    """A cell's value; None for an empty cell and for an error such as #N/A, which the parser gives as no text.

    Workbooks hold binary numbers, also those that the parser gives as whole ones.
    """
    is_rounded = type(cell) is int and abs(cell) >= FIRST_ROUNDED
    return None if cell == "" else float(cell) if is_rounded else cell


def _cell_texts(cells: Sequence[Any]) -> list[str]:
    return [as_text(_cell_value(cell)) or "" for cell in cells]


def _page(sheet: CalamineSheet, name: str, sought: SoughtNames) -> _Page | None:
    """What of a sheet is header, data and neither; None for an empty one."""
    header = _header_of_sheet(sheet, sought)
    if header is None:
        return None
    first_row = header.last + 1
    names = header.names + ("",) * (sheet.width - len(header.names))
    sample = (texts for _, texts in islice(_text_rows(sheet, first_row), ROWS_FOR_NAMES))
    no_data = _no_data(sheet, header)
    differences = (*header.differences, *(why for why in (REPEATED, TOTALS, FOOTER) if why in no_data.values()))
    return _Page(name, with_numbers(names, sample), first_row, frozenset(no_data), differences)


def _without_values(source: Source, kind: str, sheet: str) -> tuple[Reason, ...]:
    """That formulas were saved without their values; old binary workbooks always hold these."""
    count = 0 if kind == "xls" else formulas_without_values(source.read(), sheet)
    return (Reason("formulas_without_values", count=count),) if count else ()


def _is_short(sheet: CalamineSheet, page: _Page, terms: FileTerms) -> bool:
    """Whether a column without a name stands at the end, because one is missing before."""
    numbered = len(page.names) - 1
    if len(page.names) < 2 or page.names[-1] != numbered_column(len(page.names)):
        return False
    rows = islice(_text_rows(sheet, page.first_row), ROWS_FOR_NAMES)
    return are_shifted(page.names[:numbered], [row for number, row in rows if number not in page.skipped], terms)


def _no_data(sheet: CalamineSheet, header: Header) -> dict[int, Reason]:
    """The sheet rows after the header that are the header again, and those at the end that are its foot."""
    repeated: dict[int, Reason] = {}
    foot: dict[int, Reason] = {}
    last = header.last
    for number, cells in _filled_sheet_rows(sheet):
        if number <= header.last:
            continue
        is_foot_open, last = foot or number > last + 1, number
        if column_name(as_text(cells[0]) or "") in header.first_names and header.is_repeated_by(_cell_texts(cells)):
            repeated[number] = REPEATED
            foot.clear()
        elif _begins_total(cells) and header.is_total(_cell_texts(cells)):
            foot[number] = TOTALS
        elif is_foot_open and header.is_foot_line(_cell_texts(cells)):
            foot[number] = FOOTER
        else:
            foot.clear()
    return repeated | foot


def _begins_total(cells: Sequence[Any]) -> bool:
    first = next(filter(_is_filled, cells), None)
    return isinstance(first, str) and begins_total(first)


def _is_filled(cell: Any) -> bool:
    return cell != "" and not (isinstance(cell, str) and cell.isspace())


def _workbook_chunks(sheet: CalamineSheet, page: _Page, places: dict[str, int]) -> Iterator[RawChunk]:
    data = (row for row in _filled_sheet_rows(sheet) if row[0] >= page.first_row and row[0] not in page.skipped)
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
