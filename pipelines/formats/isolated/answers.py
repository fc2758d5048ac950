"""What a child answers, as bytes: figures as JSON, rows as Arrow streams; nothing in it is run.

Whoever reads an answer reads it as a stranger's: what is not as it should be raises, whatever it raises.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import pyarrow as pa

from pipelines.formats.file_kind import Outline
from pipelines.formats.invoices.invoice_text import HEADER_FIELDS, LINE_SCHEMA, TAX_FIELDS, InvoiceText
from pipelines.formats.limits import FileRefusal
from pipelines.formats.packings import ArchiveEntry
from pipelines.formats.raw import AlikeFiles, FoundFormat, RawChunk, RawFile
from pipelines.vocabulary.reasons import Reason, reason_of_text

FILE: Final = "file"
OUTLINE: Final = "outline"
CHUNK: Final = "chunk"
ALIKE: Final = "alike"
ARCHIVE: Final = "archive"
INVOICE: Final = "invoice"
END: Final = "end"
"""No more rows."""
ABSENT: Final = "absent"
"""The file asked for is not at hand any more."""
REFUSED: Final = "refused"
FAULT: Final = "fault"
"""Its bytes could not be had."""
FAILED: Final = "failed"
"""Our reader failed in a way that it does not know."""
_PARTS: Final = 3
"""Arrow streams of a chunk: its table, the numbers of its rows, those of malformed ones."""


@dataclass(frozen=True)
class Answer:
    """One answer: what it is, its figures, and streams of rows."""

    kind: str
    told: Mapping[str, Any]
    parts: Sequence[pa.Buffer] = ()


def refusal_told(refusal: FileRefusal) -> Answer:
    """A refused file."""
    return Answer(REFUSED, {**asdict(refusal), "cause": refusal.cause.as_text()})


def told_refusal(answer: Answer) -> FileRefusal:
    """The refusal in an answer."""
    told = answer.told
    return FileRefusal(str(told["reason"]), reason_of_text(told["cause"]), _name_or_none(told["column"]))


def file_told(raw: RawFile) -> Answer:
    """A file without its rows."""
    told = {
        "columns": raw.columns,
        "well_formed": _reason_text(raw.well_formed),
        "differences": [reason.as_text() for reason in raw.format_differences],
        "found": asdict(raw.found),
    }
    return Answer(FILE, told)


@dataclass(frozen=True)
class ToldFile:
    """What is known of a file before its rows are read."""

    columns: tuple[str, ...]
    well_formed: Reason | None
    format_differences: tuple[Reason, ...]
    found: FoundFormat


def told_file(answer: Answer) -> ToldFile:
    """The file in an answer."""
    told = answer.told
    differences = tuple(map(reason_of_text, told["differences"]))
    return ToldFile(_told_names(told["columns"]), _told_reason(told["well_formed"]), differences, _found(told["found"]))


def outline_told(outline: Outline) -> Answer:
    """An outline."""
    return Answer(OUTLINE, {"found": asdict(outline.found), "columns": outline.columns})


def told_outline(answer: Answer) -> Outline:
    """The outline in an answer."""
    return Outline(_found(answer.told["found"]), _told_names(answer.told["columns"]))


def chunk_told(chunk: RawChunk) -> Answer:
    """Some rows."""
    return Answer(CHUNK, {}, _streams(chunk))


def told_chunk(answer: Answer) -> RawChunk:
    """The rows in an answer."""
    return _chunk_of_streams(answer.parts)


def alike_told(alike: Sequence[AlikeFiles]) -> Answer:
    """Files that were read together."""
    told = [
        {
            "places": each.places,
            "row_counts": each.row_counts,
            "columns": each.columns,
            "well_formed": _reason_text(each.well_formed),
        }
        for each in alike
    ]
    return Answer(ALIKE, {"groups": told}, [part for each in alike for part in _streams(each.chunk)])


def told_alike(answer: Answer) -> Iterator[AlikeFiles]:
    """The files in an answer."""
    for place, told in enumerate(answer.told["groups"]):
        chunk = _chunk_of_streams(answer.parts[place * _PARTS : (place + 1) * _PARTS])
        counts = tuple(map(int, told["row_counts"]))
        places = tuple(map(int, told["places"]))
        yield AlikeFiles(places, counts, _told_names(told["columns"]), _told_reason(told["well_formed"]), chunk)


def archive_told(entries: Sequence[ArchiveEntry]) -> Answer:
    """The files of an archive."""
    return Answer(ARCHIVE, {"entries": [asdict(entry) for entry in entries]})


def told_archive(answer: Answer) -> list[ArchiveEntry]:
    """The files in an answer."""
    return [
        ArchiveEntry(
            str(told["key"]), int(told["flags"]), int(told["method"]), _name_or_none(told["digest"]), int(told["size"])
        )
        for told in answer.told["entries"]
    ]


def invoice_told(invoice: InvoiceText) -> Answer:
    """An invoice."""
    told = {"syntax": invoice.syntax, "header": dict(invoice.header), "taxes": list(map(dict, invoice.taxes))}
    return Answer(INVOICE, told, [_stream(invoice.lines)])


def told_invoice(answer: Answer) -> InvoiceText:
    """The invoice in an answer."""
    told, (lines,) = answer.told, answer.parts
    taxes = tuple(_told_fields(fields, TAX_FIELDS) for fields in told["taxes"])
    header = _told_fields(told["header"], HEADER_FIELDS)
    return InvoiceText(str(told["syntax"]), header, taxes, _table_of_stream(lines).cast(LINE_SCHEMA))


def head_of_answer(answer: Answer) -> bytes:
    """What stands before the parts: their sizes among it."""
    head = {"kind": answer.kind, "told": answer.told, "sizes": [part.size for part in answer.parts]}
    return json.dumps(head).encode("ascii")


def _streams(chunk: RawChunk) -> list[pa.Buffer]:
    rows = {"number": chunk.row_numbers, "sheet": chunk.sheet_rows}
    malformed = {"number": chunk.malformed, "sheet": chunk.malformed_sheet_rows}
    tables = [chunk.table, *(_numbers_table(numbers) for numbers in (rows, malformed))]
    return [_stream(table) for table in tables]


def _numbers_table(numbers: Mapping[str, pa.Array | None]) -> pa.Table:
    return pa.table({name: values for name, values in numbers.items() if values is not None})


def _stream(table: pa.Table) -> pa.Buffer:
    size = pa.MockOutputStream()
    _write(table, size)
    buffer = pa.allocate_buffer(size.size())
    _write(table, pa.FixedSizeBufferWriter(buffer))
    return buffer


def _write(table: pa.Table, sink: pa.NativeFile) -> None:
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


def _chunk_of_streams(parts: Sequence[pa.Buffer]) -> RawChunk:
    table, rows, malformed = (_table_of_stream(part) for part in parts)
    return RawChunk(
        table,
        rows["number"].combine_chunks(),
        malformed["number"].combine_chunks(),
        _sheet_rows(rows),
        _sheet_rows(malformed),
    )


def _table_of_stream(part: pa.Buffer) -> pa.Table:
    with pa.ipc.open_stream(part) as reader:
        table = reader.read_all()
    table.validate()
    return table


def _sheet_rows(numbers: pa.Table) -> pa.Array | None:
    return numbers["sheet"].combine_chunks() if "sheet" in numbers.column_names else None


def _found(told: Mapping[str, Any]) -> FoundFormat:
    return FoundFormat(str(told["format"]), *(_name_or_none(told[name]) for name in _FOUND))


_FOUND: Final = ("delimiter", "encoding", "quote", "sheet")


def _told_names(told: Sequence[Any]) -> tuple[str, ...]:
    return tuple(map(str, told))


def _name_or_none(told: Any) -> str | None:
    return None if told is None else str(told)


def _told_fields(told: Mapping[str, Any], names: Iterable[str]) -> dict[str, str | None]:
    return {name: _name_or_none(told[name]) for name in names}


def _reason_text(reason: Reason | None) -> str | None:
    return None if reason is None else reason.as_text()


def _told_reason(told: str | None) -> Reason | None:
    return None if told is None else reason_of_text(told)
