"""What the store holds of whom, what of it is damaged, and what nothing names any more."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from pipelines.object_storage.bucket import MissingObjectError
from pipelines.object_storage.generations import Generation, object_key, read_generation
from pipelines.object_storage.heads import Head, head_key, holding
from pipelines.object_storage.store import AT_ONCE, Store
from pipelines.object_storage.uploads import Waiting

GRACE: Final = timedelta(hours=24)
"""For which an object that nothing names is left: whoever reads by an older head may still ask for it."""


@dataclass(frozen=True)
class Holdings:
    """What the store holds of a writer."""

    whose: str
    head: Head
    files: Generation
    waiting: Waiting


def holdings(store: Store) -> list[Holdings]:
    """What the store holds, writer by writer; also of vendors of whom only uploads lie there."""
    return [_holdings_of(store, whose) for whose in sorted({*store.writers(), *store.uploaders()})]


def damages(store: Store, whose: str) -> list[str]:
    """Digests of a writer's objects that are gone, or are not what was put there. Reads all of them.

    Raises:
        DamagedObjectError, MissingObjectError: the list of them is.
    """
    digests = sorted({file.digest for file in _holdings_of(store, whose).files.values()})
    with ThreadPoolExecutor(AT_ONCE) as requests:
        faults = requests.map(partial(_is_damaged, store, whose), digests)
        return [digest for digest, is_damaged in zip(digests, faults, strict=True) if is_damaged]


def mend(store: Store, whose: str, damaged: Collection[str]) -> int:
    """Put damaged objects anew, as far as this machine has their bytes; how many."""
    copy = store.copy_of(whose)
    with store.lake.lock(whose):
        lying = {file.published.digest: file for file in copy.files(copy.base()).values()}
        found = [lying[digest] for digest in damaged if digest in lying]
        for file in found:
            store.put_file(whose, file)
    return len(found)


def clean(store: Store, now: datetime, grace: timedelta = GRACE) -> int:
    """Remove objects that nothing names and that are older than a time of grace; how many. `now`: aware.

    Raises:
        HeldError: a writer is at work for longer than one waits.
    """
    return sum(_clean_objects(store, whose, now - grace) for whose in store.writers())


def _holdings_of(store: Store, whose: str) -> Holdings:
    head = Head.of(store.bucket.get(head_key(whose)))
    return Holdings(whose, head, read_generation(store.bucket, whose, head.generation), store.waiting(whose))


def _clean_objects(store: Store, whose: str, before: datetime) -> int:
    """Under the writer's lease, so that nobody is about to name what is removed."""
    with store.lake.lock(whose), holding(store.bucket, whose, store.timing) as lease:
        store.finish(whose, lease)
        files = read_generation(store.bucket, whose, lease.head.generation)
        named = {lease.head.generation, *(file.digest for file in files.values())}
        prefix = object_key(whose, "")
        old = [one for one in store.bucket.listed(prefix) if one.put_at < before]
        unnamed = [one for one in old if one.key.removeprefix(prefix) not in named]
        for one in unnamed:
            store.bucket.delete(one.key, tag=one.tag)
        return len(unnamed)


def _is_damaged(store: Store, whose: str, digest: str) -> bool:
    try:
        return store.bucket.download(object_key(whose, digest), len) != digest
    except MissingObjectError:
        return True
