"""Which seeds go into which call list, and which lists a number or address of the house's own was put into."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipelines.house import House
from pipelines.storage.secrets.keys import key_id
from pipelines.usable.answers import asked_about, opposed_keys
from pipelines.usable.call_list import CallLine
from pipelines.usable.records import ExportNote, SeedNote, seeds_given
from pipelines.usable.seeds import SEEDS_A_LIST, Seed, read_seeds, seed_lines
from pipelines.usable.today import Today
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.tables import arrow_schema


@dataclass(frozen=True)
class SeedsOnChannel:
    """The seeds of a channel that may be put into a list now, with key and identifier."""

    seeds: Sequence[tuple[Seed, str, str]]
    """Seed, identity key, identifier."""
    opposed: Sequence[str]
    """Owners who objected: theirs are put into no list."""


def seeds_on(today: Today, channel: str) -> SeedsOnChannel:
    """What may be put into a list of a channel now.

    Raises:
        CatalogueError: the file of seeds can't be read.
    """
    on = paris_date(today.at)
    standing = [(seed, text) for seed in read_seeds(today.house.settings.home) if (text := seed.identifier(channel))]
    standing = [(seed, text) for seed, text in standing if seed.stands_on(on)]
    if not standing:
        return SeedsOnChannel((), ())
    asked = asked_about([text for _, text in standing], channel, today.house.hasher)
    with today.house.engine.session() as session:
        session.read_files("oppositions", today.house.lake.opposition_files(), arrow_schema("oppositions"))
        opposed = opposed_keys(session, asked, today.at)
    keyed = [(seed, key, text) for (seed, text), key in zip(standing, asked.keys, strict=True) if key]
    return SeedsOnChannel(
        [one for one in keyed if one[1] not in opposed], [seed.owner for seed, key, _ in keyed if key in opposed]
    )


def seeded_lines(
    today: Today,
    lines: Sequence[CallLine],
    channel: str,
    recipient: str,
    new_entry: Callable[[], str],
    chosen: Callable[[Sequence[str]], str],
) -> list[CallLine]:
    """Lines of the house's own for a list: of those that other recipients have least, the ones in fewest lists."""
    usable = seeds_on(today, channel).seeds
    given = lists_by_key(today.house) if usable else {}

    def rank(seed: tuple[Seed, str, str]) -> tuple[int, int, str]:
        lists = given.get(seed[1], [])
        return sum(note.recipient != recipient.strip() for note in lists), len(lists), seed[1]

    picked = sorted(usable, key=rank)[:SEEDS_A_LIST]
    return seed_lines(lines, [(seed, text) for seed, _, text in picked], new_entry, chosen) if lines else []


def seed_notes(house: House, lines: Sequence[CallLine], export_id: str) -> list[SeedNote]:
    """What is noted of seeded lines."""
    keys = house.hasher.keys(pa.array([line.identifier for line in lines], pa.string())).to_pylist()
    return [SeedNote(export_id, line.entry, key, house.key_id) for line, key in zip(lines, keys, strict=True)]


def lists_by_key(house: House) -> dict[str, list[ExportNote]]:
    """By identity key under the newest secret, the lists that a seed was put into, the oldest first."""
    hasher = house.hasher
    generations = {key_id(number): number for number in range(1, hasher.secret_count)}
    found: dict[str, list[ExportNote]] = {}
    for seed, note in seeds_given(house.registry):
        key = seed.identity_key
        if seed.key_id in generations:
            key = hasher.wrapped(pa.array([key], pa.string()), generations[seed.key_id])[0].as_py()
        found.setdefault(key, []).append(note)
    return found


def traced_lists(house: House, texts: Sequence[str], channel: str) -> list[tuple[ExportNote, int]]:
    """The lists that have any of some numbers or addresses, and how many; those with most, then the latest first."""
    keys, lists = {key for key in asked_about(texts, channel, house.hasher).keys if key}, lists_by_key(house)
    found: dict[str, tuple[ExportNote, int]] = {}
    for note in (note for key in keys for note in lists.get(key, [])):
        _, count = found.get(note.export_id, (note, 0))
        found[note.export_id] = note, count + 1
    return sorted(found.values(), key=lambda one: (-one[1], -one[0].exported_at.timestamp()))
