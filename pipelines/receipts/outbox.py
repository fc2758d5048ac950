"""The outbox: files prepared for vendors, and what vendors dropped back beside them.

What they say is in `texts` and `summaries`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from errno import ELOOP
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO

from pipelines.receipts.notices import ACKNOWLEDGEMENT_FILE
from pipelines.storage.folders import folder_names, free_for_folder, open_below, replacing
from pipelines.vocabulary.words import VENDOR_KEY


@dataclass(frozen=True)
class Outbox:
    """A folder of `<vendor>/<YYYY-MM-DD>/`. Vendors write there, too: no link below it is followed."""

    root: Path

    def folder(self, vendor: str, day: date) -> Path:
        """Where the receipt of a delivery lies."""
        return self.root / vendor / day.isoformat()

    @contextmanager
    def replacing(self, vendor: str, day: date, name: str) -> Iterator[BinaryIO]:
        """Write a file aside; it takes the place of the old one if it differs and nothing went wrong.

        Raises:
            OSError: it can't be written; a vendor's folder that is a link is none that we write through.
        """
        folder = self.folder(vendor, day)
        if folder.parent.is_symlink():
            raise OSError(ELOOP, "a link is not followed, put a folder or a mount in its place", str(folder.parent))
        free_for_folder(self.root, folder)
        with replacing(self.root, folder / name) as file:
            yield file

    def digest(self, vendor: str, day: date, name: str) -> str | None:
        """SHA-256, lower-case hex, of a file; None where it is gone, or is no plain file of ours."""
        try:
            with open_below(self.root, self.folder(vendor, day) / name) as file:
                return file_digest(file, "sha256").hexdigest()
        except OSError:
            return None

    def acknowledgements(self, vendor: str | None = None) -> Iterator[tuple[str, date, Path]]:
        """Acknowledgements that were dropped back, of one vendor or of all, by vendor and date."""
        vendors = [vendor] if vendor else filter(VENDOR_KEY.fullmatch, folder_names(self.root, self.root))
        for whose in vendors:
            for name in folder_names(self.root, self.root / whose):
                path = self.root / whose / name / ACKNOWLEDGEMENT_FILE
                with suppress(ValueError):  # no folder of ours
                    day = date.fromisoformat(name)
                    if os.path.lexists(path):
                        yield whose, day, path

    def dropped_back(self, path: Path, most_bytes: int) -> bytes:
        """The first bytes of what a vendor dropped back.

        Raises:
            OSError: it is no plain file, or can't be read.
        """
        with open_below(self.root, path) as file:
            return file.read(most_bytes)
