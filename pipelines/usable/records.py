"""What the registry notes of exports and answers: who, when, what for. No person, no lead, no value.

Each is committed before anything is handed out.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine, Select, func, insert, select, update

from pipelines.storage.registry.database import sync, writing
from pipelines.storage.registry.tables import CONTACT_ANSWERS, EXPORT_SEEDS, EXPORTS, OPPOSITIONS
from pipelines.storage.registry.vendor_tables import GO_LIVE_DECISIONS
from pipelines.storage.secrets.vault_readings import check_purpose

CALL_LIST: Final = "call_list"
REVOCATIONS: Final = "revocations"
_MARKS: Final[Select[Any]] = select(
    func.coalesce(select(func.max(OPPOSITIONS.c.id)).scalar_subquery(), 0),
    func.coalesce(select(func.max(GO_LIVE_DECISIONS.c.id)).scalar_subquery(), 0),
)


class Marks(NamedTuple):
    """Up to where the registry goes now; 0 where it holds none."""

    event_id: int
    """Of the youngest opposition or revocation."""
    decision_id: int
    """Of the youngest decision about a vendor."""


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


@dataclass(frozen=True)
class SeedNote:
    """A number or address of the house's own in a call list."""

    export_id: str
    entry: str
    identity_key: str
    key_id: str


def note_export(registry: Engine, note: ExportNote, seeds: Sequence[SeedNote] = ()) -> None:
    """Add one export, and what of the house's own is in it; what is too long is cut.

    Raises:
        ValueError: the purpose is empty, or names somebody.
    """
    check_purpose(note.purpose)
    row = {**asdict(note), "exported_by": note.exported_by[:64], "purpose": note.purpose[:200]}
    with registry.connect() as connection, writing(connection):
        connection.execute(insert(EXPORTS).values(row))
        if seeds:
            connection.execute(insert(EXPORT_SEEDS), [vars(seed) for seed in seeds])


def seeds_given(registry: Engine) -> list[tuple[SeedNote, ExportNote]]:
    """Every number or address of the house's own that was put into a call list, with that list, the oldest first."""
    seeds, lists = list(SeedNote.__annotations__), list(ExportNote.__annotations__)
    columns = [EXPORT_SEEDS.c[name].label(f"seed_{name}") for name in seeds] + [EXPORTS.c[name] for name in lists]
    joined = EXPORT_SEEDS.join(EXPORTS, EXPORT_SEEDS.c.export_id == EXPORTS.c.export_id)
    query = select(*columns).select_from(joined).where(EXPORTS.c.kind == CALL_LIST).order_by(EXPORT_SEEDS.c.id)
    with registry.connect() as connection:
        rows = connection.execute(query).mappings().all()
    return [
        (SeedNote(**{name: row[f"seed_{name}"] for name in seeds}), ExportNote(**{name: row[name] for name in lists}))
        for row in rows
    ]


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


def marks(registry: Engine) -> Marks:
    """Whether anybody objected, or a vendor was decided on, in a fraction of a millisecond."""
    with registry.connect() as connection:
        found = connection.execute(_MARKS).one()
    return Marks(found[0], found[1])


def note_answers(registry: Engine, notes: Sequence[AnswerNote], *, is_synced: bool = True) -> None:
    """Add some answers, in one transaction.

    `is_synced`: also safe from a power cut when this ends. Else from the end of this program alone, until
    `sync_answers`.
    """
    rows = [vars(note) | {"reader": note.reader[:64]} for note in notes]
    if rows:
        with registry.connect() as connection, writing(connection, is_synced=is_synced):
            connection.execute(insert(CONTACT_ANSWERS), rows)


def sync_answers(registry: Engine) -> None:
    """Make what was noted unsynced safe from a power cut, too."""
    sync(registry)
