"""Parquet to text by column, a batch of rows at a time: instants in ISO 8601, whole numbers without `.0`."""

import io
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby, islice, pairwise
from typing import BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.contracts.contract import FileTerms, declared_names, declared_places
from pipelines.formats.file_kind import Outline
from pipelines.formats.limits import FileRefusal, Limits
from pipelines.formats.parquet.sizes import announced_size, encodings_of, rows_at_once
from pipelines.formats.raw import FoundFormat, RawChunk, RawFile
from pipelines.formats.source import Source
from pipelines.formats.table_edges import SoughtNames
from pipelines.formats.values_as_text import FIRST_ROUNDED, as_text, rounded_text, text_array
from pipelines.vocabulary.column_names import column_name

CHUNK_BYTES: Final = 2**26
"""Bytes of text in a chunk, about."""
_FOUND: Final = FoundFormat("parquet")
_BUFFER: Final = 2**20
_LONG: Final = 2**14
_DELTA: Final = frozenset({"DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"})
_LARGEST_EXACT: Final = {16: 2.0**11, 32: 2.0**24, 64: float(FIRST_ROUNDED)}
"""Bits of a binary number -> from where on its last digits may be lost."""
_TEXT: Final = pa.string()
_BY_VALUE: Final = (pa.types.is_decimal, pa.types.is_nested, pa.types.is_duration, pa.types.is_interval)


def read_parquet(source: Source, terms: FileTerms, limits: Limits) -> RawFile | FileRefusal:
    """Read the declared columns, a path such as `contact.email` leading into a struct; a name with dots wins."""
    declared = declared_names(terms)
    with _open_seekable(source, limits) as stream, _parquet_file(stream) as file:
        schema, metadata, size = file.schema_arrow, file.metadata, stream.seek(0, io.SEEK_END)
        limits.check("columns", len(schema.names))
        limits.check("columns", metadata.num_columns)
        groups = (metadata.row_group(place).num_rows for place in range(metadata.num_row_groups))
        limits.check("rows", max(metadata.num_rows, sum(groups)))
    paths = [path for column in schema for path in _paths(column, (), declared)]
    names = [column_name(".".join(path)) for path in paths]
    places = declared_places(names, declared)
    wanted = {name: paths[place] for name, place in places.items()}
    columns = {path[0] for path in wanted.values()}
    limits.check_extent(announced_size(metadata, schema, columns), size)
    return RawFile(tuple(names), lambda: _parquet_chunks(source, limits, wanted) if wanted else iter(()), found=_FOUND)


def outline_parquet(source: Source, terms: FileTerms, sought: SoughtNames, limits: Limits) -> Outline:
    """The names in its schema."""
    raw = read_parquet(source, terms, limits)
    return Outline(_FOUND, raw.columns) if isinstance(raw, RawFile) else Outline(_FOUND)


def _open_seekable(source: Source, limits: Limits) -> BinaryIO:
    """A stream that can be read in any order; the content of a packing is held in memory."""
    stream = source.open()
    if stream.seekable():
        return stream
    stream.close()
    return io.BytesIO(source.read())


def _parquet_file(stream: BinaryIO, dictionaries: list[str] | None = None) -> pq.ParquetFile:
    return pq.ParquetFile(
        stream,
        buffer_size=_BUFFER,
        pre_buffer=False,
        read_dictionary=dictionaries,
        page_checksum_verification=True,
        coerce_int96_timestamp_unit="us",  # nanoseconds overflow silently: the year 2500 is 1915
    )


def _paths(field: pa.Field, above: tuple[str, ...], declared: frozenset[str]) -> Iterator[tuple[str, ...]]:
    """The values of a column: its own, or those of a struct that the contract reads into."""
    path = (*above, field.name)
    name = column_name(".".join(path))
    if pa.types.is_struct(field.type) and name not in declared and any(n.startswith(f"{name}.") for n in declared):
        for inner in field.type:
            yield from _paths(inner, path, declared)
    else:
        yield path


def _parquet_chunks(source: Source, limits: Limits, wanted: dict[str, tuple[str, ...]]) -> Iterator[RawChunk]:
    done = 0
    columns = sorted({path[0] for path in wanted.values()})
    with _open_seekable(source, limits) as stream:
        for groups, dictionaries, row_count in _readings_of_groups(stream, columns):
            stream.seek(0)
            with _parquet_file(stream, dictionaries) as file:
                for batch in file.iter_batches(row_count, row_groups=groups, columns=columns, use_threads=False):
                    for part in _bounded(batch):
                        yield _chunk(part, wanted, done)
                        done += part.num_rows


def _readings_of_groups(stream: BinaryIO, columns: list[str]) -> Iterator[tuple[list[int], list[str], int]]:
    """Row groups that are read alike: the columns to read as dictionaries, and how many rows at once."""
    with _parquet_file(stream) as file:
        metadata = file.metadata
        texts = [field.name for field in file.schema_arrow if field.name in columns and _is_text_column(field.type)]
    stream.seek(0)
    found = (
        (group, _long_repeated(stream, metadata, group, texts), rows_at_once(metadata, group, columns))
        for group in range(metadata.num_row_groups)
    )
    for (dictionaries, row_count), alike in groupby(found, key=lambda reading: reading[1:]):
        yield [group for group, _, _ in alike], dictionaries, row_count


