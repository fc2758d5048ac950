"""One small object a writer, replaced by conditional puts alone: which generation counts, and who may write.

That both stand in one object makes the rest simple. Whoever takes the lease changes the head, so that whoever held it
before can put nothing under it any more, however late. A lease is alive while its holder renews it: how long ago it did
is told by the store's clock alone.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, TypeVar
from uuid import uuid4

from pipelines.object_storage.bucket import Bucket, Found, StoreError

HEADS: Final = "heads/"
_ENDING: Final = ".json"
_NOBODY: Final = '"0"'
_SCRATCH: Final = "conditions/"
"""Where an object lies while it is tried whether a removal is refused."""

_FEW: Final = 20
_Thing = TypeVar("_Thing")


class HeldError(StoreError):
    """Another machine writes what is asked for."""


class LostLeaseError(StoreError):
    """The lease was lost before what was written under it was published."""


@dataclass(frozen=True)
class Timing:
    """How long things may take, in seconds."""

    lease: float = 60
    """After which a lease that nobody renews is dead. It is renewed four times as often."""
    patience: float = 600
    """For which a writer waits for another one."""
    pause: float = 2
    """Between two looks at a lease that another one holds."""


@dataclass(frozen=True)
class Head:
    """What counts of one writer."""

    generation: str | None = None
    """Digest of the list of its files; None: nothing was published yet."""
    shown: str | None = None
    """The generation whose outbox lies where vendors read it."""
    taken: Mapping[str, str] = field(default_factory=dict)
    """Uploads by key, with their tags, that the generation holds and that are still to be removed."""
    ended: Sequence[str] = ()
    """Digests of what a seal or a purge ended with the generation, and that are still to be removed."""
    fence: int = 0
    """Leases so far: who holds a smaller number holds none."""
    holder: str = ""
    """Which process may write; empty: none does."""
    mark: str = ""
    """Another one for each put: whose put was the last is known by it."""

    def as_bytes(self) -> bytes:
        """As it is put."""
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def of(cls, found: Found | None) -> "Head":
        """As it was found; of a writer that was never heard of, an empty one.

        Raises:
            StoreError: it is none.
        """
        if found is None:
            return cls()
        try:
            told: dict[str, Any] = json.loads(found.content)
            return cls(**told)
        except (ValueError, TypeError):
            raise StoreError(
                f"OPPOSABLE_STORE: an object below {HEADS} is no head of ours: restore it from the bucket's backup"
            ) from None


def head_key(whose: str) -> str:
    """Where a writer's head lies."""
    return f"{HEADS}{whose}{_ENDING}"


def writer_of(key: str) -> str:
    """Whose head lies under a key."""
    return key.removeprefix(HEADS).removesuffix(_ENDING)


def this_process() -> str:
    """A name under which a person finds who holds a lease."""
    return f"{socket.gethostname()}, process {os.getpid()}"


class Lease:
    """The right to replace one head, until it is released or lost. Its own thread renews it."""

    def __init__(self, bucket: Bucket, whose: str, head: Head, tag: str) -> None:
        self._bucket, self._whose, self._tag = bucket, whose, tag
        self._lock = threading.Lock()
        self.head = head
        """As it was put last, with what is noted for the next put."""

    def note(self, **changes: Any) -> None:
        """Change the head with whatever put comes next."""
        with self._lock:
            self.head = replace(self.head, **changes)

    def swap(self, **changes: Any) -> None:
        """Replace the head.

        Raises:
            LostLeaseError: another writer has taken the lease.
        """
        with self._lock:
            if not self._is_swapped(changes) and not (self._has_adopted() and self._is_swapped(changes)):
                raise LostLeaseError(
                    f"{self._whose}: this process lost its lease on the object store to another writer, so that "
                    "nothing of what it made was published there; run it again"
                )

    def fenced(self, things: Iterable[_Thing]) -> Iterator[_Thing]:
        """Things to be changed in the store, one by one; before each few, that the lease is still held is shown.

        Raises:
            LostLeaseError: another writer has taken it: the rest is left.
        """
        for place, thing in enumerate(things):
            if place % _FEW == 0:
                self.swap()
            yield thing

    def _is_swapped(self, changes: Mapping[str, Any]) -> bool:
        head = replace(self.head, **changes, mark=uuid4().hex)
        tag = _swapped_head(self._bucket, self._whose, head, self._tag)
        if tag is not None:
            self.head, self._tag = head, tag
        return tag is not None

    def _has_adopted(self) -> bool:
        """Go on from the head as it lies there, if nobody else can have put it: the answer to a put of ours was lost.
        Each lease has a number of its own."""
        found = self._bucket.get(head_key(self._whose))
        lying = Head.of(found)
        if found is None or (lying.fence, lying.holder) != (self.head.fence, self.head.holder):
            return False
        self.head, self._tag = lying, found.tag
        return True

    def renew(self, every: float, ended: threading.Event) -> None:
        """Show that the holder lives, until it has ended. One that can't be shown is shown with the next; once the
        lease is lost, the next put of the holder tells."""
        while not ended.wait(every):
            try:
                self.swap()
            except LostLeaseError:
                return
            except StoreError:
                continue


