"""What cells show is what is read of them: leading zeros, tabs, inline texts; formulas without values are told."""

import io

import openpyxl
import pytest

from pipelines.formats.limits import Limits
from pipelines.formats.raw import RawFile
from pipelines.formats.readers import read_source
from pipelines.formats.source import BytesSource
from pipelines.formats.workbooks.preparation import prepared
from pipelines.vocabulary.reasons import Reason
from tests.formats.test_readers import rows_of, terms
from tests.support.format_files import ods_of, sheet_part, with_part, xlsx


def read(content: bytes, format_: str) -> RawFile:
    raw = read_source(BytesSource(content), terms(format_), Limits())
    assert isinstance(raw, RawFile), raw
    return raw


def text_cell(text: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def ods_rows(*rows: str, name: str = "Leads") -> str:
    written = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    return f'<table:table table:name="{name}">{written}</table:table>'


HEADER = text_cell("Réf") + text_cell("Nom")


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [("00000", 1, "00001"), ("00000", 69001, "69001"), ("0000", 12345, "12345"), ("00000", 1.5, "1.5"), ("0", 7, "7")],
)
def test_a_number_reads_with_the_zeros_that_its_format_shows(code: str, value: float, text: str) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Réf", "Nom"])
    page.append([value, value])
    page["A2"].number_format = code
    buffer = io.BytesIO()
    book.save(buffer)
    assert rows_of(read(buffer.getvalue(), "xlsx")) == [[text, str(value)]]


def test_an_open_document_shows_its_zeros_too() -> None:
    number = '<table:table-cell table:style-name="c" office:value-type="float" office:value="1">'
    shown = [f"{number}<text:p>{text}</text:p></table:table-cell>" for text in ("00001", "1,00", "1")]
    part = ods_rows(HEADER, *(cell + text_cell("a") for cell in shown))
    assert rows_of(read(ods_of(part), "ods")) == [["00001", "a"], ["1", "a"], ["1", "a"]]


def test_tabs_and_line_breaks_of_an_open_document_are_white_space() -> None:
    broken = 'Jean<text:tab/>Noël<text:line-break/>Petit<text:tab text:tab-ref="1"></text:tab>x'
    content = ods_of(ods_rows(HEADER, text_cell("1") + text_cell(broken)))
    assert rows_of(read(content, "ods")) == [["1", "Jean Noël Petit x"]]


def test_inline_texts_are_read() -> None:
    cells = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Réf</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>Nom</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><r><t>L</t></r><r><t>1</t></r></is></c>'
        '<c r="B2" t="inlineStr"><is><t>é</t></is></c></row>'
    )
    content = with_part(xlsx(("Leads", [])), "xl/worksheets/sheet1.xml", sheet_part(cells))
    assert rows_of(read(content, "xlsx")) == [["L1", "é"]]


def test_formulas_that_were_saved_without_values_are_told() -> None:
    raw = read(xlsx(("Leads", [["Réf", "Nom"], ["1", '=A2&"x"'], ["2", "=1+1"], ["3", "a"]])), "xlsx")
    assert rows_of(raw) == [["1", None], ["2", None], ["3", "a"]]
    assert raw.format_differences == (Reason("formulas_without_values", count=2),)
    other = read(xlsx(("Leads", [["Réf", "Nom"], ["3", "a"]]), ("Autre", [["x"], ["=1+1"]])), "xlsx")
    assert other.format_differences == ()


def test_formulas_of_an_open_document_without_values_are_told() -> None:
    formula = '<table:table-cell table:formula="of:=1+1"/>'
    given = 'table:formula="of:=1+1" office:value-type="float" office:value="2"'
    valued = f"<table:table-cell {given}><text:p>2</text:p></table:table-cell>"
    tables = ods_rows(text_cell("x"), formula, name="Autre") + ods_rows(
        HEADER, text_cell("1") + formula, text_cell("2") + valued
    )
    raw = read(ods_of(tables), "ods")
    assert (rows_of(raw), raw.format_differences) == (
        [["1", None], ["2", "2"]],
        (Reason("formulas_without_values", count=1),),
    )


def test_a_workbook_that_needs_nothing_is_as_it_was() -> None:
    content = xlsx(("Leads", [["Réf"], ["1"]]))
    assert prepared(content) is content
