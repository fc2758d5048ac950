"""Damaged variants of delivered files, and what must hold of whatever is read from them."""

import gzip
import io
import random
import struct
import zipfile
from collections.abc import Callable

import pyarrow.compute as pc

from pipelines.contracts.contract import FileTerms
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import RawFile
from pipelines.formats.readers import read_source
from pipelines.formats.source import BytesSource
from pipelines.wording.reasons import published

SMALL = Limits(file_bytes=2**26, held_bytes=2**27, rows=200_000, columns=200, cell_characters=100_000, archive_files=50)
_EXTREMES = [b"\0", b"\xff", b"\x80", b"4294967295", b"99999999999999999999", b"-1", b"1e999", b'"', b"<", b"{", b"["]


def mutated(content: bytes, source: random.Random) -> bytes:
    """The content with one to five faults; those of a packing as well as those inside of it."""
    if content.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(content)) and source.random() < 0.7:
        return _in_archive(content, source)
    if content.startswith(b"\x1f\x8b") and source.random() < 0.5:
        return gzip.compress(mutated(gzip.decompress(content), source), 1)
    changed = bytearray(content)
    for _ in range(source.randint(1, 5)):
        source.choice(_FAULTS)(changed, source)
    return bytes(changed)


def _in_archive(content: bytes, source: random.Random) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        infos = old.infolist()
        greatest = max(infos, key=lambda info: info.file_size)
        chosen = (source.choice(infos) if source.random() < 0.5 else greatest).filename
        for info in infos:
            part = old.read(info)
            new.writestr(info.filename, mutated(part, source) if info.filename == chosen else part)
    return buffer.getvalue()


def _flip(content: bytearray, source: random.Random) -> None:
    if content:
        content[source.randrange(len(content))] ^= 1 << source.randrange(8)


def _cut(content: bytearray, source: random.Random) -> None:
    start = source.randrange(len(content) + 1)
    del content[start : start + source.choice([1, 2, 8, 64, 512, len(content)])]


def _repeat(content: bytearray, source: random.Random) -> None:
    start = source.randrange(len(content) + 1)
    piece = content[start : start + source.choice([1, 8, 64, 512])]
    content[start:start] = piece * source.choice([1, 2, 50])


def _insert(content: bytearray, source: random.Random) -> None:
    start = source.randrange(len(content) + 1)
    content[start:start] = source.choice(_EXTREMES)


def _number(content: bytearray, source: random.Random) -> None:
    if len(content) >= 4:
        start = source.randrange(len(content) - 3)
        value = source.choice([0, 1, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE, source.randrange(2**32)])
        content[start : start + 4] = struct.pack("<I", value)


def _digits(content: bytearray, source: random.Random) -> None:
    """Another number in place of a digit: sizes, places and repeats in XML and JSON."""
    tried = (source.randrange(len(content) or 1) for _ in range(200))
    place = next((place for place in tried if content[place : place + 1].isdigit()), None)
    if place is not None:
        content[place : place + 1] = source.choice([b"0", b"16384", b"1048576", b"4294967296", b"-5", b"99999"])


def _swap(content: bytearray, source: random.Random) -> None:
    if len(content) > 16:
        first, second = (slice(start, start + 8) for start in (source.randrange(len(content) - 8) for _ in range(2)))
        content[first], content[second] = content[second], content[first]


_FAULTS: list[Callable[[bytearray, random.Random], None]] = [_flip, _cut, _repeat, _insert, _number, _digits, _swap]


def check_reading(content: bytes, terms: FileTerms) -> str:
    """Read a file to its end. What became of it, in a word."""
    return outcome(read_source(BytesSource(content), terms, SMALL))


def outcome(raw: RawFile | FileRefusal) -> str:
    """A file that is read to its end: either it is refused, or all its rows are there once. The code of its refusal, or
    that it was read."""
    if isinstance(raw, FileRefusal):
        assert published(raw.cause)
        return raw.cause.code
    try:
        _check_rows(raw)
    except FileRefusedError as error:
        return error.refusal.cause.code
    return "read"


def _check_rows(raw: RawFile) -> None:
    done = last_sheet_row = 0
    for chunk in raw.chunks():
        assert chunk.table.num_rows == len(chunk.row_numbers) or not chunk.table.column_names
        names = set(chunk.table.column_names)
        assert names <= set(raw.columns) or not names & set(raw.columns)
        numbers = sorted([*chunk.row_numbers.to_pylist(), *chunk.malformed.to_pylist()])
        assert numbers == list(range(done + 1, done + len(numbers) + 1))
        done += len(numbers)
        if chunk.sheet_rows is not None and len(chunk.sheet_rows):
            rows = chunk.sheet_rows.to_pylist()
            assert rows == sorted(set(rows))
            assert rows[0] > last_sheet_row
            last_sheet_row = rows[-1]
        for column in chunk.table.columns:
            column.validate(full=True)
            assert (pc.max(pc.utf8_length(column)).as_py() or 0) < 2**28
        if done > SMALL.rows:
            return
