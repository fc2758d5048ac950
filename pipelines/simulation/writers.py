"""The bytes of delivered files: CSV dialects, JSON Lines, XLSX and Parquet, whole or broken. Same rows, same bytes."""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.simulation import file_habits
from pipelines.simulation.market_facts import (
    Bad,
    Blank,
    Column,
    Layout,
    Said,
    SimulatedDelivery,
    SimulatedFile,
    Value,
    Worded,
)

INSTANTS: Final = (
    "collected_at",
    "consent_at",
    "period_end",
    "double_optin_sent_at",
    "double_optin_confirmed_at",
    "withdrawn_at",
)
FLAGS: Final = (
    "over_18", "informed_at_collection", "optout_offered_at_collection", "box_prechecked",
    "participation_requires_consent", "refusal_equal_prominence", "l223_2_notice",
)  # fmt: skip
LISTS: Final = ("channels", "recipients", "recipient_sirens", "mentions")
Cell = str | bool | int | datetime | None
_LONG_AGO: Final = (2026, 1, 1, 0, 0, 0)
_JDK_PARTS: Final = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}


def fill_contents(deliveries: Sequence[SimulatedDelivery]) -> None:
    """Give every file its bytes and digest."""
    for delivery in deliveries:
        for file in delivery.files:
            layout = delivery.terms.leads if file.role == "leads" else delivery.terms.proofs
            file.content = file.repeats.content if file.repeats else _content_of_layout(delivery, file, layout)
            file.digest = hashlib.sha256(file.content).hexdigest()


def write_delivery(inbox: Path, delivery: SimulatedDelivery) -> None:
    """Put a delivery's files, manifest and record of arrival into its folder."""
    folder = inbox / delivery.vendor.slug / f"{delivery.on}"
    folder.mkdir(parents=True, exist_ok=True)
    for file in delivery.files:
        (folder / file.name).write_bytes(file.content)
    if delivery.sequence is not None:
        _write_json(folder / "manifest.json", _manifest(delivery))
    recorded = [file for file in delivery.files if file.is_recorded]
    if recorded:
        entries = [{"name": file.name, "received_at": _iso(file.received_at)} for file in recorded]
        _write_json(folder / ".received.json", {"files": entries})


def _manifest(delivery: SimulatedDelivery) -> dict[str, object]:
    files = [{"name": file.name, "rows": len(file.rows), "sha256": file.digest} for file in delivery.files]
    announced_at = _iso(min(file.received_at for file in delivery.files))
    return {"announced_at": announced_at, "files": files, "sequence": delivery.sequence}


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _content_of_layout(delivery: SimulatedDelivery, file: SimulatedFile, layout: Layout) -> bytes:
    if file.flaw == "file_empty":
        return b""
    if file.role is None:
        return f"{delivery.vendor.name}, livraison du {delivery.on}. Merci de votre confiance.\n".encode()
    encoders: dict[str, Callable[[Layout, SimulatedFile], bytes]] = {
        "csv": _csv_content, "jsonl": _json_lines, "xlsx": _xlsx, "parquet": _parquet_content,
    }  # fmt: skip
    content = encoders[layout.format](layout, file)
    return file_habits.packed(file, _broken_content(layout, content) if file.flaw == "file_undecodable" else content)


def _broken_content(layout: Layout, content: bytes) -> bytes:
    """Bytes that nothing can mean: a container cut in two, or the zeros that a broken transfer leaves."""
    middle = len(content) // 2
    if layout.format in ("xlsx", "parquet"):
        return content[:middle]
    return content[:middle] + bytes(len(content) - middle)


def _columns_written(layout: Layout, file: SimulatedFile) -> Mapping[str, Column]:
    return {name: column for name, column in layout.columns.items() if name not in file.absent}


def _undeclared(file: SimulatedFile) -> list[str]:
    return list(dict.fromkeys(name for row in file.rows for name in row.undeclared))


def _header_cells(layout: Layout, file: SimulatedFile) -> list[str]:
    return [column.physical_name for column in _columns_written(layout, file).values()] + _undeclared(file)


# --- text ------------------------------------------------------------------------------------------------------------


def _csv_content(layout: Layout, file: SimulatedFile) -> bytes:
    rows, extras = [], _undeclared(file)
    for number, row in enumerate(file.rows):
        cells = [_text_cell(column, row.values.get(name)) for name, column in _columns_written(layout, file).items()]
        cells += [row.undeclared.get(name, "") for name in extras]
        rows.append(_torn_line(cells, number) if row.is_malformed else cells)
    lines = file_habits.with_extra_lines(file, _header_cells(layout, file), rows)
    if file.flaw == "header_missing":
        lines = rows
    buffer = io.StringIO()
    delimiter, quote = file_habits.delimiter_of(layout, file), layout.quote or '"'
    csv.writer(buffer, delimiter=delimiter, quotechar=quote, lineterminator="\r\n").writerows(lines)
    return file_habits.encoded(layout, file, file_habits.line_ends(file, buffer.getvalue()))


