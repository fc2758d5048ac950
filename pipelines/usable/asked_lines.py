"""The lines of a descriptor as they come: all that are there at once, whatever pieces they come in."""

import os
import select
from collections.abc import Callable, Iterator
from typing import Final

BATCH_BYTES: Final = 1 << 14
QUIET_SECONDS: Final = 0.02
IDLE_SECONDS: Final = 1.0


def batches_of_lines(descriptor: int, when_quiet: Callable[[], None]) -> Iterator[list[str]]:
    """Lines as they come, at most some at once; UTF-8, empty ones too.

    `when_quiet`: called when nothing came for a moment after lines did, and every second from then on: nobody waits for
    an answer.
    """
    rest = b""
    while True:
        _wait_for_more(descriptor, when_quiet)
        piece = os.read(descriptor, BATCH_BYTES)
        if not piece:
            break
        *lines, rest = (rest + piece).split(b"\n")
        if lines:
            yield [_text_of_line(line) for line in lines]
    if rest:
        yield [_text_of_line(rest)]


def _wait_for_more(descriptor: int, when_quiet: Callable[[], None]) -> None:
    patience = QUIET_SECONDS
    while not select.select([descriptor], [], [], patience)[0]:
        when_quiet()
        patience = IDLE_SECONDS


def _text_of_line(line: bytes) -> str:
    return line.decode(errors="replace").strip()
