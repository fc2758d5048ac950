"""`opposable contracts review`: what is missing of a vendor's file and contract, and which risks were accepted.

What is asked is in `governance`, and loaded by who asks it: to lint contracts takes none of it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from pipelines.commands.shared import (
    Language,
    LanguageOption,
    as_text,
    day_of,
    house_of_settings,
    known_vendor,
    print_table,
    refuse,
)
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.vocabulary.clock import paris_date

if TYPE_CHECKING:
    from pipelines.governance.accepted_risks import AcceptedRisk
    from pipelines.governance.vendor_review import ReviewGap
    from pipelines.wording.words import Words


def review(
    vendor: Annotated[str, typer.Argument(help="The vendor to look at.")],
    on: Annotated[str | None, typer.Option("--on", help="Date that counts; today unless given.")] = None,
    lang: LanguageOption = Language.EN,
) -> None:
    """Name what is missing of a vendor's answers, evidence, audits and clauses, and why, the heaviest first.

    Answers, audits and accepted risks lie in `due_diligence.yaml` beside the vendor's contracts; what is accepted
    stands apart until its last day.
    Exit status: 0 nothing is missing that nobody should buy without, 1 something is, 2 a wrong argument or file.
    """
    from pipelines.governance.accepted_risks import latest_risks
    from pipelines.governance.checklist import MUST
    from pipelines.governance.due_diligence import read_due_diligence
    from pipelines.governance.vendor_review import vendor_review
    from pipelines.questionnaires.records import kept_statements
    from pipelines.questionnaires.statements import stated_on
    from pipelines.wording.words import words

    house, day = house_of_settings(), day_of("--on", on) if on else paris_date(datetime.now(UTC))
    book = house.contracts((vendor,))
    known_vendor(book, vendor)
    try:
        rules = [card.id for card in house.catalogue.cards]
        file = read_due_diligence(house.settings.contracts, vendor, rules=rules)
    except CatalogueError as error:
        refuse(str(error))
    stated = stated_on(kept_statements(house.registry, vendor))
    found = vendor_review(book.in_force(vendor, day), file, on=day, stated=stated)
    gaps = [gap for gap in found if gap.risk is None]
    _show_gaps(vendor, day, gaps, words(lang.value))
    _show_risks(latest_risks(file.accepted_risks, day), day, words(lang.value))
    if any(gap.weight == MUST for gap in gaps):
        raise typer.Exit(1)


def _show_gaps(vendor: str, day: date, gaps: list[ReviewGap], spoken: Words) -> None:
    if not gaps:
        typer.echo(spoken("governance.complete", vendor=vendor, on=day))
        return
    from pipelines.governance.vendor_review import gap_words

    table = Table(title=spoken("governance.title", vendor=vendor, on=day), title_justify="left", box=SIMPLE)
    table.add_column(spoken("governance.weight"), justify="right", no_wrap=True)
    table.add_column(spoken("governance.missing"), overflow="fold", ratio=3)
    table.add_column(spoken("governance.basis"), overflow="fold", ratio=1)
    for gap in gaps:
        table.add_row(str(gap.weight), Text(gap_words(gap, spoken)), Text(spoken.cite(gap.basis or "")))
    print_table(table)


def _show_risks(risks: list[AcceptedRisk], day: date, spoken: Words) -> None:
    """Those that stand, and those that ended and were not accepted anew; nothing where there are none."""
    if not risks:
        return
    table = Table(title=spoken("risks.title"), title_justify="left", box=SIMPLE)
    for name, ratio in (("subject", 3), ("until", 1), ("who", 1), ("reason", 2)):
        table.add_column(spoken(f"risks.{name}"), overflow="fold", ratio=ratio)
    for risk in risks:
        until = spoken.day(risk.until) if risk.stands_on(day) else spoken("risks.ended", until=risk.until)
        said = (_subject_words(risk, spoken), until, risk.accepted_by, risk.reason)
        table.add_row(*map(as_text, said))
    print_table(table)


def _subject_words(risk: AcceptedRisk, spoken: Words) -> str:
    from pipelines.governance.accepted_risks import risk_subject

    subject = risk_subject(risk)
    return spoken.say(subject) if subject else f"{spoken('risks.rule')} {risk.of}"
