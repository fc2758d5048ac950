"""What the registry notes of exports and answers: who, when, what for. No person, no lead, no value.

Each is committed before anything is handed out.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, insert, select, update

from pipelines.storage.registry.database import writing
from pipelines.storage.registry.tables import CONTACT_ANSWERS, EXPORTS
from pipelines.storage.secrets.vault_readings import check_purpose

CALL_LIST: Final = "call_list"
REVOCATIONS: Final = "revocations"


@dataclass(frozen=True)
class ExportNote:
    """One file that is about to be handed out."""

    export_id: str
    kind: str
    exported_at: datetime
    """The instant that was judged, aware."""
    exported_by: str
    purpose: str
    channel: str
    recipient: str
    line_count: int
    digest: str
    """SHA-256 of the encrypted file, lower-case hex."""


@dataclass(frozen=True)
class AnswerNote:
    """One answer that is about to be given."""

    answered_at: datetime
    reader: str
    channel: str
    identity_key: str
    key_id: str
    answer: str


def note_export(registry: Engine, note: ExportNote) -> None:
    """Add one export; what is too long is cut.

    Raises:
        ValueError: the purpose is empty, or names somebody.
    """
    check_purpose(note.purpose)
    row = {**asdict(note), "exported_by": note.exported_by[:64], "purpose": note.purpose[:200]}
    with registry.connect() as connection, writing(connection):
        connection.execute(insert(EXPORTS).values(row))


def exported_list(registry: Engine, export_id: str) -> ExportNote | None:
    """What was noted of a call list; None where there was none of that id."""
    columns = [EXPORTS.c[name] for name in ExportNote.__annotations__]
    query = select(*columns).where(EXPORTS.c.export_id == export_id, EXPORTS.c.kind == CALL_LIST)
    with registry.connect() as connection:
        row = connection.execute(query).mappings().first()
    return ExportNote(**row) if row else None


def lists_kept_since_before(registry: Engine, instant: datetime) -> list[str]:
    """Ids of the call lists that were exported before an instant (aware), and of which something may be kept."""
    query = select(EXPORTS.c.export_id).where(
        EXPORTS.c.kind == CALL_LIST, EXPORTS.c.purged_at.is_(None), EXPORTS.c.exported_at < instant
    )
    with registry.connect() as connection:
        return list(connection.scalars(query.order_by(EXPORTS.c.id)))


def note_export_purged(registry: Engine, export_id: str, *, purged_at: datetime) -> None:
    """Note that nothing more is kept of a call list."""
    rows = update(EXPORTS).where(EXPORTS.c.export_id == export_id).values(purged_at=purged_at)
    with registry.connect() as connection, writing(connection):
        connection.execute(rows)


def note_answers(registry: Engine, notes: Sequence[AnswerNote]) -> None:
    """Add some answers, in one transaction."""
    rows = [{**asdict(note), "reader": note.reader[:64]} for note in notes]
    if rows:
        with registry.connect() as connection, writing(connection):
            connection.execute(insert(CONTACT_ANSWERS), rows)
