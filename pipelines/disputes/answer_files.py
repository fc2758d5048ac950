"""Files of answers in a vendor's folder: which they are, whether they lie still, and the digest each is known by.

What their rows say is read in `answers`; which of them leave the inbox is in `upkeep.taken_answers`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from pipelines.disputes.answer_rows import TERMS
from pipelines.disputes.shown_evidence import bounded_content
from pipelines.formats.plain_files import PlainFile
from pipelines.storage.folders import Entry

STILL: Final = timedelta(seconds=60)
"""For which a file lies unchanged before it is read."""
_MOST_REMEMBERED: Final = 2**16


def answers_files(entries: Sequence[Entry], folder: Path) -> list[Entry]:
    """Of what lies in a vendor's folder of answers and below, the files of answers, by name."""
    named = [one for one in entries if one.path.parent == folder and fnmatchcase(one.path.name, TERMS.path)]
    return sorted((one for one in named if one.is_file), key=lambda one: one.path)


def is_moving(entry: Entry, now: datetime) -> bool:
    """Whether it was changed a moment ago; a date of its own that lies ahead is a vendor's, and says nothing."""
    return 0 <= now.timestamp() - entry.state.st_mtime < STILL.total_seconds()


def answers_digest(inbox: Path, entry: Entry) -> str:
    """The digest of what may be read of a file; read again only where it may have changed.

    Raises:
        InboxFaultError: it can't be read.
    """
    state = entry.state
    return _digest_of_state(inbox, entry.path, (state.st_ino, state.st_mtime_ns, state.st_ctime_ns, state.st_size))


@lru_cache(maxsize=_MOST_REMEMBERED)
def _digest_of_state(inbox: Path, path: Path, _state: tuple[int, ...]) -> str:
    """A sensor asks every minute. The time of the last change of state is the system's: no transport sets it back."""
    return sha256(bounded_content(PlainFile(inbox, path))).hexdigest()
