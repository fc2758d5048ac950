"""A file of a vendor without a contract, as a sample for one: its dialect, its columns, some of its rows as text.

It is read as the intake reads, only that the header is known by the names that vendors give to canonical fields. What
the columns mean belongs to `pipelines.drafts.files`.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final, TypeVar

import pyarrow as pa

from pipelines.contracts.contract import FieldTerms, FileTerms
from pipelines.deliveries.archives import SUFFIX, members_of
from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.sources import DeliveredSource
from pipelines.drafts.files import Sample
from pipelines.formats.isolated.readers import list_archive, outline_source, read_source
from pipelines.formats.limits import FileRefusal, Limits
from pipelines.formats.raw import RawFile
from pipelines.identifiers.escaped_texts import escaped
from pipelines.identifiers.likeness import looks_like_person
from pipelines.identifiers.shown_names import LONGEST_NAME
from pipelines.vocabulary.column_names import field_nearness, is_field_name
from pipelines.vocabulary.fields import CANONICAL_FIELDS
from pipelines.vocabulary.file_formats import PACKINGS
from pipelines.wording.reasons import published

MOST_ROWS: Final = 20_000
"""Rows of one file that are looked at."""
_LONG_NUMBER: Final = re.compile(r"(?:\d[\s.\-/()]*){7,}")
"""Seven digits: a date, a reference, an amount, as data have it and the name of a column hardly."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class NamesOfFields:
    """The names that vendors give to a role's canonical fields: by them a header is known that no contract declares."""

    role: str

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and is_field_name(self.role, name)

    def __len__(self) -> int:
        return len(CANONICAL_FIELDS[self.role])


class SampleError(ValueError):
    """A file can't serve as a sample; the message names it and what would mend it, never a value."""

    def __init__(self, message: str) -> None:
        """The file's name is a vendor's word: the message is shown without what a terminal would obey."""
        super().__init__(escaped(message))


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
    archive = DeliveredFile(path.name, path, "", size)
    entries = list_archive(DeliveredSource(archive, Limits()), Limits())
    if isinstance(entries, FileRefusal):
        raise SampleError(f"{path}: expected {published(entries.cause)}")
    return [
        DeliveredFile(f"{path.name}/{one.name}", path, "", size, member=one.key, fault=one.fault)
        for one in members_of(entries)
    ]


def _sample_of_file(file: DeliveredFile, role: str) -> Sample:
    if file.fault:
        raise SampleError(f"{file.name}: expected {published(file.fault.cause)}")
    try:
        terms, raw = _read_as_found(file, role)
    except OSError as error:  # its words may name what lies in an archive
        raise SampleError(f"{file.name}: it can't be read ({type(error).__name__}); is it whole?") from None
    _check_header(file, raw)
    columns, row_count = _sampled_columns(file, raw)
    differences = tuple(map(published, raw.format_differences))
    return Sample(_last_name(file.name), terms, columns, row_count, differences)


def _read_as_found(file: DeliveredFile, role: str) -> tuple[FileTerms, RawFile]:
    """A file under the terms that describe it, with all its columns; where its start misled, read once more."""
    source, limits, silent = DeliveredSource(file, Limits()), Limits(), FileTerms(role, "*", "csv")
    outline = _unless_refused(file, outline_source(source, silent, NamesOfFields(role), limits))
    terms = outline.found.stated_in(silent)
    raw = _unless_refused(file, read_source(source, _declaring(terms, outline.columns), limits))
    if raw.found != outline.found or set(raw.columns) - set(outline.columns):
        terms = raw.found.stated_in(silent)
        raw = _unless_refused(file, read_source(source, _declaring(terms, raw.columns), limits))
    return terms, raw


def _unless_refused(file: DeliveredFile, result: Result | FileRefusal) -> Result:
    if isinstance(result, FileRefusal):
        raise SampleError(f"{file.name}: {result.reason}, expected {published(result.cause)}")
    return result


def _declaring(terms: FileTerms, columns: Sequence[str]) -> FileTerms:
    """Terms that declare every column under its own name: the readers give declared columns only."""
    return replace(terms, fields=tuple(FieldTerms(name, name) for name in dict.fromkeys(columns) if name))


def _last_name(name: str) -> str:
    last = PurePosixPath(name).name
    return next((last[: -len(end) - 1] for end in PACKINGS if last.lower().endswith(f".{end}")), last)


def _check_header(file: DeliveredFile, raw: RawFile) -> None:
    """A first row of persons must not be taken for column names: they would be written into the draft."""
    if not any(raw.columns):
        raise SampleError(f"{file.name}: no column names found; ask the vendor for a header")
    if any(looks_like_person(name, "cell") or _LONG_NUMBER.search(name) for name in raw.columns):
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
