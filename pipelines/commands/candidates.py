"""`opposable candidates`: compare vendors before they are bought from, and decide which of them go live.

Criteria and answers are in `governance`, what a pilot showed, conditions and decisions in `candidates`.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from pipelines.candidates.comparison import Candidate, CandidateBook
from pipelines.candidates.decisions import EXCEPTION, OPENED, REFUSED, DecisionNote, decisions_on, note_decision
from pipelines.candidates.go_live import ConditionResult, criterion_words, go_live_results
from pipelines.candidates.page import pilot_words, render_candidates
from pipelines.commands.shared import (
    Language,
    LanguageOption,
    as_text,
    house_of_settings,
    print_table,
    refuse,
    vendor_in,
    writing_to,
)
from pipelines.contracts.book import TENDER
from pipelines.contracts.stages import may_be_used
from pipelines.house import House
from pipelines.identifiers.escaped_texts import escaped
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.vocabulary.clock import paris_date
from pipelines.wording.words import Words, words

app = typer.Typer(
    help="Vendors before they are live: compared in a tender, tried in a pilot, let through by a person.",
    no_args_is_help=True,
)
SHOWN = 6
"""Lines that a condition's lack takes in the table; the rest is counted."""

VendorArgument = Annotated[str, typer.Argument(help="The vendor to look at.")]
ByOption = Annotated[str, typer.Option("--by", help="Who decides, by name or function; noted for good.")]


@app.command()
def compare(
    vendors: Annotated[
        list[str] | None, typer.Argument(metavar="[VENDOR]...", help="Candidates; all with a tender.yaml unless given.")
    ] = None,
    lang: LanguageOption = Language.EN,
    html: Annotated[Path | None, typer.Option(help="Write the comparison as a page here.")] = None,
) -> None:
    """Compare candidates: weighted totals, what rules them out, what is missing and why, what their pilots showed.

    Answers lie in `tender.yaml` beside a vendor's contracts. Exit status: 0 compared, 2 a wrong argument or file: a
    candidate whose file can't be read is named and left out, the others are compared.
    """
    house, spoken = house_of_settings(), words(lang.value)
    known = _candidate_book(house)
    asked = [vendor_in(house, "VENDOR", vendor) for vendor in vendors or known.vendors()]
    try:
        candidates, broken = known.compared(asked)
    except CatalogueError as error:
        refuse(str(error))
    for vendor, problems in broken.items():
        typer.echo(f"{spoken('candidates.left_out', vendor=vendor)}\n{problems}", err=True)
    if not candidates and not broken:
        typer.echo(spoken("candidates.none", path=house.settings.contracts / "<vendor>" / TENDER))
        return
    if html is not None:
        page = render_candidates(candidates, known.grid, language=lang.value, as_of=known.at)
        with writing_to("--html", html):
            html.write_text(page, encoding="utf-8")
    _show_candidates(candidates, spoken)
    if broken:
        raise typer.Exit(2)


@app.command()
def gate(vendor: VendorArgument, lang: LanguageOption = Language.EN) -> None:
    """Say whether a vendor may go live: each condition, what it lacks, and what was decided so far.

    Exit status: 0 every condition is met, 1 one is not, 2 a wrong argument or file.
    """
    house, spoken = house_of_settings(), words(lang.value)
    known, results = _go_live_asked(house, vendor, spoken)
    _show_conditions(vendor, known, results, spoken)
    typer.echo(_standing_words(known, vendor, spoken))
    for note in decisions_on(house.registry, vendor):
        key = "candidates.gate.decided_why" if note.reason else "candidates.gate.decided"
        decision, on = spoken(f"candidates.decision.{note.decision}"), paris_date(note.decided_at)
        typer.echo(escaped(spoken(key, on=on, decision=decision, who=note.decided_by, reason=note.reason)))
    if not all(result.is_met for result in results):
        raise typer.Exit(1)


@app.command("open")
def open_(
    vendor: VendorArgument,
    by: ByOption,
    reason: Annotated[
        str | None, typer.Option(help="Why it goes live although a condition is not met: an exception.")
    ] = None,
    lang: LanguageOption = Language.EN,
) -> None:
    """Decide that a vendor goes live: its deliveries from today on may be used, under a contract with stage live.

    Exit status: 0 noted, 1 a condition is not met and no reason is given, 2 a wrong argument or file.
    """
    house, spoken = house_of_settings(), words(lang.value)
    known, results = _go_live_asked(house, vendor, spoken)
    unmet = tuple(result.condition.id for result in results if not result.is_met)
    if unmet and reason is None:
        _show_conditions(vendor, known, results, spoken)
        typer.echo(spoken("candidates.gate.needs_reason"), err=True)
        raise typer.Exit(1)
    _note(house, known, vendor, EXCEPTION if unmet else OPENED, by, reason, unmet, spoken)


