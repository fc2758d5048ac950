"""What vendors see of their outbox: plain objects, copied from those of the generation that counts."""

from contextlib import suppress

from pipelines.object_storage.bucket import Bucket, MissingObjectError
from pipelines.object_storage.generations import Generation, PublishedFile, object_key, read_generation
from pipelines.object_storage.heads import Head, Lease
from pipelines.object_storage.parts import OUTBOX
from pipelines.receipts.notices import ACKNOWLEDGEMENT_FILE


def show_outbox(bucket: Bucket, whose: str, lease: Lease, head: Head) -> None:
    """Make the outbox that vendors see that of the generation; where the list of what they see is gone, all of it is
    copied.

    Raises:
        LostLeaseError: another writer has taken the lease; that one does the rest.
    """
    before: dict[str, str] = {}
    with suppress(MissingObjectError):
        files = shown_files(read_generation(bucket, whose, head.shown))
        before = {name: file.digest for name, file in files.items()}
    now = shown_files(read_generation(bucket, whose, head.generation))
    for name in lease.fenced(sorted(before.keys() - now.keys())):
        bucket.delete(shown_key(whose, name))
    for name in lease.fenced(sorted(name for name, file in now.items() if before.get(name) != file.digest)):
        bucket.copy(object_key(whose, now[name].digest), shown_key(whose, name))


def shown_files(files: Generation) -> dict[str, PublishedFile]:
    """What vendors read, by path in the outbox; what they dropped back they know."""
    names = {name.removeprefix(f"{OUTBOX}/"): file for name, file in files.items() if name.startswith(f"{OUTBOX}/")}
    return {name: file for name, file in names.items() if not name.endswith(f"/{ACKNOWLEDGEMENT_FILE}")}


def shown_key(whose: str, name: str) -> str:
    """Where a vendor reads a file of its outbox."""
    return f"{OUTBOX}/{whose}/{name}"
