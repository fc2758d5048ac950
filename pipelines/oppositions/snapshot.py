"""From the registry into the lake: the oppositions' snapshot, one file a civil day of recording."""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow.parquet as pq
import sqlalchemy as sa

from pipelines.oppositions.records import Watermark, oppositions_recorded_on, oppositions_since, snapshot_row_count
from pipelines.storage.lake import Lake
from pipelines.storage.registry.database import SETTING, RegistryError
from pipelines.vocabulary.tables import arrow_schema

REGISTRY_WRITER = "_registry"


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did."""

    day_count: int
    row_count: int
    is_rebuild: bool


def confirm_registry(registry: sa.Engine, lake: Lake) -> None:
    """Make sure that the registry still holds what was published of it.

    Raises:
        RegistryError: it holds fewer oppositions: another or an emptied database, or an old backup.
    """
    if oppositions_since(registry, _watermark_of_snapshot(lake.root / "oppositions")).is_rebuild:
        _confirm_not_fewer(registry, lake)


def refresh_snapshot(registry: sa.Engine, lake: Lake) -> Refreshed:
    """Rewrite the days of recording that changed since the last refresh; the watermark moves last.

    Raises:
        RegistryError: the registry holds fewer oppositions than the snapshot, which stays as it is.
    """
    folder = lake.root / "oppositions"
    with lake.writing(REGISTRY_WRITER):
        increment = oppositions_since(registry, _watermark_of_snapshot(folder))
        if increment.is_rebuild:
            _confirm_not_fewer(registry, lake)
            shutil.rmtree(folder, ignore_errors=True)
        rows = 0
        for day in sorted(increment.recorded_on):
            content = oppositions_recorded_on(registry, [day])
            lake.replace_file(folder / f"recorded_on={day.isoformat()}" / "part-0.parquet", "oppositions", content)
            rows += content.num_rows
        _move_watermark(folder, increment.watermark)
    return Refreshed(len(increment.recorded_on), rows, increment.is_rebuild)


def _confirm_not_fewer(registry: sa.Engine, lake: Lake) -> None:
    published = sum(pq.read_metadata(path).num_rows for path in lake.opposition_files())
    held = snapshot_row_count(registry)
    if held < published:
        raise RegistryError(
            f"the registry holds {held} rows of oppositions, the published snapshot {published}: another database, an "
            f"emptied one, or an old backup; nothing was judged. Put the right one back ({SETTING}), or import what is "
            f"missing; if oppositions were removed on purpose, remove {lake.root / 'oppositions'}"
        )


def pending_watermark(registry: sa.Engine, lake: Lake) -> str | None:
    """The registry's watermark, as text, if the snapshot has not read up to there; else None."""
    watermark = _watermark_of_snapshot(lake.root / "oppositions")
    current = oppositions_since(registry, watermark).watermark
    return None if current == watermark else f"{current.event_id} {current.share_id} {current.anchor}"


def _watermark_of_snapshot(folder: Path) -> Watermark:
    """The start where nothing was published, or without a column that the table has now: all of it is written anew."""
    path = folder / ".watermark.json"
    noted = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return Watermark(**noted) if noted.pop("columns", None) == arrow_schema("oppositions").names else Watermark()


def _move_watermark(folder: Path, watermark: Watermark) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".watermark.{os.getpid()}"
    noted = asdict(watermark) | {"columns": arrow_schema("oppositions").names}
    aside.write_text(json.dumps(noted, sort_keys=True), encoding="utf-8")
    os.replace(aside, folder / ".watermark.json")
