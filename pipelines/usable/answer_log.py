"""Answers are noted before they are given: of one question at once, of a stream without waiting for the disk.

A stream's note outlives the program from then on; it is brought to the disk while nobody waits for an answer, and at
least once a second. So a power cut can take the notes of a second, and nothing else can take any.
"""

from collections.abc import Iterable
from datetime import datetime
from time import monotonic
from typing import Final

from pipelines.house import House
from pipelines.usable.answers import ContactAnswer
from pipelines.usable.records import AnswerNote, note_answers, sync_answers

SYNC_SECONDS: Final = 1.0


def note_given(
    house: House, reader: str, channel: str, at: datetime, answers: Iterable[ContactAnswer], *, is_synced: bool = True
) -> None:
    """Note what is about to be said to a reader; what can't be read has no key, and is nobody's. `at`: aware."""
    key_id = house.key_id
    notes = [
        AnswerNote(at, reader, channel, answer.identity_key, key_id, answer.said)
        for answer in answers
        if answer.identity_key
    ]
    note_answers(house.registry, notes, is_synced=is_synced)


class StreamLog:
    """The log of one reader's stream."""

    def __init__(self, reader: str, channel: str) -> None:
        self._reader, self._channel = reader, channel
        self._unsynced: House | None = None
        self._synced_at = monotonic()

    def note(self, house: House, at: datetime, answers: Iterable[ContactAnswer]) -> None:
        """Note what is about to be said."""
        note_given(house, self._reader, self._channel, at, answers, is_synced=False)
        self._unsynced = house

    def sync(self) -> None:
        """Bring what was noted to the disk."""
        if self._unsynced is not None:
            sync_answers(self._unsynced.registry)
        self._unsynced, self._synced_at = None, monotonic()

    def sync_if_due(self) -> None:
        """The same, if a second passed since."""
        if monotonic() - self._synced_at >= SYNC_SECONDS:
            self.sync()
