"""`opposable export`: a call list for a named recipient, judged now; and what of one may no longer be used."""

import getpass
import secrets
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from pipelines.canaries.watch import MissedCanaryError, confirm_canaries
from pipelines.commands.export_seeds import seeds
from pipelines.commands.shared import Language, LanguageOption, house_of_settings, known_vendor, refuse, unread_contract
from pipelines.house import House
from pipelines.identifiers.errors_without_values import IntakeFaultError, LeftVendors, errors_without_values
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.settings import SettingsError
from pipelines.storage.registry.database import RegistryError
from pipelines.storage.secrets.age import BrokenSealError
from pipelines.storage.secrets.keys import KeysError
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS
from pipelines.usable.exports import (
    ExportError,
    Request,
    confirm_request,
    expires_at,
    hand_out,
    hand_out_more,
    kept_entries,
    lines_of_today,
    purge_exports,
)
from pipelines.usable.records import REVOCATIONS
from pipelines.usable.revocations import revocations_csv, revoked_entries
from pipelines.usable.seeded_lists import seeded_lines
from pipelines.usable.today import Today, look
from pipelines.vocabulary.words import CHANNELS
from pipelines.wording.words import words

app = typer.Typer(invoke_without_command=True)
OutOption = Annotated[
    Path | None, typer.Option(help="File to write; it must not exist. In the home's `exports` unless given.")
]
_TELLING = (RegistryError, SettingsError, KeysError, BrokenSealError, MissedCanaryError, ExportError, CatalogueError)


@app.callback()
def export(
    context: typer.Context,
    channel: Annotated[str, typer.Option(help=f"One of {', '.join(CHANNELS)}.")] = "phone",
    recipient: Annotated[str, typer.Option(help="age public key, age1…, of whoever is to open the list.")] = "",
    purpose: Annotated[str, typer.Option(help="What for, such as the campaign's number; it is logged.")] = "",
    vendor: Annotated[list[str] | None, typer.Option(help="Only leads of this vendor; may be repeated.")] = None,
    out: OutOption = None,
) -> None:
    """Write a call list: who may be contacted now on a channel, encrypted for its recipient. Good for 24 hours.

    Every held lead is judged at this moment, by today's law and every opposition that is known. Who exported what for
    whom is logged before anything is written.

    Exit status: 0 written, or nobody may be contacted; 1 vendors were left out; 2 a wrong argument or setting.
    """
    if context.invoked_subcommand is not None:
        return
    if channel not in CHANNELS:
        refuse(f"--channel: expected one of {', '.join(CHANNELS)}")
    request = Request(channel, recipient, purpose, getpass.getuser())
    _confirm_free(out)
    house, now = house_of_settings(), datetime.now(UTC)
    left = LeftVendors("judging", FAULTS_OF_OURS)
    try:
        with errors_without_values("the export", *_TELLING, typer.Exit):
            confirm_request(request)
            _export(house, request, vendor or (), left, now, out)
    except (*_TELLING, IntakeFaultError) as error:
        refuse(str(error))
    if left.reasons:
        raise typer.Exit(1)


def _export(
    house: House, request: Request, vendors: Collection[str], left: LeftVendors, now: datetime, out: Path | None
) -> None:
    today = _judging_now(house, now)
    for name in vendors:
        known_vendor(today.book, name)
    listed = sorted(set(vendors or today.vendors()))
    lines = lines_of_today(today, request.channel, listed, lambda: secrets.token_hex(8), left)
    _tell_left_out(today, left)
    if not lines:
        typer.echo("nobody may be contacted: nothing was written")
        return
    export_id = str(uuid4())
    seeded = seeded_lines(
        today, lines, request.channel, request.recipient, lambda: secrets.token_hex(8), secrets.choice
    )
    path = hand_out(house, request, lines, seeded, at=now, export_id=export_id, out=out)
    if seeded:
        typer.echo(f"{len(seeded)} lines of the house's own are among them: tell the recipient of none")
    typer.echo(f"{len(lines) + len(seeded)} lines, each good until its valid_until, 24 hours at most: {path}")
    typer.echo(f"before each use of it: opposable export revocations {export_id}")


@app.command("revocations")
def revocations(
    export_id: Annotated[str, typer.Argument(help="The list's id, as `opposable export` said it.")],
    out: OutOption = None,
    language: LanguageOption = Language.EN,
) -> None:
    """Write which entries of a call list may no longer be used, for the same recipient: entry, channel, since, reason.

    Every entry is judged anew, by every opposition, withdrawal and proof that is known now.

    Exit status: 0 written, 2 a wrong argument or setting.
    """
    _confirm_free(out)
    house, now = house_of_settings(), datetime.now(UTC)
    try:
        with errors_without_values("the revocations", *_TELLING):
            note, entries = kept_entries(house, export_id)
            today = _judging_now(house, now)
            revoked, say = revoked_entries(today, entries), words(language.value)
            clear = revocations_csv(revoked, today, say)
            name = f"revocations-{now:%Y%m%dT%H%M%SZ}.csv.age"
            by = getpass.getuser()
            path = hand_out_more(house, note, REVOCATIONS, clear, len(revoked), at=now, by=by, name=name, out=out)
    except (*_TELLING, IntakeFaultError) as error:
        refuse(str(error))
    typer.echo(say("usable.revoked", n=len(revoked), count=len(entries), path=str(path)))
    if now >= expires_at(note):
        typer.echo(say("usable.list_expired", at=say.instant(expires_at(note))))


app.command("seeds")(seeds)


def _judging_now(house: House, now: datetime) -> Today:
    """What is held, looked at with all that may stand against it; old lists go first."""
    confirm_canaries(house, house.engine)
    purge_exports(house, now)
    return look(house, now)


def _confirm_free(out: Path | None) -> None:
    if out is not None and (out.exists() or not out.parent.is_dir()):
        refuse("--out: expected a file that does not exist yet, in a folder that does")


def _tell_left_out(today: Today, left: LeftVendors) -> None:
    for told in left.in_words():
        typer.echo(f"left out, the others are listed: {told}", err=True)
    for name in sorted(set(today.vendors()) & set(today.book.skipped)):
        typer.echo(unread_contract(name), err=True)
