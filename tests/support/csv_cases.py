"""Delimited files for tests: terms, and what came out of a file in one piece."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipelines.contracts.contract import FieldTerms, FileTerms
from pipelines.formats.delimited.reader import read_csv
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import RawFile
from pipelines.formats.source import BytesSource
from pipelines.wording.reasons import published

COLUMNS = ("Réf", "Téléphone", "Nom")


def terms(columns: Iterable[str] = COLUMNS, **dialect: Any) -> FileTerms:
    fields = tuple(FieldTerms(f"field_{place}", column) for place, column in enumerate(columns))
    return FileTerms("leads", "*.csv", "csv", fields=fields, **dialect)


@dataclass(frozen=True)
class Content:
    """All that was read of a file: rows and malformed rows by their number, and their rows in a spreadsheet."""

    columns: tuple[str, ...]
    rows: dict[int, list[str]]
    malformed: list[int]
    sheet_rows: dict[int, int]
    differences: tuple[str, ...]


def content_of(raw: RawFile) -> Content:
    rows: dict[int, list[str]] = {}
    sheet_rows: dict[int, int] = {}
    malformed: list[int] = []
    for chunk in raw.chunks():
        numbers = chunk.row_numbers.to_pylist()
        assert chunk.sheet_rows is not None
        assert chunk.malformed_sheet_rows is not None
        cells = [list(row.values()) for row in chunk.table.to_pylist()]
        rows |= dict(zip(numbers, cells, strict=True))
        malformed += chunk.malformed.to_pylist()
        sheet_rows |= dict(zip(numbers, chunk.sheet_rows.to_pylist(), strict=True))
        sheet_rows |= dict(zip(chunk.malformed.to_pylist(), chunk.malformed_sheet_rows.to_pylist(), strict=True))
    assert sorted([*rows, *malformed]) == list(range(1, len(sheet_rows) + 1))
    return Content(raw.columns, rows, malformed, sheet_rows, tuple(map(published, raw.format_differences)))


def read(
    content: bytes | str, terms: FileTerms, *, limits: Limits | None = None, block_bytes: int = 1 << 23
) -> Content | FileRefusal:
    """A file read, or its refusal."""
    source = BytesSource(content.encode() if isinstance(content, str) else content)
    try:
        raw = read_csv(source, terms, limits or Limits(), block_bytes=block_bytes)
        return raw if isinstance(raw, FileRefusal) else content_of(raw)
    except FileRefusedError as error:
        return error.refusal


def accepted(content: bytes | str, terms: FileTerms, **how: Any) -> Content:
    """A file that must be readable."""
    result = read(content, terms, **how)
    assert isinstance(result, Content), result
    return result
