"""What is known of the snapshot of oppositions: which registry it is of, up to where, and each file's digest.

The digest of the whole is in the note, too: a note that was changed, or that an older program wrote, is none.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from pipelines.oppositions.records import Watermark
from pipelines.storage.digests import digest_of_file
from pipelines.storage.folders import PRIVATE, replacing
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import arrow_schema

NAME: Final = ".watermark.json"
FILE: Final = "part-0.parquet"


@dataclass(frozen=True)
class SnapshotNote:
    """Empty where nothing was published, or nothing that the table's columns of now can be read from."""

    registry: str = ""
    """Identity of the registry."""
    watermark: Watermark = field(default_factory=Watermark)
    digests: Mapping[date, str] = field(default_factory=dict)
    """SHA-256 of each day's file."""

    @property
    def content_digest(self) -> str:
        """SHA-256 of what the files hold: equal for equal oppositions, whichever registry they are of."""
        days = {day.isoformat(): self.digests[day] for day in sorted(self.digests)}
        return hashlib.sha256(json.dumps(days).encode()).hexdigest()


def file_of_day(folder: Path, day: date) -> Path:
    """Where a civil day of recording lies."""
    return folder / f"recorded_on={day.isoformat()}" / FILE


def read_note(folder: Path) -> SnapshotNote:
    """The note beside the files."""
    try:
        noted = json.loads((folder / NAME).read_text(encoding="utf-8"))
        seal = noted.pop("seal", None)
        if seal != _seal(noted) or noted["columns"] != arrow_schema("oppositions").names:
            return SnapshotNote()
        digests = {date.fromisoformat(day): digest for day, digest in noted["digests"].items()}
        return SnapshotNote(noted["registry"], Watermark(**noted["watermark"]), digests)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return SnapshotNote()


def write_note(folder: Path, note: SnapshotNote) -> None:
    """Put the note in the place of the one before. One writer at a time."""
    content = {
        "registry": note.registry,
        "watermark": asdict(note.watermark),
        "columns": arrow_schema("oppositions").names,
        "digests": {day.isoformat(): note.digests[day] for day in sorted(note.digests)},
    }
    with replacing(folder.parent, folder / NAME, PRIVATE) as file:
        file.write(json.dumps(content | {"seal": _seal(content)}, sort_keys=True).encode())


def broken_days(lake: Lake, note: SnapshotNote) -> set[date]:
    """Days whose file is not what was published: changed, gone, or never written by us. Reads every file."""
    found = lake.opposition_days()
    strange = found.keys() - note.digests.keys()
    return strange | {day for day, digest in note.digests.items() if day not in found or _digest(found[day]) != digest}


def _digest(path: Path) -> str | None:
    try:
        return digest_of_file(path)
    except OSError:
        return None


def _seal(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
