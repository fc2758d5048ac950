"""The store of a house: writing under a lease, and bringing this machine's copy up to date.

A writer takes its lease, brings the copy to what was published last, takes over what vendors put there, works on plain
folders, puts new bytes, then the list of all files, then swaps the head: others see all of it or nothing. A writer that
is killed leaves objects that nothing names. Those, and what is damaged, are the business of `health`.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from filelock import Timeout

from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.object_storage.bucket import Bucket, Found, MissingObjectError, StoreError
from pipelines.object_storage.generations import (
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
    LAW,
    OF_NO_VENDOR,
    is_shared,
    loose_parts_of,
    parts_of,
    vendors_here,
)
from pipelines.object_storage.shown_outboxes import show_outbox
from pipelines.object_storage.uploads import Waiting, take_over, waiting_uploads
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
            began = copy.files(copy.base()).keys()
            try:
                yield
            except Exception:
                self._publish(copy, lease, taken, began)
                raise
            self._publish(copy, lease, taken, began)

    def pull(self, left: LeftVendors) -> list[str]:
        """Bring the copy to what others published; whose was brought. What a process here is writing is left to it.

        A vendor whose objects are damaged is noted in `left`, and keeps what it had here.

        Raises:
            StoreError: the store can't be reached, or holds damaged objects of what all vendors need.
        """
        brought: list[str] = []
        for listed in self.bucket.listed(HEADS):
            copy = self.copy_of(writer_of(listed.key))
            if is_shared(copy.whose) and not copy.has_seen(listed.tag):
                with left.one(copy.whose), suppress(Timeout), self.lake.lock(copy.whose).acquire(timeout=0):
                    brought += [copy.whose] if self._pull_one(copy) else []
        for whose in OF_NO_VENDOR:
            if whose in left.reasons:
                raise StoreError(left.reasons[whose])
        return brought

    def collect(self, left: LeftVendors) -> list[str]:
        """Take over what vendors put into the store; of whom. Who is written by another machine is left to it; a
        vendor at whom it fails is noted in `left`."""
        found = []
        for vendor in filter(VENDOR_KEY.fullmatch, self.uploaders()):
            with left.one(vendor), suppress(HeldError, Timeout):
                if self.waiting(vendor).uploads:
                    with self.lake.lock(vendor).acquire(timeout=0), self.writing(vendor, patience=0):
                        found.append(vendor)
        return found

    def push(self, left: LeftVendors) -> list[str]:
        """Publish what was written here outside of any lease, such as dossiers; whose that was.

        Nobody is waited for: what is of a vendor that is being written goes with that writer, if it is one of this
        machine, or else with the next push. A vendor at whom it fails is noted in `left`.
        """
        pushed = []
        for whose in (HOUSE, *vendors_here(self.settings)):
            with left.one(whose), suppress(HeldError, Timeout), self.lake.lock(whose).acquire(timeout=0):
                if self._has_changes(whose, is_loose=True):
                    with self.writing(whose, patience=0):
                        pushed.append(whose)
        return pushed

    def push_all(self) -> list[str]:
        """Publish whatever lies here and is not published; whose that was. A home that is to be shared begins so."""
        known = {*OF_NO_VENDOR, *vendors_here(self.settings), *self.lake.vendors(), *self._inbox.recorded_vendors()}
        vendors = filter(VENDOR_KEY.fullmatch, folder_names(self.settings.inbox, self.settings.inbox))
        changed = [whose for whose in sorted({*known, *vendors}) if self._has_changes(whose)]
        for whose in changed:
            with self.lake.lock(whose), self.writing(whose):
                pass
        return changed

    def writers(self) -> list[str]:
        """Who ever published."""
        return [writer_of(listed.key) for listed in self.bucket.listed(HEADS)]

    def uploaders(self) -> list[str]:
        """Folders of the store's inbox in which anything lies."""
        return self.bucket.folders(f"{INBOX}/")

    def waiting(self, whose: str) -> Waiting:
        """What a vendor uploaded and nobody took over yet."""
        if not VENDOR_KEY.fullmatch(whose):
            return Waiting((), [one.key for one in self.bucket.listed(f"{INBOX}/{whose}/")])
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

        def fetch(digest: str, write: Callable[[bytes], object]) -> None:
            confirm_digest(copy.whose, digest, self.bucket.download(object_key(copy.whose, digest), write))

        if head.generation == base.generation:
            copy.restore(base, fetch) if base.is_copy else copy.note(None, {}, {})
            return False
        wanted = read_generation(self.bucket, copy.whose, head.generation)
        copy.bring(base, head.generation or "", wanted, fetch)
        if VENDOR_KEY.fullmatch(copy.whose):
            self.lake.move_stamp(copy.whose)
        return True

    def _publish(self, copy: LocalCopy, lease: Lease, taken: Mapping[str, str], began: Collection[str]) -> None:
        """Publish what lies in the folders, if it is anything else than what was published last.

        `began`: files that lay there when the work began. Which of them are gone, the work removed: their bytes go at
        once, as those of a seal or a purge must; of what vanished otherwise they are left for a time of grace.
        """
        base = copy.base()
        local = copy.files(base)
        copy.confirm_folders(base)
        files = {name: file.published for name, file in local.items()}
        if files == base.files and not taken:
            return
        self._put_bytes(copy.whose, base, local)
        self._publish_law(copy.whose)
        generation = put_generation(self.bucket, copy.whose, files)
        removed = {file.digest for name, file in base.files.items() if name in began and name not in files}
        ended = sorted(removed - {file.digest for file in files.values()})
        lease.swap(generation=generation, taken=dict(taken), ended=ended)
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
        """Do what a published generation still asks for: uploads that it holds go, and what it ended; vendors see its
        outbox. The lease is shown to be held between the steps.

        Raises:
            LostLeaseError: another writer has taken it; that one does the rest.
        """
        head = lease.head
        for key, tag in lease.fenced(head.taken.items()):
            self.bucket.delete(key, tag=tag)
        for digest in lease.fenced(head.ended):
            self.bucket.delete(object_key(whose, digest))
        if head.shown != head.generation:
            show_outbox(self.bucket, whose, lease, head)
        lease.note(taken={}, ended=(), shown=head.generation)

    def show_anew(self, whose: str) -> None:
        """Copy all of a vendor's outbox to where the vendor sees it."""
        with self.lake.lock(whose), holding(self.bucket, whose, self.timing) as lease:
            lease.note(shown=None)
            self.finish(whose, lease)

    def _publish_law(self, whose: str) -> None:
        """Publish what a vendor's days were judged by, before they are: no machine sees a verdict without its law."""
        copy = self.copy_of(HOUSE)
        law = [part for part in copy.parts if part.name == LAW]
        known = {file.digest for file in copy.base().files.values()}
        if whose != HOUSE and any(file.published.digest not in known for file in copy.files(copy.base(), law).values()):
            with self.lake.lock(HOUSE), self.writing(HOUSE):
                pass

    def _has_changes(self, whose: str, *, is_loose: bool = False) -> bool:
        """`is_loose`: look only at what is written without a lease."""
        copy = self.copy_of(whose)
        base, parts = copy.base(), loose_parts_of(self.settings, whose) if is_loose else copy.parts
        local = {name: file.published for name, file in copy.files(base, parts).items()}
        prefixes = tuple(f"{part.name}/" for part in parts)
        return local != {name: file for name, file in base.files.items() if name.startswith(prefixes)}
