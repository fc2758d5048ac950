"""One delivered file to text by column. Never raises for what a file holds: it is refused, with a reason.

One function a format; what the text means is read in `pipelines.domain`. Messages of the parsers are dropped, because
they quote the file.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeVar

from pipelines.domain.contracts import FileTerms
from pipelines.domain.delivered_files import DeliveredFile, FileRefusal, FileRefusedError, RawChunk, RawFile
from pipelines.domain.limits import Limits
from pipelines.storage.csv_files import read_csv
from pipelines.storage.json_lines import read_json_lines
from pipelines.storage.sources import DeliveredSource, Source
from pipelines.storage.typed_files import read_parquet, read_xlsx

Result = TypeVar("Result")
FormatReader = Callable[[Source, FileTerms, Limits], RawFile | FileRefusal]

FORMATS: Final[Mapping[str, tuple[FormatReader, str]]] = {
    "csv": (read_csv, "delimited text"),
    "jsonl": (read_json_lines, "JSON Lines"),
    "xlsx": (read_xlsx, "an XLSX workbook without a password"),
    "parquet": (read_parquet, "a Parquet file"),
}


def read_file(file: DeliveredFile, terms: FileTerms, limits: Limits | None = None) -> RawFile | FileRefusal:
    """A file as text, in the format that the contract says, or why it can't be read.

    Raises:
        OSError: the file itself can't be opened: a fault of ours.
    """
    with file.path.open("rb"):
        pass
    return read_source(DeliveredSource(file, limits or Limits()), terms, limits or Limits())


def read_source(source: Source, terms: FileTerms, limits: Limits) -> RawFile | FileRefusal:
    """`read_file` for any source."""
    read, expected = FORMATS[terms.format]
    try:
        raw = _guarded(lambda: read(source, terms, limits) if source.open().read(1) else _EMPTY, expected)
    except FileRefusedError as error:
        return error.refusal
    return raw if isinstance(raw, FileRefusal) else replace(raw, chunks=lambda: _guarded_chunks(raw, expected))


_EMPTY: Final = FileRefusal("file_empty", "a header and data rows")


def _guarded_chunks(raw: RawFile, expected: str) -> Iterator[RawChunk]:
    """The chunks of a file; whatever its parser raises on the way refuses the file."""
    chunks = _guarded(raw.chunks, expected)
    while (chunk := _guarded(lambda: next(chunks, None), expected)) is not None:
        yield chunk


def _guarded(read: Callable[[], Result], expected: str) -> Result:
    try:
        return read()
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError, FileRefusedError):
        raise
    except BaseException as error:  # a panic in a native parser is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise FileRefusedError(FileRefusal("file_undecodable", expected)) from None
