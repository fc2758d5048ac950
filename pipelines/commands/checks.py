"""`opposable checks`: what the checks last said of each vendor's deliveries."""

from typing import Annotated

import typer

from pipelines.checks.results import failing_results
from pipelines.commands.shared import house_of_settings
from pipelines.identifiers.escaped_texts import escaped

app = typer.Typer(no_args_is_help=True)


@app.callback()
def checks() -> None:
    """What the checks last said, by vendor and day."""


@app.command("list")
def list_(vendor: Annotated[str | None, typer.Argument(help="Key of one vendor.")] = None) -> None:
    """List every delivery on which a check fails, the newest first, with what is wrong."""
    found = failing_results(house_of_settings().lake, vendor)
    for one in found:
        typer.echo(f"{one.day} {one.vendor} {one.check}: {one.fault_count} fault(s)")
        for words in one.faults:
            typer.echo(f"  {escaped(words)}")
        if one.fault_count > len(one.faults):
            typer.echo(f"  … and {one.fault_count - len(one.faults)} more")
    if not found:
        typer.echo("no check fails; a delivery is looked at whenever it is taken in or judged")
