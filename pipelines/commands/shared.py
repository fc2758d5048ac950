"""What commands share: the house of the settings, arguments checked, refusals said in one way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.house import House
from pipelines.identifiers.escaped_texts import escaped
from pipelines.settings import SettingsError, load_settings
from pipelines.vocabulary.clock import parse_as_of
from pipelines.vocabulary.suggestions import hint_at

if TYPE_CHECKING:
    from pipelines.contracts.book import ContractBook
    from pipelines.identifiers.errors_without_values import LeftVendors

USAGE = 2
WIDEST: Final = 10_000
"""Columns of a table that no terminal bounds."""


_OPENED: Final[list[House]] = []
"""Houses with an object store that this command opened."""


class Language(StrEnum):
    """Languages in which commands answer."""

    FR = "fr"
    EN = "en"


LanguageOption = Annotated[Language, typer.Option("--language", "--lang", help="Language of the answer.")]


def refuse(message: str) -> NoReturn:
    """Say what is wrong with an argument or a setting, and end with status 2."""
    typer.echo(message, err=True)
    raise typer.Exit(USAGE)


def as_text(words: str) -> Text:
    """What may come from outside, for a table: brackets are no markup, and no control sequence reaches the terminal."""
    return Text(escaped(words))


def house_of_settings() -> House:
    """The house that the environment names, as it is on its object store if it has one; what the command writes is
    published there when it ends. A wrong setting ends the program with status 2."""
    house = house_as_it_lies()
    if house.store:
        tell_unshared(house.catch_up())
        _OPENED.append(house)
    return house


def publish_written() -> None:
    """Publish on the object store, at the end of a command, what it wrote."""
    while _OPENED:
        _OPENED.pop().share()


def tell_unshared(left: LeftVendors) -> None:
    """Say of whom this machine is not up to date with the object store."""
    for words in left.in_words():
        typer.echo(f"as it lies here, the others are up to date: {words}", err=True)


def house_as_it_lies() -> House:
    """The house that the environment names; a wrong setting ends the program with status 2."""
    try:
        return House(load_settings())
    except SettingsError as error:
        refuse(str(error))


@contextmanager
def writing_to(option: str, path: Path) -> Iterator[None]:
    """End with status 2, in words, where what an option names can't be written."""
    try:
        yield
    except OSError as error:
        refuse(f"{option}: {path} can't be written: {error.strerror}")


def print_table(table: Table) -> None:
    """Print a table: as wide as the terminal, or as wide as it is where something else reads it (unless COLUMNS says
    how wide)."""
    console = Console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        table.expand = False
        console = Console(width=WIDEST)
    console.print(table)


def known_vendor(book: ContractBook, vendor: str) -> None:
    """End with status 2 unless a contract of the vendor can be read."""
    if vendor in book.vendors:
        return
    hint = hint_at(vendor, book.folders)
    broken = [str(problem) for problem in book.problems if problem.vendor == vendor]
    refuse("\n".join([f"no readable contract of a vendor {vendor}{hint}", *broken]))


def vendor_in(house: House, argument: str, vendor: str) -> str:
    """A vendor that has a folder of contracts, also without a readable one; else the program ends with status 2."""
    from pipelines.contracts.book import vendor_folders

    known = [folder.name for folder in vendor_folders(house.settings.contracts)]
    if vendor not in known:
        hint = hint_at(vendor, known)
        refuse(f"{argument}: no folder of a vendor {vendor} in {house.settings.contracts}{hint}")
    return vendor


def unread_contract(vendor: str) -> str:
    """What is said of a vendor that is left out of what is asked of all."""
    return f"{vendor}: left out, its contract can't be read: `opposable contracts lint {vendor}`"


def write_made(option: str, target: Path, make: Callable[[], bytes]) -> None:
    """Write what is made, and say where; a missing renderer or a place that can't be written ends with status 2."""
    from pipelines.paper.chromium import RendererError

    try:
        made = make()
    except RendererError as error:
        refuse(str(error))
    with writing_to(option, target):
        target.write_bytes(made)
    typer.echo(str(target))


def day_of(option: str, text: str) -> date:
    """A civil date from an option."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        refuse(f"{option}: expected a date such as 2026-08-11")


def instant_of(option: str, text: str) -> datetime:
    """A knowledge instant from an option."""
    try:
        return parse_as_of(text)
    except ValueError:
        refuse(
            f"{option}: expected a date (its tick, 06:00 Europe/Paris) or an instant such as 2026-08-11T06:00:00+02:00"
        )
