"""Bytes of one delivered file to text by column. Never raises for what a file holds: it is refused, with a reason.

One function a format; what the text means is read in `pipelines.domain`. Messages of the parsers are dropped, because
they quote the file.
"""

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Final

import zstandard

from pipelines.domain.contracts import FileTerms
from pipelines.domain.delivered_files import DeliveredFile, FileRefusal, RawFile
from pipelines.storage.csv_files import read_csv
from pipelines.storage.inbox import MOST_BYTES
from pipelines.storage.json_lines import read_json_lines
from pipelines.storage.typed_files import read_parquet, read_xlsx

FORMATS: Final[Mapping[str, tuple[Callable[[bytes, FileTerms], RawFile | FileRefusal], str]]] = {
    "csv": (read_csv, "delimited text"),
    "jsonl": (read_json_lines, "JSON Lines"),
    "xlsx": (read_xlsx, "an XLSX workbook without a password"),
    "parquet": (read_parquet, "a Parquet file"),
}
_FEED: Final = 4096  # bytes of zstd at a time: one may expand 30,000-fold


def read_file(file: DeliveredFile, terms: FileTerms) -> RawFile | FileRefusal:
    """A file as text, in the format that the contract says, or why it can't be read.

    Raises:
        OSError: the file itself can't be opened: a fault of ours.
    """
    delivered = file.path.read_bytes()
    read, expected = FORMATS[terms.format]
    return _guarded(lambda: _read(delivered, file, terms, read), expected)


def _read(
    delivered: bytes,
    file: DeliveredFile,
    terms: FileTerms,
    read: Callable[[bytes, FileTerms], RawFile | FileRefusal],
) -> RawFile | FileRefusal:
    content = _unwrapped(_unpacked(delivered, file), file.name)
    if content is None:
        return FileRefusal("limit_exceeded", f"at most {MOST_BYTES:,} bytes when unpacked")
    return read(content, terms) if content else FileRefusal("file_empty", "a header and data rows")


def _guarded(read: Callable[[], RawFile | FileRefusal], expected: str) -> RawFile | FileRefusal:
    try:
        return read()
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:  # a panic in a native parser is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        return FileRefusal("file_undecodable", expected)


def _unpacked(delivered: bytes, file: DeliveredFile) -> bytes:
    if file.member is None:
        return delivered
    with zipfile.ZipFile(io.BytesIO(delivered)) as archive:
        return archive.read(file.member)


def _unwrapped(content: bytes, name: str) -> bytes | None:
    """Without the compression that the name tells of; None when it expands too far."""
    lowered = name.lower()
    if lowered.endswith(".gz"):
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            expanded = stream.read(MOST_BYTES + 1)
    elif lowered.endswith(".zst"):
        expanded = _unzstd(content)
    else:
        expanded = content
    return expanded if len(expanded) <= MOST_BYTES else None


def _unzstd(content: bytes) -> bytes:
    expanded, rest = bytearray(), content
    while rest:
        frame = zstandard.ZstdDecompressor().decompressobj()
        place = 0
        while place < len(rest) and not frame.eof and len(expanded) <= MOST_BYTES:
            expanded += frame.decompress(rest[place : place + _FEED])
            place += _FEED
        if len(expanded) > MOST_BYTES:
            break
        if not frame.eof:
            raise EOFError("the last zstd frame is cut off")
        rest = frame.unused_data + rest[place:]
    return bytes(expanded)
