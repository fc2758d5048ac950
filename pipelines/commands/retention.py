"""`opposable retention`: delivered files sealed, and what is due removed, from the terminal."""

from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from pipelines.commands.shared import house_of_settings, instant_of, refuse
from pipelines.formats.source import InboxFaultError
from pipelines.upkeep.retention import Retained
from pipelines.upkeep.retention_clock import (
    ANNEX,
    CHECKED_INVOICE,
    COMPARISON,
    DECIDED_DOSSIER,
    DELIVERED_FILE,
    DOSSIER,
    KEPT_ANSWER,
    LAW,
    RECEIPT,
    TAKEN_ANSWER,
    VAULT_ROWS,
)
from pipelines.upkeep.sealing import SEAL_NAME_TAKEN
from pipelines.usable.exports import purge_exports
from pipelines.vocabulary.clock import last_tick

_OBJECTS: Final = {
    DELIVERED_FILE: "delivered files",
    VAULT_ROWS: "days of the vault",
    RECEIPT: "receipts",
    DOSSIER: "files of dossiers",
    DECIDED_DOSSIER: "files of dossiers decided on",
    COMPARISON: "files of comparisons",
    CHECKED_INVOICE: "files told of invoices",
    ANNEX: "files of annexes for counsel",
    KEPT_ANSWER: "files kept of disputes",
    TAKEN_ANSWER: "files of answers in the inbox",
    LAW: "rules and contracts that nothing names",
}

SHOWN = 20

app = typer.Typer(no_args_is_help=True)


@app.callback()
def retention() -> None:
    """How long delivered files, the vault's rows, receipts and what was made for people are kept."""


@app.command("run")
def run(
    as_of: Annotated[
        str | None, typer.Option(help="What is due then goes; the last tick, 06:00 Europe/Paris, unless given.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
) -> None:
    """Seal what was taken in, then remove what is due. The job `retention` does the same every day.

    Exit status: 0 done, 1 something that is due could not go, 2 a wrong argument or setting.
    """
    house, now = house_of_settings(), datetime.now(UTC)
    at = instant_of("--as-of", as_of) if as_of else last_tick(now)
    if at > now and not dry_run:
        refuse("--as-of: expected a past instant, since what is removed is gone; with --dry-run any will do")
    try:
        done = house.retention.run(house.contracts(), as_of=at, now=now, is_dry_run=dry_run)
        lists = purge_exports(house, now, is_dry_run=dry_run)
        objects = 0 if dry_run else house.clean_store(now, done.failed)
    except (InboxFaultError, ValueError) as error:
        refuse(str(error))
    _report_retention(done, is_dry_run=dry_run)
    typer.echo(f"call lists {'would be ' if dry_run else ''}removed: {lists}")
    if objects:
        typer.echo(f"objects removed from the object store: {objects}")
    if done.held_up or done.skipped or done.failed.reasons:
        raise typer.Exit(1)


def _report_retention(done: Retained, *, is_dry_run: bool) -> None:
    would = "would be " if is_dry_run else ""
    typer.echo(f"delivered files {would}sealed: {done.sealed_count}")
    for kind in _OBJECTS:
        typer.echo(f"{_OBJECTS[kind]} {would}removed: {done.purged[kind]}")
    for folder in done.held_up[:SHOWN]:
        typer.echo(f"{folder}: due, but it holds files that no run took in: reconcile the day, or move them", err=True)
    if len(done.held_up) > SHOWN:
        typer.echo(f"{len(done.held_up) - SHOWN} more folders are held up", err=True)
    for folder in done.put_off[:SHOWN]:
        typer.echo(f"{folder}: not sealed whole, {SEAL_NAME_TAKEN}", err=True)
    for words in done.failed.in_words():
        typer.echo(f"left, the others are done: {words}", err=True)
    for vendor in done.skipped:
        typer.echo(f"{vendor}: left out, its contract can't be read: `opposable contracts lint {vendor}`", err=True)
