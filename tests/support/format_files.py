"""Writes the files that tests deliver: workbooks of every kind, archives, Parquet; byte by byte where needed."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

Rows = Sequence[Sequence[Any]]

_LONGEST_RECORD = 8224
_SECTOR = 512
_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def xlsx(
    *sheets: tuple[str, Rows], hidden: Sequence[str] = (), merged: str | None = None, is_1904: bool = False
) -> bytes:
    """A workbook with sheets in this order."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    if is_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for name, rows in sheets:
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
        if name in hidden:
            page.sheet_state = "hidden"
        elif merged:
            page.merge_cells(merged)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_part(workbook: bytes, name: str, content: bytes) -> bytes:
    """A zipped workbook with one part replaced or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
        new.writestr(name, content)
    return buffer.getvalue()


def sheet_part(rows: str) -> bytes:
    """A worksheet part with hand-made rows."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def ods(*sheets: tuple[str, Rows], hidden: Sequence[str] = ()) -> bytes:
    """An OpenDocument spreadsheet, with the empty rows and cells at the end that LibreOffice writes."""
    styles = "".join(
        f'<style:style style:name="{name}" style:family="table"><style:table-properties table:display="{is_shown}"/>'
        "</style:style>"
        for name, is_shown in (("ta1", "true"), ("ta2", "false"))
    )
    tables = "".join(_ods_table(name, rows, "ta2" if name in hidden else "ta1") for name, rows in sheets)
    return ods_of(tables, styles)


def ods_of(tables: str, styles: str = "") -> bytes:
    """An OpenDocument spreadsheet with hand-made tables."""
    spaces = " ".join(
        f'xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{key}:1.0"' for key in ("office", "table", "text", "style")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    return archive(
        {"mimetype": kind.encode(), "META-INF/manifest.xml": manifest.encode(), "content.xml": content.encode()}
    )


def _ods_table(name: str, rows: Rows, style: str) -> str:
    end = '<table:table-cell table:number-columns-repeated="16300"/>'
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}{end}</table:table-row>" for row in rows)
    rest = f'<table:table-row table:number-rows-repeated="1048000">{end}</table:table-row>'
    return f'<table:table table:name="{escape(name)}" table:style-name="{style}">{body}{rest}</table:table>'


def _ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    kind, attribute = "string", ""
    if isinstance(value, bool):
        kind, attribute = "boolean", f'office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, (int, float)):
        kind, attribute = "float", f'office:value="{value}"'
    elif isinstance(value, (date, datetime)):
        kind, attribute = "date", f'office:date-value="{value.isoformat()}"'
    text = f"<text:p>{escape(str(value))}</text:p>"
    return f'<table:table-cell office:value-type="{kind}" {attribute}>{text}</table:table-cell>'


def xls(*sheets: tuple[str, Rows], hidden: Sequence[str] = (), is_1904: bool = False, is_locked: bool = False) -> bytes:
    """A BIFF8 workbook in a compound file. Dates are cells of format 14, texts are shared."""
    texts: list[str] = []
    bodies = [_biff_sheet(rows, texts, is_1904=is_1904) for _, rows in sheets]
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 0x5, 0, 0, 0, 0))
    start += _record(0x2F, b"\0" * 54) if is_locked else b""
    start += _record(0x42, struct.pack("<H", 1200)) + _record(0x22, struct.pack("<H", is_1904))
    start += _record(0xE0, b"\0" * 20) + _record(0xE0, struct.pack("<HH", 0, 14) + b"\0" * 16)
    shared = _shared_texts(texts)
    names = [name.encode("utf-16-le") for name, _ in sheets]
    place = len(start) + sum(12 + len(name) for name in names) + len(shared) + 4
    for (name, _), encoded, body in zip(sheets, names, bodies, strict=True):
        start += _record(0x85, struct.pack("<IBBBB", place, name in hidden, 0, len(name), 1) + encoded)
        place += len(body)
    return compound({"Workbook": start + shared + _record(0x0A, b"") + b"".join(bodies)})


def _shared_texts(texts: Sequence[str]) -> bytes:
    """The record of shared texts, and those that continue it: also in the middle of a text."""
    parts = [bytearray(struct.pack("<II", len(texts), len(texts)))]
    for text in texts:
        encoded = text.encode("utf-16-le")
        if len(parts[-1]) + 3 > _LONGEST_RECORD:
            parts.append(bytearray())
        parts[-1] += struct.pack("<HB", len(text), 1)
        while encoded:
            room = (_LONGEST_RECORD - len(parts[-1])) // 2 * 2
            parts[-1] += encoded[:room]
            encoded = encoded[room:]
            if encoded:
                parts.append(bytearray(b"\1"))
    return b"".join(_record(0x3C if place else 0xFC, bytes(part)) for place, part in enumerate(parts))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _biff_sheet(rows: Rows, texts: list[str], *, is_1904: bool) -> bytes:
    cells = b"".join(
        _biff_cell(row, column, value, texts, is_1904=is_1904)
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
        if value is not None
    )
    size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows), default=0), 0)
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + _record(0x200, size)
    return start + cells + _record(0x0A, b"")


def _biff_cell(row: int, column: int, value: Any, texts: list[str], *, is_1904: bool) -> bytes:
    place = struct.pack("<HHH", row, column, isinstance(value, date))
    if isinstance(value, bool):
        return _record(0x205, place + struct.pack("<BB", value, 0))
    if isinstance(value, date):
        since = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30)
        at = value if isinstance(value, datetime) else datetime.combine(value, datetime.min.time())
        return _record(0x203, place + struct.pack("<d", (at - since).total_seconds() / 86_400))
    if isinstance(value, (int, float)):
        return _record(0x203, place + struct.pack("<d", value))
    texts.append(value)
    return _record(0xFD, place + struct.pack("<I", len(texts) - 1))


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file (OLE2) with streams of at least 4096 bytes each; shorter ones are filled up."""
    filled = {
        name: content.ljust(max(4096, -(-len(content) // _SECTOR) * _SECTOR), b"\0")
        for name, content in streams.items()
    }
    table: list[int] = []
    entries = [_entry("Root Entry", 5, _END, 0, child=1)]
    for place, (name, content) in enumerate(filled.items(), start=1):
        count, first = len(content) // _SECTOR, len(table)
        table += [*range(first + 1, first + count), _END]
        entries.append(_entry(name, 2, first, len(content), right=place + 1 if place < len(filled) else _FREE))
    directory = b"".join(entries).ljust(-(-len(entries) // 4) * _SECTOR, b"\0")
    first_of_directory, count = len(table), len(directory) // _SECTOR
    table += [*range(first_of_directory + 1, first_of_directory + count), _END]
    tables = 1
    while (len(table) + tables) * 4 > tables * _SECTOR:
        tables += 1
    own = list(range(len(table), len(table) + tables))
    table += [_TABLE] * tables
    table += [_FREE] * (tables * _SECTOR // 4 - len(table))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, tables, first_of_directory, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", *own, *[_FREE] * (109 - len(own)))
    return header + b"".join(filled.values()) + directory + struct.pack(f"<{len(table)}I", *table)


def _entry(name: str, kind: int, start: int, size: int, *, right: int = _FREE, child: int = _FREE) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    entry = encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded), kind, 1, _FREE, right, child)
    return entry + b"\0" * 36 + struct.pack("<IQ", start, size)


def archive(members: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return buffer.getvalue()


def parquet(columns: Mapping[str, pa.Array], **options: Any) -> bytes:
    """A Parquet file."""
    sink = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), sink, **options)
    return sink.getvalue()
