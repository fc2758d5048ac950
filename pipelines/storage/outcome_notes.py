"""What published partitions were made from: where all of that is as it was, nothing is made anew.

Beside the lake lies a note for each partition, `.made_from/<marker>/vendor=<v>/delivery_date=<d>.json`: the digest of
the program, those of everything that went in, that of the marker which came out (it holds those of the other tables),
and that of what was written elsewhere with it. A note is believed of a whole partition with that very marker alone, and
is written after all that it speaks of: a kill leaves none, or one that fits no longer. None is written, or believed,
while nobody can tell which program this is. Without its notes a lake is made anew, to the byte.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from pipelines.storage.digests import digest_of_file
from pipelines.storage.folders import PRIVATE, replacing
from pipelines.storage.lake import Lake
from pipelines.storage.program_digest import program_digest

FOLDER: Final = ".made_from"

Counts = Mapping[str, int | str]
"""What is told of a partition."""


@dataclass(frozen=True)
class NotedOutcome:
    """What came of some inputs, as it was noted."""

    program: str
    """Digest of the program."""
    made_from: str
    """Digest of the inputs that are always looked at."""
    marker: str
    """Digest of the published marker."""
    elsewhere: str
    """Digest of what was written outside of the lake."""
    counts: Mapping[str, Counts]
    """By asset, what was told of it."""
    met: str = ""
    """Digest of inputs that are asked for only where all else stands."""


@dataclass(frozen=True)
class OutcomeNotes:
    """The notes of one vendor's partitions with one marker. The caller holds `lake.writing(vendor)`."""

    lake: Lake
    vendor: str
    marker: str
    published: Collection[date]
    """Days whose partition was found whole, under the same lock."""
    is_anew: bool = False
    """Whether no note is believed: everything is made anew, and noted."""
    made_by: Callable[[], str | None] = program_digest
    """Tells which program this is, None while nobody can; to ask it is to look at each file of the program."""

    def standing(self, day: date, made_from: str, elsewhere: Callable[[], str]) -> NotedOutcome | None:
        """What is noted of a partition that is published as it would be made now, as far as what was `met` is the same;
        None where it has to be made.

        `elsewhere`: the digest of what lies outside of the lake now; asked only where all else stands.
        """
        noted = None if self.is_anew else self._read(day)
        if noted is None or noted.made_from != made_from or day not in self.published:
            return None
        if noted.program != self._believed_program:
            return None
        if noted.marker != digest_of_file(self._partition(day)) or noted.elsewhere != elsewhere():
            return None
        return noted

    def told(self, day: date, noted: NotedOutcome) -> Mapping[str, Counts]:
        """By asset what was told of a partition that stands, and since when it does."""
        return {asset: {**counts, **self._since_when(day)} for asset, counts in noted.counts.items()}

    def note(self, day: date, made_from: str, elsewhere: str, counts: Mapping[str, Counts], *, met: str = "") -> None:
        """Note what a published partition was made from, once all of it is in its place."""
        program = self.made_by()
        if program is None:
            return
        outcome = NotedOutcome(program, made_from, digest_of_file(self._partition(day)), elsewhere, counts, met)
        with replacing(self.lake.root, self._path(day), PRIVATE) as file:
            file.write(json.dumps(asdict(outcome)).encode())

    @cached_property
    def _believed_program(self) -> str | None:
        """That whose notes are believed: asked for once, and not where nothing is noted that might be."""
        return self.made_by()

    def _since_when(self, day: date) -> Counts:
        published_at = datetime.fromtimestamp(self._partition(day).stat().st_mtime, UTC)
        return {"unchanged": f"as published on {published_at:%Y-%m-%d %H:%M} UTC"}

    def _read(self, day: date) -> NotedOutcome | None:
        try:
            return NotedOutcome(**json.loads(self._path(day).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def _partition(self, day: date) -> Path:
        return self.lake.partition(self.marker, self.vendor, day)

    def _path(self, day: date) -> Path:
        return self.lake.root / FOLDER / self.marker / f"vendor={self.vendor}" / f"delivery_date={day}.json"
