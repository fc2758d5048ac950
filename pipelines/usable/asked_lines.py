"""The lines of a descriptor as they come: all that are there at once, whatever pieces they come in."""

import os
import select
from collections.abc import Callable, Iterator
from typing import Final

BATCH_BYTES: Final = 1 << 14
QUIET_SECONDS: Final = 0.02


def batches_of_lines(descriptor: int, when_quiet: Callable[[], None]) -> Iterator[list[str]]:
    """Lines as they come, at most some at once; UTF-8, empty ones too.

    `when_quiet`: called when nothing came for a moment after lines did, so that nobody waits for an answer.
    """
    rest, is_quiet = b"", True
    while True:
        if not is_quiet and not _comes_soon(descriptor):
            when_quiet()
        piece = os.read(descriptor, BATCH_BYTES)
        if not piece:
            break
        *lines, rest = (rest + piece).split(b"\n")
        is_quiet = not lines
        if lines:
            yield [_text_of_line(line) for line in lines]
    if rest:
        yield [_text_of_line(rest)]


def _comes_soon(descriptor: int) -> bool:
    ready, _, _ = select.select([descriptor], [], [], QUIET_SECONDS)
    return bool(ready)


def _text_of_line(line: bytes) -> str:
    return line.decode(errors="replace").strip()
