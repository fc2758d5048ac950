"""Files read elsewhere, as `formats.readers` and `delimited.together` read them here.

What fails in a process that read other files before, or that was killed, is read once more in a fresh one: only there
it counts against the file. A file that takes the processor for too long counts at once. That somebody kills the process
again, or that nothing comes of it while the processor is idle, is a fault of ours.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, count
from typing import Final, TypeVar

from pipelines.contracts.contract import FileTerms
from pipelines.formats.delimited.together import gathered_files
from pipelines.formats.file_kind import Outline
from pipelines.formats.invoices.invoice_text import InvoiceText
from pipelines.formats.isolated import answers
from pipelines.formats.isolated.answers import Answer, ToldFile
from pipelines.formats.isolated.bytes_handed_over import Handing, handed
from pipelines.formats.isolated.child import (
    ChildDiedError,
    ChildKilledError,
    ChildStalledError,
    ChildTooSlowError,
    Patience,
)
from pipelines.formats.isolated.desk import DESK, AnswerLostError, Ticket
from pipelines.formats.isolated.requests import (
    HandedBytes,
    ListArchive,
    OutlineFile,
    ReadChunk,
    ReadFile,
    ReadInvoice,
    ReadTogether,
)
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.packings import ArchiveEntry
from pipelines.formats.raw import AlikeFiles, RawChunk, RawFile
from pipelines.formats.source import InboxFaultError, Source
from pipelines.formats.table_edges import SoughtNames
from pipelines.vocabulary.reasons import Reason

Result = TypeVar("Result")
_FAILED: Final = FileRefusal("file_undecodable", Reason("reader_failed"))
_NUMBERS: Final = count(1)
PATIENCE: Final = 4
"""How many times the seconds of a processor we wait: beyond it, a machine that is busy or a disk that hangs is why."""
_KILLED: Final = (
    "{name} can't be read: the process that reads it was killed from outside, twice. Where memory is short, as in a "
    "small container, the kernel does so: give it more, or lower OPPOSABLE_MAX_READ_BYTES"
)
_STALLED: Final = (
    "{name} can't be read: nothing came of it for {most} seconds, and the processor was not what it waited for. Look "
    "whether the disk hangs or the machine has too much to do; where it has, raise OPPOSABLE_MAX_READ_SECONDS"
)
_UNHEARD: Final = (
    "a delivered file can't be read: the process that reads was gone before it heard what it was asked, twice; look "
    "whether the machine is short of memory, then run again"
)


class ReadingStoppedError(InboxFaultError):
    """What reads a file was stopped for a reason of ours."""


class ReaderKilledError(ReadingStoppedError):
    """It was killed from outside."""


def read_source(source: Source, terms: FileTerms, limits: Limits) -> RawFile | FileRefusal:
    """A file as text, in the format that it really has, or why it can't be read.

    Raises:
        InboxFaultError: its bytes can't be had, for a reason of ours; also while its rows are read.
    """
    file = _IsolatedFile(source, terms, limits)
    try:
        told = _twice(file.look)
    except FileRefusedError as error:
        return error.refusal
    return RawFile(told.columns, file.chunks, told.well_formed, told.format_differences, found=told.found)


def outline_source(source: Source, terms: FileTerms, sought: SoughtNames, limits: Limits) -> Outline | FileRefusal:
    """What a file seems to be that no contract describes, or why it can't be read. Takes and raises as elsewhere."""
    return _told_of_file(
        source, limits, lambda told, seconds: OutlineFile(told, terms, sought, limits, seconds), answers.told_outline
    )


def list_archive(source: Source, limits: Limits) -> list[ArchiveEntry] | FileRefusal:
    """The files of a ZIP archive, with their digests, or why it can't be opened.

    Raises:
        InboxFaultError: its bytes can't be had, for a reason of ours.
    """
    return _told_of_file(source, limits, lambda told, seconds: ListArchive(told, limits, seconds), answers.told_archive)


def read_invoice(source: Source, limits: Limits) -> InvoiceText | FileRefusal:
    """An electronic invoice as text, or why it can't be read.

    Raises:
        InboxFaultError: its bytes can't be had, for a reason of ours.
    """
    return _told_of_file(source, limits, lambda told, seconds: ReadInvoice(told, limits, seconds), answers.told_invoice)


def read_csv_together(files: Iterable[tuple[int, bytes]], terms: FileTerms, limits: Limits) -> Iterator[AlikeFiles]:
    """Read those of some files that can be read together; the others are left out. Takes what it takes elsewhere.

    A group in which something fails is left out as a whole: the file that it comes from is refused when it is alone.
    """
    number, seconds = next(_NUMBERS), limits.read_seconds
    ahead: Ticket | None = None
    for gathered in chain(gathered_files(files), (None,)):
        found = _alike_of(ahead, seconds) if ahead else []
        if gathered:
            request = ReadTogether(number, gathered, terms, limits, seconds)
            ahead = DESK.post(request, _ticket(seconds, limits))
        yield from found


def _alike_of(ticket: Ticket, seconds: int) -> list[AlikeFiles]:
    try:
        return _understood(lambda answer: [*answers.told_alike(answer)], _heard(lambda: DESK.fetch(ticket), seconds))
    except (AnswerLostError, ChildDiedError, FileRefusedError, ReadingStoppedError):
        return []


