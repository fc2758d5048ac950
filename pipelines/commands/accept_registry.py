"""`opposable oppositions accept-registry`: a person says that another registry takes the place of the one before."""

import getpass
from datetime import UTC, datetime
from typing import Annotated

import sqlalchemy as sa
import typer

from pipelines.commands.shared import house_of_settings, refuse
from pipelines.identifiers.likeness import looks_like_person
from pipelines.oppositions.snapshot import accept_registry
from pipelines.storage.registry.database import RegistryError


def accept_registry_command(
    reason: Annotated[str, typer.Option(help="Why this registry is the right one now, in words; it is noted in it.")],
) -> None:
    """Take the registry of the settings in place of the one whose oppositions are published.

    Persons whose oppositions it lacks can be called again: only for a move, or a restored backup whose losses were
    imported again. Who decided and why stays in the registry. Exit status: 0 done, 2 a setting or the reason is wrong.
    """
    if not reason.strip() or looks_like_person(reason, "name"):
        refuse("--reason: expected a reason in words, such as a decision's number, without anybody's identifiers")
    house = house_of_settings()
    try:
        done = accept_registry(
            house.registry, house.lake, accepted_by=getpass.getuser(), reason=reason, at=datetime.now(UTC)
        )
    except (RegistryError, sa.exc.DBAPIError) as error:
        refuse(str(error))
    typer.echo(f"accepted: {done.row_count} rows of oppositions, recorded on {done.day_count} days, are published now")