@contextmanager
def holding(bucket: Bucket, whose: str, timing: Timing, *, patience: float | None = None) -> Iterator[Lease]:
    """Hold a writer's lease. One that its holder does not renew any more is taken over.

    Raises:
        HeldError: another writer holds it, and patience (seconds) has passed.
        StoreError: the store does not keep conditions.
    """
    lease = _acquired(bucket, whose, timing, timing.patience if patience is None else patience)
    ended = threading.Event()
    renewing = threading.Thread(target=lease.renew, args=(timing.lease / 4, ended), daemon=True)
    renewing.start()
    try:
        yield lease
    finally:
        ended.set()
        renewing.join()
        with suppress(StoreError):  # then it runs out by itself
            lease.swap(holder="")


def _acquired(bucket: Bucket, whose: str, timing: Timing, patience: float) -> Lease:
    until = time.monotonic() + patience
    while True:
        found = bucket.get(head_key(whose))
        head = Head.of(found)
        if found is None or not head.holder or found.age.total_seconds() > timing.lease:
            ours = replace(head, holder=this_process(), fence=head.fence + 1, mark=uuid4().hex)
            tag = _swapped_head(bucket, whose, ours, found.tag if found else None)
            if tag is not None:
                if ours.generation is None:
                    _confirm_conditions(bucket, whose, ours)
                return Lease(bucket, whose, ours, tag)
        if time.monotonic() >= until:
            raise HeldError(
                f"{whose}: {head.holder or 'another process'} writes it on the object store; wait until it has ended, "
                f"or for {timing.lease:.0f} seconds if it was killed, and run this again"
            )
        time.sleep(timing.pause)


def _swapped_head(bucket: Bucket, whose: str, head: Head, tag: str | None) -> str | None:
    """The tag of a head that was put, also where the answer to an earlier try of the same put was lost; else None."""
    put = bucket.swap(head_key(whose), head.as_bytes(), tag)
    if put is not None:
        return put
    found = bucket.get(head_key(whose))
    return found.tag if found is not None and found.content == head.as_bytes() else None


def _confirm_conditions(bucket: Bucket, whose: str, head: Head) -> None:
    """Make sure, before a writer publishes for the first time, that the store refuses what it must refuse."""
    for wrong in (None, _NOBODY):
        if bucket.swap(head_key(whose), head.as_bytes(), wrong) is not None:
            raise StoreError(
                "OPPOSABLE_STORE: this store takes conditional puts and does not keep their conditions: two writers "
                "would overwrite each other; use one that keeps If-Match and If-None-Match, as S3 does"
            )
    scratch = f"{_SCRATCH}{whose}-{head.mark}"
    bucket.put(scratch, b"")
    bucket.delete(scratch, tag=_NOBODY)
    if bucket.get(scratch) is None:
        raise StoreError(
            "OPPOSABLE_STORE: this store takes conditional removals and does not keep their conditions: an upload that "
            "came meanwhile would be lost; use one that keeps If-Match on removals, as S3 does"
        )
    bucket.delete(scratch)