@app.command("refuse")
def refuse_(
    vendor: VendorArgument,
    by: ByOption,
    reason: Annotated[str, typer.Option(help="Why, in words; noted for good.")],
    lang: LanguageOption = Language.EN,
) -> None:
    """Decide that a vendor does not go live, or not any more: leads of its deliveries from today on are blocked.

    Exit status: 0 noted, 2 a wrong argument or file.
    """
    house, spoken = house_of_settings(), words(lang.value)
    known, results = _go_live_asked(house, vendor, spoken)
    unmet = tuple(result.condition.id for result in results if not result.is_met)
    _note(house, known, vendor, REFUSED, by, reason, unmet, spoken)


def _candidate_book(house: House) -> CandidateBook:
    judged = house.settings.contracts, house.contracts(), house.engine, house.lake, house.catalogue, house.methods()
    return CandidateBook(*judged, datetime.now(UTC))


def _go_live_asked(house: House, vendor: str, spoken: Words) -> tuple[CandidateBook, list[ConditionResult]]:
    known = _candidate_book(house)
    try:
        return known, go_live_results(known.case(vendor_in(house, "VENDOR", vendor)), spoken)
    except CatalogueError as error:
        refuse(str(error))


def _note(
    house: House,
    known: CandidateBook,
    vendor: str,
    decision: str,
    by: str,
    reason: str | None,
    unmet: tuple[str, ...],
    spoken: Words,
) -> None:
    contract = known.latest_contract(vendor)
    if contract is not None and contract.stage is None:
        refuse(spoken("candidates.gate.never"))
    digest = contract.digest if contract is not None else None
    try:
        note_decision(house.registry, DecisionNote(vendor, decision, known.at, by, reason, unmet, digest))
    except ValueError as error:
        refuse(str(error))
    said = spoken(f"candidates.decision.{decision}")
    typer.echo(spoken("candidates.gate.noted", decision=said, on=paris_date(known.at)))


def _standing_words(known: CandidateBook, vendor: str, spoken: Words) -> str:
    """How far the vendor's leads may be used today."""
    contract, today = known.latest_contract(vendor), paris_date(known.at)
    if contract is not None and contract.stage is None:
        return spoken("candidates.gate.never")
    decided = contract.go_live[-1] if contract is not None and contract.go_live else None
    if contract is None or decided is None:
        return spoken("candidates.gate.undecided")
    if not decided.is_open:
        return spoken("candidates.gate.refused", on=decided.on)
    is_open = contract.valid_from <= today and may_be_used(contract, today)
    return spoken("candidates.gate.open" if is_open else "candidates.gate.open_soon", on=decided.on)


def _show_candidates(candidates: list[Candidate], spoken: Words) -> None:
    table = Table(title=spoken("candidates.title"), title_justify="left", box=SIMPLE)
    for name in ("candidate", "stage"):
        table.add_column(spoken(f"candidates.{name}"), overflow="fold")
    for name in ("total", "knock_outs", "missing"):
        table.add_column(spoken(f"candidates.{name}"), justify="right", no_wrap=True)
    table.add_column(spoken("candidates.pilot"), overflow="fold")
    for one in candidates:
        counts = (spoken.points(one.tender.total), *map(str, (len(one.tender.knock_outs), len(one.tender.missing))))
        stage = spoken(f"stage.{one.stage}") if one.stage else "-"
        table.add_row(one.vendor, stage, *counts, pilot_words(one.pilot, spoken))
    print_table(table)
    for one in candidates:
        _show_lacking(one, spoken)


def _show_lacking(candidate: Candidate, spoken: Words) -> None:
    tender = candidate.tender
    table = Table(title=candidate.vendor, title_justify="left", box=SIMPLE)
    table.add_column(spoken("candidates.weight"), justify="right", no_wrap=True)
    table.add_column(spoken("candidates.missing"), overflow="fold", ratio=3)
    table.add_column(spoken("candidates.why"), overflow="fold", ratio=1)
    lacking = (*tender.knock_outs, *tender.missing, *tender.doubtful)
    for result in lacking:
        said, basis = criterion_words(result, spoken), spoken.cite(result.criterion.basis)
        table.add_row(str(result.criterion.weight), as_text(said), as_text(basis))
    if lacking:
        print_table(table)
    else:
        typer.echo(f"{candidate.vendor}: {spoken('candidates.nothing_missing')}")


def _show_conditions(vendor: str, known: CandidateBook, results: list[ConditionResult], spoken: Words) -> None:
    title = spoken("candidates.gate.title", vendor=vendor, on=paris_date(known.at))
    table = Table(title=title, title_justify="left", box=SIMPLE)
    table.add_column(spoken("candidates.gate.condition"), overflow="fold", ratio=2)
    table.add_column(spoken("candidates.gate.state"), no_wrap=True)
    table.add_column(spoken("candidates.gate.lacking"), overflow="fold", ratio=3)
    table.add_column(spoken("candidates.why"), overflow="fold", ratio=1)
    for result in results:
        state = spoken("candidates.gate.met" if result.is_met else "candidates.gate.unmet")
        more = [spoken("candidates.gate.more", n=len(result.lacking) - SHOWN)] if len(result.lacking) > SHOWN else []
        lacking = Text("\n").join(map(as_text, [*result.lacking[:SHOWN], *more]))
        table.add_row(spoken.say(result.condition.says), state, lacking, as_text(spoken.cite(result.condition.basis)))
    print_table(table)
