"""`opposable receipts`: what was told to vendors, and when it counts as told.

The registry and the contracts are loaded by the command that asks them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer
from rich.table import Table

from pipelines.commands.shared import day_of, house_of_settings, print_table, refuse, vendor_in
from pipelines.contracts.notice_clause import MEANS
from pipelines.receipts.notices import (
    ACKNOWLEDGEMENT_FILE,
    Acknowledgement,
    Notice,
    NoticeRefusedError,
    notified_at,
    read_acknowledgement,
)

if TYPE_CHECKING:
    from pipelines.contracts.book import ContractBook
    from pipelines.house import House

DIGEST_DIGITS: Final = 64
SHORT: Final = 12
"""Digits of a digest that are shown."""
_FOLDED: Final = ("vendor", "notified")
"""Columns that give way on a narrow screen: dates and references stay whole."""

app = typer.Typer(no_args_is_help=True)


@app.callback()
def receipts() -> None:
    """Receipts for vendors: prepared, sent, acknowledged."""


@app.command("list")
def list_(
    vendor: Annotated[str | None, typer.Argument(help="Key of one vendor.")] = None,
    unnotified: Annotated[bool, typer.Option("--unnotified", help="Only those that notify nobody yet.")] = False,
) -> None:
    """List the standing receipt of each delivery, after recording the acknowledgements dropped into the outbox."""
    from pipelines.receipts.records import pick_up_acknowledgements, standing_receipts

    house, now = house_of_settings(), datetime.now(UTC)
    _, problems = pick_up_acknowledgements(house.registry, house.outbox, vendor, now=now)
    for problem in problems:
        typer.echo(problem, err=True)
    book = house.contracts()
    shown = [(notice, _notified_at(book, notice)) for notice in standing_receipts(house.registry, vendor)]
    if unnotified:
        shown = [(notice, at) for notice, at in shown if at is None or at > now]
    if not shown:
        typer.echo("no such receipt; receipts are prepared when deliveries are judged")
        return
    print_table(_receipts_as_table(shown, now))
    typer.echo(f"Receipts: {house.settings.outbox}")


@app.command()
def sent(
    vendor: Annotated[str, typer.Argument(help="Key of the vendor.")],
    day: Annotated[str, typer.Argument(metavar="DATE", help="Delivery date.")],
    at: Annotated[str, typer.Option(help="When it was sent: an instant with its zone.")],
    means: Annotated[str, typer.Option(help=f"One of {', '.join(MEANS)}.")],
    digest: Annotated[str, typer.Option(help="First digits of its reference, when it is not the latest.")] = "",
) -> None:
    """Record that a receipt was sent."""
    from pipelines.receipts.records import record_sent

    if means not in MEANS:
        refuse(f"--means: expected one of {', '.join(MEANS)}")
    when, on, house = _instant_option("--at", at), day_of("DATE", day), house_of_settings()
    try:
        notice = record_sent(
            house.registry, vendor, on, at=when, means=means, now=datetime.now(UTC), digest=digest.lower()
        )
    except NoticeRefusedError as error:
        vendor_in(house, "VENDOR", vendor)
        _fail(error)
    _say_notice(house, notice)


@app.command()
def acknowledge(
    vendor: Annotated[str | None, typer.Argument(help="Key of the vendor.")] = None,
    day: Annotated[str | None, typer.Argument(metavar="DATE", help="Delivery date.")] = None,
    at: Annotated[str | None, typer.Option(help="When the vendor did: an instant with its zone.")] = None,
    by: Annotated[str | None, typer.Option(help="A role or a message's number, never a person.")] = None,
    digest: Annotated[str, typer.Option(help="First digits of its reference, when it is not the latest.")] = "",
    file: Annotated[Path | None, typer.Option(help=f"An {ACKNOWLEDGEMENT_FILE} of the vendor's.")] = None,
) -> None:
    """Record that a vendor acknowledged a receipt: VENDOR DATE --at INSTANT --by REFERENCE, or VENDOR DATE --file FILE.

    With --file alone, the vendor and the date are those of the receipt that has the file's digest.
    """
    from pipelines.receipts.records import record_acknowledged

    house = house_of_settings()
    try:
        said = _acknowledgement(at, by, digest, file)
        whose, on = _delivery_asked_for(house, vendor, day, said)
        source = "command" if file is None else "file"
        notice = record_acknowledged(house.registry, whose, on, said, source=source, now=datetime.now(UTC))
    except NoticeRefusedError as error:
        _fail(error)
    if notice is None:
        typer.echo("this acknowledgement was recorded before")
    else:
        _say_notice(house, notice)


def _acknowledgement(at: str | None, by: str | None, digest: str, file: Path | None) -> Acknowledgement:
    if file is not None:
        if at or by or digest:
            refuse("--file: it says when, by whom and of what; leave --at, --by and --digest out")
        try:
            return read_acknowledgement(file.read_bytes())
        except OSError as error:
            refuse(f"{file}: {error.strerror}; give the path of an acknowledgement file")
    if not at or not by:
        refuse("expected --at INSTANT and --by REFERENCE, or --file FILE")
    return Acknowledgement(digest.lower(), _instant_option("--at", at), by)


def _delivery_asked_for(house: House, vendor: str | None, day: str | None, said: Acknowledgement) -> tuple[str, date]:
    from pipelines.receipts.records import delivery_of

    if vendor is not None and day is not None:
        return vendor, day_of("DATE", day)
    if vendor is not None or len(said.digest) < DIGEST_DIGITS:
        refuse("expected VENDOR and DATE; only a file that holds the whole digest does without")
    return delivery_of(house.registry, said.digest)


def _instant_option(option: str, text: str) -> datetime:
    expected = f"{option}: expected an instant with its zone, such as 2026-08-11T09:30:00+02:00"
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        refuse(expected)
    if instant.tzinfo is None:
        refuse(expected)
    return instant.astimezone(UTC)


def _notified_at(book: ContractBook, notice: Notice) -> datetime | None:
    """By the contract that judged the delivery."""
    contract = book.in_force(notice.vendor, notice.delivery_date)
    return notified_at(contract.notice_clause if contract else None, notice)


def _receipts_as_table(shown: list[tuple[Notice, datetime | None]], now: datetime) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("vendor", "delivery", "reference", "verdicts", "state", "notified"):
        table.add_column(heading, overflow="fold", no_wrap=heading not in _FOLDED)
    table.add_column("lines", justify="right", no_wrap=True)
    for notice, at in shown:
        table.add_row(
            notice.vendor,
            notice.delivery_date.isoformat(),
            notice.digest[:SHORT],
            "final" if notice.is_final else "provisional",
            notice.state,
            _when(at, now),
            f"{notice.line_count:,}",
        )
    return table


def _when(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "no"
    written = at.strftime("%Y-%m-%d %H:%M UTC")
    return written if at <= now else f"no, deemed from {written}"


def _say_notice(house: House, notice: Notice) -> None:
    at = _notified_at(house.contracts([notice.vendor]), notice)
    what = f"{notice.vendor} {notice.delivery_date} {notice.digest[:SHORT]}"
    typer.echo(f"{what}: {notice.state}; notified: {_when(at, datetime.now(UTC))}")


def _fail(error: NoticeRefusedError) -> NoReturn:
    typer.echo(str(error), err=True)
    raise typer.Exit(1)
