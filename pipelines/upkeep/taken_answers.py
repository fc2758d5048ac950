"""What vendors left in the inbox of their answers: which files go, because they are recorded, or nobody asked for
them. What is kept of them is in `disputes.kept_answers`.

What was taken in is asked of the registry: bytes may be kept though a run got no further. What nobody recorded counts
from the last change of its state, which the system notes on arrival, and not from the date that a vendor gives it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from pipelines.deliveries.inbox_folders import DISPUTES
from pipelines.disputes.answer_files import answers_digest, answers_files
from pipelines.disputes.records import RecordedFiles
from pipelines.disputes.shown_evidence import MOST_BYTES
from pipelines.formats.source import InboxFaultError
from pipelines.storage.folders import Entry, entries_below
from pipelines.upkeep.purges import Purge, masked
from pipelines.upkeep.retention_clock import TAKEN_ANSWER, RetentionEnd, RetentionSpans, delivery_retention_end
from pipelines.vocabulary.clock import paris_date

EVIDENCE_STAYS: Final = timedelta(days=7)
"""For which evidence lies there after it came, though it is kept: answers that name it, too, may be on the way."""
_KEPT: Final = "taken in, and kept encrypted"


@dataclass(frozen=True)
class TakenFile:
    """A file that is to be removed, and its line of the ledger."""

    path: Path
    purge: Purge


def taken_answers(
    inbox: Path, recorded: RecordedFiles, vendor: str, spans: RetentionSpans, on: date
) -> Iterator[TakenFile]:
    """Files of a vendor's folder of answers that go on a date.

    Recorded answers go at once, evidence that is kept after some days, what nobody asked for as delivered files do.
    Answers that no run recorded stay, and beside them everything that they may name.
    """
    folder = inbox / vendor / DISPUTES
    entries = entries_below(inbox, folder)
    digests = {one.path: _digest_of_entry(inbox, one) for one in entries}
    answers = {one.path: digests[one.path] for one in answers_files(entries, folder)}
    are_all_read = all(digest in recorded.answers for digest in answers.values())
    for entry in entries:
        digest = digests[entry.path]
        is_kept = entry.state.st_size <= MOST_BYTES
        if entry.path in answers and digest not in recorded.answers:
            end = None
        elif entry.path in answers and is_kept:
            end = RetentionEnd(on, _KEPT)
        else:
            end = _end_of_other(entry, digest, recorded, spans) if are_all_read else None
        if end is not None and end.is_due(on):
            purge = Purge(
                TAKEN_ANSWER, vendor, _came_at(entry).date(), masked(entry.path.name),
                digest if digest and is_kept else sha256().hexdigest(),
                end.due_on, end.basis,
            )  # fmt: skip
            yield TakenFile(entry.path, purge)


def _end_of_other(entry: Entry, digest: str, recorded: RecordedFiles, spans: RetentionSpans) -> RetentionEnd:
    """Of what is no file of answers, and of answers that were too large to be kept."""
    came_at = _came_at(entry)
    if digest in recorded.evidence:
        return RetentionEnd(paris_date(came_at + EVIDENCE_STAYS), _KEPT)
    return delivery_retention_end(None, came_at, spans)


def _came_at(entry: Entry) -> datetime:
    return datetime.fromtimestamp(entry.state.st_ctime, UTC)


def _digest_of_entry(inbox: Path, entry: Entry) -> str:
    """Empty where it is no file, or can't be read."""
    try:
        return answers_digest(inbox, entry) if entry.is_file else ""
    except InboxFaultError:
        return ""
