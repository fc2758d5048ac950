"""From the registry into the lake: the oppositions' snapshot, one file a civil day of recording.

The snapshot knows which registry it is of, and what each file was. Another registry, or an older state of this one,
stops every run; a file that is not what was published is written anew from the registry.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa

from pipelines.oppositions.records import Increment, oppositions_recorded_on, oppositions_since
from pipelines.oppositions.snapshot_note import SnapshotNote, broken_days, file_of_day, read_note, write_note
from pipelines.storage.digests import digest_of_file
from pipelines.storage.folders import PRIVATE, make_folder
from pipelines.storage.lake import Lake
from pipelines.storage.registry.database import SETTING, RegistryError
from pipelines.storage.registry.identity import note_acceptance, registry_identity

REGISTRY_WRITER = "_registry"
ACCEPT: Final = "opposable oppositions accept-registry --reason …"
_EVENT: Final = ("identity_key", "kind", "channel", "opposed_at", "revoked_at")


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did."""

    day_count: int
    row_count: int
    is_rebuild: bool
    mended: tuple[date, ...] = ()
    """Days of recording whose file was not what had been published, now written anew."""


def confirm_registry(registry: sa.Engine, lake: Lake) -> None:
    """Make sure that the registry still holds what was published of it.

    Raises:
        RegistryError: it is another one, or lacks oppositions: an emptied database, or an old backup.
    """
    note = read_note(lake.root / "oppositions")
    _confirm_same_registry(registry, lake, note)
    if _is_void(lake, note, oppositions_since(registry, note.watermark)):
        _confirm_nothing_lost(registry, lake, note)


def refresh_snapshot(registry: sa.Engine, lake: Lake, *, patience: float | None = None) -> Refreshed:
    """Rewrite the days of recording that changed since the last refresh, or that are damaged; the note moves last.

    `patience`: seconds to wait for another writer of this machine; None for as long as it takes.

    Raises:
        filelock.Timeout: patience has passed.
        RegistryError: the registry is not the one that was published, or holds less; the snapshot stays as it is.
    """
    folder = lake.root / "oppositions"
    with lake.writing(REGISTRY_WRITER, patience=patience):
        note = read_note(folder)
        _confirm_same_registry(registry, lake, note)
        increment = oppositions_since(registry, note.watermark)
        is_rebuild = _is_void(lake, note, increment)
        if is_rebuild:
            _confirm_nothing_lost(registry, lake, note)
            shutil.rmtree(folder, ignore_errors=True)
            note, increment = SnapshotNote(), oppositions_since(registry, SnapshotNote().watermark)
        damaged = broken_days(lake, note) - increment.recorded_on
        digests, rows = dict(note.digests), 0
        for day in sorted(increment.recorded_on | damaged):
            rows += _write_day(registry, lake, day, digests)
        write_note(folder, SnapshotNote(registry_identity(registry), increment.watermark, digests))
    return Refreshed(len(increment.recorded_on), rows, is_rebuild, tuple(sorted(damaged)))


def mended_in_words(refreshed: Refreshed) -> str:
    """What a run says of files that were not what had been published."""
    days = ", ".join(day.isoformat() for day in refreshed.mended)
    return (
        f"oppositions recorded on {days}: the snapshot's files were damaged or gone, and were written anew from the "
        "registry; verdicts since then may have missed them: judge the days again, and find out who writes there"
    )


def accept_registry(registry: sa.Engine, lake: Lake, *, accepted_by: str, reason: str, at: datetime) -> Refreshed:
    """Publish a registry in place of the one that the snapshot is of; who decided it and why is noted in it for good.

    Args:
        registry: the one to take.
        lake: where the snapshot lies.
        accepted_by: who says so.
        reason: in words.
        at: aware.
    """
    folder = lake.root / "oppositions"
    with lake.writing(REGISTRY_WRITER):
        instead_of = read_note(folder).registry
        note_acceptance(registry, instead_of=instead_of, accepted_by=accepted_by, reason=reason, at=at)
        shutil.rmtree(folder, ignore_errors=True)
        make_folder(lake.root, folder, PRIVATE)  # a folder that is away altogether is taken for a mishap
    return refresh_snapshot(registry, lake)


def pending_watermark(registry: sa.Engine, lake: Lake) -> str | None:
    """The registry's watermark, as text, if the snapshot has not read up to there; else None."""
    watermark = read_note(lake.root / "oppositions").watermark
    current = oppositions_since(registry, watermark).watermark
    return None if current == watermark else f"{current.event_id} {current.share_id} {current.anchor}"


def _write_day(registry: sa.Engine, lake: Lake, day: date, digests: dict[date, str]) -> int:
    """Put a day as the registry has it into the lake; a day that it does not know goes."""
    target = file_of_day(lake.root / "oppositions", day)
    content = oppositions_recorded_on(registry, [day])
    if not len(content):
        shutil.rmtree(target.parent, ignore_errors=True)
        digests.pop(day, None)
        return 0
    lake.replace_file(target, "oppositions", content)
    digests[day] = digest_of_file(target)
    return len(content)


def _is_void(lake: Lake, note: SnapshotNote, increment: Increment) -> bool:
    """Whether all of the snapshot is to be made anew: the registry was restored or re-keyed, or the note is no more."""
    return increment.is_rebuild or (not note.registry and bool(lake.opposition_files()))


def _confirm_same_registry(registry: sa.Engine, lake: Lake, note: SnapshotNote) -> None:
    if note.registry and note.registry != registry_identity(registry):
        raise RegistryError(
            f"this is not the registry whose oppositions were published in {lake.root / 'oppositions'}: a new "
            f"database, perhaps made because of a wrong address; nothing was judged. Put the right one back "
            f"({SETTING}); if this one is to take its place, say so: {ACCEPT}"
        )


def _confirm_nothing_lost(registry: sa.Engine, lake: Lake, note: SnapshotNote) -> None:
    """Every published event is still there; where keys were made anew meanwhile, as many as there were."""
    held = oppositions_since(registry, SnapshotNote().watermark)
    is_rekeyed = note.watermark.key_id != held.watermark.key_id
    lost = sum(_lost_count(registry, lake, day, by_count=is_rekeyed) for day in lake.opposition_days())
    if lost:
        raise RegistryError(
            f"the registry lacks {lost} rows of oppositions that the published snapshot holds: an emptied database, or "
            f"an old backup; nothing was judged. Put the right one back ({SETTING}), or import what is missing; if "
            f"they were removed on purpose, say so: {ACCEPT}"
        )


def _lost_count(registry: sa.Engine, lake: Lake, day: date, *, by_count: bool) -> int:
    """How many published rows of a day the registry does not hold; none of a file that nobody can read."""
    try:
        published = pq.read_table(file_of_day(lake.root / "oppositions", day), partitioning=None)
    except (OSError, pa.ArrowInvalid):
        return 0
    held = oppositions_recorded_on(registry, [day])
    if by_count:
        return max(len(published) - len(held), 0)
    return pc.sum(pc.invert(pc.is_in(_events(published), _events(held)))).as_py() or 0


def _events(rows: pa.Table) -> pa.Array:
    """Each row as one text."""
    columns: Iterable[pa.ChunkedArray] = (rows[name] for name in _EVENT)
    texts = [pc.fill_null(pc.cast(column, pa.string()), "") for column in columns]
    return pc.binary_join_element_wise(*texts, "|").combine_chunks()