class _IsolatedFile:
    """One file, as often as its rows are asked for."""

    def __init__(self, source: Source, terms: FileTerms, limits: Limits) -> None:
        self._source, self._terms, self._limits = source, terms, limits
        self._number = next(_NUMBERS)
        self._seconds = limits.read_seconds
        self._handing: Handing | None = None

    def look(self) -> ToldFile:
        """Hand the file over, and hear what it is."""
        with handed(self._source) as handing:
            self._handing, self._seconds = handing, self._limits.seconds_for(handing.told.size)
            request = ReadFile(self._number, handing.told, self._terms, self._limits, self._seconds)
            ticket = _ticket(self._seconds, self._limits)
            answer = _heard(lambda: DESK.ask(request, ticket, handing.descriptor), self._seconds, handing)
            return _understood(answers.told_file, answer)

    def chunks(self) -> Iterator[RawChunk]:
        """Its rows; the next ones are read while somebody works on some."""
        ticket, place = _ticket(self._seconds, self._limits), 0
        ahead = self._post(place, ticket)
        while (answer := self._answer(ahead, place)).kind != answers.END:
            place += 1
            ahead = self._post(place, ticket)
            yield _understood(answers.told_chunk, answer)

    def _post(self, place: int, ticket: Ticket) -> Ticket:
        return DESK.post(ReadChunk(self._number, place), Ticket(ticket.patience, ticket.most_bytes))

    def _answer(self, ahead: Ticket, place: int) -> Answer:
        def at_first() -> Answer:
            answer = _heard(lambda: DESK.fetch(ahead), self._seconds, self._handing)
            return self._resumed(place) if answer.kind == answers.ABSENT else answer

        return _twice(at_first, lambda: self._resumed(place))

    def _resumed(self, place: int) -> Answer:
        """The rows at a place, where another file came between or the process is another one."""
        with DESK.alone():
            self.look()
            ticket, request = _ticket(self._seconds, self._limits), ReadChunk(self._number, place)
            return _heard(lambda: DESK.ask(request, ticket), self._seconds, self._handing)


def _ticket(seconds: int, limits: Limits) -> Ticket:
    return Ticket(Patience(PATIENCE * seconds), limits.read_bytes)


def _twice(act: Callable[[], Result], again: Callable[[], Result] | None = None) -> Result:
    """What an act gives; where the child fails, what it gives, or another one, in a fresh child."""
    again = again or act
    try:
        return act()
    except AnswerLostError:
        pass
    except (ChildDiedError, ReaderKilledError):
        DESK.end()
    except FileRefusedError as error:
        if error.refusal.cause.code != "memory_exceeded":
            raise
        DESK.end()
    try:
        return again()
    except ChildDiedError:
        raise FileRefusedError(_FAILED) from None
    except AnswerLostError:
        raise ReadingStoppedError(_UNHEARD) from None


def _heard(fetched: Callable[[], Answer], seconds: int, handing: Handing | None = None) -> Answer:
    """An answer that brings something.

    Raises:
        FileRefusedError: the file is refused, or took the processor for too long.
        InboxFaultError: its bytes can't be had, or its process was stopped, for a reason of ours.
        ChildDiedError, AnswerLostError: there is none.
    """
    try:
        answer = fetched()
    except ChildTooSlowError:
        raise FileRefusedError(FileRefusal("limit_exceeded", Reason("limit_read_seconds", most=seconds))) from None
    except ChildKilledError:
        raise ReaderKilledError(_KILLED.format(name=_name_of(handing))) from None
    except ChildStalledError:
        raise ReadingStoppedError(_STALLED.format(name=_name_of(handing), most=PATIENCE * seconds)) from None
    if answer.kind == answers.REFUSED:
        raise FileRefusedError(_understood(answers.told_refusal, answer))
    if answer.kind == answers.FAULT and handing is not None:
        raise handing.fault(str(answer.told.get("reason")))
    if answer.kind in (answers.FAULT, answers.FAILED):
        raise FileRefusedError(_FAILED)
    return answer


def _name_of(handing: Handing | None) -> str:
    return handing.name if handing and handing.name else "a delivered file"


def _understood(told: Callable[[Answer], Result], answer: Answer) -> Result:
    """What an answer says; one that says nothing that we know counts as a reader that failed."""
    try:
        return told(answer)
    except Exception:  # whatever a broken process may have written
        raise FileRefusedError(_FAILED) from None


def _told_of_file(
    source: Source,
    limits: Limits,
    request_of: Callable[[HandedBytes, int], OutlineFile | ListArchive | ReadInvoice],
    understood: Callable[[Answer], Result],
) -> Result | FileRefusal:
    """The answer to one request about a file, or why it can't be read; a reader that dies is asked once more."""

    def asked() -> Result:
        with handed(source) as handing:
            seconds = limits.seconds_for(handing.told.size)
            request, ticket = request_of(handing.told, seconds), _ticket(seconds, limits)
            answer = _heard(lambda: DESK.ask(request, ticket, handing.descriptor), seconds, handing)
            return _understood(understood, answer)

    try:
        return _twice(asked)
    except FileRefusedError as error:
        return error.refusal
