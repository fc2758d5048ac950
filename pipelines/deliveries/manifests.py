"""What vendors announce in manifests: reading one, and where it and the delivery differ."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final
from unicodedata import normalize

from pipelines.vocabulary.reasons import Reason

_LARGEST: Final = 10**15
"""Beyond it a number is no count of anything."""
_NAME: Final = re.compile(r"manifest(?:-(\d{1,9}))?\.json", re.IGNORECASE)


@dataclass(frozen=True)
class ManifestEntry:
    """One file that a manifest announces; `name` is the vendor's word, never to be shown."""

    name: str
    row_count: int | None = None
    digest: str | None = None


@dataclass(frozen=True)
class Manifest:
    """What a vendor announces. Only a numbered one (`manifest-<n>.json`) can correct an earlier delivery."""

    name: str
    sequence: int
    is_numbered: bool
    entries: tuple[ManifestEntry, ...]

    def places(self, names: Iterable[str]) -> Mapping[str, int]:
        """Those of a delivery's files that are announced -> the place of their entry.

        Announced names are relative to the delivery folder or to the manifest's own folder.
        """
        folder = PurePosixPath(self.name).parent
        announced = {
            normalize("NFC", form): place
            for place, entry in enumerate(self.entries)
            for form in (entry.name, str(folder / entry.name))
        }
        return {name: announced[key] for name in names if (key := normalize("NFC", name)) in announced}

    def remarks(self, found: Mapping[str, tuple[str, int | None]], shown: Mapping[str, str]) -> list[Reason]:
        """Differences from the files that are there: name -> digest and number of data rows, None if it was not read.

        `shown` has their names as they may be told. Files that are not there are counted, not named.
        """
        places = self.places(found)
        remarks: list[Reason] = []
        for name, place in places.items():
            (digest, row_count), entry = found[name], self.entries[place]
            if entry.digest not in (None, digest):
                remarks.append(Reason("manifest_digest", file=shown[name]))
            announced = entry.row_count
            if announced is not None and row_count is not None and announced != row_count:
                remarks.append(Reason("manifest_rows", file=shown[name], announced=announced, found=row_count))
        absent = len(self.entries) - len(set(places.values()))
        if absent:
            remarks.append(Reason("manifest_files_absent", count=absent))
        return remarks


def is_manifest(name: str) -> bool:
    """Whether a file announces the others, by its name."""
    return _NAME.fullmatch(PurePosixPath(name).name if "/" in name else name) is not None


def parse_manifest(name: str, content: bytes) -> Manifest | None:
    """Read a manifest leniently: what it does not say, or says in a wrong type, is not checked; None if unreadable.

    The sequence is its own, else the number in its name, else 0.
    """
    try:
        document: Any = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    match = _NAME.fullmatch(PurePosixPath(name).name)
    number = match.group(1) if match else None
    listed = document.get("files")
    entries = (
        tuple(_manifest_entry(entry) for entry in listed if isinstance(entry, dict)) if isinstance(listed, list) else ()
    )
    sequence = _announced_count(document.get("sequence"))
    return Manifest(name, int(number or 0) if sequence is None else sequence, number is not None, entries)


def _manifest_entry(entry: dict[str, Any]) -> ManifestEntry:
    digest = entry.get("sha256")
    return ManifestEntry(
        str(entry.get("name")), _announced_count(entry.get("rows")), digest.lower() if isinstance(digest, str) else None
    )


def _announced_count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST else None
