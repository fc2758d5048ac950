"""The log of readings: who asked the vault for a person's identifiers, when, and what for."""

from datetime import date, datetime

from sqlalchemy import Engine, insert

from pipelines.identifiers.likeness import looks_like_person
from pipelines.identifiers.spellings import NOBODY, Person, without_identifiers_in
from pipelines.storage.registry.database import writing
from pipelines.storage.registry.tables import VAULT_READINGS


def check_purpose(purpose: str, person: Person = NOBODY) -> None:
    """Refuse a purpose that the log may not keep.

    Args:
        purpose: as it was given.
        person: whom the reading is about, if that is known.

    Raises:
        ValueError: it is empty, or holds what may be a person's identifier, which is not repeated.
    """
    names_person = without_identifiers_in(purpose, person, "reference") != purpose
    if not purpose.strip() or names_person or looks_like_person(purpose, "name"):
        raise ValueError(
            "purpose: expected a reason in words, such as a request's number, without anybody's identifiers"
        )


def note_reading(
    registry: Engine, vendor: str, day: date, lead_id: str, *, reader: str, purpose: str, read_at: datetime
) -> None:
    """Add one reading; `read_at` is aware. Committed before this returns; what is too long is cut.

    Raises:
        ValueError: the purpose is one that `check_purpose` refuses.
    """
    check_purpose(purpose)
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
