"""`opposable reconcile`: a range of deliveries taken in, judged and scored, as Dagster runs."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from pipelines.commands.final_days import replaced_in_words, say_bounded
from pipelines.commands.shared import day_of, house_of_settings, instant_of, known_vendor, print_table, refuse
from pipelines.house import House
from pipelines.verdicts.replaced_days import DayAsPublished, final_days, replaced_days
from pipelines.vocabulary.clock import last_tick, paris_date


def reconcile(
    from_: Annotated[str, typer.Option("--from", help="First delivery date.")],
    to: Annotated[str, typer.Option("--to", help="Last delivery date.")],
    vendor: Annotated[str | None, typer.Option(help="One vendor only.")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Knowledge instant; the last tick, 06:00 Europe/Paris, unless given.")
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Also days that would come out as they are published.")] = False,
) -> None:
    """Run the registry's snapshot, the deliveries of a range, then the scores; end with the score table."""
    house = house_of_settings()
    first, last = _range(house, from_, to)
    at = instant_of("--as-of", as_of) if as_of else last_tick(datetime.now(UTC))
    book = house.contracts(is_use_asked=True)
    errors = [str(problem) for problem in book.problems if problem.severity == "error"]
    for error in errors:
        typer.echo(error, err=True)
    if len(errors) < len(book.problems):
        typer.echo(f"{len(book.problems) - len(errors)} warnings about contracts: `opposable contracts lint`", err=True)
    if vendor is not None:
        known_vendor(book, vendor)
    check_house(house)
    vendors = [vendor] if vendor else list(book.vendors)
    if not vendors:
        refuse(f"no readable contract in {house.settings.contracts}: add <vendor>/<valid_from>.odcs.yaml")
    before = final_days(house.lake, vendors)
    is_done = _run_all(house, vendors, first, last, at, is_anew=anew)
    _say_replaced(house, before)
    if not is_done:
        raise typer.Exit(1)
    print_table(score_table(house, at))
    typer.echo("rate: leads with a defect for which the vendor answers. – : not enough evidence for a grade.")
    typer.echo(f"Dossiers: {house.settings.home / 'dossiers' / 'index.html'}")
    typer.echo("Marts: not built here; `make dev`, then materialise the job `publish`, or switch its sensor on")


def _range(house: House, from_: str, to: str) -> tuple[date, date]:
    first, last = day_of("--from", from_), day_of("--to", to)
    yesterday = paris_date(datetime.now(UTC)) - timedelta(days=1)
    if last < first:
        refuse("--to: expected a date not before --from")
    if first < house.settings.first_day:
        refuse(f"--from: the first day is {house.settings.first_day}; set OPPOSABLE_FIRST_DAY to begin earlier")
    if last > yesterday:
        refuse(f"--to: the newest day that can be judged is yesterday, {yesterday}")
    return first, last


def _say_replaced(house: House, before: list[DayAsPublished]) -> None:
    """Say which verdicts that had been final are others now, and why: receipts and scores go with them."""
    lines = list(replaced_in_words(replaced_days(house.lake, before)))
    if lines:
        typer.echo("Replaced, though their verdicts had been final (see their new receipts):")
        say_bounded(lines)


def check_house(house: House) -> None:
    """Open what the runs will need, so that a wrong setting is said before any work."""
    from pipelines.engines.interface import EngineSettingError
    from pipelines.rulebook.yaml_files import CatalogueError
    from pipelines.storage.registry.database import RegistryError
    from pipelines.storage.secrets.keys import KeysError

    try:
        _ = (house.registry, house.hasher, house.publishing_judge)
        house.confirm_publishing_engine()
    except (RegistryError, KeysError, CatalogueError, EngineSettingError, ValueError) as error:
        refuse(str(error))


def _run_all(house: House, vendors: list[str], first: date, last: date, as_of: datetime, *, is_anew: bool) -> bool:
    from pipelines.commands.runs import Runs

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Runs(house.settings) as runs, Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("registry", total=len(vendors) + 2)
        runs.register(vendors)
        is_done = runs.registry(as_of)
        progress.advance(task)
        for name in vendors:
            progress.update(task, description=f"deliveries of {name}")
            is_done = runs.deliveries(name, first, last, as_of, is_anew=is_anew) and is_done
            progress.advance(task)
        progress.update(task, description="scores")
        is_done = runs.publish(as_of) and is_done
        progress.update(task, description="done" if is_done else "failed: see the run in `make dev`")
        progress.advance(task)
    return is_done


def score_table(house: House, as_of: datetime) -> Table:
    """Points by vendor and dimension, with the leads behind them."""
    from pipelines.scores.grades import GRADES
    from pipelines.scores.records import PublishedScore, scores_as_of
    from pipelines.vocabulary.words import RATED_DIMENSIONS

    title = f"Compliance scores as of {as_of:%Y-%m-%d %H:%M} UTC (of 100; 80 at the tolerance)"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("vendor", no_wrap=True)
    for heading in (
        "leads",
        "rate",
        "consent",
        "proof",
        "oppo-\nsition",
        "confor-\nmity",
        "quality",
        "total",
        "grade",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    scores: dict[str, dict[str, PublishedScore]] = {}
    for score in scores_as_of(house.registry, as_of):
        scores.setdefault(score.vendor, {})[score.dimension] = score
    for vendor in sorted(scores, key=lambda name: (-scores[name]["total"].points, name)):
        by_dimension = scores[vendor]
        total = by_dimension["total"]
        points = [f"{by_dimension[name].points:.1f}" if name in by_dimension else "-" for name in RATED_DIMENSIONS]
        counts = [str(total.leads_received), f"{total.rate:.1%}"]
        table.add_row(vendor, *counts, *points, f"{total.points:.1f}", total.grade if total.grade in GRADES else "–")
    return table
