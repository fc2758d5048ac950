"""`opposable control-file`: what an inspection asks for over a period. What it shows is in `control_file`."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.shared import (
    Language,
    LanguageOption,
    day_of,
    house_of_settings,
    instant_of,
    refuse,
    write_made,
)
from pipelines.house import House
from pipelines.vocabulary.clock import EARLIEST_DAY, last_tick, paris_date


def control_file(
    first: Annotated[str, typer.Option("--from", help="First day of the period.")],
    last: Annotated[str, typer.Option("--to", help="Last day of the period.")],
    lang: LanguageOption = Language.FR,
    html: Annotated[Path | None, typer.Option(help="File for the page; named after the period if not given.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Print it as a PDF here, too; Chromium does it.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Instant whose knowledge counts; the last tick unless given.")
    ] = None,
) -> None:
    """Write the control file of a period: vendors, controls done, findings, decisions, dates, contracts, receipts.

    It counts, and names nobody. Exit status: 0 written, 2 a wrong argument or setting.
    """
    from pipelines.paper.pdf import page_as_pdf

    house, start, end = house_of_settings(), day_of("--from", first), day_of("--to", last)
    instant = instant_of("--as-of", as_of) if as_of else last_tick(datetime.now(UTC))
    if not EARLIEST_DAY <= start <= end <= paris_date(instant):
        refuse(f"--to: expected a day from --from on that has come by --as-of, and --from not before {EARLIEST_DAY}")
    page = control_page(house, start, end, lang.value, as_of=instant)
    write_made("--html", html or Path(f"control-file-{start}-{end}.{lang.value}.html"), page.encode)
    if pdf is not None:
        write_made("--pdf", pdf, lambda: page_as_pdf(page, at=instant))


def control_page(house: House, first: date, last: date, language: str, *, as_of: datetime) -> str:
    """The page of a control file: the lake, the registry and the records of runs are read, canaries are judged."""
    from pipelines.canaries.watch import watched_by
    from pipelines.commands.runs import runs_between
    from pipelines.control_file.facts import ControlDesk
    from pipelines.control_file.model import ControlPeriod, RunLine, Watch
    from pipelines.control_file.page import render_control_file

    ours, watched = house.settings, watched_by(house, house.engine)
    desk = ControlDesk(house.lake, house.registry, ours.contracts, house.contracts(), house.catalogue, as_of)
    runs = [RunLine(*line) for line in runs_between(ours, first, last, as_of)]
    met = watched.count - len(watched.missed)
    model = desk.control_file(ControlPeriod(first, last), runs=runs, watch=Watch(watched.count, met))
    return render_control_file(model, language=language)
