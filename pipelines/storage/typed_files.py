"""Files that know types, XLSX and Parquet, to text by column: dates in ISO 8601, whole numbers without `.0`."""

import io
import json
from datetime import date, datetime, time
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum, WorksheetNotFound

from pipelines.domain.contracts import FileTerms
from pipelines.domain.delivered_files import (
    FileRefusal,
    RawChunk,
    RawFile,
    column_name,
    declared_names,
    declared_places,
)
from pipelines.domain.limits import Limits
from pipelines.storage.json_lines import as_text, text_array
from pipelines.storage.sources import Source

_LARGEST_WHOLE: Final = 2.0**63


def read_xlsx(source: Source, terms: FileTerms, limits: Limits) -> RawFile | FileRefusal:
    """Read the contract's sheet, else the first visible one. Its first row is the header; blank rows don't count."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(source.read()))
    name = terms.sheet or _first_visible(workbook)
    try:
        rows = [row for row in workbook.get_sheet_by_name(name).to_python() if any(cell != "" for cell in row)]
    except WorksheetNotFound:
        return FileRefusal("file_undecodable", f"a sheet named `{name}`")
    if not rows:
        return FileRefusal("header_missing", "a header with the contract's column names")
    header, *body = rows
    names = [column_name(_cell(cell) or "") for cell in header]
    for place, name in enumerate(names):
        if not name and any(row[place] != "" for row in body):
            names[place] = f"column {place + 1}"
    places = declared_places(names, declared_names(terms))
    table = pa.table({name: text_array([_cell(row[place]) for row in body]) for name, place in places.items()})
    return RawFile(tuple(names), lambda: iter([_whole(table, len(body))]))


def _first_visible(workbook: CalamineWorkbook) -> str:
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    visible = [sheet for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    return str((visible or sheets)[0].name)


def _cell(value: Any) -> str | None:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return as_text(value) if isinstance(value, (str, int, float)) else str(value)


def read_parquet(source: Source, terms: FileTerms, limits: Limits) -> RawFile | FileRefusal:
    """Read the declared columns of a Parquet file."""
    file = pq.ParquetFile(pa.BufferReader(source.read()))
    raw_names = file.schema_arrow.names
    names = [column_name(name) for name in raw_names]
    places = declared_places(names, declared_names(terms))
    read = file.read(columns=[raw_names[place] for place in places.values()])
    table = pa.table({name: _text_column(read[raw_names[place]]) for name, place in places.items()})
    return RawFile(tuple(names), lambda: iter([_whole(table, file.metadata.num_rows)]))


def _whole(table: pa.Table, row_count: int) -> RawChunk:
    return RawChunk(table, pa.array(np.arange(1, row_count + 1)), pa.array([], pa.int64()))


def _text_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    type_ = column.type
    if pa.types.is_dictionary(type_):
        return _text_column(column.cast(type_.value_type))
    if pa.types.is_nested(type_):
        return pa.chunked_array([text_array([_json(value) for value in column.to_pylist()])])
    if pa.types.is_timestamp(type_):
        texts = column.cast(pa.int64()).cast(pa.timestamp(type_.unit)).cast(pa.string())
        return pc.binary_join_element_wise(texts, "Z", "") if type_.tz else texts
    if pa.types.is_floating(type_):
        return _text_of_floats(column.cast(pa.float64()))
    texts = column.cast(pa.string())
    return pc.replace_substring_regex(texts, r"\.0+$", "") if pa.types.is_decimal(type_) else texts


def _text_of_floats(column: pa.ChunkedArray) -> pa.ChunkedArray:
    is_whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), _LARGEST_WHOLE))
    whole = pc.if_else(is_whole, column, 0.0).cast(pa.int64()).cast(pa.string())
    nothing = pa.scalar(None, pa.string())
    texts = pc.if_else(is_whole, whole, column.cast(pa.string()))
    return pc.if_else(pc.is_finite(column), texts, nothing)


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)
