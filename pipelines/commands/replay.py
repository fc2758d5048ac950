"""`opposable replay`: past deliveries judged again, as they were or as we know now. How is in `comparisons`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final

import typer

from pipelines.commands.shared import (
    Language,
    LanguageOption,
    day_of,
    house_of_settings,
    instant_of,
    known_vendor,
    refuse,
    unread_contract,
    writing_to,
)
from pipelines.identifiers.escaped_texts import escaped
from pipelines.vocabulary.clock import last_tick

if TYPE_CHECKING:
    from pipelines.comparisons.kept_comparisons import AskedReplay
    from pipelines.comparisons.replays import VendorReplayed
    from pipelines.house import House
    from pipelines.wording.words import Words

TOLD: Final = 5
"""Lead uses that the terminal names of each cause; all of them are kept."""


def replay(
    name: Annotated[str, typer.Option("--name", help="Under which name it is kept: a-z, 0-9 and -.")],
    from_: Annotated[str, typer.Option("--from", help="First delivery date.")],
    to: Annotated[str, typer.Option("--to", help="Last delivery date.")],
    vendor: Annotated[str | None, typer.Argument(help="Key of the vendor; or --all.")] = None,
    is_all: Annotated[bool, typer.Option("--all", help="Every vendor.")] = False,
    is_as_it_was: Annotated[
        bool,
        typer.Option(
            "--as-it-was/--as-we-know-now",
            help="By the rules, contract and facts of then, compared to the byte; or by those of now, with causes.",
        ),
    ] = False,
    as_of: Annotated[str | None, typer.Option(help="Up to when facts are known; the last tick unless given.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page for people here.")] = None,
    language: LanguageOption = Language.EN,
) -> None:
    """Judge past deliveries again and keep under a name what differs, with the cause of each; nothing is published.

    Exit status: 0 told, differences included, 2 a wrong argument or setting.
    """
    from pipelines.comparisons.kept_comparisons import AskedReplay, keep_comparison
    from pipelines.comparisons.replay_pages import render_replay
    from pipelines.wording.words import words

    house = house_of_settings()
    at = instant_of("--as-of", as_of) if as_of else last_tick(datetime.now(UTC))
    first, last = day_of("--from", from_), day_of("--to", to)
    if last < first:
        refuse("--to: expected a date not before --from")
    vendors = _vendors_asked(house, vendor, is_all)
    asked = AskedReplay(tuple(vendors), first, last, is_as_it_was, at, house.catalogue.digest)
    folder = house.settings.comparisons
    _confirm_name(folder, name, asked)
    replayed = _replayed(house, asked)
    place = keep_comparison(folder, name, asked, replayed)
    if html is not None:
        page = render_replay(name, asked, replayed, language=language.value)
        with writing_to("--html", html):
            html.write_text(page, encoding="utf-8")
    for line in _replay_told(asked, replayed, place, words(language.value)):
        typer.echo(escaped(line))


def _vendors_asked(house: House, vendor: str | None, is_all: bool) -> list[str]:
    if (vendor is None) is not is_all:
        refuse("expected a vendor, or --all, and not both")
    book = house.contracts()
    if vendor is None:
        for name in book.skipped:
            typer.echo(unread_contract(name), err=True)
        return [one for one in house.lake.vendors("scorecards") if one in book.vendors]
    known_vendor(book, vendor)
    return [vendor]


def _confirm_name(folder: Path, name: str, asked: AskedReplay) -> None:
    """A name answers one question: another one does not take its place."""
    from pipelines.comparisons.kept_comparisons import NAME, asked_before

    if not NAME.fullmatch(name):
        refuse("--name: expected at most 64 of a-z, 0-9 and -, not beginning with -")
    try:
        before = asked_before(folder, name)
    except ValueError as error:
        refuse(f"--name: {error}")
    if before is not None and before != asked.as_json():
        refuse(f"--name: {folder / name} answers another question; choose another name, or remove the folder")


def _replayed(house: House, asked: AskedReplay) -> list[VendorReplayed]:
    """Each vendor judged again, under its lock, on the registry as it is now."""
    from pipelines.comparisons.ladder import Ladder, judges_of
    from pipelines.comparisons.replays import replay_as_it_was, replay_as_known
    from pipelines.comparisons.standpoints import as_known_at, delivered_by_day, published_days, whole_days
    from pipelines.oppositions.snapshot import refresh_snapshot

    book, kept, rules = house.contracts(), house.kept_law, house.catalogue
    refresh_snapshot(house.registry, house.lake)
    judges, found = judges_of(house.engine, house.lake), []
    for vendor in asked.vendors:
        with house.lake_of(vendor) as lake, TemporaryDirectory() as scratch:
            days = [day for day in whole_days(lake, vendor) if asked.first <= day <= asked.last]
            delivered = delivered_by_day(lake, vendor, book.of(vendor), days)
            published = published_days(lake, kept, rules, vendor, book.of(vendor), delivered)
            now = as_known_at(rules, list(delivered.values()), asked.as_of)
            ladder = Ladder(house.engine, lake, vendor, rules, judges)
            if asked.is_as_it_was:
                found.append(replay_as_it_was(ladder, published, now, Path(scratch)))
            else:
                found.append(replay_as_known(ladder, published, now))
    return found


def _replay_told(asked: AskedReplay, replayed: Sequence[VendorReplayed], place: Path, say: Words) -> Iterator[str]:
    yield f"{say('replay.title')} · {say('replay.range', first=asked.first, last=asked.last)}"
    yield say("replay.lead_was" if asked.is_as_it_was else "replay.lead_now")
    if not any(one.days_count for one in replayed):
        yield say("replay.empty")
    for one in replayed:
        counted = say("replay.counted", flips=one.flips.num_rows, uses=one.uses_count, days=one.days_count)
        yield f"{one.vendor}: {counted}"
        if asked.is_as_it_was and not one.differing:
            yield f"  {say('replay.same')}"
        for day in one.differing[:TOLD]:
            why = " ".join(say(f"replay.missing.{part}") for part in day.missing or ("none",))
            yield f"  {say.day(day.day)}: {', '.join(day.tables)}. {why}"
        if len(one.differing) > TOLD:
            yield f"  {say('replay.more', n=len(one.differing) - TOLD, path=place)}"
        yield from _flip_causes_told(one, place, say)
    yield say("replay.kept", path=place)


def _flip_causes_told(one: VendorReplayed, place: Path, say: Words) -> Iterator[str]:
    from pipelines.comparisons.replay_pages import causes_shown

    def verdict(word: str | None) -> str:
        return say(f"verdict.{word}") if word else say("replay.no_use")

    for cause in causes_shown(one):
        turns = [say("replay.turn", n=n, before=verdict(old), after=verdict(new)) for old, new, n in cause.turns]
        counted = say("replay.of_cause", n=cause.flips_count)
        yield f"  {say(f'flip_cause.{cause.cause}')} ({counted}): {'; '.join(turns)}"
        for reference in cause.references[:TOLD]:
            channel = say(f"channel.{reference.channel}")
            yield f"    {reference.delivery_date.isoformat()} {reference.lead_id} {channel}"
        if cause.flips_count > TOLD:
            yield f"    {say('replay.more', n=cause.flips_count - TOLD, path=place)}"
