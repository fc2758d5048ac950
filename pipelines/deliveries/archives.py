"""The files in a ZIP archive. `formats.packings` opens their content; what each is for is decided in `intake.files`."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from pipelines.formats.limits import FREE, FileRefusal, Limits
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
    fault: FileRefusal | None = None


def list_members(stream: BinaryIO, size: int, limits: Limits) -> list[Member] | FileRefusal:
    """The files of an archive of `size` bytes by name, or why none is read. Raises what a broken archive raises."""
    with zipfile.ZipFile(stream) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
    content_size = sum(info.file_size for info in infos)
    if len(infos) > limits.archive_files:
        return limits.refusal("archive_files")
    if content_size > limits.file_bytes:
        return limits.refusal("file_bytes")
    if content_size > max(FREE, size * limits.expansion):
        return limits.refusal("expansion")
    return sorted(_members(infos), key=lambda member: member.name)


def _members(infos: list[zipfile.ZipInfo]) -> list[Member]:
    members: dict[str, Member] = {}
    for info in infos:
        name = harmless_name(_member_name(info))
        members[name] = Member(name, info.filename, _AMBIGUOUS if name in members else _member_fault(info, name))
    return list(members.values())


def _member_fault(info: zipfile.ZipInfo, name: str) -> FileRefusal | None:
    if name.lower().endswith(_NESTED_ENDS):
        return _NESTED
    if info.flag_bits & _IS_ENCRYPTED:
        return _LOCKED
    return None if info.compress_type in _METHODS else _METHOD


def _member_name(info: zipfile.ZipInfo) -> str:
    """A member's name. Tools that write UTF-8 without saying so are told by their bytes."""
    if info.flag_bits & _IS_UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def harmless_name(name: str) -> str:
    """A path that leads nowhere but below its archive: no drive, no root, no `..`, no control characters."""
    shown = re.sub(r"[\x00-\x1f\x7f]", "\N{REPLACEMENT CHARACTER}", name.replace("\\", "/"))
    parts = [part for part in PurePosixPath(re.sub(r"^[A-Za-z]:", "", shown)).parts if part not in ("/", "//", "..")]
    return ("/".join(parts) or "unnamed").encode("utf-8", "replace").decode()
