"""`opposable vault`: one lead's identifiers, for whom may ask, with an entry in the log of readings each time."""

import getpass
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from pipelines.commands.shared import day_of, house_of_settings, refuse, vendor_in
from pipelines.house import House
from pipelines.identifiers.escaped_texts import escaped
from pipelines.identifiers.spellings import Person
from pipelines.storage.registry.database import RegistryError
from pipelines.storage.secrets.age import BrokenSealError
from pipelines.storage.secrets.keys import KeysError
from pipelines.storage.secrets.vault import VaultError
from pipelines.storage.secrets.vault_readings import check_purpose, note_reading
from pipelines.vocabulary.fields import PERSONAL

app = typer.Typer(no_args_is_help=True)


@app.callback()
def vault() -> None:
    """The vault: the only place that keeps persons' identifiers."""


@app.command("show")
def show(
    vendor: Annotated[str, typer.Argument(help="Key of the vendor.")],
    lead_id: Annotated[str, typer.Argument(help="The vendor's reference of the lead.")],
    purpose: Annotated[str, typer.Option(help="What for, such as the number of a request; it is logged.")],
    date_: Annotated[str | None, typer.Option("--date", help="Delivery date; every date unless given.")] = None,
) -> None:
    """Show the identifiers of a lead. Who read what, when and what for is logged before anything is shown.

    Exit status: 0 shown, 1 the vault does not hold the lead, 2 a wrong argument or setting.
    """
    house = house_of_settings()
    if vendor not in house.vault.vendors():
        vendor_in(house, "VENDOR", vendor)
    days = [day_of("--date", date_)] if date_ else house.vault.days(vendor)
    try:
        check_purpose(purpose)
        found = [line for day in days for line in _identifier_lines(house, vendor, day, lead_id, purpose)]
    except (RegistryError, KeysError, BrokenSealError, VaultError, ValueError) as error:
        refuse(str(error))
    if not found:
        typer.echo("the vault does not hold this lead: it was never accepted, or its retention has passed", err=True)
        raise typer.Exit(1)
    for line in found:
        typer.echo(escaped(line))


def _identifier_lines(house: House, vendor: str, day: date, lead_id: str, purpose: str) -> list[str]:
    rows = house.vault.read_lead(vendor, day, lead_id).to_pylist()
    for row in rows:
        check_purpose(purpose, Person(**{name: row[name] for name in PERSONAL}))
    if rows:
        reading = (vendor, day, lead_id)
        note_reading(house.registry, *reading, reader=getpass.getuser(), purpose=purpose, read_at=datetime.now(UTC))
    return [f"{day} {name}: {_shown(row[name])}" for row in rows for name in PERSONAL]


def _shown(value: str | list[str] | None) -> str:
    return ", ".join(value) if isinstance(value, list) else value or "-"
