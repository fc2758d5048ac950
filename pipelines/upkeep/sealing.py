"""Which delivered files are sealed: those whose intake is published and trusted.

How one is sealed is in `storage.secrets.seals`.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.inbox import delivered_paths, read_inbox_folder
from pipelines.deliveries.inbox_folders import delivery_days
from pipelines.formats.limits import Limits
from pipelines.identifiers.shown_names import shown_file_names
from pipelines.storage.inboxes import Inbox
from pipelines.storage.lake import Lake
from pipelines.storage.secrets.seals import Seals, is_seal_name_taken, remove_leftovers, sealed_files

SEAL_NAME_TAKEN: Final = (
    "a delivered file bears the name of another's seal (`x.age` beside `x`): it is never overwritten, so `x` stays "
    "clear until its end; ask the vendor for other names"
)
TakenIn = frozenset[tuple[str | None, str | None]]
"""Name and digest of each file that stands in `deliveries` for a day."""


def seal_vendor(inbox: Inbox, lake: Lake, seals: Seals, limits: Limits, vendor: str) -> int:
    """Seal what was taken in of a vendor's deliveries; how many files. The caller holds the vendor's lock.

    `limits`: those of the intake, under which an archive is listed as it was then.
    """
    return sum(_seal_day(inbox, lake, seals, limits, vendor, day) for day in _days_to_seal(inbox, lake, vendor))


def count_to_seal(inbox: Inbox, lake: Lake, seals: Seals, limits: Limits, vendor: str) -> int:
    """How many files `seal_vendor` would seal."""
    days = _days_to_seal(inbox, lake, vendor)
    return sum(len(files_to_seal(inbox, lake, seals, limits, vendor, day)) for day in days)


def files_to_seal(
    inbox: Inbox, lake: Lake, seals: Seals, limits: Limits, vendor: str, day: date
) -> dict[Path, str | None]:
    """Clear files of a folder that were taken in whole, with the digest of their bytes; None for an archive.

    Those whose seal would need a name under which something was delivered are left out: see `seals_put_off`.
    """
    folder = inbox.folder(vendor, day)
    clear = clear_paths(inbox, folder)
    if not clear:
        return {}
    taken = taken_in(lake, vendor, day)
    by_path: dict[Path, list[DeliveredFile]] = {}
    missing: set[Path] = set()
    files = read_inbox_folder(inbox, vendor, day, limits=limits, seals=seals)
    for file, kept in zip(files, as_kept(files), strict=True):
        by_path.setdefault(file.path, []).append(file)
        if kept not in taken:
            missing.add(file.path)
    whole = {path: members for path, members in by_path.items() if path not in missing}
    sealed = sealed_files(inbox, folder)
    found = (path for path in clear if path in whole and not is_seal_name_taken(path, sealed))
    return {path: whole[path][0].digest if whole[path][0].member is None else None for path in found}


def seals_put_off(inbox: Inbox, lake: Lake, vendor: str) -> list[str]:
    """Published days, as `vendor/date`, with clear files that a delivered file keeps from being sealed: it bears the
    name of their seal."""
    days = [day for day in delivery_days(inbox, vendor) if _has_taken_names(inbox, inbox.folder(vendor, day))]
    published = set(lake.published_days(vendor)) if days else set()
    return [f"{vendor}/{day}" for day in days if day in published]


def _has_taken_names(inbox: Inbox, folder: Path) -> bool:
    sealed = sealed_files(inbox, folder)
    return any(is_seal_name_taken(path, sealed) for path in clear_paths(inbox, folder))


def clear_paths(inbox: Inbox, folder: Path) -> list[Path]:
    """Delivered files of a folder that lie there in clear."""
    sealed = sealed_files(inbox, folder)
    return [path for path in delivered_paths(inbox, folder) if path not in sealed]


def taken_in(lake: Lake, vendor: str, day: date) -> TakenIn:
    """What stands in `deliveries` for a day."""
    rows = lake.read("deliveries", vendor, [day]).select(["file_name", "file_digest"]).to_pylist()
    return frozenset((row["file_name"], row["file_digest"]) for row in rows)


def as_kept(files: Sequence[DeliveredFile]) -> list[tuple[str, str]]:
    """Name and digest of a folder's files as `deliveries` keeps them: names that may be a person's are masked."""
    shown = shown_file_names(file.name for file in files)
    return [(shown[file.name], file.digest) for file in files]


def _days_to_seal(inbox: Inbox, lake: Lake, vendor: str) -> list[date]:
    """Published days with clear files. That readers trust a day is asked last: it reads the vendor's whole lake."""
    days = [day for day in delivery_days(inbox, vendor) if clear_paths(inbox, inbox.folder(vendor, day))]
    published = set(lake.published_days(vendor)) if days else set()
    return [day for day in days if day in published]


def _seal_day(inbox: Inbox, lake: Lake, seals: Seals, limits: Limits, vendor: str, day: date) -> int:
    folder = inbox.folder(vendor, day)
    remove_leftovers(inbox, folder)
    return sum(seals.seal(path, folder, digest) for path, digest in _unmoved(inbox, lake, seals, limits, vendor, day))


def _unmoved(
    inbox: Inbox, lake: Lake, seals: Seals, limits: Limits, vendor: str, day: date
) -> Iterator[tuple[Path, str | None]]:
    """Files to seal that are as they were before they were looked at: an archive's own digest stands nowhere."""
    before = {path: _file_state(path) for path in clear_paths(inbox, inbox.folder(vendor, day))}
    for path, digest in files_to_seal(inbox, lake, seals, limits, vendor, day).items():
        if _file_state(path) == before.get(path):
            yield path, digest


def _file_state(path: Path) -> tuple[int, int, int]:
    found = path.lstat()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns
