"""What is published of one writer: its files by digest, as one object that never changes, named after its own digest.

Bytes of files are objects named after their digest, too: a generation that can be read names bytes that can be proven.
Which generation counts is said in `heads`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Final, TypeAlias

import zstandard

from pipelines.object_storage.bucket import Bucket, StoreError

_LEVEL: Final = 3
Generation: TypeAlias = Mapping[str, "PublishedFile"]
"""By path below its part, which comes first, with `/`."""


@dataclass(frozen=True)
class PublishedFile:
    """The bytes of a file, and when it was last changed."""

    digest: str
    """SHA-256, lower-case hex."""
    size: int
    """Bytes."""
    modified_ns: int
    """Nanoseconds since 1970: some of what is due is known by which of two files is the newer one."""


class DamagedObjectError(StoreError):
    """What the store holds is not what was put there."""


def object_key(whose: str, digest: str) -> str:
    """Where a writer's bytes lie."""
    return f"objects/{whose}/{digest}"


def put_generation(bucket: Bucket, whose: str, files: Generation) -> str:
    """Put the list of a writer's files; its digest. It counts once a head names it."""
    rows = {name: [one.digest, one.size, one.modified_ns] for name, one in sorted(files.items())}
    content = zstandard.ZstdCompressor(level=_LEVEL).compress(json.dumps(rows).encode())
    digest = sha256(content).hexdigest()
    bucket.put(object_key(whose, digest), content)
    return digest


def read_generation(bucket: Bucket, whose: str, digest: str | None) -> Generation:
    """The files of a generation; none of None.

    Raises:
        MissingObjectError: it is gone.
        DamagedObjectError: it is not what was put there.
    """
    if digest is None:
        return {}
    content = BytesIO()
    confirm_digest(whose, digest, bucket.download(object_key(whose, digest), content.write))
    rows = json.loads(zstandard.ZstdDecompressor().decompress(content.getvalue()))
    return {name: PublishedFile(*row) for name, row in rows.items()}


def confirm_digest(whose: str, wanted: str, found: str) -> None:
    """Make sure that an object's bytes are those that it is named after.

    Raises:
        DamagedObjectError: they are not.
    """
    if found != wanted:
        raise DamagedObjectError(
            f"OPPOSABLE_STORE: {object_key(whose, wanted)} is not what was put there, and nothing of {whose} was "
            "brought here: run `opposable store verify --mend` on a machine whose copy is whole, or restore the object "
            "from a backup of the bucket"
        )
