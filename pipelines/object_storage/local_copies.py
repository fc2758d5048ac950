"""What a machine's folders hold of a writer, compared with the generation that it was brought to last.

The state of each file then is noted, so that only what was touched since is read again. Which requests are made of the
store, and when, is in `store`.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from pipelines.object_storage.bucket import StoreError
from pipelines.object_storage.generations import Generation, PublishedFile
from pipelines.object_storage.parts import SharedFolder
from pipelines.storage.file_states import FileState, settled_state
from pipelines.storage.folders import (
    PRIVATE,
    Entry,
    entries_below,
    open_below,
    opened_folder,
    remove_file,
    replacing,
)
from pipelines.vocabulary.tables import TABLES_BY_MARKER

_UNFINISHED: Final = re.compile(r"\..*[0-9a-f]{32}\.(part|age|aside)")
_MARKERS: Final = tuple(f"lake/{marker}/" for marker in TABLES_BY_MARKER)
"""Put in place last: readers trust the others by them."""
Fetch = Callable[[str, Callable[[bytes], object]], None]
"""Writes the bytes of a digest, and raises if they are not its own."""


@dataclass(frozen=True)
class LocalFile:
    """A file as it lies here."""

    published: PublishedFile
    path: Path
    part: SharedFolder
    state: FileState


@dataclass(frozen=True)
class Base:
    """What a copy was brought to last."""

    generation: str | None = None
    files: Generation = field(default_factory=dict)
    states: Mapping[str, FileState] = field(default_factory=dict)
    """Of the files that lay here as they are in the generation."""
    is_copy: bool = True
    """Whether these folders were a copy of the store at all."""


@dataclass(frozen=True)
class LocalCopy:
    """A writer's folders on this machine. Whoever brings or notes holds the writer's lock here."""

    whose: str
    parts: list[SharedFolder]
    notes: Path
    """Folder of what is noted of copies, of one store."""

    @property
    def _note(self) -> Path:
        return self.notes / f"{self.whose}.json"

    @property
    def _seen(self) -> Path:
        return self.notes / f"{self.whose}.seen"

    def base(self) -> Base:
        """What it was brought to last."""
        try:
            generation, rows = json.loads(self._note.read_bytes())
            files = {name: PublishedFile(*file) for name, file, _ in rows}
            return Base(generation, files, {name: FileState(*state) for name, _, state in rows if state})
        except (OSError, ValueError, TypeError):
            return Base(is_copy=False)

    def note(self, generation: str | None, files: Generation, local: Mapping[str, LocalFile]) -> None:
        """Note what it was brought to, and of which files that is what lies here."""
        rows = []
        for name, published in files.items():
            lying = local.get(name)
            is_it = lying is not None and lying.published == published
            rows.append((name, astuple(published), astuple(lying.state) if lying and is_it else None))
        with replacing(self.notes, self._note, PRIVATE) as file:
            file.write(json.dumps((generation, rows)).encode())

    def has_seen(self, tag: str) -> bool:
        """Whether a head with this tag was looked at already."""
        with suppress(OSError):
            return self._seen.read_text(encoding="utf-8") == tag
        return False

    def note_seen(self, tag: str) -> None:
        """Note which head was looked at."""
        with replacing(self.notes, self._seen, PRIVATE) as file:
            file.write(tag.encode())

    def files(self, base: Base, parts: Iterable[SharedFolder] | None = None) -> dict[str, LocalFile]:
        """What lies in some parts, or in all, by path; what vanishes meanwhile is left out."""
        found: dict[str, LocalFile] = {}
        for part in self.parts if parts is None else parts:
            for entry in _entries_of(part):
                name = f"{part.name}/{entry.path.relative_to(part.folder).as_posix()}"
                with suppress(FileNotFoundError):
                    found[name] = _local_file(part, entry, base.files.get(name), base.states.get(name))
        return found

    def bring(self, base: Base, generation: str, wanted: Generation, fetch: Fetch) -> None:
        """Bring the folders from what they were brought to last to a generation: all of it, or on an error nothing.

        What others did not change, and this machine did, stays, and goes with its next writer; not in exact parts,
        where a killed writer left it.

        Raises:
            StoreError: something could not be fetched; or this machine holds what no store ever gave it.
        """
        strays = self._strays(base, wanted)
        changed = {name for name, file in wanted.items() if base.files.get(name) != file} | strays & wanted.keys()
        local = self.files(base)
        missing = {name for name in changed if name not in local or local[name].published.digest != wanted[name].digest}
        with self._fetched({wanted[name].digest for name in missing}, fetch) as aside:
            self._remove((base.files.keys() | strays) - wanted.keys(), local)
            for name in _markers_last(changed):
                self._place(name, wanted[name], aside / wanted[name].digest if name in missing else None)
        same = {name: state for name, state in base.states.items() if base.files[name] == wanted.get(name)}
        self.note(generation, wanted, self.files(Base(generation, wanted, same)))

    def restore(self, base: Base, fetch: Fetch) -> None:
        """Bring back what lay here once and vanished outside of any lease: files of exact parts, and of another part
        all, where nothing of it lies here any more. What was changed stays.

        Raises:
            StoreError: something could not be fetched; then nothing is brought back.
        """
        lying = self.files(base).keys()
        lacking = {name for part in self.parts for name in _lacking(part, base.files, lying)}
        if not lacking:
            return
        with self._fetched({base.files[name].digest for name in lacking}, fetch) as aside:
            for name in _markers_last(lacking):
                self._place(name, base.files[name], aside / base.files[name].digest)
        self.note(base.generation, base.files, self.files(base))

    def confirm_folders(self, base: Base) -> None:
        """Make sure that no folder with published files vanished whole: no work of ours removes a writer's folder.

        Raises:
            StoreError: one did.
        """
        for part in self.parts:
            if not part.folder.is_dir() and any(map(part.holds, base.files)):
                raise StoreError(
                    f"{self.whose}: its folder of {part.name} was here and is gone, so that nothing was published: "
                    "put the folder or its mount back, and run it again"
                )

    @contextmanager
    def _fetched(self, digests: Iterable[str], fetch: Fetch) -> Iterator[Path]:
        """A folder with the bytes of some digests, each under its own; it goes afterwards."""
        aside = self.notes / "aside" / self.whose
        try:
            for digest in digests:
                with replacing(self.notes, aside / digest, PRIVATE) as file:
                    fetch(digest, file.write)
            yield aside
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def _strays(self, base: Base, wanted: Generation) -> set[str]:
        """Files of exact parts that are not as the base has them."""
        found = self.files(base, [part for part in self.parts if part.is_exact])
        exact = {name: file for name, file in found.items() if file.part.holds_exactly(name)}
        known = {name for part in self.parts for name in base.files if part.holds_exactly(name)}
        strays = (known - exact.keys()) | {
            name for name, file in exact.items() if file.published != base.files.get(name)
        }
        if not base.is_copy and (strays - wanted.keys() or _other_bytes_lie(exact, wanted)):
            raise StoreError(
                f"{self.whose}: this home holds files of a vendor that the object store knows otherwise, and was never "
                "a copy of it: move them away, or give this machine another OPPOSABLE_HOME; a copy begins empty"
            )
        return strays

    def _remove(self, names: Iterable[str], local: Mapping[str, LocalFile]) -> None:
        for lying in (local[name] for name in names if name in local):
            with suppress(FileNotFoundError):
                remove_file(lying.part.root, lying.path)
            _remove_empty(lying.part, lying.path.parent)

    def _place(self, name: str, published: PublishedFile, source: Path | None) -> None:
        """Put a file in place, with its time of change; one that lies there already keeps its bytes."""
        part, path = self._place_of(name)
        if source is not None:
            with source.open("rb") as content, replacing(part.root, path, part.mode) as file:
                shutil.copyfileobj(content, file)
        with opened_folder(part.root, path.parent) as folder:
            times = (published.modified_ns, published.modified_ns)
            os.utime(path.name, ns=times, dir_fd=folder, follow_symlinks=False)

    def _place_of(self, name: str) -> tuple[SharedFolder, Path]:
        part = next((part for part in self.parts if part.holds(name)), None)
        if part is None:
            raise StoreError(f"{self.whose}: the object store holds what only a newer version knows: upgrade this one")
        return part, part.folder / name.removeprefix(f"{part.name}/")


def _entries_of(part: SharedFolder) -> Iterator[Entry]:
    """Plain files of a part, but what is just being written."""
    entries = _lying_directly(part.folder) if part.is_flat else entries_below(part.root, part.folder)
    for entry in entries:
        name = entry.path.name
        if entry.is_file and not _UNFINISHED.fullmatch(name) and part.only in ("", name):
            yield entry


def _lying_directly(folder: Path) -> list[Entry]:
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        return [Entry(folder / entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
    return []


def _local_file(
    part: SharedFolder, entry: Entry, known: PublishedFile | None, known_state: FileState | None
) -> LocalFile:
    state = FileState.from_stat(entry.state)
    if known is not None and state == known_state:
        return LocalFile(known, entry.path, part, state)
    with open_below(part.root, entry.path) as file:
        state = settled_state(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return LocalFile(PublishedFile(digest, state.size, state.modified_ns), entry.path, part, state)


@contextmanager
def unchanged(file: LocalFile) -> Iterator[BinaryIO]:
    """A file's bytes, to be read and closed, which are those that were digested.

    Raises:
        StoreError: it is another one, or was changed meanwhile.
    """
    with open_below(file.part.root, file.path) as opened:
        _confirm_as_digested(opened.fileno(), file)
        yield os.fdopen(os.dup(opened.fileno()), "rb")
        _confirm_as_digested(opened.fileno(), file)


def _confirm_as_digested(descriptor: int, file: LocalFile) -> None:
    if FileState.of(descriptor) != file.state:
        raise StoreError(
            f"a file of {file.part.name} was changed while it was read for the object store, and nothing was "
            "published: run it again"
        )


def _lacking(part: SharedFolder, published: Iterable[str], lying: Collection[str]) -> set[str]:
    """Published files of a part that are to be brought back where they don't lie here."""
    lacking = {name for name in published if part.holds(name)}.difference(lying)
    is_empty = not any(map(part.holds, lying))
    return lacking if is_empty else {name for name in lacking if part.holds_exactly(name)}


def _markers_last(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (name.startswith(_MARKERS), name))


def _other_bytes_lie(exact: Mapping[str, LocalFile], wanted: Generation) -> bool:
    return any(name in wanted and file.published.digest != wanted[name].digest for name, file in exact.items())


def _remove_empty(part: SharedFolder, folder: Path) -> None:
    """Remove a folder of a part, and those above it in the part, as far as they are empty."""
    while folder != part.folder and folder.is_relative_to(part.folder):
        with suppress(OSError), opened_folder(part.root, folder.parent) as above:
            os.rmdir(folder.name, dir_fd=above)
        folder = folder.parent
