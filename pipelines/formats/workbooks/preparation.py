"""Zipped workbooks as the parser should see them: what it would drop of a cell is put where it looks; what no cell
holds, a formula without a value, is counted.

The parser is python-calamine. It reads no number format (`00001` is 1) and drops tabs and line breaks of ODS.
"""

import io
import re
import zipfile
from collections.abc import Callable
from html import unescape
from typing import Final
from xml.parsers.expat import ParserCreate

_CONTENT: Final = "content.xml"
_STYLES: Final = "xl/styles.xml"
_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_SHEETS: Final = "xl/worksheets/"

_BLANK_OF_ODS: Final = re.compile(rb"<text:(tab|line-break)\b[^<>]*?(?:/>|>\s*</text:\1>)")
_ZEROS_OF_ODS: Final = re.compile(
    rb"<table:table-cell\b[^<>]*(?<=\s)office:value-type=\"float\"[^<>]*>(?=<text:p>0\d+</text:p></table:table-cell>)"
)
_VALUE_OF_ODS: Final = re.compile(rb"\soffice:value=\"[^\"]*\"")
_FORMULA_OF_ODS: Final = re.compile(rb"<table:table-cell\b(?=[^<>]*\stable:formula=)(?![^<>]*\soffice:value-type=)")
_TABLE_OF_ODS: Final = re.compile(rb"<table:table(?=\s)[^<>]*?\stable:name=(?:\"([^\"]*)\"|'([^']*)')")

_NUMBER: Final = re.compile(
    rb"<((?:[\w.-]+:)?c)\b([^<>]*?\ss=\"(\d{1,5})\"[^<>]*)>((?:\s*<(?:[\w.-]+:)?f\b[^<>]*(?:/>|>[^<]*</(?:[\w.-]+:)?f>))?"
    rb"\s*<(?:[\w.-]+:)?v>)(\d{1,15})(?:\.0+)?(?=</)"
)
_FORMULA: Final = re.compile(
    rb"<(?:[\w.-]+:)?c\b[^<>]*>\s*<(?:[\w.-]+:)?f\b[^<>]*(?:/>|>[^<]*</(?:[\w.-]+:)?f>)\s*"
    rb"(?:<(?:[\w.-]+:)?v\s*(?:/>|>\s*</(?:[\w.-]+:)?v>)\s*)?</"
)
_ZEROS: Final = re.compile(r"0{2,15}")


def prepared(content: bytes) -> bytes:
    """A zipped workbook in which what cells show is what the parser reads.

    Raises:
        Exception: it is damaged; whatever parsers of archives and XML raise.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        if _CONTENT in names:
            return _with_parts(archive, content, {_CONTENT: _prepared_ods})
        digits = _digits_by_style(archive.read(_STYLES)) if _STYLES in names else {}
        if not digits:
            return content
        changes = {name: _zeros_written(digits) for name in names if name.startswith(_SHEETS)}
        return _with_parts(archive, content, changes)


def _with_parts(archive: zipfile.ZipFile, content: bytes, changes: dict[str, Callable[[bytes], bytes]]) -> bytes:
    changed: dict[str, bytes] = {}
    for name, change in changes.items():
        old = archive.read(name)
        new = change(old)
        if new != old:
            changed[name] = new
    if not changed:
        return content
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as copy:
        for info in archive.infolist():
            copy.writestr(info.filename, changed.get(info.filename) or archive.read(info))
    return buffer.getvalue()


def _prepared_ods(part: bytes) -> bytes:
    """Tabs and line breaks as blanks; numbers that show leading zeros as the text that they show."""
    spaced = _BLANK_OF_ODS.sub(b"<text:s/>", part)
    return _ZEROS_OF_ODS.sub(lambda cell: _VALUE_OF_ODS.sub(b"", cell[0]).replace(b'"float"', b'"string"'), spaced)


def _digits_by_style(styles: bytes) -> dict[int, int]:
    """Cell style -> how many digits it shows at least, for formats of zeros alone: [ECMA-376] 18.8.30."""
    elements = _elements_of_xml(styles)
    formats = {each.get("numFmtId"): each.get("formatCode", "") for name, each in elements if name == "numFmt"}
    start = next((place for place, (name, _) in enumerate(elements) if name == "cellXfs"), len(elements))
    codes = [formats.get(each.get("numFmtId"), "") for name, each in elements[start:] if name == "xf"]
    return {style: len(code) for style, code in enumerate(codes) if _ZEROS.fullmatch(code)}


def _elements_of_xml(part: bytes) -> list[tuple[str, dict[str, str]]]:
    """Names, without prefix, and attributes of all elements, in order."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append((name.rpartition(":")[2], attributes))
    parser.Parse(part, True)
    return found


def _zeros_written(digits: dict[int, int]) -> Callable[[bytes], bytes]:
    """Writes whole numbers of some styles as the text that they show."""

    def written(cell: re.Match[bytes]) -> bytes:
        name, attributes, style, before, number = cell.groups()
        if int(style) not in digits or re.search(rb"\st=\"(?!n\")", attributes):
            return cell[0]
        bare = re.sub(rb"\st=\"n\"", b"", attributes)
        return b'<%b%b t="str">%b%b' % (name, bare, before, number.zfill(digits[int(style)]))

    return lambda part: _NUMBER.sub(written, part)


def formulas_without_values(content: bytes, sheet: str) -> int:
    """How many cells of a sheet hold a formula and no value: they were never calculated before they were saved."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if _CONTENT in archive.namelist():
            return len(_FORMULA_OF_ODS.findall(_table_of_ods(archive.read(_CONTENT), sheet)))
        part = _part_of_sheet(archive, sheet)
        return len(_FORMULA.findall(archive.read(part))) if part else 0


def _table_of_ods(content: bytes, sheet: str) -> bytes:
    tables = list(_TABLE_OF_ODS.finditer(content))
    ends = [*(table.start() for table in tables[1:]), len(content)]
    named = {
        unescape((table[1] or table[2] or b"").decode()): (table.start(), end)
        for table, end in zip(tables, ends, strict=True)
    }
    start, end = named.get(sheet, (0, 0))
    return content[start:end]


def _part_of_sheet(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The part of an XLSX workbook that holds a sheet; None where its tables of contents are not the usual ones."""
    names = set(archive.namelist())
    if not {_WORKBOOK, _RELATIONS} <= names:
        return None
    sheets = _elements_of_xml(archive.read(_WORKBOOK))
    named = next((each for name, each in sheets if name == "sheet" and each.get("name") == sheet), {})
    wanted = next((value for name, value in named.items() if name.endswith(":id")), None)
    relations = _elements_of_xml(archive.read(_RELATIONS))
    target = next((each.get("Target", "") for _, each in relations if each.get("Id") == wanted), "")
    part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return part if part in names else None
