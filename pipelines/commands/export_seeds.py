"""`opposable export seeds`: the house's own entries in call lists, and which lists one of them was put into."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.commands.asked_texts import asked_texts
from pipelines.commands.shared import Language, LanguageOption, house_of_settings, refuse
from pipelines.house import House
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.settings import SettingsError
from pipelines.storage.registry.database import RegistryError
from pipelines.storage.secrets.keys import KeysError
from pipelines.usable.exports import expires_at
from pipelines.usable.records import ExportNote
from pipelines.usable.seeded_lists import lists_by_key, seeds_on, traced_lists
from pipelines.usable.today import look
from pipelines.vocabulary.words import CHANNELS
from pipelines.wording.words import Words, words


def seeds(
    channel: Annotated[str, typer.Option(help=f"One of {', '.join(CHANNELS)}.")] = "phone",
    trace: Annotated[
        bool, typer.Option("--trace", help="Say which lists have the numbers or addresses of standard input.")
    ] = False,
    language: LanguageOption = Language.EN,
) -> None:
    """List the house's own entries on a channel, by owner, and how many call lists each was put into.

    With --trace: the lists that have a number or address that was called or written to, one a line on standard input;
    at a terminal one is asked for, and not shown. A list has two entries at most: who names both, names the list.

    Exit status: 0 listed, or a list was found; 1 no list has any of them; 2 a wrong argument or setting.
    """
    if channel not in CHANNELS:
        refuse(f"--channel: expected one of {', '.join(CHANNELS)}")
    house, say, now = house_of_settings(), words(language.value), datetime.now(UTC)
    try:
        told = _lists_traced(house, channel, now, say) if trace else _seeds_listed(house, channel, now, say)
    except (RegistryError, KeysError, SettingsError, CatalogueError) as error:
        refuse(str(error))
    for line in told or [say("seeds.untraced" if trace else "seeds.none")]:
        typer.echo(line)
    raise typer.Exit(1 if trace and not told else 0)


def _seeds_listed(house: House, channel: str, now: datetime, say: Words) -> list[str]:
    today = look(house, now)
    found, lists = seeds_on(today, channel), lists_by_key(house)
    told = [say("seeds.of", owner=seed.owner, n=len(lists.get(key, ()))) for seed, key, _ in found.seeds]
    return told + [say("seeds.opposed", owner=owner) for owner in found.opposed]


def _lists_traced(house: House, channel: str, now: datetime, say: Words) -> list[str]:
    texts = asked_texts(channel)
    return [_list_said(note, count, texts, now, say) for note, count in traced_lists(house, texts, channel)]


def _list_said(note: ExportNote, count: int, texts: Sequence[str], now: datetime, say: Words) -> str:
    key = "seeds.in_list_expired" if now >= expires_at(note) else "seeds.in_list"
    return say(
        key,
        export_id=note.export_id,
        count=count,
        of=len(texts),
        at=say.instant(note.exported_at),
        until=say.instant(expires_at(note)),
        by=note.exported_by,
        purpose=note.purpose,
        recipient=note.recipient,
    )
