"""`opposable lake`: whether the lake is what was published, and what is damaged made anew."""

from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from pipelines.commands.shared import house_of_settings, refuse
from pipelines.house import House
from pipelines.storage.kept_corrections import damaged_corrections, put_aside
from pipelines.storage.lake_health import Damage, damages, stray_folders
from pipelines.storage.secrets.keys import KeysError
from pipelines.storage.secrets.seal_health import broken_files
from pipelines.vocabulary.clock import last_tick

app = typer.Typer(no_args_is_help=True)
VendorOption = Annotated[str | None, typer.Option(help="One vendor only.")]


@app.callback()
def lake() -> None:
    """The lake: every published table of every delivery."""


@app.command()
def verify(vendor: VendorOption = None) -> None:
    """Compare every file with the digest that it was published with; also the snapshot of oppositions.

    And every delivered file that the house encrypted, with the digest of the bytes that were taken in.

    Exit status: 0 all is as it was published, 1 something is not, 2 a setting is wrong.
    """
    house = house_of_settings()
    found = damages(house.lake, [vendor] if vendor else ())
    told = [str(one) for one in found] + _corrections_told(house, vendor)
    if vendor is None:
        told += [f"{path}: no folder of ours: move it away" for path in stray_folders(house.lake)]
        told += [f"oppositions recorded on {day}: damaged or gone" for day in _broken_days_of_snapshot(house)]
    for line in told:
        typer.echo(line, err=True)
    if told:
        typer.echo("`opposable lake repair` makes damaged days anew from what was delivered", err=True)
    broken = _broken_deliveries(house, vendor)
    for line in broken:
        typer.echo(line, err=True)
    if told or broken:
        raise typer.Exit(1)
    typer.echo("every file of the lake is what was published")


@app.command()
def repair(vendor: VendorOption = None) -> None:
    """Take in and judge anew every delivery that is damaged, from the delivered files, sealed or not.

    Corrections are known from no file: damaged ones are put aside, found anew by the next run, and count from then on.

    Exit status: 0 nothing is damaged any more, 1 something still is, 2 a setting is wrong.
    """
    house = house_of_settings()
    only = [vendor] if vendor else ()
    _put_corrections_aside(house, vendor)
    before = damages(house.lake, only)
    if before:
        _reconcile(house, before)
    left = damages(house.lake, only)
    for one in left:
        typer.echo(f"{one}: could not be made anew: see the run in `make dev`", err=True)
    typer.echo(f"{len({(one.vendor, one.day) for one in before})} damaged deliveries were made anew, {len(left)} left")
    if left:
        raise typer.Exit(1)


def _reconcile(house: House, found: list[Damage]) -> None:
    from pipelines.commands.runs import Runs
    from pipelines.orchestration.partitions import day_ranges

    days: defaultdict[str, set[date]] = defaultdict(set)
    for one in found:
        days[one.vendor].add(one.day)
    as_of = last_tick(datetime.now(UTC))
    if any(day < house.settings.first_day for theirs in days.values() for day in theirs):
        refuse(f"OPPOSABLE_FIRST_DAY is {house.settings.first_day}: set it to the first damaged day, or before")
    with Runs(house.settings) as runs:
        runs.register(sorted(days))
        runs.registry(as_of)
        for name, theirs in sorted(days.items()):
            for first, last in day_ranges(theirs):
                runs.deliveries(name, first, last, as_of)


def _corrections_told(house: House, vendor: str | None) -> list[str]:
    found = damaged_corrections(house.lake)
    return [f"{one}: {fault}: a backup has them" for one, fault in found.items() if vendor in (None, one)]


def _put_corrections_aside(house: House, vendor: str | None) -> None:
    for one in (name for name in damaged_corrections(house.lake) if vendor in (None, name)):
        with house.lake.writing(one):
            place = put_aside(house.lake, one)
        typer.echo(
            f"{one}: what is left of its corrections is {place}: the next run of `corrections` finds anew what became "
            "known, and it counts from that run on; to keep when it was known, restore the folder before that run",
            err=True,
        )


def _broken_deliveries(house: House, vendor: str | None) -> list[str]:
    try:
        return list(broken_files(house.inbox, house.seals, [vendor] if vendor else ()))
    except (KeysError, ValueError) as error:
        refuse(str(error))


def _broken_days_of_snapshot(house: House) -> list[date]:
    from pipelines.oppositions.snapshot_note import broken_days, read_note

    return sorted(broken_days(house.lake, read_note(house.lake.root / "oppositions")))
