"""`opposable rules notices`: changed rules are announced to every vendor, beside its receipts in the outbox."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.shared import house_of_settings, instant_of, lake_of, refuse, unread_contract
from pipelines.rulebook.announced import read_rules
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.catalogue_text import catalogue_text
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.storage.folders import PRIVATE, replacing
from pipelines.vocabulary.clock import last_tick, paris_date
from pipelines.wording.words import LANGUAGES, words

if TYPE_CHECKING:
    from pipelines.comparisons.change_notices import ChangeNotice
    from pipelines.contracts.book import ContractBook
    from pipelines.house import House

ANNOUNCED = "announced_rules.yaml"


def notices(
    days: Annotated[int, typer.Option(help="How many days of deliveries to judge under both.", min=1)] = 90,
    as_of: Annotated[str | None, typer.Option(help="Knowledge instant; the last tick unless given.")] = None,
) -> None:
    """Tell every vendor what of the rules changed since they were last announced, and what it would change for it.

    The first time nothing is told: the rules are noted as known. Exit status: 0 told, or nothing to tell; 2 a wrong
    argument or setting, or rules or a contract that can't be read: then nobody is told, and nothing is noted.
    """
    house, at = house_of_settings(), instant_of("--as-of", as_of) if as_of else last_tick(datetime.now(UTC))
    path = house.settings.home / ANNOUNCED
    try:
        after = house.catalogue
    except CatalogueError as error:
        refuse(str(error))
    before = _announced_rules(path) if path.exists() else None
    if before is None:
        typer.echo(f"the rules {after.digest[:12]} are noted as announced; changes are told from now on")
    elif before.digest == after.digest:
        typer.echo(f"nothing changed since the rules {after.digest[:12]} were announced")
        return
    else:
        for notice in list(_change_notices(house, before, after, at, days)):
            _write_notice(house, notice)
    house.settings.home.mkdir(parents=True, exist_ok=True)
    with replacing(house.settings.home, path, PRIVATE) as file:
        file.write(catalogue_text(after).encode())


def _announced_rules(path: Path) -> Catalogue:
    try:
        return read_rules(path)
    except CatalogueError as error:
        refuse(
            f"{error}\nexpected rules that this version can read: move {path} away, and changes are told from now on"
        )


def _change_notices(
    house: House, before: Catalogue, after: Catalogue, at: datetime, span: int
) -> Iterator[ChangeNotice]:
    from pipelines.comparisons.change_notices import ChangeNotice
    from pipelines.comparisons.rule_differences import changed_values, rule_differences
    from pipelines.comparisons.rules_compared import compare_rules
    from pipelines.comparisons.standpoints import whole_days
    from pipelines.oppositions.snapshot import refresh_snapshot
    from pipelines.verdicts.judge import Judge

    on, book, engine = paris_date(at), _book_of_all(house), house.engine
    refresh_snapshot(house.registry, house.lake)
    judges = (
        Judge(engine=engine, lake=house.lake, catalogue=before),
        Judge(engine=engine, lake=house.lake, catalogue=after),
    )
    told = rule_differences(before, after), changed_values(before, after)
    for vendor in book.vendors:
        with lake_of(house, vendor) as lake:
            days = _days_of(whole_days(lake, vendor), on, span)
            compared = compare_rules(engine, lake, judges, vendor, book.of(vendor), days, as_of=at)
        yield ChangeNotice(on, before, after, *told, compared, days, span)


def _book_of_all(house: House) -> ContractBook:
    """Every vendor's contracts: whoever were left out would never be told of this change."""
    book = house.contracts()
    if book.skipped:
        refuse("\n".join([*map(unread_contract, book.skipped), "nobody is told yet: mend it, and run this again"]))
    return book


def _days_of(published: Sequence[date], on: date, span: int) -> list[date]:
    return sorted(day for day in published if on - timedelta(days=span) <= day <= on)


def _write_notice(house: House, notice: ChangeNotice) -> None:
    vendor, digest = notice.compared.vendor, notice.after.digest[:12]
    for language in LANGUAGES:
        name = f"rules_{digest}.{language}.txt"
        with house.outbox.replacing(vendor, notice.on, name) as file:
            file.write(notice.text(words(language)).encode())
        typer.echo(house.outbox.folder(vendor, notice.on) / name)
