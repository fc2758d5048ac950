"""What the registry kept in a period, counted: what was recorded, told, read, handed out and removed."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, func, select

from pipelines.storage.registry.tables import (
    CONTACT_ANSWERS,
    EXPORTS,
    OPPOSITIONS,
    PURGES,
    REGISTRY_ACCEPTANCES,
    SUPPRESSION_SHARES,
    VAULT_READINGS,
)
from pipelines.storage.registry.vendor_tables import QUESTIONNAIRE_STATEMENTS, QUESTIONNAIRES

_INSTANTS: Final[dict[str, ColumnElement[Any]]] = {
    "oppositions": OPPOSITIONS.c.recorded_at,
    "shares": SUPPRESSION_SHARES.c.recorded_at,
    "contact_answers": CONTACT_ANSWERS.c.answered_at,
    "exports": EXPORTS.c.exported_at,
    "vault_readings": VAULT_READINGS.c.read_at,
    "purges": PURGES.c.purged_at,
    "questionnaires": QUESTIONNAIRES.c.made_at,
    "statements": QUESTIONNAIRE_STATEMENTS.c.stated_at,
    "acceptances": REGISTRY_ACCEPTANCES.c.accepted_at,
}
WORDS: Final = tuple(_INSTANTS)
"""Each has a sentence in the pages' words."""


def registry_counts(registry: Engine, first: datetime, until: datetime) -> dict[str, int]:
    """Rows by word, from an instant (aware) up to before another."""
    with registry.connect() as connection:
        return {
            word: connection.scalar(select(func.count()).where(column >= first, column < until)) or 0
            for word, column in _INSTANTS.items()
        }
