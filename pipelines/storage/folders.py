"""Folders that others write to as well: read without following a link, written without going through an existing name.

A root is the operator's own, and may be a link. What lies below it is opened name by name, each relative to the folder
before it, and the system refuses a link: so nothing that is put there between a look and an opening leads elsewhere.
What may be read by whom is here, too: modes do not hang on the umask.
"""

import fcntl
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EACCES, EINVAL, ELOOP, ENOENT, ENOTDIR
from io import BufferedReader, FileIO
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

PRIVATE: Final = 0o700
"""Of folders that the house alone reads; its files lose the bits to execute."""
SHARED: Final = 0o750
"""Of folders that a transport reads under a user of its own, which is in the group of ours."""
_FILE_BITS: Final = 0o666
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
MOST_BYTES: Final = 64 * 2**20
"""Of a record of ours, which grows with the files that it names."""
_BLOCK: Final = 2**20
_GONE: Final = (ENOENT, ENOTDIR, ELOOP, EACCES)


@dataclass(frozen=True)
class Entry:
    """Something in a folder that is no folder: a file, a link, or what is neither."""

    path: Path
    state: os.stat_result

    @property
    def is_file(self) -> bool:
        """Whether it is a plain file: no link, pipe, socket or device."""
        return stat.S_ISREG(self.state.st_mode)

    @property
    def is_link(self) -> bool:
        """Whether it is a link."""
        return stat.S_ISLNK(self.state.st_mode)


@contextmanager
def opened_folder(root: Path, folder: Path) -> Iterator[int]:
    """The descriptor of a folder at or below a root.

    Raises:
        OSError: it is away, or it, or a folder above it below the root, is a link or no folder.
    """
    descriptor = os.open(root, _FOLDER)
    try:
        for name in _names_below(root, folder):
            below = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def open_below(root: Path, path: Path) -> FileIO:
    """The bytes of a plain file below a root.

    Raises:
        OSError: it is away, no plain file, or not reached without a link.
    """
    with opened_folder(root, path.parent) as folder:
        return open_in(folder, path.name)


