"""Which registry this is: a number drawn when it was made, and who accepted another one in its place, and why."""

from datetime import datetime

from sqlalchemy import Engine, insert, select

from pipelines.storage.registry.database import writing
from pipelines.storage.registry.tables import REGISTRY_ACCEPTANCES, REGISTRY_IDENTITY


def registry_identity(registry: Engine) -> str:
    """The number that the registry got when it was made; its copies and backups have the same."""
    with registry.connect() as connection:
        return str(connection.execute(select(REGISTRY_IDENTITY.c.identity)).scalar_one())


def note_acceptance(registry: Engine, *, instead_of: str, accepted_by: str, reason: str, at: datetime) -> None:
    """Note for good that a person took this registry in place of another, or of a later state of itself."""
    row = {"instead_of": instead_of, "accepted_by": accepted_by[:64], "reason": reason[:200], "accepted_at": at}
    with registry.connect() as connection, writing(connection):
        connection.execute(insert(REGISTRY_ACCEPTANCES).values(row))
