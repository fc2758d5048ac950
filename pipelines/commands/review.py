"""`opposable review`: what a person decides at a renewal, on which dossier, who confirmed it; the annex for counsel."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

import typer

from pipelines.commands.shared import Language, LanguageOption, house_of_settings, known_vendor, refuse, write_made
from pipelines.house import House
from pipelines.identifiers.escaped_texts import escaped
from pipelines.reviews.decisions import DECISIONS, DecisionRefusedError, RecordedDecision
from pipelines.vocabulary.clock import paris_date

SHORT: Final = 12
"""Digits of a digest that are shown."""
MOST_DIGITS: Final = 12
"""Of a turnover."""

app = typer.Typer(no_args_is_help=True)

ByOption = Annotated[str, typer.Option(help="Name and function of the person; never a lead's.")]


@app.callback()
def review() -> None:
    """Renewal reviews: decide, confirm, list, print; the annex for counsel."""


@app.command()
def decide(
    vendor: Annotated[str, typer.Argument(help="Key of the vendor.")],
    decision: Annotated[str, typer.Option(help=f"One of {', '.join(DECISIONS)}.")],
    by: ByOption,
    reason: Annotated[str, typer.Option(help="Why, in words; it is kept.")],
    dossier_digest: Annotated[
        str | None,
        typer.Option(help="The dossier decided on: its digest or its first digits; the latest if not given."),
    ] = None,
) -> None:
    """Record what a person decides on a dossier; nothing changes or removes it, a later decision stands beside it.

    The dossier is kept as it was, in `decisions/` of the home. Exit status: 0 recorded, 2 refused.
    """
    desk = _house_with(vendor).review_desk
    try:
        made = desk.decide(vendor, decision, by=by, reason=reason, at=datetime.now(UTC), digest=dossier_digest)
    except DecisionRefusedError as error:
        refuse(str(error))
    recommended = made.decision.recommendation
    typer.echo(f"{made.number}  {vendor}: {decision}, recommended: {recommended}; dossier {made.kept}")
    if made.decision.needs_second:
        typer.echo(f"waits for a second person: opposable review confirm {vendor} --by NAME")


@app.command()
def confirm(vendor: Annotated[str, typer.Argument(help="Key of the vendor.")], by: ByOption) -> None:
    """Confirm the vendor's latest decision as a second person; from then on it stands.

    Exit status: 0 confirmed, 2 refused: nothing waits, or the same person decided.
    """
    desk = _house_with(vendor).review_desk
    try:
        decision = desk.confirm(vendor, by=by, at=datetime.now(UTC))
    except DecisionRefusedError as error:
        refuse(str(error))
    typer.echo(f"{decision.id}  {vendor}: {decision.decision} is confirmed, and stands")


@app.command()
def pdf(
    vendor: Annotated[str, typer.Argument(help="Key of the vendor.")],
    to: Annotated[Path | None, typer.Option(help="File to write; named after vendor and date if not given.")] = None,
    dossier_digest: Annotated[
        str | None, typer.Option(help="The dossier: its digest or its first digits; the latest if not given.")
    ] = None,
    lang: LanguageOption = Language.FR,
) -> None:
    """Print a vendor's dossier as a PDF (tagged, with an outline); Chromium does it.

    The same dossier gives the same bytes from the same Chromium. Exit status: 0 written, 2 refused.
    """
    from pipelines.dossiers.printed import dossier_as_pdf
    from pipelines.reviews.decisions import dossier_named
    from pipelines.reviews.written_dossiers import found_dossiers

    ours = _house_with(vendor).settings
    try:
        dossier = dossier_named(found_dossiers(ours.dossiers, vendor), vendor, dossier_digest)
    except DecisionRefusedError as error:
        refuse(str(error))
    target = to or Path(f"{vendor}-{dossier.folder.name}.{lang.value}.pdf")
    write_made("--to", target, lambda: dossier_as_pdf(dossier, lang.value))


@app.command("list")
def list_(vendor: Annotated[str | None, typer.Argument(help="Key of one vendor.")] = None) -> None:
    """Every decision, and what waits: renewals and last days of notice that passed without one, and decisions without
    their second person.

    Exit status: 0 nothing waits, 1 something does, 2 a wrong argument or setting.
    """
    from pipelines.agenda.contract_dates import missed_notices
    from pipelines.reviews.own_findings import AGAINST, own_findings
    from pipelines.reviews.records import recorded_decisions
    from pipelines.wording.words import words

    house = house_of_settings() if vendor is None else _house_with(vendor)
    decisions, now = recorded_decisions(house.registry, vendor), datetime.now(UTC)
    for decision in decisions:
        typer.echo(_decision_told(decision))
    book = house.contracts([vendor] if vendor else ())
    contracts = {name: book.of(name) for name in book.vendors}
    waiting = [one for one in own_findings(contracts, decisions, now) if one.kind != AGAINST]
    missed = [day for name, theirs in contracts.items() for day in missed_notices(name, theirs, decisions, now)]
    for vendor_key, kind, on in (
        *((one.vendor, one.kind, one.on) for one in waiting),
        *((one.vendor, "notice_missed", one.on) for one in missed),
    ):
        typer.echo(f"{vendor_key}: {words('en')(f'own.{kind}', on=on)}")
    if not (decisions or waiting or missed):
        typer.echo("no decision is recorded, and no renewal waits for one")
    raise typer.Exit(bool(waiting or missed))


@app.command()
def annex(
    vendor: Annotated[str, typer.Argument(help="Key of the vendor.")],
    turnover: Annotated[
        str | None, typer.Option(help="The advertiser's turnover of the last year, in EUR: digits, such as 12000000.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Instant whose knowledge counts; now unless given.")] = None,
) -> None:
    """Write the exposure annex of a vendor, in French and English: for counsel alone, in `annexes/` of the home.

    No page links to it, and no vendor sees it. Exit status: 0 written, 2 a wrong argument or setting.
    """
    from pipelines.commands.shared import instant_of
    from pipelines.dossiers.annex import AnnexWriter
    from pipelines.storage.kept_corrections import DamagedCorrectionsError

    house, at = _house_with(vendor), instant_of("--as-of", as_of) if as_of else datetime.now(UTC)
    if turnover is not None and not (turnover.isascii() and turnover.isdigit() and len(turnover) <= MOST_DIGITS):
        refuse(f"--turnover: expected an amount in EUR, digits alone, at most {MOST_DIGITS}")
    writer = AnnexWriter(house.engine, house.lake.as_found(), house.catalogue, house.settings.annexes, at)
    try:
        folder = writer.write(vendor, None if turnover is None else Decimal(turnover))
    except DamagedCorrectionsError as error:
        refuse(str(error))
    typer.echo(str(folder))


def _house_with(vendor: str) -> House:
    house = house_of_settings()
    known_vendor(house.contracts([vendor]), vendor)
    return house


def _decision_told(one: RecordedDecision) -> str:
    """Three lines: what, who, why; what people wrote reaches the terminal without its control sequences."""
    second = f"confirmed by {one.confirmed_by}" if one.confirmed_by else "waits for a second person"
    by = f"by {one.decided_by}" + (f", {second}" if one.needs_second else "")
    return "\n   ".join(
        (
            f"{one.id}  {one.vendor}  {paris_date(one.decided_at)}  {one.decision}; recommended: {one.recommendation}",
            f"{escaped(by)}; dossier {one.dossier_digest[:SHORT]}",
            escaped(one.reason),
        )
    )
