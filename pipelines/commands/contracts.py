"""`opposable contracts`: what is wrong with contracts, a first draft of one, and how files drift from what they were.

The rules are in `contracts.lint`, how a draft is made in `drafts`, what drifts in `checks.column_drift`, how a consent
text is digested in `intake.values`. What one command needs alone is imported in it: a lint waits for no reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.commands.contracts_review import review
from pipelines.commands.shared import day_of, house_of_settings, known_vendor, refuse, writing_to
from pipelines.contracts.book import SUFFIX, ContractBook, load_contracts, vendor_folders
from pipelines.identifiers.shown_names import shown_name
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.vocabulary.suggestions import hint_at
from pipelines.vocabulary.words import VENDOR_KEY

if TYPE_CHECKING:
    from pipelines.drafts.files import DraftedFiles
    from pipelines.house import House
    from pipelines.rulebook.catalogue import Catalogue

app = typer.Typer(help="The contracts, what is wrong with them, and how files keep to them.", no_args_is_help=True)
app.command("review")(review)


@app.callback()
def contracts() -> None:
    """The contracts, what is wrong with them, and how files keep to them."""


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
    book = load_contracts(folder, vendors=vendors or (), catalogue=_known_rules(house), methods=_known_methods(house))
    for problem in book.problems:
        typer.echo(str(problem))
    error_count = sum(problem.severity == "error" for problem in book.problems)
    warning_count = len(book.problems) - error_count
    typer.echo(f"{book.file_count} contracts in {folder}: {error_count} errors, {warning_count} warnings")
    if error_count:
        raise typer.Exit(1)


@app.command()
def init(
    vendor: Annotated[str, typer.Argument(help="Key of the vendor: 2 to 32 of a-z, 0-9 and -.")],
    leads: Annotated[list[Path], typer.Option("--from", help="A lead file of the vendor, packed or not; repeatable.")],
    proofs: Annotated[list[Path] | None, typer.Option(help="A file of consent proofs; repeatable.")] = None,
    valid_from: Annotated[
        str | None, typer.Option(help="File the draft under this date among the vendor's contracts.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the draft here; without either it is printed.")] = None,
) -> None:
    """Draft a contract from samples: dialect, columns, types, formats, and a question wherever that is not sure.

    No delivered value is written or shown, save words of closed vocabularies such as oui and non.
    Exit status: 0 drafted, 2 for a file that can't serve as a sample, or a draft that is there already.
    """
    from pipelines.drafts.document import draft_document
    from pipelines.drafts.files import draft_both
    from pipelines.drafts.samples import SampleError, read_samples

    if not VENDOR_KEY.fullmatch(vendor):
        refuse("VENDOR: expected 2 to 32 of a-z, 0-9 and -, not beginning with -")
    target = out or (_filed(vendor, valid_from) if valid_from else None)
    if target is not None and target.exists():
        refuse(f"{target} is there already; move it away, or choose another --out")
    try:
        samples = read_samples(leads, "leads"), read_samples(proofs or (), "consent_proofs")
    except SampleError as error:
        refuse(str(error))
    drafted, drafted_proofs = draft_both(*samples)
    text = draft_document(vendor, drafted, drafted_proofs)
    for files in (drafted, drafted_proofs):
        if files is not None:
            _show(files)
    if target is None:
        typer.echo(text, nl=False)
        return
    with writing_to("--out", target):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    typer.echo(f"{target}: a draft; answer its questions, then `opposable contracts lint {vendor}`", err=True)


@app.command()
def drift(
    vendor: Annotated[str | None, typer.Argument(help="The vendor to look at; all unless given.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="First delivery date.")] = None,
    to: Annotated[str | None, typer.Option(help="Last delivery date.")] = None,
) -> None:
    """Name the columns of published deliveries that are not as in the last accepted delivery before.

    Exit status: 0 told, drifts included, 2 for a wrong date or an unknown vendor.
    """
    from pipelines.checks.column_readings import vendor_drifts

    house = house_of_settings()
    first = day_of("--from", from_) if from_ else date.min
    last = day_of("--to", to) if to else date.max
    book = house.contracts()
    if vendor:
        known_vendor(book, vendor)
    count = 0
    for one in [vendor] if vendor else house.lake.vendors():
        days = [day for day in house.lake.published_days(one) if first <= day <= last]
        for found in vendor_drifts(house.judge.engine, house.lake, book.in_force, one, days):
            typer.echo(str(found))
            count += 1
    typer.echo(f"{count} {'drift' if count == 1 else 'drifts'} of columns")


@app.command()
def text_digest(
    file: Annotated[
        typer.FileBinaryRead, typer.Argument(metavar="FILE", help="One consent text; - reads it from a pipe.")
    ],
) -> None:
    """Print what a reviewed form's `text_sha256` is for a consent text: the digest that the intake gives a proof's.

    On standard error: which reviewed forms of which contracts have this text, drafts included.
    Exit status: 0 printed, 2 for a file that is no text, or holds none.
    """
    import pyarrow as pa

    from pipelines.intake.values import consent_text_digests

    digest = consent_text_digests(pa.array([_consent_text(file.read())]))[0].as_py()
    if digest is None:
        refuse("FILE: expected a consent text; there is nothing but white space")
    typer.echo(digest)
    forms = list(_forms_with_text(house_of_settings().contracts(), digest))
    for form in forms or ["no reviewed form of a readable contract has this text"]:
        typer.echo(form, err=True)


def _consent_text(content: bytes) -> str:
    """A file's text, in whichever encoding the intake would find it in."""
    from pipelines.formats.text_encodings import STRAY, encoding_of, recoded, survey

    encoding = encoding_of(survey([content]), None)
    text = recoded(content, encoding, is_whole=True) if encoding else STRAY
    if STRAY in text:
        refuse("FILE: expected a text in UTF-8, UTF-16 or Windows-1252; save it as one")
    return text.decode()


