"""The store of a house: writing under a lease, and bringing this machine's copy up to date.

A writer takes its lease, brings the copy to what was published last, takes over what vendors put there, works on plain
folders, puts new bytes, then the list of all files, then swaps the head: others see all of it or nothing. A writer that
is killed leaves objects that nothing names. Those, and what is damaged, are the business of `health`.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from filelock import Timeout

from pipelines.object_storage.bucket import Bucket, Found, MissingObjectError
from pipelines.object_storage.generations import (
    Generation,
    confirm_digest,
    object_key,
    put_generation,
    read_generation,
)
from pipelines.object_storage.heads import (
    HEADS,
    Head,
    HeldError,
    Lease,
    Timing,
    head_key,
    holding,
    writer_of,
)
from pipelines.object_storage.local_copies import Base, LocalCopy, LocalFile, unchanged
from pipelines.object_storage.parts import (
    HOUSE,
    INBOX,
    OF_NO_VENDOR,
    OUTBOX,
    is_shared,
    loose_parts_of,
    parts_of,
    vendors_here,
)
from pipelines.object_storage.uploads import Waiting, take_over, waiting_uploads
from pipelines.receipts.notices import ACKNOWLEDGEMENT_FILE
from pipelines.settings import Settings
from pipelines.storage.folders import folder_names
from pipelines.storage.inboxes import Inbox
from pipelines.storage.lake import Lake
from pipelines.vocabulary.words import VENDOR_KEY

AT_ONCE: Final = 8
"""Requests."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Store:
    """The object store of a house."""

    bucket: Bucket
    settings: Settings
    timing: Timing = field(default_factory=Timing)

    @property
    def lake(self) -> Lake:
        """This machine's, whose locks are those of this machine."""
        return Lake(self.settings.lake)

    @property
    def _inbox(self) -> Inbox:
        ours = self.settings
        return Inbox(ours.inbox, ours.state, ours.inbox_records == "transport")

    def copy_of(self, whose: str) -> LocalCopy:
        """A writer's folders on this machine."""
        place = sha256(self.settings.store.encode()).hexdigest()[:16]
        return LocalCopy(whose, parts_of(self.settings, whose), self.settings.home / "store" / place)

    @contextmanager
    def writing(self, whose: str, *, patience: float | None = None) -> Iterator[None]:
        """Write a writer's folders as nobody else does on any machine, and publish what they hold then.

        The caller holds the writer's lock on this machine. Where the work inside fails, what it had finished is
        published all the same, as it would lie in a folder that machines share.

        Raises:
            HeldError: another machine writes; patience (seconds) has passed.
            LostLeaseError: the lease was lost meanwhile; nothing was published.
            StoreError: the store can't be reached, or holds damaged objects; nothing was brought or published.
        """
        if not is_shared(whose):
            yield
            return
        copy = self.copy_of(whose)
        with holding(self.bucket, whose, self.timing, patience=patience) as lease:
            self._bring(copy, lease.head)
            self.finish(whose, lease)
            taken = self._take_over(whose)
            try:
                yield
            except Exception:
                self._publish(copy, lease, taken)
                raise
            self._publish(copy, lease, taken)

    def pull(self) -> list[str]:
        """Bring the copy to what others published; whose was brought. What a process here is writing is left to it.

        Raises:
            StoreError: the store can't be reached, or holds damaged objects; of those, nothing was brought.
        """
        brought = []
        for listed in self.bucket.listed(HEADS):
            copy = self.copy_of(writer_of(listed.key))
            if is_shared(copy.whose) and not copy.has_seen(listed.tag):
                with suppress(Timeout), self.lake.lock(copy.whose).acquire(timeout=0):
                    brought += [copy.whose] if self._pull_one(copy) else []
        return brought

    def collect(self) -> list[str]:
        """Take over what vendors put into the store; of whom. Who is written by another machine is left to it."""
        found = []
        for vendor in filter(VENDOR_KEY.fullmatch, self.uploaders()):
            with suppress(HeldError, Timeout):
                if self.waiting(vendor).uploads:
                    with self.lake.lock(vendor).acquire(timeout=0), self.writing(vendor, patience=0):
                        found.append(vendor)
        return found

    def push(self) -> list[str]:
        """Publish what was written here outside of any lease, such as dossiers; whose that was."""
        return self._push_each(
            [whose for whose in (HOUSE, *vendors_here(self.settings)) if self._has_changes(whose, is_loose=True)]
        )

    def push_all(self) -> list[str]:
        """Publish whatever lies here and is not published; whose that was. A home that is to be shared begins so."""
        known = {*OF_NO_VENDOR, *vendors_here(self.settings), *self.lake.vendors(), *self._inbox.recorded_vendors()}
        vendors = filter(VENDOR_KEY.fullmatch, folder_names(self.settings.inbox, self.settings.inbox))
        return self._push_each([whose for whose in sorted({*known, *vendors}) if self._has_changes(whose)])

    def _push_each(self, writers: list[str]) -> list[str]:
        for whose in writers:
            with self.lake.lock(whose), self.writing(whose):
                pass
        return writers

    def writers(self) -> list[str]:
        """Who ever published."""
        return [writer_of(listed.key) for listed in self.bucket.listed(HEADS)]

    def uploaders(self) -> list[str]:
        """Folders of the store's inbox in which anything lies."""
        return self.bucket.folders(f"{INBOX}/")

    def waiting(self, whose: str) -> Waiting:
        """What a vendor uploaded and nobody took over yet."""
        if not VENDOR_KEY.fullmatch(whose):
            return Waiting((), ())
        return waiting_uploads(self.bucket, self._inbox, self.settings.outbox, whose)

    def _take_over(self, whose: str) -> dict[str, str]:
        waiting = self.waiting(whose)
        taken, refused = take_over(self.bucket, self._inbox, whose, waiting.uploads, datetime.now(UTC))
        if refused or waiting.refused:
            _log.warning(
                "%s: uploads that no folder can hold stay in the object store: `opposable store status`", whose
            )
        return taken

    def _pull_one(self, copy: LocalCopy) -> bool:
        """Bring a copy up to date; anew, where others published and cleaned meanwhile."""
        found: Found | None = self.bucket.get(head_key(copy.whose))
        while True:
            try:
                is_brought = self._bring(copy, Head.of(found))
            except MissingObjectError:
                newer = self.bucket.get(head_key(copy.whose))
                if Head.of(newer).generation == Head.of(found).generation:
                    raise
                found = newer
                continue
            if found is not None:
                copy.note_seen(found.tag)
            return is_brought

    def _bring(self, copy: LocalCopy, head: Head) -> bool:
        """Bring a copy to the generation that counts; whether it was at another one."""
        base = copy.base()
        if head.generation == base.generation:
            if not base.is_copy:
                copy.note(None, {}, {})
            return False
        wanted = read_generation(self.bucket, copy.whose, head.generation)

        def fetch(digest: str, write: Callable[[bytes], object]) -> None:
            confirm_digest(copy.whose, digest, self.bucket.download(object_key(copy.whose, digest), write))

        copy.bring(base, head.generation or "", wanted, fetch)
        if VENDOR_KEY.fullmatch(copy.whose):
            self.lake.move_stamp(copy.whose)
        return True

    def _publish(self, copy: LocalCopy, lease: Lease, taken: Mapping[str, str]) -> None:
        """Publish what lies in the folders, if it is anything else than what was published last."""
        base = copy.base()
        local = copy.files(base)
        files = {name: file.published for name, file in local.items()}
        if files == base.files and not taken:
            return
        self._put_bytes(copy.whose, base, local)
        generation = put_generation(self.bucket, copy.whose, files)
        lease.swap(generation=generation, taken=dict(taken))
        copy.note(generation, files, local)
        self.finish(copy.whose, lease)

    def _put_bytes(self, whose: str, base: Base, local: Mapping[str, LocalFile]) -> None:
        known = {file.digest for file in base.files.values()}
        new = {file.published.digest: file for file in local.values() if file.published.digest not in known}
        with ThreadPoolExecutor(AT_ONCE) as requests:
            list(requests.map(lambda file: self.put_file(whose, file), new.values()))

    def put_file(self, whose: str, file: LocalFile) -> None:
        """Put a file's bytes under their digest.

        Raises:
            StoreError: it was changed meanwhile.
        """
        with unchanged(file) as content:
            self.bucket.upload(object_key(whose, file.published.digest), content)

    def finish(self, whose: str, lease: Lease) -> None:
        """Do what a published generation still asks for: uploads that it holds go, vendors see its outbox."""
        head = lease.head
        for key, tag in head.taken.items():
            self.bucket.delete(key, tag=tag)
        if head.shown != head.generation:
            before, now = (
                _shown_files(read_generation(self.bucket, whose, generation))
                for generation in (head.shown, head.generation)
            )
            for name in before.keys() - now.keys():
                self.bucket.delete(_shown_key(whose, name))
            for name in (name for name, digest in now.items() if before.get(name) != digest):
                self.bucket.copy(object_key(whose, now[name]), _shown_key(whose, name))
        lease.note(taken={}, shown=head.generation)

    def _has_changes(self, whose: str, *, is_loose: bool = False) -> bool:
        """`is_loose`: look only at what is written without a lease."""
        copy = self.copy_of(whose)
        base, parts = copy.base(), loose_parts_of(self.settings, whose) if is_loose else copy.parts
        local = {name: file.published for name, file in copy.files(base, parts).items()}
        prefixes = tuple(f"{part.name}/" for part in parts)
        return local != {name: file for name, file in base.files.items() if name.startswith(prefixes)}


def _shown_files(files: Generation) -> dict[str, str]:
    """Digests of what vendors read, by path in the outbox; what they dropped back they know."""
    names = {name.removeprefix(f"{OUTBOX}/"): file for name, file in files.items() if name.startswith(f"{OUTBOX}/")}
    return {name: file.digest for name, file in names.items() if not name.endswith(f"/{ACKNOWLEDGEMENT_FILE}")}


def _shown_key(whose: str, name: str) -> str:
    return f"{OUTBOX}/{whose}/{name}"