def read_below(root: Path, path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """The bytes of a plain file below a root, one more than `most_bytes` at most.

    Raises:
        OSError: as `open_below`.
    """
    with open_below(root, path) as file:
        return BufferedReader(file).read(most_bytes + 1)


def open_in(folder: int, name: str) -> FileIO:
    """The bytes of a plain file in an opened folder; a pipe that is put there makes nobody wait.

    Raises:
        OSError: it is away, or no plain file.
    """
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(EINVAL, "expected a plain file, found something else under its name")
    return FileIO(descriptor, "rb")


def folder_names(root: Path, folder: Path) -> list[str]:
    """Names of the folders in a folder, in order, without links; none where it can't be listed."""
    try:
        with opened_folder(root, folder) as descriptor, os.scandir(descriptor) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def entries_below(root: Path, folder: Path) -> list[Entry]:
    """All that lies in a folder and in those below it, but folders, by path; nothing where it can't be listed.

    Links are entries, also those that lead to a folder: none is followed.
    """
    found = [entry for _, entries in _walked(root, folder) for entry in entries]
    return sorted(found, key=lambda entry: entry.path)


def _walked(root: Path, folder: Path) -> Iterator[tuple[Path, list[Entry]]]:
    """A folder and those below it, each before what lies in it, with what each holds beside folders."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        entries: list[Entry] = []
        with _unless_gone(), opened_folder(root, here) as opened:
            for name in os.listdir(opened):
                with _unless_gone():
                    state = os.stat(name, dir_fd=opened, follow_symlinks=False)
                    if stat.S_ISDIR(state.st_mode):
                        waiting.append(here / name)
                    else:
                        entries.append(Entry(here / name, state))
        yield here, entries


@contextmanager
def _unless_gone() -> Iterator[None]:
    """Pass over what vanished since it was listed, became a link, or is not ours to read."""
    try:
        yield
    except OSError as error:
        if error.errno not in _GONE:
            raise


@contextmanager
def replacing(
    root: Path, path: Path, mode: int = SHARED, *, is_durable: bool = False, is_swept: bool = True
) -> Iterator[BinaryIO]:
    """Write a file aside, under a fresh name; unless something goes wrong, it then takes its place.

    A file of the same bytes stays as it is. A link under the name is replaced, and what it leads to is left alone; a
    folder under it is put aside. The folders are made where they are missing. What a kill left of an earlier try is
    removed, unless `is_swept` says that the caller sees to it.
    """
    make_folder(root, path.parent, mode)
    with opened_folder(root, path.parent) as folder:
        if is_swept:
            _sweep_unfinished(folder, re.escape(path.name))
        aside, file = _locked_aside(folder, path.name, mode)
        try:
            with file:
                yield file
                file.flush()
                if is_durable:
                    os.fsync(file.fileno())
                if not _are_same(folder, aside, path.name):
                    put_in_place(folder, aside, path.name)
                    if is_durable:
                        os.fsync(folder)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(aside, dir_fd=folder)


def remove_unfinished(root: Path, folder: Path) -> None:
    """Remove what kills left of files of a folder that were being replaced."""
    with suppress(FileNotFoundError), opened_folder(root, folder) as opened:
        _sweep_unfinished(opened, ".+")


def _locked_aside(folder: int, name: str, mode: int) -> tuple[str, BinaryIO]:
    """A new file beside one that is to be replaced, locked as long as it is open: so that nobody sweeps it."""
    while True:
        aside = f".{name}.{uuid4().hex}.part"
        file = created_in(folder, aside, mode)
        with suppress(OSError):  # a file system without locks: nothing is swept there
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(file.fileno()).st_nlink:
            return aside, file
        file.close()  # it was swept before it was locked


def _sweep_unfinished(folder: int, name: str) -> None:
    """Remove files that were to take the place of another, and that nobody writes any more. `name`: a pattern."""
    aside = re.compile(rf"\.{name}\.[0-9a-f]{{32}}\.part")
    for found in filter(aside.fullmatch, os.listdir(folder)):
        with suppress(OSError), open_in(folder, found) as file:  # it is written now, or is no file of ours
            fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
            os.unlink(found, dir_fd=folder)


def created_in(folder: int, name: str, mode: int = SHARED) -> BinaryIO:
    """A new file in an opened folder, to be written; the name must be free."""
    descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder)
    os.fchmod(descriptor, mode & _FILE_BITS)
    return os.fdopen(descriptor, "w+b")


def put_in_place(folder: int, aside: str, name: str) -> None:
    """Give a file its name; a folder that bears it is put aside, since no file can replace it."""
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            _put_aside(folder, name)
    os.replace(aside, name, src_dir_fd=folder, dst_dir_fd=folder)


def free_for_folder(root: Path, folder: Path) -> None:
    """Put aside what bears the name of a folder below a root and is none, such as a link."""
    with suppress(FileNotFoundError), opened_folder(root, folder.parent) as above:
        if not stat.S_ISDIR(os.stat(folder.name, dir_fd=above, follow_symlinks=False).st_mode):
            _put_aside(above, folder.name)


def _put_aside(folder: int, name: str) -> None:
    os.replace(name, f".{name}.{uuid4().hex}.aside", src_dir_fd=folder, dst_dir_fd=folder)


def make_folder(root: Path, folder: Path, mode: int) -> None:
    """Make a folder below a root where it is missing, and the root; what is there keeps its mode.

    Folders above the root get the mode of the umask: others may have to pass through them. Of the group's bit that
    makes files inherit it, a new folder keeps what it got.

    Raises:
        OSError: one of the names below the root is a link, or no folder.
    """
    with suppress(OSError), opened_folder(root, folder):
        return
    root.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.mkdir(root, mode)
        os.chmod(root, mode | os.stat(root).st_mode & stat.S_ISGID)
    made = root
    for name in _names_below(root, folder):
        with opened_folder(root, made) as above, suppress(FileExistsError):
            os.mkdir(name, mode, dir_fd=above)
            with opened_folder(root, made / name) as new:
                os.fchmod(new, mode | os.fstat(new).st_mode & stat.S_ISGID)
        made = made / name


def make_private_file(path: Path) -> None:
    """Make an empty file that we alone read, where there is none; what is there stays as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE & _FILE_BITS))


def remove_file(root: Path, path: Path) -> None:
    """Remove what lies under a name below a root and is no folder; a link goes, not what it leads to."""
    with opened_folder(root, path.parent) as folder:
        os.unlink(path.name, dir_fd=folder)


def remove_folder(root: Path, folder: Path) -> None:
    """Remove a folder below a root and all that lies in it; what links lead to stays."""
    empty_folder(root, folder, [entry.path for entry in entries_below(root, folder)])
    with opened_folder(root, folder.parent) as above:
        os.rmdir(folder.name, dir_fd=above)


def empty_folder(root: Path, folder: Path, paths: Iterable[Path]) -> None:
    """Remove some entries of a folder, in their order, then all folders below it, which must be empty by then."""
    for path in paths:
        remove_file(root, path)
    for below in sorted((below for below, _ in _walked(root, folder) if below != folder), reverse=True):
        with opened_folder(root, below.parent) as above:
            os.rmdir(below.name, dir_fd=above)


def _names_below(root: Path, path: Path) -> tuple[str, ...]:
    names = path.parts[len(root.parts) :]
    if path.parts[: len(root.parts)] != root.parts or ".." in names:
        raise OSError(ELOOP, f"expected a place below {root}")
    return names


def _are_same(folder: int, one: str, other: str) -> bool:
    try:
        with open_in(folder, one) as first, open_in(folder, other) as second:
            if os.fstat(first.fileno()).st_size != os.fstat(second.fileno()).st_size:
                return False
            while content := first.read(_BLOCK):
                if content != second.read(_BLOCK):
                    return False
    except OSError:
        return False
    return True
