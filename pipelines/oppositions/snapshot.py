"""From the registry into the lake: the oppositions' snapshot, one file a civil day of recording."""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from pipelines.oppositions.records import Watermark, oppositions_recorded_on, oppositions_since
from pipelines.storage.lake import Lake

REGISTRY_WRITER = "_registry"


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did."""

    day_count: int
    row_count: int
    is_rebuild: bool


def refresh_snapshot(registry: sa.Engine, lake: Lake) -> Refreshed:
    """Rewrite the days of recording that changed since the last refresh; the watermark moves last."""
    folder = lake.root / "oppositions"
    with lake.writing(REGISTRY_WRITER):
        increment = oppositions_since(registry, _watermark_of_snapshot(folder))
        if increment.is_rebuild:
            shutil.rmtree(folder, ignore_errors=True)
        rows = 0
        for day in sorted(increment.recorded_on):
            content = oppositions_recorded_on(registry, [day])
            lake.replace_file(folder / f"recorded_on={day.isoformat()}" / "part-0.parquet", "oppositions", content)
            rows += content.num_rows
        _move_watermark(folder, increment.watermark)
    return Refreshed(len(increment.recorded_on), rows, increment.is_rebuild)


def pending_watermark(registry: sa.Engine, lake: Lake) -> str | None:
    """The registry's watermark, as text, if the snapshot has not read up to there; else None."""
    watermark = _watermark_of_snapshot(lake.root / "oppositions")
    current = oppositions_since(registry, watermark).watermark
    return None if current == watermark else f"{current.event_id} {current.share_id} {current.anchor}"


def _watermark_of_snapshot(folder: Path) -> Watermark:
    path = folder / ".watermark.json"
    return Watermark(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Watermark()


def _move_watermark(folder: Path, watermark: Watermark) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".watermark.{os.getpid()}"
    aside.write_text(json.dumps(asdict(watermark), sort_keys=True), encoding="utf-8")
    os.replace(aside, folder / ".watermark.json")
