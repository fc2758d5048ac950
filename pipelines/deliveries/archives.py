"""The files in a ZIP archive. `formats.packings` opens their content; what each is for is decided in `intake.files`."""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from pipelines.formats.limits import FileRefusal
from pipelines.formats.packings import ArchiveEntry
from pipelines.vocabulary.reasons import Reason

SUFFIX: Final = ".zip"
EMPTY: Final = FileRefusal("file_empty", Reason("archive_empty"))
UNREADABLE: Final = FileRefusal("file_undecodable", Reason("archive_broken"))
_LOCKED: Final = FileRefusal("file_undecodable", Reason("archive_locked"))
_NESTED: Final = FileRefusal("file_undecodable", Reason("archive_nested"))
_AMBIGUOUS: Final = FileRefusal("file_undecodable", Reason("archive_names_repeated"))
_METHOD: Final = FileRefusal("file_undecodable", Reason("archive_method"))
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_IS_ENCRYPTED: Final = 0x1
_IS_UTF8: Final = 0x800
_NESTED_ENDS: Final = (SUFFIX, ".7z", ".rar", ".tar", ".tgz")


@dataclass(frozen=True)
class Member:
    """One file in an archive."""

    name: str
    """Path below the archive, with `/`, that leads nowhere else."""
    key: str
    """The name that opens it."""
    digest: str
    """SHA-256 of its content, lower-case hex; empty where it can't be unpacked."""
    size: int
    """Bytes of its content."""
    fault: FileRefusal | None = None


def members_of(entries: Sequence[ArchiveEntry]) -> list[Member]:
    """The files of an archive, by name."""
    members: dict[str, Member] = {}
    for entry in entries:
        name = harmless_name(_member_name(entry))
        fault = _AMBIGUOUS if name in members else _member_fault(entry, name)
        fault = fault or (UNREADABLE if entry.digest is None else None)
        members[name] = Member(name, entry.key, entry.digest or "", entry.size, fault)
    return sorted(members.values(), key=lambda member: member.name)


def _member_fault(entry: ArchiveEntry, name: str) -> FileRefusal | None:
    if name.lower().endswith(_NESTED_ENDS):
        return _NESTED
    if entry.flags & _IS_ENCRYPTED:
        return _LOCKED
    return None if entry.method in _METHODS else _METHOD


def _member_name(entry: ArchiveEntry) -> str:
    """A member's name. Tools that write UTF-8 without saying so are told by their bytes."""
    if entry.flags & _IS_UTF8:
        return entry.key
    try:
        return entry.key.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.key


def harmless_name(name: str) -> str:
    """A path that leads nowhere but below its archive: no drive, no root, no `..`, no control characters."""
    shown = re.sub(r"[\x00-\x1f\x7f]", "\N{REPLACEMENT CHARACTER}", name.replace("\\", "/"))
    parts = [part for part in PurePosixPath(re.sub(r"^[A-Za-z]:", "", shown)).parts if part not in ("/", "//", "..")]
    return ("/".join(parts) or "unnamed").encode("utf-8", "replace").decode()
