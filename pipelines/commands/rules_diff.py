"""`opposable rules diff`: what past deliveries would be under other rules. How that is found is in `comparisons`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table

from pipelines.commands.shared import (
    day_of,
    house_of_settings,
    instant_of,
    known_vendor,
    print_table,
    refuse,
    unread_contract,
    writing_to,
)
from pipelines.rulebook.catalogue import Catalogue, load_catalogue
from pipelines.rulebook.yaml_files import CatalogueError, unknown
from pipelines.vocabulary.clock import last_tick

if TYPE_CHECKING:
    from pipelines.comparisons.rules_compared import VendorCompared
    from pipelines.contracts.book import ContractBook
    from pipelines.house import House

NO_FIGURE = "-"


def diff(
    with_: Annotated[
        Path | None, typer.Option("--with", help="Folder with edited cards or parameters, which replace ours by id.")
    ] = None,
    without: Annotated[list[str] | None, typer.Option(help="A rule to leave out; repeatable.")] = None,
    scenario: Annotated[str | None, typer.Option(help="A shipped scenario; a wrong name lists them.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="First delivery date.")] = None,
    to: Annotated[str | None, typer.Option(help="Last delivery date.")] = None,
    vendors: Annotated[
        list[str] | None, typer.Option("--vendor", help="A vendor; repeatable, all unless given.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Knowledge instant of both sides; the last tick unless given.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write every lead use that flips here.")] = None,
) -> None:
    """Judge past deliveries under the rules of the house and under others, and say what differs; nothing is published.

    Exit status: 0 told, differences included, 2 a wrong argument, setting, folder or card.
    """
    from pipelines.comparisons.rules_compared import all_flips, compare_rules
    from pipelines.comparisons.standpoints import whole_days
    from pipelines.dossiers.findings_csv import write_rows_csv
    from pipelines.oppositions.snapshot import refresh_snapshot
    from pipelines.verdicts.judge import Judge

    house, at = house_of_settings(), instant_of("--as-of", as_of) if as_of else last_tick(datetime.now(UTC))
    others = _other_rules(house, with_, without or [], scenario)
    first, last = day_of("--from", from_) if from_ else date.min, day_of("--to", to) if to else date.max
    book, engine = house.contracts(), house.engine
    judges = house.judge, Judge(engine=engine, lake=house.lake, catalogue=others)
    compared, asked, methods = [], _vendors_compared(house, book, vendors or ()), house.methods()
    refresh_snapshot(house.registry, house.lake)
    for vendor in asked:
        with house.lake_of(vendor) as lake:
            days = [day for day in whole_days(lake, vendor) if first <= day <= last]
            contracts = book.of(vendor)
            compared.append(compare_rules(engine, lake, judges, vendor, contracts, days, methods=methods, as_of=at))
    _show_compared(compared)
    if csv is not None:
        with writing_to("--csv", csv):
            write_rows_csv(csv, all_flips(compared))


def _vendors_compared(house: House, book: ContractBook, asked: Sequence[str]) -> list[str]:
    """Those asked for, or all that were judged and whose contract can be read; the others are named."""
    for vendor in asked:
        known_vendor(book, vendor)
    if asked:
        return [*asked]
    for vendor in book.skipped:
        typer.echo(unread_contract(vendor), err=True)
    return [one for one in house.lake.vendors("scorecards") if one in book.vendors]


def _other_rules(house: House, with_: Path | None, without: list[str], scenario: str | None) -> Catalogue:
    """The rules to compare those of the house with."""
    from pipelines.comparisons.scenarios import scenarios

    if not (with_ or without or scenario):
        refuse("expected --with FOLDER, --without RULE or --scenario NAME: there is nothing to compare with")
    if with_ is not None and not with_.is_dir():
        refuse(f"--with: {with_} is no folder of cards")
    known = scenarios()
    if scenario is not None and scenario not in known:
        listed = "\n".join(f"  {name}: {one.says.en} ({one.reference})" for name, one in known.items())
        refuse(f"--scenario: {unknown('scenario', scenario, known)}\n{listed}")
    try:
        edited = load_catalogue(house.settings.rules, edited=with_)
        return edited.without([*without, *(known[scenario].without if scenario else ())])
    except (CatalogueError, ValueError) as error:
        refuse(str(error))


def _show_compared(compared: Sequence[VendorCompared]) -> None:
    table = Table(box=SIMPLE, title="Under these rules and under the others", title_justify="left")
    table.add_column("vendor", overflow="fold")
    for heading in ("lead uses", "flips", "points", "claimable"):
        table.add_column(heading, justify="right")
    table.add_column("what differs", overflow="fold")
    for one in compared:
        table.add_row(
            one.vendor,
            str(one.uses_count),
            str(one.flips.num_rows),
            _before_and_after(one.before.points, one.after.points),
            _before_and_after(one.before.claimable, one.after.claimable),
            "\n".join(_differences_told(one)) or "nothing",
        )
    print_table(table)


def _differences_told(one: VendorCompared) -> list[str]:
    verdicts = [f"{count} {before} -> {after}" for (before, after), count in one.by_verdict.items()]
    rules = [
        f"{rule.rule_id}: fails {rule.fails_before} -> {rule.fails_after}, "
        f"unknown {rule.unknown_before} -> {rule.unknown_after}"
        for rule in one.rules
    ]
    return [*verdicts, *rules]


def _before_and_after(before: float | Decimal | None, after: float | Decimal | None) -> str:
    shown = [NO_FIGURE if value is None else f"{value:.2f}" for value in (before, after)]
    return shown[0] if shown[0] == shown[1] else " -> ".join(shown)
