"""Evidence that the rows of one file of answers name: each file read and kept once, and not more than a bound of all.

A vendor chooses the names: no link is followed, and nothing outside the folder is read.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pipelines.disputes.answer_rows import RowRejectedError
from pipelines.disputes.kept_answers import KeptAnswers
from pipelines.formats.plain_files import PlainFile
from pipelines.formats.source import InboxFaultError

MOST_BYTES: Final = 16 * 2**20
"""Of a file of answers, and of one of evidence."""
MOST_BYTES_IN_ALL: Final = 512 * 2**20


def bounded_content(file: PlainFile) -> bytes:
    """One byte more than may be read, at most.

    Raises:
        InboxFaultError: it can't be read.
    """
    with file.open() as stream:
        return stream.read(MOST_BYTES + 1)


@dataclass
class ShownEvidence:
    """What one file of answers shows."""

    inbox: Path
    folder: Path
    kept: KeptAnswers
    vendor: str
    _digests: dict[str, str] = field(default_factory=dict)
    _left: int = MOST_BYTES_IN_ALL

    def digest(self, name: str) -> str:
        """The digest of a file in the folder, once it is kept.

        Raises:
            RowRejectedError: it is not there, or too large.
        """
        if name not in self._digests:
            content = self._content(name)
            self._left -= len(content)
            self._digests[name] = self.kept.keep(self.vendor, content)
        return self._digests[name]

    def _content(self, name: str) -> bytes:
        try:
            content = bounded_content(PlainFile(self.inbox, self.folder / name))
        except InboxFaultError:
            raise RowRejectedError("evidence_missing") from None
        if len(content) > min(MOST_BYTES, self._left):
            raise RowRejectedError("evidence_too_large")
        return content
