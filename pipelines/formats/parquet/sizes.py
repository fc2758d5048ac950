"""What a Parquet file would take in memory, told from its footer before a value is decoded: upper bounds.

Encodings: <https://parquet.apache.org/docs/file-format/data-pages/encodings/>. Reading is in `reader`.
"""

from collections.abc import Collection
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

CHUNK: Final = 65_536
"""Rows of a batch at most."""
NESTED_VALUE: Final = 128
"""Bytes that a value in a list takes on its way to text, at most."""
_SLOT: Final = 16
"""Bytes of a place in a list of fixed size, filled or not, at most."""
_GROWING: Final = "DELTA_BYTE_ARRAY"
"""Each text repeats the start of the one before: some bytes can stand for many long ones."""
_GROWING_BYTES: Final = 2**28
_FEWEST: Final = 16


def announced_size(metadata: pq.FileMetaData, schema: pa.Schema, columns: Collection[str]) -> int:
    """Bytes for the values of nested columns, and for places of fixed size: of the greatest row group."""
    fixed = sum(_fixed_slots(field.type) for field in schema if field.name in columns)
    sizes = [0]
    for group in range(metadata.num_row_groups):
        row_count = metadata.row_group(group).num_rows
        nested = sum(max(0, chunk.num_values - row_count) for chunk in _chunks(metadata, group, columns))
        sizes.append(nested * NESTED_VALUE + fixed * _SLOT * min(row_count, CHUNK))
    return max(sizes)


def rows_at_once(metadata: pq.FileMetaData, group: int, columns: Collection[str]) -> int:
    """Rows of a row group to decode together, so that texts that grow from each other stay bounded."""
    growing = [
        chunk.total_uncompressed_size for chunk in _chunks(metadata, group, columns) if _GROWING in chunk.encodings
    ]
    longest = max(growing, default=0)
    return max(_FEWEST, min(CHUNK, _GROWING_BYTES // max(1, longest)))


def encodings_of(metadata: pq.FileMetaData, group: int, column: str) -> frozenset[str]:
    """The encodings of a column in a row group."""
    return frozenset(name for chunk in _chunks(metadata, group, {column}) for name in chunk.encodings)


def _chunks(metadata: pq.FileMetaData, group: int, columns: Collection[str]) -> list[pq.ColumnChunkMetaData]:
    """The column chunks of a row group that belong to some top-level columns."""
    found = metadata.row_group(group)
    chunks = (found.column(place) for place in range(found.num_columns))
    return [chunk for chunk in chunks if _is_within(chunk.path_in_schema, columns)]


def _is_within(path: str, columns: Collection[str]) -> bool:
    return any(path == column or path.startswith(f"{column}.") for column in columns)


def _fixed_slots(type_: pa.DataType) -> int:
    """Places that a value of a type takes even where it is nothing; 0 where there is no list of fixed size."""
    if pa.types.is_fixed_size_list(type_):
        return int(type_.list_size) * max(1, _fixed_slots(type_.value_type))
    if pa.types.is_fixed_size_binary(type_):
        return int(type_.byte_width) // _SLOT
    if pa.types.is_struct(type_):
        return sum(_fixed_slots(field.type) for field in type_)
    if pa.types.is_map(type_):
        return _fixed_slots(type_.key_type) + _fixed_slots(type_.item_type)
    return _fixed_slots(type_.value_type) if pa.types.is_list(type_) or pa.types.is_large_list(type_) else 0
