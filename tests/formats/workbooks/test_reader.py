"""Workbooks of the three kinds: cells as text, the sheet and the header found, sizes bounded before they are opened."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import RawFile
from pipelines.formats.source import BytesSource
from pipelines.formats.workbooks.binary_sizes import binary_workbook_size
from pipelines.formats.workbooks.compound_files import BrokenCompoundFileError, CompoundFile
from pipelines.formats.workbooks.reader import read_workbook
from pipelines.formats.workbooks.zipped_sizes import open_document_size, sheet_cells
from pipelines.vocabulary.reasons import Reason
from pipelines.wording.reasons import published
from tests.formats.test_readers import of_bytes, row_numbers, rows_of, terms
from tests.support.format_files import compound, ods, sheet_part, with_part, xls, xlsx

HEADER = ["Réf", "Téléphone", "Nom"]
WRITERS: dict[str, Callable[..., bytes]] = {"xlsx": xlsx, "xls": xls, "ods": ods}
reads = of_bytes(read_workbook)


def sheet_rows(raw: RawFile | FileRefusal) -> list[int]:
    assert isinstance(raw, RawFile), raw
    return [row for chunk in raw.chunks() for row in chunk.sheet_rows.to_pylist()]


@pytest.mark.parametrize("kind", WRITERS)
def test_cells_become_text_and_rows_keep_their_place_in_the_sheet(kind: str) -> None:
    rows = [
        HEADER,
        ["007", 612345678, "a"],
        [7, 33612345678.0, datetime(2026, 8, 11, 10, 5, 9)],
        [None, None, None],
        ["  ", None, None],
        [0.5, True, date(2026, 8, 11)],
        [None, "00", 123456789012345],
    ]
    raw = reads(WRITERS[kind](("Leads", rows)), terms(kind))
    assert rows_of(raw) == [
        ["007", "612345678", "a"],
        ["7", "33612345678", "2026-08-11T10:05:09"],
        ["0.5", "true", "2026-08-11"],
        [None, "00", "123456789012345"],
    ]
    assert isinstance(raw, RawFile)
    assert row_numbers(raw) == [1, 2, 3, 4]
    assert sheet_rows(raw) == [2, 3, 6, 7]


def test_times_durations_errors_and_cached_formulas() -> None:
    cells = (
        '<row r="1"><c r="A1" t="str"><v>Réf</v></c><c r="B1" t="str"><v>Téléphone</v></c>'
        '<c r="C1" t="str"><v>Nom</v></c></row>'
        '<row r="3"><c r="A3"><f>1+1</f><v>2</v></c><c r="B3" t="e"><v>#N/A</v></c>'
        '<c r="C3" t="str"><f>X()</f><v>x</v></c></row>'
        '<row r="4"><c r="A4" t="b"><v>1</v></c><c r="B4" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    raw = reads(with_part(xlsx(("Leads", [])), "xl/worksheets/sheet1.xml", sheet_part(cells)), terms("xlsx"))
    assert rows_of(raw) == [["2", None, "x"], ["true", None, None]]
    assert sheet_rows(raw) == [3, 4]
    content = xlsx(("Leads", [["Nom"], [time(10, 5)], [timedelta(hours=26, seconds=1)]]))
    assert rows_of(reads(content, terms("xlsx"))) == [["10:05:00"], ["26:00:01"]]


@pytest.mark.parametrize("writer", [xlsx, xls])
def test_both_date_systems_are_read(writer: Callable[..., bytes]) -> None:
    rows = [["Nom"], [datetime(2026, 8, 11, 10, 30)], [datetime(1999, 12, 31, 23, 59)]]
    for is_1904 in (False, True):
        raw = reads(writer(("Leads", rows), is_1904=is_1904), terms("xls"))
        assert rows_of(raw) == [["2026-08-11T10:30:00"], ["1999-12-31T23:59:00"]]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0)), min_size=1
    )
)
def test_a_spreadsheets_instants_are_exact_to_the_second(moments: list[datetime]) -> None:
    raw = reads(xlsx(("Leads", [["Nom"], *([moment] for moment in moments)])), terms("xlsx"))
    assert [datetime.fromisoformat(text) for (text,) in rows_of(raw) if text] == moments


@pytest.mark.parametrize("kind", WRITERS)
def test_the_sheet_is_the_contracts_else_the_first_visible_with_its_columns(kind: str) -> None:
    first, second, third = ("Cachée", [["Nom"], ["h"]]), ("Notes", [["x"], ["y"]]), ("Leads ", [["Nom"], ["a"]])
    content = WRITERS[kind](first, second, third, hidden=["Cachée"])
    assert rows_of(reads(content, terms(kind))) == [["a"]]
    assert rows_of(reads(content, terms(kind, sheet="leads"))) == [["a"]]
    assert rows_of(reads(content, terms(kind, sheet="Cachée"))) == [["h"]]
    assert reads_or_refusal(content, terms(kind, sheet="Contacts")) == FileRefusal(
        "file_undecodable", Reason("sheet_missing", sheet="Contacts")
    )


def reads_or_refusal(content: bytes, wanted: Any, limits: Limits | None = None) -> RawFile | FileRefusal:
    try:
        return of_bytes(read_workbook, limits)(content, wanted)
    except FileRefusedError as error:
        return error.refusal


def test_a_nameless_column_with_values_is_numbered() -> None:
    raw = reads(xlsx(("Leads", [["Réf", None, None], ["1", None, "x"], ["2"]])), terms("xlsx"))
    assert isinstance(raw, RawFile)
    assert raw.columns == ("Réf", "", "column 3")


@pytest.mark.parametrize("kind", WRITERS)
def test_what_a_workbook_would_take_is_bounded_by_the_setting(kind: str) -> None:
    content = WRITERS[kind](("Leads", [HEADER, *([f"{row}", "06", "x" * 500] for row in range(2000))]))
    refusal = reads_or_refusal(content, terms(kind), Limits(held_bytes=200_000))
    assert isinstance(refusal, FileRefusal)
    assert "OPPOSABLE_MAX_HELD_BYTES" in published(refusal.cause)
    assert len(rows_of(reads(content, terms(kind)))) == 2000


@pytest.mark.parametrize(
    ("rows", "cells"),
    [
        ('<row r="1"><c r="A1"/></row>', None),
        ('<row r="200000"><c r="A200000"/></row><row r="1"><c r="AZ1"/></row>', 52 * 200_000),
        ("<row><c/><c/><c/></row><row><c/></row>", 2 * 3),
        ('<x:row r="7" spans="1"><x:c s="1" r="B7"/></x:row>', 3 * 8),
        ('<row r="4000000000"><c r="XFD1"/></row>', 16_384 * 4_000_000_000),
    ],
)
def test_the_rectangle_of_a_sheet_is_told_from_its_references(rows: str, cells: int | None) -> None:
    found = sheet_cells(sheet_part(rows))
    assert found >= cells if cells else found <= 26 * 99_999


def test_repeats_of_an_open_document_are_counted_up_to_the_last_filled_cell() -> None:
    cell = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="10"/>'
    empty = '<table:table-cell table:number-columns-repeated="16000"/>'
    row = f'<table:table-row table:number-rows-repeated="1000">{cell}{empty}</table:table-row>'
    rest = f'<table:table-row table:number-rows-repeated="1000000">{empty}</table:table-row>'
    one = len(cell) + 32
    assert open_document_size(f"{row}{rest}".encode()) == 1000 * 10 * one + 1000 * 10 * 32
    assert open_document_size(f"{rest}{row}".encode()) == 1000 * 10 * one + 1_001_000 * 10 * 32
    assert open_document_size(rest.encode()) == 0


def test_shared_texts_of_a_binary_workbook_are_counted_once_for_each_cell() -> None:
    content = xls(("Leads", [["Nom"], ["x" * 1000]]))
    stream = CompoundFile(content).stream("Workbook")
    assert stream is not None
    assert 3 * 1003 <= binary_workbook_size(stream) < 3 * 1003 + 500


@pytest.mark.fault(
    area="files",
    fault="An old Excel file whose inner chain runs in a circle",
    promise="The circle is told; nobody runs in it.",
)
def test_a_compound_file_whose_chain_runs_in_a_circle_is_told() -> None:
    content = bytearray(compound({"Workbook": b"x" * 5000}))
    assert CompoundFile(bytes(content)).stream("Workbook") == b"x" * 5000 + b"\0" * 120
    table = content.rindex((1).to_bytes(4, "little") + (2).to_bytes(4, "little") + (3).to_bytes(4, "little"))
    content[table : table + 4] = bytes(4)
    with pytest.raises(BrokenCompoundFileError, match="circle"):
        CompoundFile(bytes(content)).stream("Workbook")


def test_a_workbook_of_many_rows_comes_in_chunks() -> None:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet()
    page.append(["Nom"])
    for number in range(70_000):
        page.append([number])
    buffer = BytesIO()
    book.save(buffer)
    raw = read_workbook(BytesSource(buffer.getvalue()), terms("xlsx"), Limits())
    assert isinstance(raw, RawFile)
    assert [chunk.table.num_rows for chunk in raw.chunks()] == [65_536, 4_464]
    assert row_numbers(raw) == list(range(1, 70_001))
