"""The registry's schema through time: Alembic revisions, run by the program itself. A published one is never edited.

Whether there is anything to run is told without Alembic, which takes long to load.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER: Final = Path(__file__).parent / "migrations"


class UnknownRevisionError(LookupError):
    """The database is at a revision that this program does not have; the message is its name."""


def is_current(connection: Connection) -> bool:
    """Whether the schema is the newest that we know.

    Raises:
        UnknownRevisionError: the schema is newer than this program.
    """
    known, found = revisions(), _found_revisions(connection)
    for name in found:
        if name not in known:
            raise UnknownRevisionError(name)
    return found == known[-1:]


def revisions() -> list[str]:
    """Names of the revisions, in their order: each module's begins with its revision's."""
    return sorted(path.stem.partition("_")[0] for path in (FOLDER / "versions").glob("v*.py"))


def _found_revisions(connection: Connection) -> list[str]:
    """What Alembic noted in the database; nothing in a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return []
    return list(connection.execute(text("select version_num from alembic_version")).scalars())


def upgrade(connection: Connection) -> None:
    """Bring the schema up to date within the connection's transaction, which no other writer shares."""
    from alembic import command

    command.upgrade(config(connection), "head")


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings: where the revisions are, and what they run on."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    settings.attributes["connection"] = connection
    return settings
