"""What lies in the inbox: one vendor's folder of one date, archives opened. Files are judged elsewhere."""

import hashlib
import json
import logging
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from pipelines.domain.clock import PARIS
from pipelines.domain.delivered_files import DeliveredFile, FileRefusal
from pipelines.domain.intake_manifests import is_manifest, parse_manifest
from pipelines.storage.contracts import VENDOR

RECEIVED: Final = ".received.json"
MOST_BYTES: Final = 2**31 - 1
"""Largest content of a file, expanded: what one column of text can hold."""
_IGNORED_STARTS: Final = (".", "_", "~")
_IGNORED_ENDS: Final = (".part", ".tmp", ".filepart")
_UNREADABLE: Final = FileRefusal("file_undecodable", "an archive that opens without a password, whole")
_TOO_LARGE: Final = FileRefusal("limit_exceeded", f"at most {MOST_BYTES:,} bytes when unpacked")

_log = logging.getLogger(__name__)


def inbox_folder(inbox: Path, vendor: str, day: date) -> Path:
    """Where a vendor's delivery of a date lies."""
    return inbox / vendor / day.isoformat()


def delivery_days(inbox: Path, vendor: str) -> list[date]:
    """Dates for which a vendor has a folder, in order; other folders are left alone."""
    return sorted(day for path in (inbox / vendor).glob("*-*-*") if path.is_dir() and (day := _day(path.name)))


def unread_folders(inbox: Path, vendors: Collection[str]) -> list[str]:
    """What lies in the inbox and no run will read: folders of unknown vendors, and what is in no folder of a date.

    As `vendor` or `vendor/(no date)`; a name that is no vendor key is not repeated. What is hidden is left alone.
    """
    found = []
    for folder in (path for path in inbox.glob("*") if path.is_dir() and not _is_ignored(path.name)):
        if folder.name not in vendors:
            found.append(shown_vendor(folder.name))
            continue
        strays = (path for path in folder.glob("*") if not (path.is_dir() and _day(path.name)))
        found += [f"{folder.name}/(no date)" for path in strays if not _is_ignored(path.name)]
    return sorted(found)


def shown_vendor(name: str) -> str:
    """A folder's name as it may be told: one that is no vendor key may name a person."""
    return name if VENDOR.fullmatch(name) else "(no vendor key)"


def _day(name: str) -> date | None:
    """The date that a folder is named after; other ways of ISO 8601 to write one are no delivery folders."""
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return None
    return day if day.isoformat() == name else None


def delivered_paths(folder: Path) -> list[Path]:
    """The files of a delivery folder, by path; what is hidden or still being written is ignored."""
    paths = (path for path in folder.rglob("*") if not _is_ignored(path.relative_to(folder).as_posix()))
    return sorted(path for path in paths if path.is_file())


def read_inbox_folder(inbox: Path, vendor: str, day: date) -> list[DeliveredFile]:
    """The files of a delivery by name, members of archives as files of their own; empty when there is no folder.

    Raises:
        OSError: a file can't be opened: a fault of ours.
    """
    folder = inbox_folder(inbox, vendor, day)
    received = recorded_arrivals(folder)
    if received is None:
        _log.warning("%s is not a record of arrivals; its files count as not recorded", folder / RECEIVED)
    files = [file for path in delivered_paths(folder) for file in _files(path, delivered_name(path, folder))]
    return sorted((_dated(file, received or {}) for file in files), key=lambda file: file.name)


def recorded_arrivals(folder: Path) -> Mapping[str, datetime] | None:
    """Arrivals that were written down beside a folder's files, by name; None when the record can't be read."""
    try:
        document: Any = json.loads((folder / RECEIVED).read_bytes())
        return {str(entry["name"]): _instant(entry["received_at"]) for entry in document["files"]}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def _instant(text: str) -> datetime:
    """In UTC; a local time is one of Paris."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=PARIS)).astimezone(UTC)


def _files(path: Path, name: str) -> Iterator[DeliveredFile]:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    file = DeliveredFile(name, path, digest, path.stat().st_size)
    if path.suffix.lower() == ".zip":
        yield from _members(file)
    elif is_manifest(name):
        yield _announcing(file, path.read_bytes())
    else:
        yield file


def delivered_name(path: Path, folder: Path) -> str:
    """A file's name in its delivery: its path below the folder, with `/`; bytes that are not UTF-8 are replaced."""
    return _text(path.relative_to(folder))


def _text(path: Path) -> str:
    return path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _is_ignored(name: str) -> bool:
    return any(part.startswith(_IGNORED_STARTS) or part.endswith(_IGNORED_ENDS) for part in PurePosixPath(name).parts)


def _announcing(file: DeliveredFile, content: bytes) -> DeliveredFile:
    manifest = parse_manifest(file.name, content)
    wanted = FileRefusal("file_undecodable", "a JSON object in UTF-8 with `files` and `sequence`")
    return replace(file, manifest=manifest, fault=None if manifest else wanted)


def _members(archive: DeliveredFile) -> list[DeliveredFile]:
    """The files in an archive; the archive itself, refused, when one of them can't be unpacked."""
    if archive.size == 0:
        return [replace(archive, fault=FileRefusal("file_empty", "an archive with files"))]
    with archive.path.open("rb") as content:
        try:
            with zipfile.ZipFile(content) as opened:
                found = {info.filename: info for info in opened.infolist() if not info.is_dir()}
                if sum(info.file_size for info in found.values()) > MOST_BYTES:
                    return [replace(archive, fault=_TOO_LARGE)]
                return [_member(archive, opened, info) for name, info in found.items() if not _is_ignored(name)]
        except MemoryError:
            raise
        except Exception:  # zipfile lets a dozen kinds of errors through for what is one fault of the archive
            return [replace(archive, fault=_UNREADABLE)]


def _member(archive: DeliveredFile, opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> DeliveredFile:
    content = opened.read(info)
    name = _text(Path(archive.name, info.filename.replace("\\", "/")))
    digest = hashlib.sha256(content).hexdigest()
    file = replace(archive, name=name, digest=digest, size=len(content), member=info.filename)
    return _announcing(file, content) if is_manifest(name) else file


def _dated(file: DeliveredFile, received: Mapping[str, datetime]) -> DeliveredFile:
    """With the arrival of the file, or of the archive that holds it."""
    archives = [str(parent) for parent in PurePosixPath(file.name).parents] if file.member else []
    names = (name for name in (file.name, *archives) if name in received)
    name = next(names, None)
    return replace(file, received_at=received[name]) if name else file
