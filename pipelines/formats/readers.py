"""One delivered file to text by column. Never raises for what a file holds: it is refused, with a reason.

Of what kind a file is, and who reads it, is in `kinds`; what the text means is read in `intake`. Messages of the
parsers are dropped, because they quote the file.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, TypeVar

from pipelines.contracts.contract import FileTerms
from pipelines.formats.file_kind import FileKind, Outline
from pipelines.formats.kinds import HEAD, kind_of
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import RawChunk, RawFile, kind_differences
from pipelines.formats.source import InboxFaultError, Source
from pipelines.formats.table_edges import SoughtNames
from pipelines.vocabulary.reasons import Reason

Result = TypeVar("Result")
_TOO_LARGE: Final = FileRefusal("limit_exceeded", Reason("memory_exceeded"))
_EMPTY: Final = FileRefusal("file_empty", Reason("file_without_rows"))


def read_source(source: Source, terms: FileTerms, limits: Limits) -> RawFile | FileRefusal:
    """A file as text, in the format that it really has, or why it can't be read."""
    try:
        kind = _kind_of_source(source, terms)
        if isinstance(kind, FileRefusal):
            return kind
        raw = guarded(lambda: kind.read(source, terms, limits), kind.broken)
    except FileRefusedError as error:
        return error.refusal
    if isinstance(raw, FileRefusal):
        return raw
    return replace(
        raw,
        chunks=lambda: _guarded_chunks(raw, kind.broken),
        format_differences=(*kind_differences(terms.format, raw.found.format), *raw.format_differences),
    )


def outline_source(source: Source, terms: FileTerms, sought: SoughtNames, limits: Limits) -> Outline | FileRefusal:
    """What a file seems to be that no contract describes, or why it can't be read.

    Args:
        source: the file.
        terms: say nothing but the role.
        sought: names that are likely in its header.
        limits: what exceeds them refuses the file.
    """
    try:
        kind = _kind_of_source(source, terms)
        if isinstance(kind, FileRefusal):
            return kind
        return guarded(lambda: kind.outline(source, terms, sought, limits), kind.broken)
    except FileRefusedError as error:
        return error.refusal


def _kind_of_source(source: Source, terms: FileTerms) -> FileKind | FileRefusal:
    head = guarded(lambda: _head_of_source(source), Reason("file_broken"))
    return kind_of(head, terms.format) if head else _EMPTY


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
    except (KeyboardInterrupt, SystemExit, GeneratorExit, FileRefusedError, InboxFaultError):
        raise
    except MemoryError:  # Arrow's as well: what the file holds, and no fault of the run
        raise FileRefusedError(_TOO_LARGE) from None
    except BaseException as error:  # a panic in a native parser is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise FileRefusedError(FileRefusal("file_undecodable", broken)) from None
