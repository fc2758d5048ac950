"""What vendors left in the inbox of their answers: which files go, because they are kept encrypted or nobody asked for
them. What is kept is in `disputes.kept_answers`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from pipelines.deliveries.inbox_folders import DISPUTES
from pipelines.disputes.kept_answers import KeptAnswers
from pipelines.disputes.shown_evidence import MOST_BYTES
from pipelines.storage.folders import entries_below, open_below
from pipelines.upkeep.purges import Purge, masked
from pipelines.upkeep.retention_clock import TAKEN_ANSWER, RetentionEnd, RetentionSpans, delivery_retention_end

_KEPT: Final = "taken in, and kept encrypted"


@dataclass(frozen=True)
class TakenFile:
    """A file that is to be removed, and its line of the ledger."""

    path: Path
    purge: Purge


def taken_answers(inbox: Path, kept: KeptAnswers, vendor: str, spans: RetentionSpans, on: date) -> Iterator[TakenFile]:
    """Files of a vendor's folder of answers that go on a date: kept ones at once, others as delivered files do."""
    for entry in entries_below(inbox, inbox / vendor / DISPUTES):
        came = datetime.fromtimestamp(entry.state.st_mtime, UTC)
        end = delivery_retention_end(None, came, spans)
        digest = _digest_of_answer(inbox, entry.path) if entry.is_file else ""
        if digest and kept.path(vendor, digest).is_file():
            end = RetentionEnd(on, _KEPT)
        if end.is_due(on):
            purge = Purge(
                TAKEN_ANSWER, vendor, came.date(), masked(entry.path.name), digest or sha256().hexdigest(),
                end.due_on, end.basis,
            )  # fmt: skip
            yield TakenFile(entry.path, purge)


def _digest_of_answer(inbox: Path, path: Path) -> str:
    """Of what is small enough to be kept; empty where it is not, or can't be read."""
    try:
        with open_below(inbox, path) as file:
            content = file.read(MOST_BYTES + 1)
    except OSError:
        return ""
    return sha256(content).hexdigest() if len(content) <= MOST_BYTES else ""
