"""`opposable invoices`: what vendors ask for, held against what they delivered and what was agreed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.shared import Language, LanguageOption, house_of_settings, instant_of, known_vendor, refuse
from pipelines.deliveries.inbox_folders import INVOICES, is_ignored
from pipelines.formats.source import InboxFaultError
from pipelines.identifiers.escaped_texts import escaped
from pipelines.identifiers.shown_names import shown_path
from pipelines.invoices.causes import APPROVED
from pipelines.invoices.checking import InvoiceChecker, ToldInvoice
from pipelines.invoices.invoice import UnreadInvoiceError
from pipelines.storage.folders import entries_below
from pipelines.storage.kept_corrections import DamagedCorrectionsError
from pipelines.wording.reasons import sentence
from pipelines.wording.words import Words, words

app = typer.Typer(no_args_is_help=True)


@app.callback()
def invoices() -> None:
    """Vendors' invoices, held against deliveries, verdicts and contract prices."""


@app.command()
def check(
    vendor: Annotated[str, typer.Argument(help="Key of the vendor.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="UBL 2.1, CII or Factur-X; what lies in the vendor's `invoices` in the inbox unless given."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write below; the home's `invoices` unless given.")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Instant on whose day claims are counted; now unless given.")
    ] = None,
    language: LanguageOption = Language.EN,
) -> None:
    """Say what is due of an invoice, what is disputed and why; write page, claims and lifecycle message.

    Nothing is sent. An invoice that was checked before is checked anew; whoever removes its folder takes it back.

    Exit status: 0 checked, whatever was found; 1 an invoice can't be read; 2 a wrong argument or setting.
    """
    house, say = house_of_settings(), words(language.value)
    book = house.contracts([vendor])
    known_vendor(book, vendor)
    at = instant_of("--as-of", as_of) if as_of else datetime.now(UTC)
    given = _invoices_given(files, house.settings.inbox, house.settings.inbox / vendor / INVOICES, say)
    folder = out.absolute() if out else house.settings.invoices
    checker = InvoiceChecker(house.engine, house.lake, house.catalogue, house.settings.limits, folder)
    unread = 0
    for path in given:
        try:
            _tell(checker.check(vendor, book.of(vendor), path, as_of=at, language=language.value), say)
        except UnreadInvoiceError as error:
            typer.echo(_unread_told(path, error, language.value), err=True)
            unread += 1
        except (DamagedCorrectionsError, InboxFaultError) as error:
            refuse(str(error))
    if unread:
        raise typer.Exit(1)


def _invoices_given(files: Sequence[Path] | None, inbox: Path, folder: Path, say: Words) -> list[Path]:
    """Files of the arguments; plain ones of the vendor's folder, by name, where there are none."""
    for path in files or ():
        if not path.is_file():
            refuse(f"FILE: {shown_path(path)} is no file")
    entries = entries_below(inbox, folder)
    lying = sorted(entry.path for entry in entries if entry.is_file and not is_ignored(entry.path.name))
    if not (files or lying):
        refuse(say("invoices.none", folder=folder))
    return [path.resolve() for path in files] if files else lying


def _tell(told: ToldInvoice, say: Words) -> None:
    checked, currency = told.checked, told.checked.invoice.currency
    amounts = {name: say.money(getattr(checked, name), currency) for name in ("due", "disputed", "open")}
    typer.echo(escaped(say("invoices.told", number=checked.invoice.number, **amounts)))
    for cause in checked.causes:
        typer.echo(f"  {say.money(checked.amount_of(cause), currency)}  {say(f'invoice_cause.{cause}')}")
    if told.unanswered:
        typer.echo(f"  {say(told.unanswered)}")
    elif checked.answer != APPROVED:
        answer = say(f"invoices.answer.{checked.answer}")
        typer.echo(f"  {say('invoices.told_answer', code=checked.answer, answer=answer)}")
    typer.echo(f"  {told.folder}")


def _unread_told(path: Path, error: UnreadInvoiceError, language: str) -> str:
    return words(language)("invoices.unread", file=shown_path(path), expected=sentence(error.reason, language))
