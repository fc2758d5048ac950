"""Dossiers as they lie there: what each advised, and the digest by which a decision names it.

The digest is that of `sha256sum * | sha256sum` in the dossier's folder: anybody can work it out without us.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pipelines.storage.folders import PRIVATE, replacing

NOTE: Final = "dossier.json"
"""Beside the pages of a dossier."""


@dataclass(frozen=True)
class DossierNote:
    """What a dossier is of, and what it advised; instants aware, digests SHA-256."""

    vendor: str
    as_of: datetime
    recommendation: str
    row: str
    table_version: str
    method_version: str
    catalogue_digest: str
    contract_digest: str | None
    renewal_on: date | None

    def as_json(self) -> bytes:
        """The note as it is written."""
        fields = {**asdict(self), "as_of": self.as_of.isoformat()}
        return (json.dumps(fields, indent=1, default=str) + "\n").encode()


@dataclass(frozen=True)
class WrittenDossier:
    """A dossier's folder, its digest and its note."""

    folder: Path
    digest: str
    note: DossierNote


@dataclass(frozen=True)
class FoundDossier:
    """A dossier's folder, named by its date, and its digest; its note may be of another version, or broken."""

    folder: Path
    digest: str

    def read(self) -> WrittenDossier:
        """The dossier with its note.

        Raises:
            ValueError: the note can't be read.
        """
        return WrittenDossier(self.folder, self.digest, _note_read(self.folder / NOTE))


def found_dossiers(dossiers: Path, vendor: str) -> list[FoundDossier]:
    """All dossiers of a vendor below the folder of dossiers, the oldest first."""
    folders = sorted(note.parent for note in (dossiers / vendor).glob(f"*/{NOTE}"))
    return [FoundDossier(folder, dossier_digest(folder)) for folder in folders]


def latest_notes(dossiers: Path) -> dict[str, DossierNote]:
    """By vendor the note of its latest dossier, where it can be read; no digest is worked out."""
    latest = {note.parent.parent.name: note for note in sorted(dossiers.glob(f"*/????-??-??/{NOTE}"))}
    return {vendor: note for vendor, path in latest.items() if (note := _readable_note(path)) is not None}


def dossier_before(dossiers: Path, vendor: str, on: date) -> date | None:
    """The date of the latest dossier of a vendor that lies there and is older than a date."""
    dates = (date.fromisoformat(note.parent.name) for note in (dossiers / vendor).glob(f"????-??-??/{NOTE}"))
    return max((written for written in dates if written < on), default=None)


def keep_dossier(dossier: WrittenDossier, kept: Path) -> Path:
    """Copy a dossier that a decision rests on out of the way of later ones; done before, it stays."""
    target = kept / dossier.note.vendor / dossier.digest[:16]
    if not target.exists():
        aside = target.with_name(f".{target.name}")
        for path in _digested_files(dossier.folder):
            with replacing(kept, aside / path.name, PRIVATE) as file:
                file.write(path.read_bytes())
        aside.replace(target)
    return target


def dossier_digest(folder: Path) -> str:
    """Of the lines that `sha256sum *` says in a dossier's folder: names in order of their bytes, no hidden files."""
    lines = (f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in _digested_files(folder))
    return sha256("".join(lines).encode()).hexdigest()


def _digested_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _note_read(path: Path) -> DossierNote:
    try:
        return _dossier_note(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError):
        raise ValueError(f"{path}: expected the note of a dossier as this version writes it") from None


def _readable_note(path: Path) -> DossierNote | None:
    try:
        return _note_read(path)
    except ValueError:
        return None


def _dossier_note(fields: dict[str, Any]) -> DossierNote:
    renewal_on = fields["renewal_on"]
    return DossierNote(
        **{
            **fields,
            "as_of": datetime.fromisoformat(fields["as_of"]),
            "renewal_on": date.fromisoformat(renewal_on) if renewal_on else None,
        }
    )
