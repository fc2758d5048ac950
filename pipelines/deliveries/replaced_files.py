"""What lay in a delivery folder before other bytes came under its name, as it was taken in.

Files are kept when they are taken in, encrypted where no vendor writes (`storage.secrets.kept_files`), so that a vendor
who overwrites one takes nothing back. What a replaced file still counts for is decided in `intake.files`, and of proofs
by the instants at which they were known.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.inbox import FolderReader
from pipelines.deliveries.known_arrivals import KnownArrival, known_arrivals
from pipelines.deliveries.sources import confirm_unchanged
from pipelines.formats.limits import Limits
from pipelines.storage.folders import remove_unfinished
from pipelines.storage.inboxes import Inbox, digest_of_name
from pipelines.storage.secrets.kept_files import KeptFile, kept_files, kept_folder
from pipelines.storage.secrets.seals import SealedFile, Seals


def keep_taken_in(inbox: Inbox, seals: Seals, folder: Path, files: Iterable[DeliveredFile]) -> None:
    """Keep the files of a folder as they were read. What lies there sealed, or can't be read, was or is not kept.

    Raises:
        InboxFaultError: one was changed since: a fault of ours, for the next run.
    """
    remove_unfinished(inbox.state, kept_folder(inbox, folder))
    clear = {file.path: file for file in files if file.root and not (file.is_sealed or file.fault or file.is_replaced)}
    for path, file in clear.items():
        _, digest = file.arrived
        size = file.size if file.archive is None or file.state is None else file.state.size
        if digest:
            seals.keep(path, folder, digest, size)
            confirm_unchanged(file)


def replaced_files(
    inbox: Inbox, folder: Path, lying: Sequence[DeliveredFile], *, limits: Limits, seals: Seals | None
) -> list[DeliveredFile]:
    """What was taken in earlier under the names of files that lie in a folder, in the order of names and arrivals.

    Archives are opened. Only bytes count of which it is known when they came.

    Raises:
        OSError: what is kept can't be opened: a fault of ours.
        StateError: our record of arrivals is broken.
    """
    kept = {file.digest: file for file in kept_files(inbox, folder)}
    if not kept:
        return []
    known = known_arrivals(inbox, folder)
    now = dict(file.arrived for file in lying)
    found: list[DeliveredFile] = []
    for name in sorted(now):
        for arrival, replaced_at in _spans(known.get(digest_of_name(name), ())):
            if arrival.digest in kept and arrival.digest != now[name]:
                still_lies = arrival.digest in now.values()
                file = kept[arrival.digest]
                found += (
                    replace(one, received_at=arrival.received_at, replaced_at=None if still_lies else replaced_at)
                    for one in _opened_kept(inbox, folder, file, name, limits, seals)
                )
    return found


def _spans(arrivals: Sequence[KnownArrival]) -> Iterator[tuple[KnownArrival, datetime | None]]:
    """Each of the bytes that came under a name with their first arrival, and when others last replaced them.

    None where none did. What came back lay there all along.
    """
    first = {one.digest: one for one in reversed(arrivals)}
    ends: dict[str | None, datetime | None] = {one.digest: after.received_at for one, after in pairwise(arrivals)}
    ends |= {one.digest: None for one in arrivals[-1:]}
    yield from ((first[digest], replaced_at) for digest, replaced_at in ends.items())


def _opened_kept(
    inbox: Inbox, folder: Path, kept: KeptFile, name: str, limits: Limits, seals: Seals | None
) -> Iterator[DeliveredFile]:
    sealed = {kept.path: SealedFile(folder / name, kept.digest, kept.size)}
    reader = FolderReader(inbox.state, folder, limits, seals, sealed, None)
    yield from (replace(file, is_replaced=True) for file in reader.files(kept.path, name))
