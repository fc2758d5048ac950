"""Records that earlier versions kept in the inbox, moved into the state folder: once a vendor, before any other work.

After that, what bears their names in the inbox is a vendor's. It is from the start where a vendor was never taken in.
What was taken in tells when its files came, which a vendor's record beside them could forge.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipelines.deliveries.known_arrivals import KnownArrival, keep_arrivals_noting
from pipelines.deliveries.taken_in_files import taken_in_files
from pipelines.storage.folders import PRIVATE, entries_below, folder_names, read_below, remove_file, replacing
from pipelines.storage.inboxes import PURGED, SEALS, Inbox, StateError, digest_of_name
from pipelines.storage.lake import Lake
from pipelines.storage.secrets.keys import SEAL, age_key_files
from pipelines.storage.secrets.seals import SEALED
from pipelines.vocabulary.words import VENDOR_KEY

OLD_NAMES: Final = {".sealed.json": SEALS, ".purged.json": PURGED}
_MOVED: Final = ".moved.json"
"""`{"vendors": [...]}`: those whose records were moved; without the list, all that lie in the inbox."""


def move_old_records(inbox: Inbox, keys: Path, lake: Lake) -> None:
    """Move those of vendors of whom that was not done. A kill is mended by the next start; of two starts, one does it.

    An inbox that is not there is asked again at the next start, and so is a vendor's folder.

    Args:
        inbox: the inbox and its state folder.
        keys: folder of the secrets, which tells whether anything was ever sealed.
        lake: tells which vendors were taken in, and when their files came.

    Raises:
        StateError: something was sealed, and nothing tells what: the state folder was lost, or is another; or the
            record of the move is broken.
    """
    if not inbox.root.is_dir():
        return
    move = _Move(inbox, keys, lake)
    if move.is_first or move.unmoved():
        with inbox.noting():
            move.all()


def confirm_state(inbox: Inbox, keys: Path, lake: Lake) -> None:
    """Make sure of the state folder, for whoever moves nothing.

    Raises:
        StateError: something was sealed, and nothing tells what.
    """
    move = _Move(inbox, keys, lake)
    if move.knows_nothing() and not any(True for vendor in _vendors_in(inbox) for _ in _old_records(inbox, vendor)):
        raise move.lost()


@dataclass(frozen=True)
class _Move:
    inbox: Inbox
    keys: Path
    lake: Lake

    @property
    def marker(self) -> Path:
        return self.inbox.state / _MOVED

    @property
    def is_first(self) -> bool:
        return not self.marker.exists()

    def unmoved(self) -> list[str]:
        """Vendors in the inbox of whom it was not done."""
        moved = set(self._moved())
        return [vendor for vendor in _vendors_in(self.inbox) if vendor not in moved]

    def all(self) -> None:
        """Do it; the caller holds the inbox's lock.

        A vendor's records can be ours where anything of it was published, or, of a lake that was lost, was sealed.
        """
        vendors = self.unmoved()
        published = self.lake.vendors()
        may_be_lost = self.is_first and not published and bool(age_key_files(self.keys, SEAL))
        ours = vendors if may_be_lost else [vendor for vendor in vendors if vendor in published]
        found = [record for vendor in ours for record in _old_records(self.inbox, vendor)]
        if self.knows_nothing() and not found:
            raise self.lost()
        for folder, name, content in found:
            _move(self.inbox, folder, name, content)
        for vendor in ours:
            _seed_arrivals(self.inbox, self.lake, vendor)
        self._mark([*self._moved(), *vendors])

    def knows_nothing(self) -> bool:
        """Whether the state folder does, though something was sealed."""
        return self.is_first and bool(age_key_files(self.keys, SEAL)) and not self.inbox.recorded_vendors()

    def lost(self) -> StateError:
        return StateError(
            f"OPPOSABLE_STATE: {self.inbox.state} knows nothing, though delivered files were sealed: restore it "
            "from your backup, or set the right place. If nothing that was delivered is kept any more, write {} "
            f"into {self.marker}"
        )

    def _moved(self) -> Sequence[str]:
        if self.is_first:
            return ()
        try:
            marked = json.loads(self.marker.read_bytes())
            if "vendors" not in marked:
                return _vendors_in(self.inbox)
            return [str(vendor) for vendor in marked["vendors"]]
        except (ValueError, TypeError):
            raise StateError(f"{self.marker} is no record of ours: restore it from your backup") from None

    def _mark(self, vendors: Sequence[str]) -> None:
        with replacing(self.inbox.state, self.marker, PRIVATE, is_durable=True) as file:
            file.write((json.dumps({"vendors": sorted(set(vendors))}) + "\n").encode())


def _vendors_in(inbox: Inbox) -> list[str]:
    """Folders that bear a vendor's key; another name may be a person's, and no run reads what lies there."""
    return [name for name in folder_names(inbox.root, inbox.root) if VENDOR_KEY.fullmatch(name)]


def _old_records(inbox: Inbox, vendor: str) -> Iterator[tuple[Path, str, bytes]]:
    """A vendor's records in the inbox that are plain files: the folder, the name and the bytes of each."""
    for day in folder_names(inbox.root, inbox.root / vendor):
        folder = inbox.root / vendor / day
        for name in OLD_NAMES:
            with suppress(OSError):
                yield folder, name, read_below(inbox.root, folder / name)


def _move(inbox: Inbox, folder: Path, name: str, content: bytes) -> None:
    """Move a record; what a start that was killed has moved already stays as it is."""
    target = inbox.record(folder, OLD_NAMES[name])
    if not os.path.lexists(target):
        with replacing(inbox.state, target, PRIVATE, is_durable=True) as file:
            file.write(content)
    remove_file(inbox.root, folder / name)


def _seed_arrivals(inbox: Inbox, lake: Lake, vendor: str) -> None:
    """Know when the files of published days came, as far as it was recorded then."""
    names = set(folder_names(inbox.root, inbox.root / vendor))
    for day in lake.partition_days(vendor):
        if day.isoformat() in names and not inbox.is_purged(vendor, day.isoformat()):
            folder = inbox.folder(vendor, day)
            taken_in = taken_in_files(lake, vendor, day, _lying_names(inbox, folder)).items()
            arrivals = [(digest_of_name(name), file.digest, file.received_at) for name, file in taken_in]
            keep_arrivals_noting(inbox, folder, [(key, KnownArrival(digest, at)) for key, digest, at in arrivals if at])


def _lying_names(inbox: Inbox, folder: Path) -> list[str]:
    paths = (entry.path.relative_to(folder).as_posix() for entry in entries_below(inbox.root, folder) if entry.is_file)
    return [path.removesuffix(SEALED).encode("utf-8", "surrogateescape").decode("utf-8", "replace") for path in paths]
