"""One delivered file to text by column. Never raises for what a file holds: it is refused, with a reason.

One function a kind of file; what the text means is read in `pipelines.domain`. Messages of the parsers are dropped,
because they quote the file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from pipelines.domain.contracts import FileTerms
from pipelines.domain.delivered_files import AlikeFiles, DeliveredFile, FileRefusal, FileRefusedError, RawChunk, RawFile
from pipelines.domain.limits import Limits
from pipelines.storage.csv_files import read_csv
from pipelines.storage.csv_together import read_csv_together
from pipelines.storage.file_kinds import HEAD, kind_differences, kind_of
from pipelines.storage.held_contents import SMALL, HeldContents
from pipelines.storage.json_files import read_json
from pipelines.storage.parquet_files import read_parquet
from pipelines.storage.seals import Seals
from pipelines.storage.sources import DeliveredSource, InboxFaultError, Source, open_delivered
from pipelines.storage.workbooks import read_workbook

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


def read_file(
    file: DeliveredFile, terms: FileTerms, limits: Limits | None = None, seals: Seals | None = None
) -> RawFile | FileRefusal:
    """A file as text, in the format that it really has, or why it can't be read.

    Raises:
        OSError: the file itself can't be opened: a fault of ours; also while its rows are read.
    """
    with open_delivered(file, seals):
        pass
    return read_source(DeliveredSource(file, limits or Limits(), seals), terms, limits or Limits())


def read_source(source: Source, terms: FileTerms, limits: Limits) -> RawFile | FileRefusal:
    """`read_file` for any source."""
    expected = "a whole file"
    try:
        head = _guarded(lambda: _head(source), expected)
        kind = kind_of(head, terms.format) if head else _EMPTY
        if isinstance(kind, FileRefusal):
            return kind
        read, expected = KINDS[kind]
        raw = _guarded(lambda: read(source, terms, limits), expected)
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


def read_together(
    files: Sequence[DeliveredFile], terms: FileTerms, *, limits: Limits, held: HeldContents
) -> Iterator[AlikeFiles]:
    """Read small files of one kind together, where that gives what `read_file` gives; the others are left to it."""
    if terms.format != "csv":
        return
    small = ((place, file) for place, file in enumerate(files) if file.size <= SMALL)
    contents = ((place, content) for place, file in small if (content := held.take(file)) is not None)
    found = read_csv_together(contents, terms, limits)
    try:
        while (alike := _guarded(lambda: next(found, None), "a whole file")) is not None:
            yield alike
    except FileRefusedError:
        return  # whichever file it was is refused when it is read alone


def _head(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read(HEAD)


def _guarded_chunks(raw: RawFile, expected: str) -> Iterator[RawChunk]:
    """The chunks of a file; whatever its parser raises on the way refuses the file."""
    chunks = _guarded(raw.chunks, expected)
    while (chunk := _guarded(lambda: next(chunks, None), expected)) is not None:
        yield chunk


def _guarded(read: Callable[[], Result], expected: str) -> Result:
    try:
        return read()
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError, FileRefusedError, InboxFaultError):
        raise
    except BaseException as error:  # a panic in a native parser is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise FileRefusedError(FileRefusal("file_undecodable", expected)) from None
