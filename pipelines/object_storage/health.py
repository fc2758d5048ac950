"""What the store holds of whom, what of it is damaged, and what nothing names any more."""

import json
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.object_storage.bucket import MissingObjectError
from pipelines.object_storage.generations import Generation, object_key, read_generation
from pipelines.object_storage.heads import Head, head_key, holding
from pipelines.object_storage.parts import INBOX
from pipelines.object_storage.shown_outboxes import shown_files, shown_key
from pipelines.object_storage.store import AT_ONCE, Store
from pipelines.object_storage.uploads import Waiting
from pipelines.receipts.notices import ACKNOWLEDGEMENT_FILE

GRACE: Final = timedelta(hours=24)
"""For which an object is left once nothing was found to name it: what vanished by a mishap may still be put back."""
_UNNAMED: Final = "unnamed/"


@dataclass(frozen=True)
class Holdings:
    """What the store holds of a writer."""

    whose: str
    head: Head
    files: Generation
    waiting: Waiting
    unlike_outbox: Sequence[str]
    """What a vendor sees otherwise than it was published: lacking, of another size, or ours no more."""


def holdings(store: Store) -> list[Holdings]:
    """What the store holds, writer by writer; also of vendors of whom only uploads lie there."""
    return [_holdings_of(store, whose) for whose in sorted({*store.writers(), *store.uploaders()})]


def nobodys(store: Store) -> list[str]:
    """Keys of what lies in the inbox beside all vendors' folders."""
    return [one.key for one in store.bucket.listed(f"{INBOX}/") if "/" not in one.key.removeprefix(f"{INBOX}/")]


def damages(store: Store, whose: str) -> list[str]:
    """Digests of a writer's objects that are gone, or are not what was put there. Reads all of them.

    Raises:
        DamagedObjectError, MissingObjectError: the list of them is.
    """
    digests = sorted({file.digest for file in _holdings_of(store, whose).files.values()})
    with ThreadPoolExecutor(AT_ONCE) as requests:
        faults = requests.map(partial(_is_damaged, store, whose), digests)
        return [digest for digest, is_damaged in zip(digests, faults, strict=True) if is_damaged]


def unseen(store: Store, whose: str) -> list[str]:
    """Keys where a vendor sees something else than was published for it, or nothing. Reads all of them."""
    wanted = shown_files(_holdings_of(store, whose).files)
    keys = {shown_key(whose, name): file.digest for name, file in wanted.items()}
    with ThreadPoolExecutor(AT_ONCE) as requests:
        faults = requests.map(partial(_is_other, store), keys, keys.values())
        return [key for key, is_other in zip(keys, faults, strict=True) if is_other]


def mend(store: Store, whose: str, damaged: Collection[str]) -> int:
    """Put damaged objects anew, as far as this machine has their bytes; how many."""
    copy = store.copy_of(whose)
    with store.lake.lock(whose):
        lying = {file.published.digest: file for file in copy.files(copy.base()).values()}
        found = [lying[digest] for digest in damaged if digest in lying]
        for file in found:
            store.put_file(whose, file)
    return len(found)


def clean(store: Store, now: datetime, left: LeftVendors, grace: timedelta = GRACE) -> int:
    """Remove objects that no look found named for a time of grace; how many. `now`: aware.

    A writer at whom it fails, or who is at work for longer than one waits, is noted in `left`.
    """
    count = 0
    for whose in store.writers():
        with left.one(whose):
            count += _clean_objects(store, whose, now, grace)
    return count


def _holdings_of(store: Store, whose: str) -> Holdings:
    head = Head.of(store.bucket.get(head_key(whose)))
    files = read_generation(store.bucket, whose, head.generation)
    return Holdings(whose, head, files, store.waiting(whose), _unlike_outbox(store, whose, files))


def _unlike_outbox(store: Store, whose: str, files: Generation) -> list[str]:
    wanted = {shown_key(whose, name): file.size for name, file in shown_files(files).items()}
    found = {one.key: one.size for one in store.bucket.listed(shown_key(whose, ""))}
    differing = {key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key)}
    return sorted(key for key in differing if not key.endswith(f"/{ACKNOWLEDGEMENT_FILE}"))


def _clean_objects(store: Store, whose: str, now: datetime, grace: timedelta) -> int:
    """Under the writer's lease, so that nobody is about to name what is removed; the head is put before that, so that
    a kill leaves none that names what is gone."""
    with store.lake.lock(whose), holding(store.bucket, whose, store.timing) as lease:
        store.finish(whose, lease)
        lease.swap()
        files = read_generation(store.bucket, whose, lease.head.generation)
        named = {lease.head.generation, *(file.digest for file in files.values())}
        prefix = object_key(whose, "")
        unnamed = [one for one in store.bucket.listed(prefix) if one.key.removeprefix(prefix) not in named]
        known = _known_unnamed(store, whose)
        since = {one.key: known.get(one.key, now) for one in unnamed}
        due = [one for one in unnamed if since[one.key] <= now - grace]
        for one in lease.fenced(due):
            store.bucket.delete(one.key, tag=one.tag)
            del since[one.key]
        if since != known:
            content = json.dumps({key: at.isoformat() for key, at in since.items()}).encode()
            store.bucket.put(f"{_UNNAMED}{whose}.json", content)
        return len(due)


def _known_unnamed(store: Store, whose: str) -> Mapping[str, datetime]:
    """Objects that earlier looks found unnamed, and since when; where that was lost, their grace begins anew."""
    found = store.bucket.get(f"{_UNNAMED}{whose}.json")
    with suppress(ValueError, AttributeError, TypeError):
        told: dict[str, str] = json.loads(found.content if found else b"{}")
        return {key: datetime.fromisoformat(at) for key, at in told.items()}
    return {}


def _is_damaged(store: Store, whose: str, digest: str) -> bool:
    return _is_other(store, object_key(whose, digest), digest)


def _is_other(store: Store, key: str, digest: str) -> bool:
    try:
        return store.bucket.download(key, len) != digest
    except MissingObjectError:
        return True
