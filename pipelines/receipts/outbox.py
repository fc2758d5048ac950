"""The outbox: files prepared for vendors, and what vendors dropped back beside them.

What they say is in `texts` and `summaries`.
"""

import filecmp
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from pipelines.receipts.notices import ACKNOWLEDGEMENT_FILE


@dataclass(frozen=True)
class Outbox:
    """A folder of `<vendor>/<YYYY-MM-DD>/`."""

    root: Path

    def folder(self, vendor: str, day: date) -> Path:
        """Where the receipt of a delivery lies."""
        return self.root / vendor / day.isoformat()

    @contextmanager
    def replacing(self, vendor: str, day: date, name: str) -> Iterator[BinaryIO]:
        """Write a file aside; it takes the place of the old one if it differs and nothing went wrong."""
        target = self.folder(vendor, day) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{name}.part")
        try:
            with aside.open("wb") as file:
                yield file
            if target.exists() and filecmp.cmp(aside, target, shallow=False):
                return
            os.replace(aside, target)
        finally:
            aside.unlink(missing_ok=True)

    def acknowledgements(self, vendor: str | None = None) -> Iterator[tuple[str, date, Path]]:
        """Acknowledgements that were dropped back, of one vendor or of all, by vendor and date."""
        for path in sorted(self.root.glob(f"{vendor or '*'}/*/{ACKNOWLEDGEMENT_FILE}")):
            try:
                yield path.parts[-3], date.fromisoformat(path.parts[-2]), path
            except ValueError:
                continue  # no folder of ours
