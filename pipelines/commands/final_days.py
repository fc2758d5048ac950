"""What is said of final days: those that late entries would change at an import, and those that a run replaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc
import typer

from pipelines.oppositions.late_entries import final_days_reached

if TYPE_CHECKING:
    from pipelines.house import House
    from pipelines.verdicts.replaced_days import ReplacedDay

SHOWN_LINES: Final = 20
_CAUSES: Final = {
    "rules": "other rules",
    "contract": "another contract",
    "files": "other files in their folders",
    "oppositions": "oppositions imported since with an earlier date",
    "others": "what other days hold",
}


def say_late_entries(house: House, late: pa.Table) -> None:
    """Say what new entries would change of what is published, and how. `late`: schema `LATE_ENTRIES`."""
    count = pc.count_distinct(late["id"]).as_py()
    if not count:
        return
    what = "1 new opposition is" if count == 1 else f"{count} new oppositions are"
    typer.echo(f"{what} recorded before verdicts that are final: when those were given, nobody could count them here.")
    reached = final_days_reached(house.engine, house.lake, late)
    if not reached:
        typer.echo("No final day holds a lead that they reach: no verdict will change.")
        return
    typer.echo(
        "These final days hold leads that they reach. What was published stays, and the next `publish` puts what is "
        "known now beside it, as corrections; to judge the days again replaces their verdicts and receipts:"
    )
    say_bounded(_lines_of(reached))


def _lines_of(reached: dict[str, list[date]]) -> Iterator[str]:
    for vendor, days in sorted(reached.items()):
        again = f"`opposable reconcile --vendor {vendor} --from {days[0]} --to {days[-1]}`"
        yield f"{vendor}: {_days_in_words(days)}: {again}"


def replaced_in_words(replaced: Iterable[ReplacedDay]) -> Iterator[str]:
    """A line for days of a vendor in a row that came out otherwise for the same reasons."""
    for (vendor, causes), days in groupby(replaced, key=lambda one: (one.vendor, one.causes)):
        why = ", ".join(_CAUSES[cause] for cause in causes)
        yield f"{vendor}: {_days_in_words([one.day for one in days])}: {why}"


def say_bounded(lines: Iterable[str]) -> None:
    """Say some lines, and how many more there are."""
    told = list(lines)
    for line in told[:SHOWN_LINES]:
        typer.echo(f"  {line}")
    if len(told) > SHOWN_LINES:
        typer.echo(f"  and {len(told) - SHOWN_LINES} more lines of this kind")


def _days_in_words(days: Sequence[date]) -> str:
    """How many final days, and which, or from which to which."""
    first, last = days[0].isoformat(), days[-1].isoformat()
    return f"1 final day, {first}" if len(days) == 1 else f"{len(days)} final days, from {first} to {last}"
