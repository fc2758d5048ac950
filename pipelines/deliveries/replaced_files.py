"""What lay in a delivery folder before other bytes came under its name, as it was taken in.

Files are kept when they are taken in, encrypted where no vendor writes (`storage.secrets.kept_files`), so that a vendor
who overwrites one takes nothing back. What a replaced file still counts for is decided in `intake.files`, and of proofs
by the instants at which they were known.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.inbox import FolderReader
from pipelines.deliveries.known_arrivals import known_arrivals, stays_of
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
        for digest, stays in stays_of(known.get(digest_of_name(name), ())).items():
            if digest in kept and digest != now[name]:
                if digest in now.values():
                    stays = (*stays[:-1], (stays[-1][0], None))
                found += (
                    replace(one, received_at=stays[0][0], replaced_at=stays[-1][1], stays=stays)
                    for one in _opened_kept(inbox, folder, kept[digest], name, limits, seals)
                )
    return found


def with_stays(inbox: Inbox, folder: Path, lying: Sequence[DeliveredFile]) -> list[DeliveredFile]:
    """Files that lie in a folder, each with the times at which its bytes lay there, as far as that is recorded.

    Raises:
        StateError: our record of arrivals is broken.
    """
    known = known_arrivals(inbox, folder)
    arrived = [(file, *file.arrived) for file in lying]
    return [
        replace(file, stays=stays_of(known.get(digest_of_name(name), ())).get(digest, ()) if digest else ())
        for file, name, digest in arrived
    ]


def _opened_kept(
    inbox: Inbox, folder: Path, kept: KeptFile, name: str, limits: Limits, seals: Seals | None
) -> Iterator[DeliveredFile]:
    sealed = {kept.path: SealedFile(folder / name, kept.digest, kept.size)}
    reader = FolderReader(inbox.state, folder, limits, seals, sealed, None)
    yield from (replace(file, is_replaced=True) for file in reader.files(kept.path, name))
