"""`opposable agenda`: the dates of all vendors on one list, and as a calendar. What they are is in `agenda`."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from dateutil.relativedelta import relativedelta
from rich.box import SIMPLE
from rich.table import Table

from pipelines.agenda.agenda import AgendaBook
from pipelines.agenda.due_date import PASSED, DueDate
from pipelines.agenda.said import due_words, nearness_words
from pipelines.commands.shared import (
    Language,
    LanguageOption,
    as_text,
    day_of,
    house_of_settings,
    print_table,
    refuse,
    vendor_in,
    writing_to,
)
from pipelines.disputes.kept_waits import kept_waits
from pipelines.house import House
from pipelines.reviews.records import recorded_decisions
from pipelines.vocabulary.clock import paris_date
from pipelines.wording.words import Words, words

AHEAD: Final = relativedelta(months=12)
"""How far the list looks where no end is given."""


def agenda(
    vendor: Annotated[str | None, typer.Option(help="Dates of this vendor alone.")] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="First date; without it what waits since before, then from today on.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="Last date; twelve months after the first if not given.")
    ] = None,
    lang: LanguageOption = Language.EN,
    ics: Annotated[Path | None, typer.Option(help="Write the list as a calendar (iCalendar) here.")] = None,
) -> None:
    """List every date of vendors: of contracts, audits, evidence and answers, accepted risks and known defects.

    Exit status: 0 nothing has passed unanswered, 1 something has, or a file can't be read, 2 a wrong argument.
    """
    house, now, spoken = house_of_settings(), datetime.now(UTC), words(lang.value)
    today = paris_date(now)
    start = day_of("--from", first) if first else None
    end = day_of("--to", last) if last else (start or today) + AHEAD
    if end < (start or today):
        refuse("--to: expected a date not before --from, or not before today")
    chosen = (vendor_in(house, "--vendor", vendor),) if vendor else ()
    found = _agenda_book(house, chosen, now).agenda(end, chosen)
    dates = found.between(start, end) if start else found.ahead(today, end)
    _show_dates(dates, today, spoken)
    if ics is not None:
        _write_calendar(ics, dates, spoken, now)
    for problem in found.problems:
        typer.echo(problem, err=True)
    if found.problems or any(one.reminder(today) == PASSED for one in dates):
        raise typer.Exit(1)


def _agenda_book(house: House, vendors: tuple[str, ...], now: datetime) -> AgendaBook:
    decisions = recorded_decisions(house.registry, before=now)
    return AgendaBook(house.settings.contracts, house.contracts(vendors), decisions, kept_waits(house.lake), now)


def _show_dates(dates: list[DueDate], today: date, spoken: Words) -> None:
    if not dates:
        typer.echo(spoken("agenda.empty"))
        return
    table = Table(title=spoken("agenda.title", on=today), title_justify="left", box=SIMPLE)
    for name in ("date", "near", "vendor"):
        table.add_column(spoken(f"agenda.{name}"), no_wrap=name == "date", overflow="fold")
    table.add_column(spoken("agenda.what"), overflow="fold", ratio=1)
    table.add_column(spoken("agenda.who"), overflow="fold")
    for one in dates:
        near, owner = nearness_words(one, today, spoken), spoken(f"agenda.owner.{one.owner}")
        table.add_row(*map(as_text, (spoken.day(one.on), near, one.vendor, due_words(one, spoken), owner)))
    print_table(table)


def _write_calendar(path: Path, dates: list[DueDate], spoken: Words, now: datetime) -> None:
    from pipelines.agenda.calendar_file import calendar_bytes

    content = calendar_bytes(dates, spoken, as_of=now)
    with writing_to("--ics", path):
        path.write_bytes(content)
