"""Statements and evidence as they are kept: encrypted under the seal keys, by vendor and digest of the clear bytes.

`<disputes>/<vendor>/<SHA-256>/content.age`. What is said twice is kept once, and counts from when it was last said. How
long: `upkeep.made_folders`; when what the vendor put into the inbox goes: `upkeep.taken_answers`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pipelines.storage.folders import PRIVATE, replacing
from pipelines.storage.secrets.seals import Seals


@dataclass(frozen=True)
class KeptAnswers:
    """The folder, and what encrypts and opens."""

    root: Path
    seals: Seals

    def keep(self, vendor: str, content: bytes) -> str:
        """Keep some bytes, durable before this returns; their digest."""
        digest = sha256(content).hexdigest()
        sealed = self.seals.encrypted(content)
        with replacing(self.root, self.path(vendor, digest), PRIVATE, is_durable=True) as file:
            file.write(sealed)
        return digest

    def kept_at(self, vendor: str, content: bytes) -> datetime | None:
        """When some bytes were last kept, by our own clock, aware; None where they are not."""
        try:
            kept = self.path(vendor, sha256(content).hexdigest()).stat()
        except FileNotFoundError:
            return None
        return datetime.fromtimestamp(kept.st_mtime, UTC)

    def read(self, vendor: str, digest: str) -> bytes | None:
        """The clear bytes; None where the retention clock removed them.

        Raises:
            BrokenSealError: they were not encrypted to a key of ours, or are damaged.
        """
        path = self.path(vendor, digest)
        if not path.is_file():
            return None
        with self.seals.open_kept(path) as clear:
            return clear.read()

    def path(self, vendor: str, digest: str) -> Path:
        """Where some bytes are kept, or would be."""
        return self.root / vendor / digest / "content.age"
