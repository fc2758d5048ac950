"""What lies in the inbox: one vendor's folder of one date, archives opened.

What becomes of files is decided in `intake.files`.
"""

import errno
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from pipelines.deliveries import archives
from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.inbox_folders import is_ignored
from pipelines.deliveries.manifests import is_manifest, parse_manifest
from pipelines.deliveries.recorded_arrivals import recorded_arrivals
from pipelines.deliveries.small_file_contents import SmallFileContents
from pipelines.deliveries.sources import DeliveredSource
from pipelines.formats.isolated.readers import list_archive
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.source import SMALL
from pipelines.storage.file_states import settled_state
from pipelines.storage.folders import Entry, entries_below, open_below, opened_folder
from pipelines.storage.inboxes import Inbox
from pipelines.storage.secrets.seals import SealedFile, Seals, sealed_files
from pipelines.vocabulary.reasons import Reason

MOST_MANIFEST_BYTES: Final = 10_000_000
_BLOCK: Final = 2**20
_NO_MANIFEST: Final = FileRefusal("file_undecodable", Reason("manifest_unreadable"))
_LONG_MANIFEST: Final = FileRefusal("limit_exceeded", Reason("manifest_too_long", most=MOST_MANIFEST_BYTES))
_UNREADABLE: Final = FileRefusal("file_undecodable", Reason("file_unreadable"))
_NOT_OURS: Final = (errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENXIO, errno.ELOOP, errno.ENAMETOOLONG)
"""What an uploader can cause: rights, or what is no file. A broken disk or a file that is gone is a fault of ours."""
_NOT_FOLLOWED: Final = FileRefusal("file_undecodable", Reason("link_outside"))
_NO_FILE: Final = FileRefusal("file_undecodable", Reason("no_plain_file"))


def delivered_paths(inbox: Inbox, folder: Path) -> list[Path]:
    """The files of a delivery folder, by path; what is hidden or still being written is ignored, and so are links.

    Of a sealed file and the clear one, the clear one counts.
    """
    paths = [entry.path for entry in _visible_entries(inbox.root, folder) if entry.is_file]
    return _counting(paths, sealed_files(inbox, folder))


def _counting(paths: list[Path], sealed: Mapping[Path, SealedFile]) -> list[Path]:
    lying = set(paths)
    return [path for path in paths if not (path in sealed and sealed[path].clear in lying)]


def read_inbox_folder(
    inbox: Inbox,
    vendor: str,
    day: date,
    *,
    limits: Limits | None = None,
    seals: Seals | None = None,
    contents: SmallFileContents | None = None,
) -> list[DeliveredFile]:
    """The files of a delivery by name, members of archives as files of their own; empty when there is no folder.

    Args:
        inbox: where deliveries arrive.
        vendor: its key.
        day: the delivery date.
        limits: what an archive may hold; the default ones unless given.
        contents: takes the bytes of small files, which are read for their digest anyway.
        seals: opens sealed archives and manifests; other sealed files are listed without it.

    Raises:
        OSError: a file can't be opened, or its seal can't: a fault of ours.
        StateError: a record of ours is broken: a fault of ours.
    """
    folder = inbox.folder(vendor, day)
    plain = _plain_names(inbox.root, folder)
    received = recorded_arrivals(inbox, folder)
    sealed = sealed_files(inbox, folder)
    reader = FolderReader(inbox.root, folder, limits or Limits(), seals, sealed, contents)
    if plain is None or sealed:
        entries = _visible_entries(inbox.root, folder)
        paths = _counting([entry.path for entry in entries if entry.is_file], sealed)
        named = [(path, delivered_name(path, folder, sealed)) for path in paths]
        others = [_no_file(entry, folder) for entry in entries if not entry.is_file]
    else:
        named = [(folder / name, _printable_name(name)) for name in plain if not is_ignored(_printable_name(name))]
        others = []
    files = [file for path, name in named for file in reader.files(path, name)]
    dated = (replace(file, received_at=received.of_file(file)) for file in files + others)
    return sorted(dated, key=lambda file: file.name)


def _plain_names(inbox: Path, folder: Path) -> list[str] | None:
    """Names in a folder that holds files alone, hidden ones included; None where there is more to it. None lie in what
    is no folder, or a link."""
    try:
        with opened_folder(inbox, folder) as opened, os.scandir(opened) as entries:
            names = [entry.name if entry.is_file(follow_symlinks=False) else None for entry in entries]
    except OSError:
        return []
    return None if None in names else sorted(name for name in names if name is not None)