def _long_repeated(stream: BinaryIO, metadata: pq.FileMetaData, group: int, texts: list[str]) -> list[str]:
    """Text columns of a row group with long values in a dictionary: some kilobytes of file can stand for terabytes.

    They are read as dictionaries, which is slow where most values differ, and which other encodings do not allow.
    """
    coded = [name for name in texts if not _DELTA & encodings_of(metadata, group, name)]
    if not coded:
        return []  # a batch of no columns would make room for as many rows as the file says it has
    found: set[str] = set()
    stream.seek(0)
    with _parquet_file(stream, coded) as file:
        for first in islice(file.iter_batches(1, row_groups=[group], columns=coded, use_threads=False), 1):
            for name, values in zip(first.schema.names, first.columns, strict=True):
                if (pc.max(pc.binary_length(values.dictionary)).as_py() or 0) > _LONG:
                    found.add(name)
    return sorted(found)


def _is_text_column(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_binary(type_) or pa.types.is_large_string(type_))


def _bounded(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """A batch in parts whose repeated texts, written out, stay small; none for no rows."""
    if not batch.num_rows:
        return
    sizes = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            lengths = pc.binary_length(column.dictionary).take(column.indices).fill_null(0)
            sizes += np.asarray(lengths, np.int64)
    parts = sizes.cumsum() // CHUNK_BYTES
    starts = [0, *(np.flatnonzero(np.diff(parts)) + 1), batch.num_rows]
    for start, end in pairwise(starts):
        yield batch.slice(start, end - start)


def _chunk(batch: pa.RecordBatch, wanted: dict[str, tuple[str, ...]], done: int) -> RawChunk:
    table = pa.table({name: _column_text(_values_at_path(batch, path)) for name, path in wanted.items()})
    numbers = pa.array(np.arange(done + 1, done + batch.num_rows + 1))
    return RawChunk(table, numbers, pa.array([], pa.int64()))


def _values_at_path(batch: pa.RecordBatch, path: tuple[str, ...]) -> pa.Array:
    """The values at a path; of two columns with one name, those of the first."""
    column = batch.column(batch.schema.names.index(path[0]))
    for name in path[1:]:
        column = pc.struct_field(column, [column.type.get_field_index(name)])
    return column


def _column_text(column: pa.Array) -> pa.Array:
    """A column of any type as text."""
    type_ = column.type
    if isinstance(type_, pa.UuidType):
        return _values_text(column)
    if isinstance(type_, pa.BaseExtensionType):
        return _column_text(column.storage)
    if pa.types.is_dictionary(type_):
        return _column_text(column.dictionary_decode())
    if pa.types.is_run_end_encoded(type_):
        return _column_text(pc.run_end_decode(column))
    if pa.types.is_null(type_):
        return pa.nulls(len(column), _TEXT)
    if pa.types.is_timestamp(type_):
        return _instants(column)
    if pa.types.is_date64(type_):
        return column.cast(pa.date32()).cast(_TEXT)
    if pa.types.is_floating(type_):
        return _floats(column.cast(pa.float64()), _LARGEST_EXACT[type_.bit_width])
    if pa.types.is_time64(type_):
        return column.cast(pa.time64("us"), safe=False).cast(_TEXT)
    if any(is_typed(type_) for is_typed in _BY_VALUE):
        return _values_text(column)
    try:
        texts = column.cast(_TEXT)
        texts.validate(full=True)  # what a file calls a text is taken for one unseen
        return texts
    except pa.ArrowException:  # bytes that are no text
        return _values_text(column.cast(pa.binary()) if _is_text_column(type_) else column)


def _values_text(column: pa.Array) -> pa.Array:
    return text_array(column.to_pylist())


def _float_text(value: float | None, exact: float) -> str | None:
    is_rounded = value is not None and exact <= abs(value) < float("inf")
    return rounded_text(Decimal(repr(value))) if is_rounded else as_text(value)


def _instants(column: pa.Array) -> pa.Array:
    """Instants to the microsecond; with a zone, in UTC."""
    unit = "us" if column.type.unit == "ns" else column.type.unit
    local = column.cast(pa.timestamp(unit, column.type.tz), safe=False).cast(pa.int64()).cast(pa.timestamp(unit))
    texts = local.cast(_TEXT)
    return pc.binary_join_element_wise(texts, "Z", "") if column.type.tz else texts


def _floats(column: pa.Array, exact: float) -> pa.Array:
    """Numbers in full, but for those from `exact` on, which may have lost digits; what is no number is nothing."""
    is_whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), exact))
    if not pc.all(pc.fill_null(is_whole, True)).as_py():
        return text_array([_float_text(value, exact) for value in column.to_pylist()])
    return pc.if_else(is_whole, column, None).cast(pa.int64()).cast(_TEXT)
