"""Records that earlier versions kept in the inbox, moved into the state folder: once, before any other work.

After that, what bears their names in the inbox is a vendor's.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from pipelines.storage.folders import PRIVATE, folder_names, read_below, remove_file, replacing
from pipelines.storage.inboxes import PURGED, SEALS, Inbox, StateError
from pipelines.storage.secrets.keys import SEAL, age_key_files

OLD_NAMES: Final = {".sealed.json": SEALS, ".purged.json": PURGED}
_MOVED: Final = ".moved.json"


def move_old_records(inbox: Inbox, keys: Path) -> None:
    """Move them, unless that was done. A kill is mended by the next start; of two starts, one does it.

    An inbox that is not there is asked again at the next start.

    Args:
        inbox: the inbox and its state folder.
        keys: folder of the secrets, which tells whether anything was ever sealed.

    Raises:
        StateError: something was sealed, and nothing tells what: the state folder was lost, or is another.
    """
    marker = inbox.state / _MOVED
    if marker.exists() or not inbox.root.is_dir():
        return
    with inbox.noting():
        if not marker.exists():
            _move_all(inbox, keys, marker)


def _move_all(inbox: Inbox, keys: Path, marker: Path) -> None:
    found = list(_old_records(inbox))
    if not found and age_key_files(keys, SEAL) and not inbox.recorded_vendors():
        raise StateError(
            f"OPPOSABLE_STATE: {inbox.state} knows nothing, though delivered files were sealed: restore it from your "
            f"backup, or set the right place. If nothing that was delivered is kept any more, write {{}} into {marker}"
        )
    for folder, name, content in found:
        _move(inbox, folder, name, content)
    with replacing(inbox.state, marker, PRIVATE, is_durable=True) as file:
        file.write((json.dumps({"records_moved": len(found)}) + "\n").encode())


def _old_records(inbox: Inbox) -> Iterator[tuple[Path, str, bytes]]:
    """Records in the inbox that are plain files: the folder, the name and the bytes of each."""
    for vendor in folder_names(inbox.root, inbox.root):
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
