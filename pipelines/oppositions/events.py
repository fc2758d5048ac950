"""What the registry came to hold since an event, event by event: for whoever must hear of it at once.

What is judged by is the snapshot; files of a day's events are read in `records`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import DateTime, Engine, select, type_coerce

from pipelines.storage.registry.tables import OPPOSITIONS

_SAID: Final = ("identity_key", "alias_key", "kind", "channel")
_DATED: Final = ("opposed_at", "recorded_at", "revoked_at")


@dataclass(frozen=True)
class OppositionEvent:
    """An opposition, or its revocation; instants are zone-less UTC, as in the lake."""

    event_id: int
    identity_key: str
    alias_key: str | None
    kind: str
    channel: str
    opposed_at: datetime
    recorded_at: datetime
    revoked_at: datetime | None
    """None of an opposition itself."""


def events_since(engine: Engine, event_id: int, most: int) -> list[OppositionEvent]:
    """The events after one, in the order in which they were recorded, at most so many."""
    event = OPPOSITIONS.c
    columns: list[Any] = [event.id.label("event_id"), *(event[name] for name in _SAID)]
    columns += [type_coerce(event[name], DateTime()).label(name) for name in _DATED]
    query = select(*columns).where(event.id > event_id).order_by(event.id).limit(most)
    with engine.connect() as connection:
        return [OppositionEvent(**row) for row in connection.execute(query).mappings()]
