"""Files at rest in the inbox: when each was first seen, and which folders changed after their intake."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pipelines.storage.inbox import delivered_paths
from pipelines.storage.lake import Lake

STILL_FOR: Final = timedelta(seconds=60)
"""A file is complete once it has not changed for so long, or its digest is the manifest's (design 5.2)."""
RECORD: Final = ".received.json"


def record_arrivals(inbox: Path, seen: Mapping[str, Any], *, now: datetime) -> tuple[int, dict[str, Any]]:
    """Note files that our transport did not note, once they are still; `seen` is what the last call returned.

    `received_at` is the first sight. Returns how many files were noted, and the sightings of those that still move.
    """
    recorded, moving = 0, {}
    for folder in _folders(inbox):
        noted = _noted(folder)
        complete = {}
        for path in delivered_paths(folder):
            name = path.relative_to(folder).as_posix()
            if name in noted:
                continue
            sighting = _sighting(path, seen.get(str(path)), now)
            if _is_complete(sighting, path, folder, now):
                complete[name] = sighting["first_seen_at"]
            else:
                moving[str(path)] = sighting
        if complete:
            _note(folder, noted | complete)
            recorded += len(complete)
    return recorded, moving


def changed_folders(inbox: Path, lake: Lake, vendor: str, *, since: date) -> Iterator[tuple[date, str]]:
    """Days taken in whose folder holds other files, or later ones, than the intake saw; each with a fingerprint."""
    for folder in sorted((inbox / vendor).glob("????-??-??")):
        day = _day(folder)
        if day is None or day < since:
            continue
        marker = lake.partition("deliveries", vendor, day)
        if not marker.exists():
            continue
        states = [path.stat() for path in delivered_paths(folder)]
        if any(max(state.st_mtime_ns, state.st_ctime_ns) > marker.stat().st_mtime_ns for state in states):
            yield day, _fingerprint(folder)


def _folders(inbox: Path) -> list[Path]:
    return sorted(path for path in inbox.glob("*/????-??-??") if path.is_dir() and _day(path) is not None)


def _day(folder: Path) -> date | None:
    try:
        return date.fromisoformat(folder.name)
    except ValueError:
        return None


def _sighting(path: Path, before: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    state = path.stat()
    first_seen_at = before["first_seen_at"] if before else now.isoformat()
    is_unchanged = before is not None and (before["size"], before["mtime"]) == (state.st_size, state.st_mtime_ns)
    still_since = before["still_since"] if before and is_unchanged else now.isoformat()
    return {
        "first_seen_at": first_seen_at,
        "still_since": still_since,
        "size": state.st_size,
        "mtime": state.st_mtime_ns,
    }


def _is_complete(sighting: Mapping[str, Any], path: Path, folder: Path, now: datetime) -> bool:
    if now - datetime.fromisoformat(sighting["still_since"]) >= STILL_FOR:
        return True
    announced = _announced(folder).get(path.relative_to(folder).as_posix())
    return announced is not None and announced == hashlib.sha256(path.read_bytes()).hexdigest()


def _announced(folder: Path) -> dict[str, str]:
    digests: dict[str, str] = {}
    for manifest in sorted(folder.glob("manifest*.json")):
        try:
            files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
            digests |= {str(file["name"]): str(file["sha256"]).lower() for file in files if "sha256" in file}
        except (ValueError, KeyError, TypeError):
            continue  # a manifest that can't be read announces nothing; the intake says so
    return digests


def _noted(folder: Path) -> dict[str, str]:
    path = folder / RECORD
    if not path.exists():
        return {}
    files = json.loads(path.read_text(encoding="utf-8"))["files"]
    return {file["name"]: file["received_at"] for file in files}


def _note(folder: Path, received: Mapping[str, str]) -> None:
    files = [{"name": name, "received_at": received_at} for name, received_at in sorted(received.items())]
    aside = folder / f"{RECORD}.{os.getpid()}"
    aside.write_text(json.dumps({"files": files}, indent=2) + "\n", encoding="utf-8")
    os.replace(aside, folder / RECORD)


def _fingerprint(folder: Path) -> str:
    states = [
        (path.relative_to(folder).as_posix(), path.stat().st_size, path.stat().st_mtime_ns)
        for path in delivered_paths(folder)
    ]
    return hashlib.sha256(repr(states).encode()).hexdigest()[:16]
