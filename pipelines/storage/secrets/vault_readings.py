"""The log of readings: who asked the vault for a person's identifiers, when, and what for."""

from datetime import date, datetime

from sqlalchemy import Engine, insert

from pipelines.storage.registry.database import writing
from pipelines.storage.registry.tables import VAULT_READINGS


def note_reading(
    registry: Engine, vendor: str, day: date, lead_id: str, *, reader: str, purpose: str, read_at: datetime
) -> None:
    """Add one reading; `read_at` is aware. Committed before this returns; what is too long is cut."""
    row = {
        "read_at": read_at,
        "reader": reader[:64],
        "purpose": purpose[:200],
        "vendor": vendor,
        "delivery_date": day,
        "lead_id": lead_id[:256],
    }
    with registry.connect() as connection, writing(connection):
        connection.execute(insert(VAULT_READINGS).values(row))
