"""JSON Lines and JSON documents to text by column. Nested objects are read where the contract names a path into them.

Where the rows lie in the text is in `rows`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import numpy as np
import pyarrow as pa

from pipelines.contracts.contract import FileTerms, declared_names
from pipelines.formats.file_kind import Outline
from pipelines.formats.json.rows import EXPECTED_ELEMENT, EXPECTED_LINE, Row, Shape, rows_of, shape_of
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import FoundFormat, RawChunk, RawFile
from pipelines.formats.source import Source
from pipelines.formats.table_edges import SoughtNames
from pipelines.formats.text_encodings import BLOCK, Encoding, encoding_of, survey, utf8_blocks
from pipelines.formats.values_as_text import text_array
from pipelines.vocabulary.column_names import column_name
from pipelines.vocabulary.reasons import Reason

CHUNK: Final = 65_536
"""Rows of a chunk at most."""
CHUNK_BYTES: Final = 2**25
"""Bytes of JSON in a chunk, about."""
_HEAD: Final = 2**20
_UTF8: Final = "utf-8"


def read_json(source: Source, terms: FileTerms, limits: Limits) -> RawFile | FileRefusal:
    """Read one object a row; what is none is malformed, blank lines are no rows, a missing name is no value.

    An object in which a name stands twice is none: which of its values counts, every parser decides for itself
    (<https://www.rfc-editor.org/rfc/rfc8259#section-4>).
    """
    stated = terms.encoding or _UTF8  # which the format itself asks for
    encoding = _encoding_of_source(source, stated)
    if encoding is None:
        return FileRefusal("file_undecodable", Reason("json_not_in_encoding", encoding=stated.upper()))
    declared = declared_names(terms)
    shape = _shape(source, encoding, declared | {name.split(".")[0] for name in declared})
    expected = EXPECTED_LINE if shape.is_lines else EXPECTED_ELEMENT
    reading = _Reading(source, encoding, shape, limits)
    columns = _Columns(declared)
    has_objects = has_others = False
    for row, _ in reading.rows():
        has_objects, has_others = has_objects or row is not None, has_others or row is None
        if row is not None:
            columns.see(row)
            limits.check("columns", len(columns.names))
    if has_others and not has_objects:
        return FileRefusal("file_undecodable", expected)
    return RawFile(
        tuple(columns.names),
        lambda: _json_chunks(reading, columns),
        expected,
        tuple(encoding.differences(terms.encoding)),
        found=FoundFormat(_format_of(shape), encoding=encoding.name),
    )


def outline_json(source: Source, terms: FileTerms, sought: SoughtNames, limits: Limits) -> Outline:
    """The names in the first object, in the shape in which it has most of those sought."""
    encoding = _encoding_of_source(source, _UTF8)
    if encoding is None:
        return Outline(FoundFormat("jsonl"))
    shapes = dict.fromkeys(_shape(source, encoding, names) for names in (sought, frozenset[str]()))
    firsts = {shape: _first_names(_Reading(source, encoding, shape, limits)) for shape in shapes}
    best = max(firsts, key=lambda shape: sum(name in sought for name in firsts[shape]))
    return Outline(FoundFormat(_format_of(best), encoding=encoding.name), firsts[best])


def _first_names(reading: "_Reading") -> tuple[str, ...]:
    first = next((row for row, _ in reading.rows() if row is not None), {})
    return tuple(map(column_name, first))


def _format_of(shape: Shape) -> str:
    return "jsonl" if shape.is_lines else "json"


@dataclass(frozen=True)
class _Reading:
    """What is read of which file, and how."""

    source: Source
    encoding: Encoding
    shape: Shape
    limits: Limits

    def rows(self) -> Iterator[Row]:
        """All rows, read anew."""
        return rows_of(utf8_blocks(self.source, self.encoding, _HEAD), self.shape, self.limits)


def _encoding_of_source(source: Source, stated: str) -> Encoding | None:
    with source.open() as stream:
        return encoding_of(survey(iter(lambda: stream.read(BLOCK), b"")), stated)


def _shape(source: Source, encoding: Encoding, sought: SoughtNames) -> Shape:
    head = next(utf8_blocks(source, encoding, _HEAD), b"")
    return shape_of(head.decode("utf-8", "ignore"), sought)


@dataclass
class _Columns:
    """The columns of a file: names of values, dotted where the contract reads into an object."""

    declared: frozenset[str]
    names: dict[str, None] = field(default_factory=dict)
    """All that were seen, in order."""

    def __post_init__(self) -> None:
        """The names of objects that the contract reads into: all that stands before a dot."""
        parts = (name.split(".") for name in self.declared)
        self._roots = {".".join(path[:end]) for path in parts for end in range(1, len(path))}

    def see(self, row: Mapping[str, Any]) -> None:
        """Note the columns of a row."""
        if self._roots or not row.keys() <= self.names.keys():
            if len({*map(column_name, row)}) < len(row):
                counts = Counter(map(column_name, row))
                repeated = tuple(name for name, count in counts.items() if count > 1 and name in self.declared)
                if repeated:
                    raise FileRefusedError(
                        FileRefusal("header_missing", Reason("columns_repeated", columns=repeated), repeated[0])
                    )
            for name in self._leaves(row, ""):
                self.names.setdefault(name)

    def _leaves(self, row: Mapping[str, Any], before: str) -> Iterator[str]:
        for key, value in row.items():
            name = before + column_name(key)
            if isinstance(value, dict) and name in self._roots and name not in self.declared:
                yield from self._leaves(value, f"{name}.")
            else:
                yield name

    def values(self, rows: list[Mapping[str, Any]]) -> dict[str, pa.Array]:
        """The declared columns among those that were seen, as text."""
        plain = [row if row.keys() <= self.names.keys() else _renamed(row) for row in rows]
        found = [name for name in self.names if name in self.declared] or sorted(self.declared)[:1]
        return {
            name: text_array([_value_at_path(row, name) if "." in name else row.get(name) for row in plain])
            for name in found
        }


def _renamed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {column_name(key): row[key] for key in row}


def _value_at_path(row: Mapping[str, Any], name: str) -> Any:
    """The value at a path; a name that holds the dots itself wins."""
    if name in row or "." not in name:
        return row.get(name)
    for place in (place for place, sign in enumerate(name) if sign == "."):
        inner = row.get(name[:place])
        value = _value_at_path(_renamed(inner), name[place + 1 :]) if isinstance(inner, dict) else None
        if value is not None:
            return value
    return None


def _json_chunks(reading: _Reading, columns: _Columns) -> Iterator[RawChunk]:
    rows = reading.rows()
    done = 0
    while batch := _batch(rows):
        is_object = np.array([row is not None for row in batch])
        numbers = np.arange(done + 1, done + len(batch) + 1)
        yield RawChunk(
            table=pa.table(columns.values([row for row in batch if row is not None])),
            row_numbers=pa.array(numbers[is_object]),
            malformed=pa.array(numbers[~is_object]),
        )
        done += len(batch)


def _batch(rows: Iterator[Row]) -> list[dict[str, Any] | None]:
    batch: list[dict[str, Any] | None] = []
    size = 0
    for row, length in islice(rows, CHUNK):
        batch.append(row)
        size += length
        if size >= CHUNK_BYTES:
            break
    return batch
