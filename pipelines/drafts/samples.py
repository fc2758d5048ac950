"""A file of a vendor without a contract, as a sample for one: its dialect, its columns, some of its rows as text.

What the columns mean belongs to `pipelines.drafts.files`.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pyarrow as pa
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipelines.contracts.contract import FieldTerms, FileTerms
from pipelines.contracts.file_terms import FORMATS
from pipelines.deliveries.archives import SUFFIX, list_members
from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.sources import DeliveredSource
from pipelines.drafts.files import Sample
from pipelines.formats.kinds import kind_of
from pipelines.formats.limits import FileRefusal, Limits
from pipelines.formats.raw import RawFile
from pipelines.formats.readers import read_source
from pipelines.identifiers.shown_names import LONGEST_NAME, shown_name
from pipelines.vocabulary.column_names import column_name, field_nearness, is_field_name
from pipelines.wording.reasons import published

MOST_ROWS: Final = 20_000
"""Rows of one file that are looked at."""
_HEAD: Final = 1 << 20
_HEAD_ROWS: Final = 60
_DELIMITERS: Final = (";", ",", "\t", "|", "~", "^")
_QUOTES: Final = ('"', "'")
_MARKS: Final = ((b"\xef\xbb\xbf", "UTF-8"), (b"\xff\xfe", "UTF-16LE"), (b"\xfe\xff", "UTF-16BE"))
_FOUND: Final = re.compile(r"contract says (?P<what>encoding |delimiter |quote |)\S+, found `?(?P<found>[^` ]+)`?")

Rows = list[list[str]]


class SampleError(ValueError):
    """A file can't serve as a sample; the message names it and what would mend it, never a value."""


def read_samples(paths: Iterable[Path], role: str) -> tuple[Sample, ...]:
    """Files, and those inside archives, as samples of one role.

    Raises:
        SampleError: a file can't be read, or has no header.
    """
    return tuple(_sample_of_file(file, role) for path in paths for file in _delivered(path))


def _delivered(path: Path) -> list[DeliveredFile]:
    """A file as if it had been delivered, an archive opened."""
    if not path.is_file():
        raise SampleError(f"{path}: no such file")
    size = path.stat().st_size
    if path.suffix.lower() != SUFFIX:
        return [DeliveredFile(path.name, path, "", size)]
    with path.open("rb") as stream:
        members = list_members(stream, size, Limits())
    if isinstance(members, FileRefusal):
        raise SampleError(f"{path}: expected {published(members.cause)}")
    return [
        DeliveredFile(f"{path.name}/{one.name}", path, "", size, member=one.key, fault=one.fault) for one in members
    ]


def _sample_of_file(file: DeliveredFile, role: str) -> Sample:
    limits = Limits()
    if file.fault:
        raise SampleError(f"{file.name}: expected {published(file.fault.cause)}")
    try:
        with DeliveredSource(file, limits).open() as stream:
            head = stream.read(_HEAD)
            terms, header = _terms_of_text(head, stream.read, role)
    except Exception as error:  # whatever a parser raises; its words may quote the file
        raise SampleError(f"{file.name}: it can't be read ({type(error).__name__}); is it whole?") from None
    raw = _opened_sample(file, _declaring(terms, header), limits)
    if set(raw.columns) - set(header):
        raw = _opened_sample(file, _declaring(terms, raw.columns), limits)
    _check_header(file, raw)
    columns, row_count = _sampled_columns(file, raw)
    terms, differences = _as_found(terms, map(published, raw.format_differences))
    return Sample(_last_name(file.name), terms, columns, row_count, differences)


def _as_found(terms: FileTerms, differences: Iterable[str]) -> tuple[FileTerms, tuple[str, ...]]:
    """Where the reader found another format than was guessed, its word holds; the other differences stay."""
    changes: dict[str, str] = {}
    left = []
    for difference in differences:
        match = _FOUND.fullmatch(difference)
        if match is None:
            left.append(difference)
            continue
        name = match["what"].strip() or "format"
        found = {"tab": "\t"}.get(match["found"], match["found"])
        if name != "format" or found in FORMATS:
            changes[name] = found
    return replace(terms, **changes), tuple(left)  # type: ignore[arg-type]


def _opened_sample(file: DeliveredFile, terms: FileTerms, limits: Limits) -> RawFile:
    raw = read_source(DeliveredSource(file, limits), terms, limits)
    if isinstance(raw, FileRefusal):
        raise SampleError(f"{file.name}: {raw.reason}, expected {published(raw.cause)}")
    return raw


def _declaring(terms: FileTerms, columns: Sequence[str]) -> FileTerms:
    """Terms that declare every column under its own name: the readers give declared columns only."""
    return replace(terms, fields=tuple(FieldTerms(name, name) for name in dict.fromkeys(columns) if name))


def _last_name(name: str) -> str:
    last = PurePosixPath(name).name
    return next((last.removesuffix(end) for end in (".gz", ".zst") if last.lower().endswith(end)), last)