@dataclass(frozen=True)
class FolderReader:
    """Reads the files of one delivery folder.

    `root`: below it no link is followed to them. `sealed`: what is encrypted, by its path.
    """

    root: Path
    folder: Path
    limits: Limits
    seals: Seals | None
    sealed: Mapping[Path, SealedFile]
    contents: SmallFileContents | None

    def files(self, path: Path, name: str) -> Iterator[DeliveredFile]:
        """The file at a path, or the files in it."""
        file = self._file(path, name)
        if file.fault:
            yield file
        elif file.name.lower().endswith(archives.SUFFIX):
            yield from self._members(file)
        elif is_manifest(file.name):
            yield self._announcing(file)
        else:
            yield file

    def _file(self, path: Path, name: str) -> DeliveredFile:
        if path in self.sealed:
            record = self.sealed[path]
            return DeliveredFile(name, path, record.digest, record.size, is_sealed=True, root=self.root)
        try:
            return self._clear_file(path, name)
        except OSError as error:
            if error.errno not in _NOT_OURS:
                raise
            digest = hashlib.sha256(f"unreadable {name}".encode()).hexdigest()
            return DeliveredFile(name, path, digest, 0, fault=_UNREADABLE)

    def _clear_file(self, path: Path, name: str) -> DeliveredFile:
        with open_below(self.root, path) as stream:
            state = settled_state(stream.fileno())
            if state.size > SMALL:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
                return DeliveredFile(name, path, digest, state.size, root=self.root, state=state)
            content = stream.read()
        digest = hashlib.sha256(content).hexdigest()
        if self.contents:
            self.contents.keep(digest, content)
        return DeliveredFile(name, path, digest, len(content), root=self.root, state=state)

    def _announcing(self, file: DeliveredFile) -> DeliveredFile:
        if file.size > MOST_MANIFEST_BYTES:
            return replace(file, fault=_LONG_MANIFEST)
        limits = replace(self.limits, held_bytes=min(self.limits.held_bytes, MOST_MANIFEST_BYTES))  # it may be packed
        try:
            manifest = parse_manifest(file.name, DeliveredSource(file, limits, self.seals).read())
        except FileRefusedError:
            manifest = None
        return replace(file, manifest=manifest, fault=None if manifest else _NO_MANIFEST)

    def _members(self, archive: DeliveredFile) -> list[DeliveredFile]:
        """The files in an archive; the archive itself, refused, when it can't be listed."""
        if archive.size == 0:
            return [replace(archive, fault=archives.EMPTY)]
        found = list_archive(DeliveredSource(archive, self.limits, self.seals), self.limits)
        if isinstance(found, FileRefusal):
            return [replace(archive, fault=found)]
        members = (member for member in archives.members_of(found) if not is_ignored(member.name))
        return [self._member(archive, member) for member in members]

    def _member(self, archive: DeliveredFile, member: archives.Member) -> DeliveredFile:
        file = replace(archive, name=f"{archive.name}/{member.name}", member=member.key, fault=member.fault)
        file = replace(file, archive=(archive.name, archive.digest))
        if member.fault:
            digest = hashlib.sha256(f"{archive.digest} {member.name}".encode()).hexdigest()
            return replace(file, digest=digest)
        file = replace(file, digest=member.digest, size=member.size)
        return self._announcing(file) if is_manifest(file.name) else file


def _visible_entries(inbox: Path, folder: Path) -> list[Entry]:
    entries = entries_below(inbox, folder)
    return [entry for entry in entries if not is_ignored(_arrival_text(entry.path.relative_to(folder)))]


def _no_file(entry: Entry, folder: Path) -> DeliveredFile:
    """A link, which is not followed and whose bytes are the path that it leads to, or what is neither file nor link."""
    target = b""
    if entry.is_link:
        with suppress(OSError):  # it vanished meanwhile
            target = os.fsencode(entry.path.readlink())
    fault = _NOT_FOLLOWED if entry.is_link else _NO_FILE
    digest = hashlib.sha256(target).hexdigest()
    return DeliveredFile(_arrival_text(entry.path.relative_to(folder)), entry.path, digest, len(target), fault=fault)


def delivered_name(path: Path, folder: Path, sealed: Mapping[Path, SealedFile]) -> str:
    """A file's name in its delivery: its path below the folder, with `/`, as it was before our seal.

    Bytes that are not UTF-8 are replaced. `sealed`: the folder's sealed files.
    """
    return _arrival_text((sealed[path].clear if path in sealed else path).relative_to(folder))


def delivered_names(inbox: Inbox, vendor: str, day: date) -> list[str]:
    """Names of the files in a vendor's folder of a date, as they were before our seal."""
    folder = inbox.folder(vendor, day)
    sealed = sealed_files(inbox, folder)
    return [delivered_name(path, folder, sealed) for path in delivered_paths(inbox, folder)]


def _arrival_text(path: Path) -> str:
    return _printable_name(path.as_posix())


def _printable_name(name: str) -> str:
    return name if name.isascii() else name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
