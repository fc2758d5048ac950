"""The ledger of what was removed: one row an object, nothing that could name a person.

What is due is in `retention_clock`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql, sqlite

from pipelines.storage.registry.database import writing
from pipelines.storage.registry.tables import PURGES
from pipelines.vocabulary.file_formats import FILE_ENDINGS, PACKINGS

_OURS: Final = ("html", "xml", "yaml")
"""Of what we made, beside those of deliveries."""
_KNOWN_ENDINGS: Final = frozenset(
    f".{ending}" for ending in (*FILE_ENDINGS, *PACKINGS, *_OURS, "pdf", "age", "part", "tmp", "filepart")
)


@dataclass(frozen=True)
class Purge:
    """One object that was removed, or is to be."""

    kind: str
    vendor: str
    """Empty where it is no vendor's: rules, contracts that nothing names any more."""
    delivery_date: date
    """Of what is of no delivery, the day from which its span counts."""
    name: str
    """Masked: see `masked`."""
    digest: str
    """SHA-256, lower-case hex: of a delivered file's clear bytes, as in `deliveries`; else of the bytes removed."""
    due_on: date
    basis: str


def masked(name: str) -> str:
    """A file's name in the ledger: its known endings only, as `*.csv.gz`. The digest says which file it was."""
    endings = [ending for ending in PurePosixPath(name.lower()).suffixes if ending in _KNOWN_ENDINGS]
    return "*" + "".join(endings[-3:])


def note_purges(registry: Engine, purges: Sequence[Purge], *, purged_at: datetime) -> None:
    """Add rows to the ledger, in one transaction; what stands there already stays as it is."""
    if not purges:
        return
    dialect = postgresql if registry.dialect.name == "postgresql" else sqlite
    rows = [{**asdict(purge), "purged_at": purged_at} for purge in purges]
    with registry.connect() as connection, writing(connection):
        connection.execute(dialect.insert(PURGES).on_conflict_do_nothing(), rows)