def _terms_of_text(head: bytes, rest: Any, role: str) -> tuple[FileTerms, tuple[str, ...]]:
    """The dialect, and the header's names where they are needed to find it."""
    terms = FileTerms(role, "*", "csv")
    kind = kind_of(head, "csv")
    if kind == "parquet":
        return replace(terms, format="parquet"), ()
    if kind == "workbook":
        sheet, rows = _workbook(head + rest())
        return replace(terms, format="xlsx", sheet=sheet), _likely_header(rows, role)
    encoding, text = _decoded_head(head)
    if kind == "json":
        return replace(terms, format="jsonl", encoding=encoding), _first_names(text)
    delimiter, quote, rows = max(_dialects(text), key=lambda found: _fit(found[2], role))
    quote_used = quote if quote in text else '"'
    return replace(terms, delimiter=delimiter, encoding=encoding, quote=quote_used), _likely_header(rows, role)


def _first_names(text: str) -> tuple[str, ...]:
    """The names in the first line that is an object; none where lines are no objects."""
    return next(
        (tuple(map(column_name, found)) for line in text.splitlines() if (found := _parsed_object(line.strip()))), ()
    )


def _decoded_head(head: bytes) -> tuple[str, str]:
    """The encoding by its mark, else strict UTF-8, else Windows-1252; and the text up to the last line end."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, head[len(mark) :].decode(name, "ignore")
    whole = head[: head.rfind(b"\n") + 1] or head
    try:
        return "UTF-8", whole.decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1252", whole.decode("cp1252", "replace")


def _dialects(text: str) -> Iterator[tuple[str, str, Rows]]:
    for quote in _QUOTES:
        for delimiter in _DELIMITERS:
            lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
            rows: Rows = []
            try:
                rows += (row for row, _ in zip(lines, range(_HEAD_ROWS), strict=False) if any(row))
            except csv.Error:
                continue
            yield delimiter, quote, rows


def _fit(rows: Rows, role: str) -> tuple[int, float, int]:
    """Columns with a known name, then rows as wide as the header, then columns."""
    header = _likely_header(rows, role)
    even = sum(len(row) == len(header) for row in rows) / max(len(rows), 1)
    return _known_names(header, role), even, len(header)


def _likely_header(rows: Rows, role: str) -> tuple[str, ...]:
    """The row with most names that are near a field's; the first of the widest where none is."""
    if not rows:
        return ()
    best = max(rows, key=lambda row: (_known_names(row, role), sum(bool(cell.strip()) for cell in row)))
    return tuple(column_name(cell) for cell in best)


def _known_names(row: Sequence[str], role: str) -> int:
    return sum(is_field_name(role, cell) for cell in row if 0 < len(cell) <= LONGEST_NAME)


def _workbook(content: bytes) -> tuple[str, Rows]:
    """The first visible sheet that holds something, and its first rows."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    visible = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ] or workbook.sheet_names
    for name in visible:
        rows = workbook.get_sheet_by_name(name).to_python(nrows=_HEAD_ROWS)
        if rows:
            return name, [[str(cell) for cell in row] for row in rows if any(cell != "" for cell in row)]
    return visible[0], []


def _check_header(file: DeliveredFile, raw: RawFile) -> None:
    """A first row of persons must not be taken for column names: they would be written into the draft."""
    if not any(raw.columns):
        raise SampleError(f"{file.name}: no column names found; ask the vendor for a header")
    if any(shown_name(name, 1) == "column 1" != name for name in raw.columns):
        raise SampleError(f"{file.name}: the header holds what may be a person's data; ask the vendor for column names")


def _sampled_columns(file: DeliveredFile, raw: RawFile) -> tuple[Mapping[str, pa.Array], int]:
    """The first rows, column by column; nested objects as columns of their paths."""
    tables: list[pa.Table] = []
    row_count = 0
    try:
        for chunk in raw.chunks():
            tables.append(chunk.table.slice(0, MOST_ROWS - row_count))
            row_count += tables[-1].num_rows
            if row_count >= MOST_ROWS:
                break
    except Exception as error:
        raise SampleError(f"{file.name}: it can't be read ({type(error).__name__}); is it whole?") from None
    if not row_count:
        raise SampleError(f"{file.name}: no data rows; give a file with some")
    whole = pa.concat_tables(tables, promote_options="default")
    columns: dict[str, pa.Array] = {}
    for name in whole.column_names:
        columns |= _flat(name, whole[name].combine_chunks().cast(pa.string()))
    return columns, row_count


def _flat(name: str, texts: pa.Array) -> Mapping[str, pa.Array]:
    """A column of JSON objects with always the same keys as one column a path; any other as it is."""
    values = [_parsed_object(text) for text in texts.to_pylist()]
    keys = {key: None for value in values if value is not None for key in value}
    is_nested = any(value is not None for value in values) and all(key.isidentifier() for key in keys)
    if not is_nested or "answers" in field_nearness("leads", name) or len(keys) > 40:
        return {name: texts}
    found: dict[str, pa.Array] = {}
    for key in keys:
        parts = [None if value is None else value.get(key) for value in values]
        found |= _flat(f"{name}.{key}", pa.array([_as_text(part) for part in parts], pa.string()))
    return found


def _parsed_object(text: str | None) -> dict[str, Any] | None:
    if text is None or not text.startswith("{"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _as_text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
