"""`opposable rules notices`: changed rules are announced to every vendor, beside its receipts in the outbox."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.commands.shared import house_of_settings, instant_of, refuse, unread_contract
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.vocabulary.clock import last_tick


def notices(
    days: Annotated[int, typer.Option(help="How many days of deliveries to judge under both.", min=1)] = 90,
    as_of: Annotated[str | None, typer.Option(help="Knowledge instant; the last tick unless given.")] = None,
) -> None:
    """Tell every vendor what of the rules changed since they were last announced, and what it would change for it.

    The first time nothing is told: the rules are noted as known. The job `publish` does the same. Exit status: 0 told,
    or nothing to tell; 2 a wrong argument or setting, or rules or a contract that can't be read: then nobody is told,
    and nothing is noted.
    """
    from pipelines.comparisons.announcements import AnnouncementError, UnreadContractsError

    house, at = house_of_settings(), instant_of("--as-of", as_of) if as_of else last_tick(datetime.now(UTC))
    try:
        done = house.announcements.announce(house.catalogue, house.contracts(), at, days)
    except UnreadContractsError as error:
        refuse("\n".join([*map(unread_contract, error.vendors), "nobody is told yet: mend it, and run this again"]))
    except (CatalogueError, AnnouncementError) as error:
        refuse(str(error))
    if done.is_first:
        typer.echo(f"the rules {done.digest[:12]} are noted as announced; changes are told from now on")
    elif not done.paths:
        typer.echo(f"nothing changed since the rules {done.digest[:12]} were announced")
    for path in done.paths:
        typer.echo(path)