def _torn_line(cells: list[str], number: int) -> list[str]:
    """A line cut short, or one with a delimiter too many."""
    return cells[: len(cells) // 2] if number % 2 else [*cells[:3], "", *cells[3:]]


def _text_cell(column: Column, value: Value | None) -> str:
    """A value as the vendor writes it in a text cell."""
    if value is None:
        return ""
    if isinstance(value, Said | Worded | Blank):
        return value.text
    if isinstance(value, Bad):
        return value.text if isinstance(value.text, str) else _list_cell(column, value.text)
    if isinstance(value, tuple):
        return _list_cell(column, value)
    if isinstance(value, bool):
        return column.words.get(str(value).lower(), str(value).lower())
    if isinstance(value, datetime):
        return _spelled(column, value)
    return column.words.get(value, value)


def _list_cell(column: Column, elements: tuple[str, ...]) -> str:
    return column.separator.join(column.words.get(element, element) for element in elements)


def _spelled(column: Column, instant: datetime) -> str:
    """An instant by the column's pattern, in its zone; without a pattern ISO 8601 with an offset or `Z`."""
    local = instant.astimezone(ZoneInfo(column.zone)) if column.zone else instant
    if column.pattern is None:
        return local.isoformat() if column.zone else _iso(instant)
    pattern = column.pattern
    for part, code in _JDK_PARTS.items():
        pattern = pattern.replace(part, code)
    return local.strftime(pattern)


def _json_lines(layout: Layout, file: SimulatedFile) -> bytes:
    lines = []
    for number, row in enumerate(file.rows):
        columns = _columns_written(layout, file)
        values = {column.physical_name: _json_value(column, row.values.get(name)) for name, column in columns.items()}
        line = json.dumps(_nested(values) | row.undeclared, ensure_ascii=False)
        broken = line[: len(line) // 2] if number % 2 else f"[{line}"
        lines.append(broken if row.is_malformed else line)
    return "".join(f"{line}\n" for line in lines).encode(layout.encoding or "utf-8")


def _nested(values: Mapping[str, object]) -> dict[str, object]:
    """A document in which `contact.email` is the entry `email` of the object `contact`."""
    document: dict[str, object] = {}
    for path, value in values.items():
        outer, dot, inner = path.partition(".")
        if dot:
            within = document.setdefault(outer, {})
            assert isinstance(within, dict)  # noqa: S101 - no layout names a column like an object
            within[inner] = value
        else:
            document[path] = value
    return document


def _json_value(column: Column, value: Value | None) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, tuple) or (isinstance(value, Bad) and isinstance(value.text, tuple)):
        elements = value if isinstance(value, tuple) else value.text
        return [column.words.get(element, element) for element in elements]
    return _text_cell(column, value)


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- binary ----------------------------------------------------------------------------------------------------------


def _xlsx(layout: Layout, file: SimulatedFile) -> bytes:
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet(layout.sheet or "Feuil1")
    rows: list[list[Cell]] = []
    extras = _undeclared(file)
    for row in file.rows:
        cells = [_cell(name, column, row.values.get(name)) for name, column in _columns_written(layout, file).items()]
        rows.append([*cells, *(row.undeclared.get(name) for name in extras)])
    for line in file_habits.with_extra_lines(file, _header_cells(layout, file), rows):
        sheet.append(line)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return _without_clock(buffer.getvalue())


def _cell(name: str, column: Column, value: Value | None) -> Cell:
    """Excel knows no zones: an instant is the time on the vendor's wall; and it takes plain digits for a number."""
    if name == "phone" and isinstance(value, Said) and value.text.isdigit() and not value.text.startswith("00"):
        return int(value.text)
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(column.zone or "UTC")).replace(tzinfo=None)
    return value if value is None or isinstance(value, bool) else _text_cell(column, value)


def _without_clock(content: bytes) -> bytes:
    """The same workbook with the instants of its writing replaced, so that equal rows give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-01-01T00:00:00Z", data)
            target.writestr(zipfile.ZipInfo(entry.filename, _LONG_AGO), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _parquet_content(layout: Layout, file: SimulatedFile) -> bytes:
    arrays, names = [], []
    for name, column in _columns_written(layout, file).items():
        arrays.append(pa.array([_native(row.values.get(name)) for row in file.rows], _arrow_type(name)))
        names.append(column.physical_name)
    for extra in _undeclared(file):
        arrays.append(pa.array([row.undeclared.get(extra) for row in file.rows], pa.string()))
        names.append(extra)
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays, names=names), sink)
    return bytes(sink.getvalue().to_pybytes())


def _native(value: Value | None) -> object:
    if isinstance(value, Said | Bad | Worded | Blank):
        return list(value.text) if isinstance(value.text, tuple) else value.text
    return list(value) if isinstance(value, tuple) else value


def _arrow_type(name: str) -> pa.DataType:
    if name in INSTANTS:
        return pa.timestamp("us", tz="UTC")
    if name in FLAGS:
        return pa.bool_()
    return pa.list_(pa.string()) if name in LISTS else pa.string()
