"""What a day's published tables are made from beside the program: everything that an intake reads, as one digest.

Rows of files are not in it, since their bytes' digests are. What becomes of a file must follow from that alone: so a
day with a file that was refused, or repeated and could not be read, is never taken for unchanged, since time, memory or
a reader that broke may have been why.
"""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256

from pipelines.deliveries.files import DeliveredFile, Delivery
from pipelines.formats.limits import Limits
from pipelines.identifiers.keyed_hashes import IdentityHasher


def intake_digest(
    delivery: Delivery,
    first_delivered_on: Mapping[str, date],
    *,
    hasher: IdentityHasher,
    limits: Limits,
    facts: Mapping[str, str],
) -> str:
    """SHA-256, lower-case hex, of what an intake of a day reads.

    Args:
        delivery: the folder, with the contract in force.
        first_delivered_on: digest -> the vendor's earliest folder with those bytes.
        hasher: by how many secrets it keys, and which forms.
        limits: how much a file may hold.
        facts: what is noted with the partition.
    """
    files = [(_file_as_read(file), first_delivered_on.get(file.digest)) for file in delivery.files]
    keyed = (hasher.secret_count, hasher.is_keying_other_forms)
    read = (delivery.day, delivery.contract, files, keyed, limits, sorted(facts.items()))
    return sha256(repr(read).encode()).hexdigest()


def _file_as_read(file: DeliveredFile) -> tuple[object, ...]:
    """All of a file but where its bytes lie, and whether they lie there sealed."""
    where = (file.root is not None, file.member, file.archive)
    arrivals = (file.received_at, file.is_replaced, file.replaced_at, file.stays)
    return (file.name, file.digest, file.size, *where, *arrivals, file.manifest, file.fault)
