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
from pipelines.vocabulary.reasons import Reason

Result = TypeVar("Result")
FormatReader = Callable[[Source, FileTerms, Limits], RawFile | FileRefusal]

KINDS: Final[Mapping[str, tuple[FormatReader, Reason]]] = {
    "csv": (read_csv, Reason("text_broken")),
    "json": (read_json, Reason("json_broken")),
    "workbook": (read_workbook, Reason("workbook_broken")),
    "parquet": (read_parquet, Reason("parquet_broken")),
}
_WITH_FORMATS: Final = ("json", "workbook")
"""Kinds that stand for several formats; their readers tell which one it is."""
_EMPTY: Final = FileRefusal("file_empty", Reason("file_without_rows"))


def read_source(source: Source, terms: FileTerms, limits: Limits) -> RawFile | FileRefusal:
    """`read_file` for any source."""
    broken = Reason("file_broken")
    try:
        head = guarded(lambda: _head_of_source(source), broken)
        kind = kind_of(head, terms.format) if head else _EMPTY
        if isinstance(kind, FileRefusal):
            return kind
        read, broken = KINDS[kind]
        raw = guarded(lambda: read(source, terms, limits), broken)
    except FileRefusedError as error:
        return error.refusal
    if isinstance(raw, FileRefusal):
        return raw
    differences = () if kind in _WITH_FORMATS else kind_differences(terms.format, kind)
    return replace(
        raw,
        chunks=lambda: _guarded_chunks(raw, broken),
        format_differences=(*differences, *raw.format_differences),
    )


def _head_of_source(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read(HEAD)


def _guarded_chunks(raw: RawFile, broken: Reason) -> Iterator[RawChunk]:
    """The chunks of a file; whatever its parser raises on the way refuses the file."""
    chunks = guarded(raw.chunks, broken)
    while (chunk := guarded(lambda: next(chunks, None), broken)) is not None:
        yield chunk


def guarded(read: Callable[[], Result], broken: Reason) -> Result:
    """What a parser gives, or the file refused for our reason: a parser's own would quote the file.

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
        raise FileRefusedError(FileRefusal("file_undecodable", broken)) from None
