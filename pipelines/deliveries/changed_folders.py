"""Delivery folders that hold what their intake did not see: corrections, late files, arrivals noted afterwards."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from pipelines.deliveries.arrivals import STILL_FOR
from pipelines.deliveries.inbox import delivered_paths, read_inbox_folder
from pipelines.deliveries.inbox_folders import delivery_days
from pipelines.deliveries.recorded_arrivals import TRANSPORT_RECORD
from pipelines.deliveries.replaced_files import with_stays
from pipelines.deliveries.unclaimed_seals import confirm_seals
from pipelines.formats.limits import Limits
from pipelines.identifiers.shown_names import shown_file_names
from pipelines.storage.inboxes import RECEIVED, Inbox
from pipelines.storage.lake import Lake
from pipelines.storage.secrets.seals import Seals
from pipelines.vocabulary.clock import as_lake

LONGEST_RUN: Final = timedelta(hours=2)
"""What came so long before a partition was written may have come after its run had read the folder."""

File = tuple[str | None, str | None, datetime | None]
"""Name, digest, and recorded arrival (zone-less UTC; None where it was assumed)."""


@dataclass(frozen=True)
class ChangedFolder:
    """A day to take in again. The fingerprint is that of what lies there and of what was taken in, not of when."""

    day: date
    fingerprint: str


@dataclass(frozen=True)
class FolderWatch:
    """Compares folders with what was taken in, and remembers those that are the same, so that each is read once."""

    inbox: Inbox
    lake: Lake
    seals: Seals | None = None
    """Opens sealed archives and manifests; without it, a folder that holds one is not looked at."""
    limits: Limits = field(default_factory=Limits)
    """Those of the intake, under which an archive is listed as it was then."""
    _compared: dict[Path, str] = field(default_factory=dict)

    def changed(self, vendor: str, *, since: date, now: datetime) -> Iterator[ChangedFolder]:
        """Days already taken in whose folder, still for a minute, holds files that the intake did not see.

        A file that is gone is no change: folders are emptied by the retention clock. `now` is aware.
        """
        for day in delivery_days(self.inbox, vendor):
            if day < since:
                continue
            try:
                found = self._look_at(vendor, day, now)
            except (OSError, ValueError, ArithmeticError, RecursionError):
                continue  # something vanished meanwhile, or can't be opened; the next look, or the intake, tells
            if found is not None:
                yield ChangedFolder(day, found)

    def _look_at(self, vendor: str, day: date, now: datetime) -> str | None:
        folder, marker = self.inbox.folder(vendor, day), self.lake.partition("deliveries", vendor, day)
        if not marker.exists():
            return None
        taken_in_ns, margin_ns = marker.stat().st_mtime_ns, int(LONGEST_RUN.total_seconds() * 1e9)
        changed_ns, modified_ns, state = _folder_state(self.inbox, folder)
        is_older = changed_ns <= taken_in_ns - margin_ns
        is_moving = abs(now.timestamp() * 1e9 - modified_ns) < STILL_FOR.total_seconds() * 1e9  # not: dated 2099
        compared = f"{taken_in_ns} {state}"
        if is_older or is_moving or self._compared.get(folder) == compared:
            return None
        lying, taken_in = self._lying(vendor, day), _taken_in(self.lake, vendor, day)
        if any(not file & taken_in for file in lying):
            confirm_seals(self.inbox, self.lake, vendor, day)
            return _state_digest(f"{sorted(sorted(map(str, file)) for file in lying)} {sorted(map(str, taken_in))}")
        self._compared[folder] = compared
        return None

    def _lying(self, vendor: str, day: date) -> list[set[File]]:
        """Each file as the intake may have taken it in: by its first arrival, or by one after it had been replaced."""
        files = read_inbox_folder(self.inbox, vendor, day, limits=self.limits, seals=self.seals)
        shown = shown_file_names(file.name for file in files)
        files = with_stays(self.inbox, self.inbox.folder(vendor, day), files)
        return [
            {(shown[file.name], file.digest, at and as_lake(at)) for at in (file.received_at, *dict(file.stays))}
            for file in files
        ]


def _folder_state(inbox: Inbox, folder: Path) -> tuple[int, int, str]:
    """The last change of anything in a folder or of our record, the last writing of a file, and what changes with
    either."""
    theirs = [folder / TRANSPORT_RECORD] if os.path.lexists(folder / TRANSPORT_RECORD) else []
    ours = [path for path in inbox.records(folder) if path.name == RECEIVED]
    files = [path.lstat() for path in [*delivered_paths(inbox, folder), *theirs]]
    states = [*files, *(path.lstat() for path in ours)]
    changed_ns = max(state.st_ctime_ns for state in [folder.lstat(), *states])
    modified_ns = max((state.st_mtime_ns for state in files), default=0)
    return (
        changed_ns,
        modified_ns,
        _state_digest(f"{[(state.st_size, state.st_mtime_ns, state.st_ctime_ns) for state in states]}"),
    )


def _taken_in(lake: Lake, vendor: str, day: date) -> set[File]:
    return {
        (row["file_name"], row["file_digest"], None if row["is_received_at_assumed"] else row["received_at"])
        for row in lake.read("deliveries", vendor, [day] if lake.is_whole(vendor, day) else []).to_pylist()
    }


def _state_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
