"""The registry's schema through time: Alembic revisions, run by the program itself. A published one is never edited."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

FOLDER: Final = Path(__file__).parent / "migrations"


class UnknownRevisionError(LookupError):
    """The database is at a revision that this program does not have; the message is its name."""


def is_current(connection: Connection) -> bool:
    """Whether the schema is the newest that we know.

    Raises:
        UnknownRevisionError: the schema is newer than this program.
    """
    script = ScriptDirectory.from_config(config())
    found = MigrationContext.configure(connection).get_current_heads()
    known = {revision.revision for revision in script.walk_revisions()}
    for name in found:
        if name not in known:
            raise UnknownRevisionError(name)
    return set(found) == set(script.get_heads())


def upgrade(connection: Connection) -> None:
    """Bring the schema up to date within the connection's transaction, which no other writer shares."""
    command.upgrade(config(connection), "head")


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings: where the revisions are, and what they run on."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    settings.attributes["connection"] = connection
    return settings
