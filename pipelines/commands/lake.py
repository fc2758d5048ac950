"""`opposable lake`: whether the lake is what was published, and what is damaged made anew."""

from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from pipelines.commands.shared import USAGE, house_of_settings, refuse
from pipelines.house import House
from pipelines.storage.kept_corrections import damaged_corrections, put_aside
from pipelines.storage.kept_counts import forget_counts
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

    And every delivered file that the house encrypted, where it lies and as it is kept, with the digest of the bytes
    that were taken in. Of a damaged vendor, what was counted is forgotten: scores count its whole days again.

    Exit status: 0 all is as it was published and taken in, 1 something is not, 2 a setting is wrong, or the lake is
    whole and delivered files were not looked at, because keys or the state folder are away.
    """
    house = house_of_settings()
    is_whole = _tell_lake(house, vendor)
    is_opening = _tell_deliveries(house, vendor, status_unread=USAGE if is_whole else 1)
    if not (is_whole and is_opening):
        raise typer.Exit(1)


@app.command()
def repair(vendor: VendorOption = None) -> None:
    """Take in and judge anew every delivery that is damaged, from the delivered files, sealed or not.

    Corrections are known from no file: damaged ones are put aside, found anew by the next run, and count from then on.

    Delivered files that do not open are none of its work: `lake verify` says where each can be had from.

    Exit status: 0 no published table is damaged any more, 1 one still is, 2 a setting is wrong.
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


def _tell_lake(house: House, vendor: str | None) -> bool:
    """Whether every published file is what was published; what is not is said."""
    found = damages(house.lake, [vendor] if vendor else ())
    forget_counts(house.lake, {one.vendor for one in found})  # made while these files were whole
    told = [str(one) for one in found] + _corrections_told(house, vendor)
    if vendor is None:
        told += [f"{path}: no folder of ours: move it away" for path in stray_folders(house.lake)]
        told += [f"oppositions recorded on {day}: damaged or gone" for day in _broken_days_of_snapshot(house)]
    for line in told:
        typer.echo(line, err=True)
    if told:
        typer.echo("`opposable lake repair` makes damaged days anew from what was delivered", err=True)
    else:
        typer.echo("every file of the lake is what was published")
    return not told


def _tell_deliveries(house: House, vendor: str | None, *, status_unread: int) -> bool:
    """Whether every delivered file that we encrypted opens to its bytes; what does not is said.

    `status_unread`: with which the command ends where that can't be found out.
    """
    try:
        broken = list(broken_files(house.inbox_as_it_lies, house.settings.keys, [vendor] if vendor else ()))
    except (KeysError, ValueError, OSError) as error:
        said = f"OPPOSABLE_INBOX, OPPOSABLE_STATE: {error.strerror}" if isinstance(error, OSError) else str(error)
        typer.echo(f"delivered files were not looked at: {said}", err=True)
        raise typer.Exit(status_unread) from None
    for line in broken:
        typer.echo(line, err=True)
    if not broken:
        typer.echo("every delivered file that was encrypted opens to the bytes that were taken in")
    return not broken


def _broken_days_of_snapshot(house: House) -> list[date]:
    from pipelines.oppositions.snapshot_note import broken_days, read_note

    return sorted(broken_days(house.lake, read_note(house.lake.root / "oppositions")))
