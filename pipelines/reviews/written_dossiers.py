"""Dossiers as they lie there: what each advised, and the digest by which a decision names it.

The digest is that of `sha256sum * | sha256sum` in the dossier's folder: anybody can work it out without us.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from pipelines.storage.folders import PRIVATE, remove_folder, replacing

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


class DossierChangedError(ValueError):
    """A dossier does not lie there any more as it was read."""


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


def found_dossiers(dossiers: Path, vendor: str, most: int | None = None) -> list[FoundDossier]:
    """The dossiers of a vendor below the folder of dossiers, the oldest first; `most`: no more than the latest of them.

    Every file of those found is read for their digests.
    """
    folders = sorted(note.parent for note in (dossiers / vendor).glob(f"*/{NOTE}"))[-most if most else 0 :]
    return [FoundDossier(folder, dossier_digest(folder)) for folder in folders]


def latest_notes(dossiers: Path) -> dict[str, DossierNote]:
    """By vendor the note of its latest dossier, where it can be read; no digest is worked out."""
    vendors = sorted(place.name for place in dossiers.glob("*"))
    return {vendor: note for vendor in vendors if (note := latest_note(dossiers, vendor)) is not None}


def latest_note(dossiers: Path, vendor: str) -> DossierNote | None:
    """The note of a vendor's latest dossier, where it can be read; no other is opened, and no digest is worked out."""
    folders = sorted((dossiers / vendor).glob("????-??-??"), reverse=True)
    path = next((folder / NOTE for folder in folders if (folder / NOTE).is_file()), None)
    return None if path is None else _readable_note(path)


def dossier_before(dossiers: Path, vendor: str, on: date) -> date | None:
    """The date of the latest dossier of a vendor that lies there and is older than a date."""
    dates = (date.fromisoformat(note.parent.name) for note in (dossiers / vendor).glob(f"????-??-??/{NOTE}"))
    return max((written for written in dates if written < on), default=None)


def keep_dossier(dossier: WrittenDossier, kept: Path) -> Path:
    """Copy a dossier that a decision rests on out of the way of later ones; done before, it stays.

    Raises:
        DossierChangedError: the copy is not what was read: the dossier was written anew in between. Nothing is kept.
    """
    target = kept / dossier.note.vendor / dossier.digest[:16]
    if target.exists():
        _confirm_copy(target, dossier)
        return target
    aside = target.with_name(f".{target.name}.{uuid4().hex}")
    try:
        for path in _digested_files(dossier.folder):
            with replacing(kept, aside / path.name, PRIVATE) as file:
                file.write(path.read_bytes())
        _confirm_copy(aside, dossier)
        _put_in_place(aside, target)
    finally:
        if aside.exists():
            remove_folder(kept, aside)
    return target


def dossier_digest(folder: Path) -> str:
    """Of the lines that `sha256sum *` says in a dossier's folder: names in order of their bytes, no hidden files."""
    lines = (f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in _digested_files(folder))
    return sha256("".join(lines).encode()).hexdigest()


def _digested_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _confirm_copy(copy: Path, dossier: WrittenDossier) -> None:
    """Digest and note were read one after the other, and the copy is made later still: all three have to agree."""
    if dossier_digest(copy) != dossier.digest or _readable_note(copy / NOTE) != dossier.note:
        raise DossierChangedError(
            f"{dossier.folder}: expected the dossier of digest {dossier.digest}, found another in it or in its copy: "
            "read the one that lies there now, then decide"
        )


def _put_in_place(aside: Path, target: Path) -> None:
    try:
        aside.replace(target)
    except OSError:  # somebody else decides on the same dossier, and was first
        if not target.is_dir():
            raise


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
