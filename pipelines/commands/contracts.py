"""`opposable contracts`: what is wrong with contracts, for those who write them. The rules are in `contract_lint`."""

import difflib
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.shared import house_of_settings, refuse
from pipelines.resources.house import House
from pipelines.rulebook.sources import CatalogueError
from pipelines.storage.contracts import load_contracts, vendor_folders

app = typer.Typer(help="The contracts and what is wrong with them.", no_args_is_help=True)


@app.callback()
def contracts() -> None:
    """The contracts and what is wrong with them."""


@app.command()
def lint(
    vendors: Annotated[
        list[str] | None, typer.Argument(metavar="[VENDOR]...", help="Vendors to look at; all unless given.")
    ] = None,
) -> None:
    """Say everything that is wrong with contracts, each with file, line, column and what would mend it.

    Exit status: 0 without errors (warnings may be left), 1 with errors, 2 for a vendor without a folder.
    """
    house = house_of_settings()
    folder = house.settings.contracts
    for vendor in vendors or ():
        _check_vendor(folder, vendor)
    book = load_contracts(folder, vendors=vendors or (), known_rules=_known_rules(house), is_against_standard=True)
    for problem in book.problems:
        typer.echo(str(problem))
    error_count = sum(problem.severity == "error" for problem in book.problems)
    warning_count = len(book.problems) - error_count
    typer.echo(f"{book.file_count} contracts in {folder}: {error_count} errors, {warning_count} warnings")
    if error_count:
        raise typer.Exit(1)


def _check_vendor(folder: Path, vendor: str) -> None:
    known = [path.name for path in vendor_folders(folder)]
    if vendor not in known:
        near = difflib.get_close_matches(vendor, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        refuse(f"no contracts of a vendor {vendor} in {folder}{hint}")


def _known_rules(house: House) -> Collection[str]:
    """Ids that refusal grounds may name; none, and so no check, while the rulebook itself is broken."""
    try:
        return house.catalogue.by_id
    except CatalogueError as error:
        typer.echo(f"refusal grounds are not checked: the rulebook can't be read\n{error}", err=True)
        return ()
