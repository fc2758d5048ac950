"""The inbox, and what is ours about it: records of each delivery folder, in a state folder where no vendor writes.

`<state>/<vendor>/<date>/` holds `received.json` (which bytes were first seen when), `sealed.json` (what was encrypted)
and `purged.json` (that the files were removed): `{"files": [{"name_sha256", …}]}` or `{"purged_at"}`. A file's name can
name a person, so that its digest stands for it. What lies in the inbox under such names is a vendor's, and says
nothing; our transport's record of arrivals is read in `deliveries`.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from filelock import FileLock

from pipelines.storage.folders import (
    PRIVATE,
    folder_names,
    make_folder,
    read_below,
    remove_file,
    replacing,
)

RECEIVED: Final = "received.json"
SEALS: Final = "sealed.json"
PURGED: Final = "purged.json"
_LOCK: Final = ".lock"


def digest_of_name(name: str) -> str:
    """What stands for a file's name below its delivery folder, with `/`: SHA-256, lower-case hex."""
    return hashlib.sha256(os.fsencode(name)).hexdigest()


class StateError(ValueError):
    """The state folder is not the one that belongs to the inbox, or a record in it is broken. Names it and the mend."""


@dataclass(frozen=True)
class Inbox:
    """Where deliveries arrive, and where we keep what we know of them."""

    root: Path
    state: Path
    has_transport_records: bool = True
    """Whether `.received.json` beside the files is our transport's; else it is a vendor's, and is not read."""

    def folder(self, vendor: str, day: date) -> Path:
        """Where a vendor's delivery of a date lies."""
        return Path(self.root, vendor, day.isoformat())

    def record(self, folder: Path, name: str) -> Path:
        """Where a record about a delivery folder lies."""
        return self.state / folder.relative_to(self.root) / name

    def recorded_files(self, folder: Path, name: str) -> dict[str, Mapping[str, Any]]:
        """What a record says of files, by the digest of their name; nothing where there is none.

        Raises:
            StateError: it is broken: a fault of the house, not of a vendor.
        """
        path = self.record(folder, name)
        try:
            entries = json.loads(read_below(self.state, path))["files"]
            return {entry.get("name_sha256") or digest_of_name(entry["name"]): entry for entry in entries}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
            raise self.broken(folder, name) from None

    def broken(self, folder: Path, name: str) -> StateError:
        """That a record can't be understood, in words."""
        return StateError(f"{self.record(folder, name)} is no record of ours: restore it from your backup")

    def write_files(self, folder: Path, name: str, files: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace a record about files, by the digest of their name."""
        self.write(folder, name, {"files": [{"name_sha256": key, **files[key]} for key in sorted(files)]})

    def write(self, folder: Path, name: str, content: Mapping[str, Any]) -> None:
        """Replace a record; it is durable then. One writer at a time."""
        path = self.record(folder, name)
        with replacing(self.state, path, PRIVATE, is_durable=True) as file:
            file.write((json.dumps(content, indent=2) + "\n").encode())

    def records(self, folder: Path) -> list[Path]:
        """The records about a delivery folder that name its files."""
        return [path for name in (RECEIVED, SEALS) if os.path.lexists(path := self.record(folder, name))]

    def forget(self, folder: Path) -> None:
        """Remove the records that name files."""
        for path in self.records(folder):
            with suppress(FileNotFoundError):
                remove_file(self.state, path)

    def is_purged(self, vendor: str, day: str) -> bool:
        """Whether the retention clock removed a day's files."""
        return os.path.lexists(f"{self.state}/{vendor}/{day}/{PURGED}")

    def recorded_vendors(self) -> list[str]:
        """Vendors of whose deliveries something is known."""
        return folder_names(self.state, self.state)

    def recorded_days(self, vendor: str) -> list[str]:
        """Names of the vendor's delivery folders of which something is known."""
        return folder_names(self.state, self.state / vendor)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Hold the lock under which records are read and written anew; a killed writer's lock is free."""
        make_folder(self.state, self.state, PRIVATE)
        with FileLock(self.state / _LOCK):
            yield