def _forms_with_text(book: ContractBook, digest: str) -> Iterator[str]:
    for vendor, contracts in sorted(book.contracts.items()):
        for contract in contracts:
            for form in contract.approved_forms:
                if form.text_sha256 == digest:
                    review = f"form {form.form_id}, version {form.form_version}, reviewed on {form.reviewed_on}"
                    yield f"{vendor}, contract from {contract.valid_from}: {review}"


def _filed(vendor: str, valid_from: str) -> Path:
    return house_of_settings().settings.contracts / vendor / f"{day_of('--valid-from', valid_from)}{SUFFIX}"


def _show(files: DraftedFiles) -> None:
    """The mapping as a table on standard error."""
    table = Table(title=f"{files.terms.role}: {files.terms.path}", title_justify="left")
    for heading in ("column", "field", "how sure", "filled", "questions"):
        table.add_column(heading, overflow="fold")
    for field in files.fields:
        name = escape(shown_name(field.terms.physical_name, 0))
        asked = escape("\n".join(field.questions))
        table.add_row(name, field.terms.name, field.confidence, f"{field.filled:.0%}", asked)
    for column, filled in files.undeclared:
        table.add_row(escape(column), "", "", f"{filled:.0%}", "not understood: is it needed?")
    console = Console(stderr=True)
    console.print(table)
    for question in files.questions:
        console.print(f"? {escape(question)}")


def _check_vendor(folder: Path, vendor: str) -> None:
    known = [path.name for path in vendor_folders(folder)]
    if vendor not in known:
        refuse(f"no contracts of a vendor {vendor} in {folder}{hint_at(vendor, known)}")


def _known_methods(house: House) -> tuple[str, ...] | None:
    """The versions of the method that contracts may name; none, and no check, while one of them is broken."""
    from pipelines.scores.method_error import MethodError

    try:
        return house.methods().words
    except MethodError as error:
        typer.echo(f"scoringMethod is not checked: {error}", err=True)
        return None


def _known_rules(house: House) -> Catalogue | None:
    """The rules that contracts are checked against; none, and no check, while the rulebook itself is broken."""
    try:
        return house.catalogue
    except CatalogueError as error:
        typer.echo(f"refusal grounds and needed fields are not checked: the rulebook can't be read\n{error}", err=True)
        return None
