"""The reading process: answers one request after the other until nobody asks any more.

Run by `child`, with one end of a socket pair. Requests come as pickles, since we alone make them; a byte before each
says whether a descriptor comes with it.
"""

import os
import pickle
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from pipelines.formats.delimited.together import TogetherReading
from pipelines.formats.isolated import answers
from pipelines.formats.isolated.answers import Answer
from pipelines.formats.isolated.bounds import bind_process, bind_reading, data_bytes, share_of_memory
from pipelines.formats.isolated.bytes_handed_over import received
from pipelines.formats.isolated.requests import (
    ListArchive,
    OutlineFile,
    ReadChunk,
    ReadFile,
    ReadInvoice,
    ReadTogether,
    Request,
)
from pipelines.formats.limits import FileRefusal, FileRefusedError
from pipelines.formats.packings import archive_entries
from pipelines.formats.raw import RawChunk, RawFile
from pipelines.formats.readers import guarded, outline_source, read_source
from pipelines.formats.source import InboxFaultError
from pipelines.vocabulary.reasons import Reason

REQUEST_HEAD: Final = struct.Struct("<Q")
ANSWER_HEAD: Final = struct.Struct("<IQ")
READY: Final = b"!"


class FileAtHand:
    """The file that was asked for last, and how far its rows are read."""

    def __init__(self, asked: ReadFile, raw: RawFile) -> None:
        """Nothing is read yet."""
        self.asked, self._raw = asked, raw
        self._chunks: Iterator[RawChunk] | None = None
        self._place = 0

    def chunk(self, place: int) -> RawChunk | None:
        """The chunk at a place; None after the last."""
        if self._chunks is None or self._place != place:
            self._chunks, self._place = iter(self._raw.chunks()), 0
        while self._place < place and next(self._chunks, None) is not None:
            self._place += 1
        self._place += 1
        return next(self._chunks, None)


class Reading:
    """Answers requests."""

    def __init__(self) -> None:
        """No file is at hand."""
        self._at_start, self._share = data_bytes(), share_of_memory()
        self._file: FileAtHand | None = None
        self._together: tuple[int, TogetherReading] | None = None

    def answer(self, request: Request, descriptor: int) -> Answer:
        """What became of a request; it never raises for what a file holds."""
        try:
            return self._answered(request, descriptor)
        except FileRefusedError as error:
            return answers.refusal_told(error.refusal)
        except InboxFaultError as error:
            return Answer(answers.FAULT, {"reason": str(error)})
        except Exception:  # its words could quote the file
            return Answer(answers.FAILED, {})

    def _answered(self, request: Request, descriptor: int) -> Answer:
        if isinstance(request, ReadChunk):
            return self._chunk(request)
        self._file = None
        self._bind(request)
        if isinstance(request, ReadTogether):
            return self._alike(request)
        if isinstance(request, ListArchive):
            return self._archive(request, descriptor)
        if isinstance(request, ReadInvoice):
            return self._invoice(request, descriptor)
        return (
            self._outline(request, descriptor) if isinstance(request, OutlineFile) else self._head(request, descriptor)
        )

    def _bind(self, request: ReadFile | ReadInvoice | ListArchive | OutlineFile | ReadTogether) -> None:
        read_bytes = min(request.limits.read_bytes, self._share or request.limits.read_bytes)
        bind_reading(read_bytes=read_bytes, seconds=request.seconds, at_start=self._at_start)

    def _head(self, request: ReadFile, descriptor: int) -> Answer:
        raw = read_source(received(descriptor, request.handed, request.limits), request.terms, request.limits)
        if isinstance(raw, FileRefusal):
            return answers.refusal_told(raw)
        self._file = FileAtHand(request, raw)
        return answers.file_told(raw)

    def _chunk(self, request: ReadChunk) -> Answer:
        if self._file is None or self._file.asked.number != request.number:
            return Answer(answers.ABSENT, {})
        if request.place == 0:
            self._bind(self._file.asked)
        chunk = self._file.chunk(request.place)
        return Answer(answers.END, {}) if chunk is None else answers.chunk_told(chunk)

    def _outline(self, request: OutlineFile, descriptor: int) -> Answer:
        source = received(descriptor, request.handed, request.limits)
        outline = outline_source(source, request.terms, request.sought, request.limits)
        return answers.refusal_told(outline) if isinstance(outline, FileRefusal) else answers.outline_told(outline)

    def _archive(self, request: ListArchive, descriptor: int) -> Answer:
        source = received(descriptor, replace(request.handed, may_be_packed=False), request.limits)
        with source.open() as stream:
            size = request.handed.size
            entries = guarded(lambda: archive_entries(stream, size, request.limits), Reason("archive_broken"))
        return answers.archive_told(entries)

    def _invoice(self, request: ReadInvoice, descriptor: int) -> Answer:
        from pipelines.formats.invoices.reader import read_invoice  # most readings are of no invoice

        source = received(descriptor, request.handed, request.limits)
        invoice = guarded(lambda: read_invoice(source, request.limits), Reason("invoice_broken"))
        return answers.invoice_told(invoice)

    def _alike(self, request: ReadTogether) -> Answer:
        if self._together is None or self._together[0] != request.number:
            self._together = request.number, TogetherReading(request.terms, request.limits)
        return answers.alike_told(list(self._together[1].read(request.files)))


def serve(line: socket.socket, answer: Callable[[Request, int], Answer]) -> None:
    """Answer until the parent hangs up."""
    while (came := _next_request(line)) is not None:
        _send(line, answer(*came))


def _next_request(line: socket.socket) -> tuple[Request, int] | None:
    flag, descriptors, _, _ = socket.recv_fds(line, 1, 1)
    if not flag:
        return None
    (size,) = REQUEST_HEAD.unpack(_exactly(line, REQUEST_HEAD.size))
    request: Any = pickle.loads(_exactly(line, size))  # noqa: S301  # our own parent asks
    return request, descriptors[0] if descriptors else -1


def _exactly(line: socket.socket, size: int) -> bytearray:
    content = bytearray(size)
    view = memoryview(content)
    while view:
        count = line.recv_into(view)
        if not count:
            sys.exit()
        view = view[count:]
    return content


def _send(line: socket.socket, answer: Answer) -> None:
    head = answers.head_of_answer(answer)
    line.sendall(ANSWER_HEAD.pack(len(head), sum(part.size for part in answer.parts)) + head)
    for part in answer.parts:
        line.sendall(part)


def main() -> None:
    """Read for the process that started this one: its number and the descriptor are the arguments."""
    parent, descriptor = map(int, sys.argv[1:3])
    with socket.socket(fileno=descriptor) as line:
        bind_process(parent)
        reading = Reading()
        line.sendall(READY)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a panic's words quote the file
        serve(line, reading.answer)


if __name__ == "__main__":
    main()
