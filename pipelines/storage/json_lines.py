"""JSON Lines to text by column: one object a line, nested values kept as JSON."""

import json
from typing import Any, Final

import pyarrow as pa

from pipelines.domain.contracts import FileTerms
from pipelines.domain.delivered_files import FileRefusal, RawChunk, RawFile, column_name
from pipelines.domain.limits import Limits
from pipelines.storage.csv_files import as_utf8
from pipelines.storage.sources import Source

_EXPECTED: Final = "one JSON object on each line"


def read_json_lines(source: Source, terms: FileTerms, limits: Limits) -> RawFile | FileRefusal:
    """Read one object a line; a line that is none is malformed, blank lines are no rows, a missing name is no value."""
    encoding = terms.encoding or "utf-8"  # which the format itself asks for
    text = as_utf8(source.read(), encoding)
    if text is None:
        return FileRefusal("file_undecodable", f"text in {encoding.upper()}")
    declared: dict[str, list[Any]] = {column_name(field.physical_name): [] for field in terms.fields}
    names: dict[str, None] = {}
    row_numbers: list[int] = []
    malformed: list[int] = []
    for number, line in enumerate((line for line in text.split(b"\n") if line.strip()), start=1):
        row = _row(line)
        if row is None:
            malformed.append(number)
            continue
        row_numbers.append(number)
        names.update(dict.fromkeys(row))
        for name, values in declared.items():
            values.append(row.get(name))
    if malformed and not row_numbers:
        return FileRefusal("file_undecodable", _EXPECTED)
    table = pa.table({name: text_array(values) for name, values in declared.items() if name in names})
    chunk = RawChunk(table, pa.array(row_numbers, pa.int64()), pa.array(malformed, pa.int64()))
    return RawFile(tuple(names), lambda: iter([chunk]), _EXPECTED)


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        parsed: Any = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return {column_name(name): value for name, value in parsed.items()} if isinstance(parsed, dict) else None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def text_array(values: list[Any]) -> pa.Array:
    """Any values as text; code points that are no characters are replaced."""
    texts = [as_text(value) for value in values]
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        return pa.array([text and text.encode("utf-8", "replace").decode() for text in texts], pa.string())


def as_text(value: Any) -> str | None:
    """One value as text: whole numbers without `.0`, nested values as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)
