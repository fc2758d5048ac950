"""What lies in a delivery folder, as data. Nothing here decides what becomes of it.

A delivery is all files of one vendor for one date. Its files are told apart by their path below the folder; a member of
an archive counts as a file of its own, under `archive.zip/member`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from pipelines.contracts.contract import Contract
from pipelines.deliveries.known_arrivals import Stay
from pipelines.deliveries.manifests import Manifest
from pipelines.formats.limits import FileRefusal
from pipelines.storage.file_states import FileState


@dataclass(frozen=True)
class DeliveredFile:
    """One file of a delivery."""

    name: str
    """Path below the delivery folder, with `/`."""
    path: Path
    """Where its bytes lie: the file, or the archive that holds it."""
    digest: str
    """SHA-256 of its bytes as delivered (of a member's own bytes; of the archive's digest and the name of a member that
    can't be unpacked), lower-case hex."""
    size: int
    """Bytes as delivered."""
    received_at: datetime | None = None
    """Aware; None when our transport left no record."""
    member: str | None = None
    """Name inside the archive."""
    archive: tuple[str, str] | None = None
    """Name and digest of the archive that holds it."""
    is_sealed: bool = False
    """Whether `path` is encrypted; digest and size are those of the clear bytes."""
    manifest: Manifest | None = None
    fault: FileRefusal | None = None
    """Set when it could not even be looked into: a broken archive or manifest, a link."""
    root: Path | None = None
    """The folder below which no link is followed to its bytes; None for a file that is our own."""
    is_replaced: bool = False
    """Whether other bytes lie under its name now; these are kept: see `replaced_files`."""
    replaced_at: datetime | None = None
    """Aware: when other bytes came; None where nobody knows, or where they lie there as another file, too."""
    stays: tuple[Stay, ...] = ()
    """From when to when its bytes lay under its name, each time, in order; empty where nothing is recorded of them."""
    state: FileState | None = field(default=None, compare=False)
    """Of what lies at `path`, taken before its digest; None where nothing is to be noticed: sealed, or our own."""

    @property
    def arrived(self) -> tuple[str, str | None]:
        """Name and digest of what arrived: the file or its archive; no digest of bytes that could not be read."""
        return self.archive or (self.name, self.digest if self.root else None)


def kept_name(file: DeliveredFile, shown: str) -> str:
    """Under which name a file is kept and told, given how its own is shown: a replaced one's has its digest with it."""
    return f"{shown} ({file.digest[:8]})" if file.is_replaced else shown


@dataclass(frozen=True)
class Delivery:
    """One vendor's folder of one date, with the contract in force then."""

    day: date
    contract: Contract | None
    files: tuple[DeliveredFile, ...] = ()
