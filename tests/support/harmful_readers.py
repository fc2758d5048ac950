"""A reading process with one kind of file more, whose content says what harm its reader does: all of it harmless here.

Run as the program that tests give to a `Desk`: `HARM abort`, `HARM allocate`, and so on.
"""

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from pipelines.contracts.contract import FileTerms
from pipelines.formats import kinds
from pipelines.formats.delimited.together import TogetherReading
from pipelines.formats.file_kind import FileKind
from pipelines.formats.isolated.main import main
from pipelines.formats.limits import Limits
from pipelines.formats.raw import FoundFormat, RawChunk, RawFile
from pipelines.formats.source import Source
from pipelines.vocabulary.reasons import Reason

MODULE = "tests.support.harmful_readers"
_read_alike = TogetherReading.read


def harm(content: bytes) -> RawFile:
    word, _, place = content.decode().removeprefix("HARM ").partition(" ")
    if word == "abort":
        os.abort()
    if word == "kill":  # as the kernel does where memory is short
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "leave":
        os._exit(0)
    if word == "allocate":
        kept = [bytearray(2**20) for _ in range(2**14)]
        raise AssertionError(len(kept))
    if word == "sleep":
        time.sleep(3600)
    while word == "spin":
        pass
    if word == "write":
        with open(place, "wb") as file:
            file.write(b"x" * 100)
    return RawFile(("Nom",), lambda: numbered(word), found=FoundFormat("csv"))


def numbered(word: str) -> Iterator[RawChunk]:
    """Three chunks of a row; before the third, some harm."""
    for number in range(1, 4):
        if number == 3 and word == "abort-later":
            os.abort()
        yield RawChunk(pa.table({"Nom": [f"{number}"]}), pa.array([number]), pa.array([], pa.int64()))


def read_harmful(source: Source, terms: FileTerms, limits: Limits) -> RawFile:
    return harm(source.read())


def read_alike(reading: TogetherReading, gathered: Any) -> Any:
    if any(content.startswith(b"HARM") for _, content in gathered):
        os.abort()
    return _read_alike(reading, gathered)


if __name__ == "__main__":
    kind = FileKind("harmful", Reason("file_broken"), read_harmful, None, starts=(b"HARM",))  # type: ignore[arg-type]
    kinds.KINDS["harmful"] = kind
    TogetherReading.read = read_alike  # type: ignore[method-assign]
    main()
