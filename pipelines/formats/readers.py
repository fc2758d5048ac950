"""One delivered file to text by column. Never raises for what a file holds: it is refused, with a reason.

One function a kind of file; what the text means is read in `intake`. Messages of the parsers are dropped,
because they quote the file.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeVar

from pipelines.contracts.contract import FileTerms
from pipelines.formats.delimited.reader import read_csv
from pipelines.formats.json.reader import read_json
from pipelines.formats.kinds import HEAD, kind_of
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.parquet import read_parquet
from pipelines.formats.raw import RawChunk, RawFile, kind_differences
from pipelines.formats.source import InboxFaultError, Source
from pipelines.formats.workbooks.reader import read_workbook

Result = TypeVar("Result")
FormatReader = Callable[[Source, FileTerms, Limits], RawFile | FileRefusal]

KINDS: Final[Mapping[str, tuple[FormatReader, str]]] = {
    "csv": (read_csv, "delimited text"),
    "json": (read_json, "JSON Lines or one JSON document"),
    "workbook": (read_workbook, "a whole workbook as .xlsx, .xls or .ods, without a password"),
    "parquet": (read_parquet, "a whole Parquet file, without encryption"),
}
_WITH_FORMATS: Final = ("json", "workbook")
"""Kinds that stand for several formats; their readers tell which one it is."""
_EMPTY: Final = FileRefusal("file_empty", "a header and data rows")


def read_source(source: Source, terms: FileTerms, limits: Limits) -> RawFile | FileRefusal:
    """`read_file` for any source."""
    expected = "a whole file"
    try:
        head = guarded(lambda: _head_of_source(source), expected)
        kind = kind_of(head, terms.format) if head else _EMPTY
        if isinstance(kind, FileRefusal):
            return kind
        read, expected = KINDS[kind]
        raw = guarded(lambda: read(source, terms, limits), expected)
    except FileRefusedError as error:
        return error.refusal
    if isinstance(raw, FileRefusal):
        return raw
    differences = () if kind in _WITH_FORMATS else kind_differences(terms.format, kind)
    return replace(
        raw,
        chunks=lambda: _guarded_chunks(raw, expected),
        format_differences=(*differences, *raw.format_differences),
    )


def _head_of_source(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read(HEAD)


def _guarded_chunks(raw: RawFile, expected: str) -> Iterator[RawChunk]:
    """The chunks of a file; whatever its parser raises on the way refuses the file."""
    chunks = guarded(raw.chunks, expected)
    while (chunk := guarded(lambda: next(chunks, None), expected)) is not None:
        yield chunk


def guarded(read: Callable[[], Result], expected: str) -> Result:
    """What a parser gives, or the file refused in our words: a parser's own would quote the file.

    Raises:
        FileRefusedError: the parser failed.
        InboxFaultError: the bytes can't be had, for a reason of ours.
    """
    try:
        return read()
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError, FileRefusedError, InboxFaultError):
        raise
    except BaseException as error:  # a panic in a native parser is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise FileRefusedError(FileRefusal("file_undecodable", expected)) from None
