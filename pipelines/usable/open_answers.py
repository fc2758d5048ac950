"""Answers in milliseconds: every held lead judged once on a channel, and found by key from then on.

What is given is what `answers` gives at the instant of the question: the same statements decide, of all at once. As
soon as the registry holds more, or a second after a delivery, contract, rule or purge, all is judged anew before the
next answer; so it is after an hour, at midnight in Paris, when days cease to be held, and when something that is
dated in the future begins to count.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.candidates.decisions import latest_decision_id
from pipelines.house import House
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.oppositions.records import latest_event_id
from pipelines.oppositions.snapshot import pending_watermark
from pipelines.oppositions.snapshot_note import read_note
from pipelines.usable.answers import (
    AskedPersons,
    ContactAnswer,
    answer_of,
    answers,
    asked_about,
    opposed_in_all,
    persons_of,
)
from pipelines.usable.call_list import identifier_of
from pipelines.usable.key_index import KeyIndex, key_index
from pipelines.usable.today import Today, look
from pipelines.verdicts.uses_now import USES_NOW
from pipelines.vocabulary.clock import as_lake, paris_date, paris_instant
from pipelines.vocabulary.tables import arrow_schema

LASTS: Final = timedelta(hours=1)
"""How long what was judged is taken for what is so now."""
LOOK_SECONDS: Final = 1.0
"""How often files are looked at; whether anybody objected or a vendor was refused, before every answer."""
BATCH_BYTES: Final = 1 << 14
_RESTS_ON: Final = ("lake/deliveries/*/*/*.parquet", "vault/*/*", "contracts/*/*", "rules/**/*")
"""What changes with a delivery, a purge, a contract or a rule; oppositions and decisions are asked of the registry."""


_NEXT_DATED: Final = """
    select min(dated_at) as next_at
    from (
        select unnest([opposed_at, recorded_at, revoked_at]) as dated_at
        from oppositions
    )
    where dated_at > timestamp '{at}'
"""
_OF_USE: Final = (
    *("vendor", "delivery_date", "lead_id", "channel", "verdict", "usable_until", "reasons", "delivered_at"),
)
"""What an answer needs of a use, beside its key."""


@dataclass(frozen=True)
class OpenAnswers:
    """All that is held, judged at one instant for one channel."""

    today: Today
    channel: str
    persons: pa.Table
    """Columns of `persons_of`."""
    opposed: pa.Table
    """Columns of `opposed_in_all`."""
    holds_until: datetime
    """Aware: when what is dated in the future begins to count, or other law, or the civil day ends."""
    event_id: int
    """Of the youngest opposition that was read."""
    decision_id: int
    """Of the youngest decision about a vendor that was read."""
    rests_on: str

    def __post_init__(self) -> None:
        """In one piece each: taking a row out of several would copy them all."""
        for name in ("persons", "opposed"):
            object.__setattr__(self, name, getattr(self, name).combine_chunks())

    @cached_property
    def _person_index(self) -> KeyIndex:
        return key_index(self.persons["identity_key"])

    @cached_property
    def _opposed_index(self) -> KeyIndex:
        return key_index(self.opposed["met_key"])

    @cached_property
    def _hasher(self) -> IdentityHasher:
        return self.today.house.hasher

    def is_of_now(self, at: datetime) -> bool:
        """Whether nobody objected and no vendor was decided on since, and no law or date lies between.

        Cheap enough to ask before every answer. `at`: aware.
        """
        registry = self.today.house.registry
        return (
            self.today.at <= at < self.holds_until
            and latest_event_id(registry) == self.event_id
            and latest_decision_id(registry) == self.decision_id
        )

    def is_rest_the_same(self) -> bool:
        """Whether nothing was delivered, purged, agreed or ruled meanwhile, and the registry is the same one."""
        house = self.today.house
        return pending_watermark(house.registry, house.lake) is None and _files_fingerprint(house) == self.rests_on

    def answers(self, texts: Sequence[str], at: datetime) -> list[ContactAnswer]:
        """An answer for each text, in order, at an instant (aware) at which all still holds."""
        asked = asked_about(texts, self.channel, self._hasher)
        found = self.persons.take(self._person_index.rows_of(key for key in asked.keys if key)).to_pylist()
        persons = {row["identity_key"]: row for row in found}
        if any(_has_ended(person, at) for person in persons.values()):
            return answers(Today(self.today.house, self.today.book, at), texts, self.channel)
        opposed, law = self._opposed_keys(asked), self.today.law_changes_at
        return [answer_of(key, persons.get(key or ""), opposed, at, law) for key in asked.keys]

    def _opposed_keys(self, asked: AskedPersons) -> frozenset[str]:
        own = [{key, alias} - {None} for key, alias in zip(asked.keys, asked.aliases, strict=True)]
        every = {key for keys in (*own, *asked.forms) for key in keys if key}
        rows = self.opposed.take(self._opposed_index.rows_of(every)).to_pylist()
        plain = {row["met_key"] for row in rows if row["is_opposed"]}
        other = {row["met_key"] for row in rows if row["is_opposed_in_other_form"]}
        of_texts = zip(asked.keys, own, asked.forms, strict=True)
        return frozenset(key for key, keys, forms in of_texts if key and (plain & keys or other.intersection(forms)))


def open_answers(house: House, channel: str, at: datetime) -> OpenAnswers:
    """Judge all that is held at an instant (aware).

    Raises:
        RegistryError, KeysError, SettingsError: it can't be judged.
    """
    rests_on, decision_id = _files_fingerprint(house), latest_decision_id(house.registry)
    today = look(house, at)
    event_id = read_note(house.lake.root / "oppositions").watermark.event_id
    columns = [f"{identifier_of(channel)}_key", *_OF_USE]
    uses = [USES_NOW.empty_table().select(columns)]
    for vendor in today.vendors():
        of_vendor = today.uses(vendor)
        uses.append(of_vendor.filter(pc.equal(of_vendor["channel"], channel)).select(columns))
    with house.engine.session() as session:
        session.read_files("oppositions", house.lake.opposition_files(), arrow_schema("oppositions"))
        opposed = opposed_in_all(session, channel, at)
        (dated,) = session.fetch(_NEXT_DATED.format(at=as_lake(at).isoformat(sep=" "))).to_pylist()
    midnight = paris_instant(paris_date(at) + timedelta(days=1), time(0))
    ends = [at + LASTS, midnight, *([today.law_changes_at] if today.law_changes_at else [])]
    ends += [dated["next_at"].replace(tzinfo=UTC)] if dated["next_at"] else []
    persons = persons_of(house.engine, pa.concat_tables(uses), channel)
    return OpenAnswers(today, channel, persons, opposed, min(ends), event_id, decision_id, rests_on)


class KeptOpen:
    """Answers of now: judged at the first question, and anew whenever they no longer hold."""

    def __init__(self, house: Callable[[], House], channel: str) -> None:
        """`house`: opens the house anew."""
        self._house, self._channel = house, channel
        self._opened: OpenAnswers | None = None
        self._looked_at = float("-inf")

    def answers(self, texts: Sequence[str]) -> tuple[OpenAnswers, datetime, list[ContactAnswer]]:
        """An answer for each text, in order, the instant that they are of, and what they rest on.

        Raises:
            RegistryError, KeysError, SettingsError: nothing can be judged now.
        """
        at, opened = datetime.now(UTC), self._opened
        if opened is None or not opened.is_of_now(at) or not self._is_rest_the_same(opened):
            opened = open_answers(self._house(), self._channel, at)
            self._opened, self._looked_at = opened, monotonic()
        return opened, at, opened.answers(texts, at)

    def _is_rest_the_same(self, opened: OpenAnswers) -> bool:
        if monotonic() - self._looked_at < LOOK_SECONDS:
            return True
        self._looked_at = monotonic()
        return opened.is_rest_the_same()


def batches_of_lines(descriptor: int) -> Iterator[list[str]]:
    """The lines of a file descriptor as they come: all that are there at once, at most some; UTF-8, empty ones too."""
    rest = b""
    while piece := os.read(descriptor, BATCH_BYTES):
        *lines, rest = (rest + piece).split(b"\n")
        if lines:
            yield [_text(line) for line in lines]
    if rest:
        yield [_text(rest)]


def _text(line: bytes) -> str:
    return line.decode(errors="replace").strip()


def _has_ended(person: dict[str, Any], at: datetime) -> bool:
    until = person["usable_until"]
    return until is not None and until <= as_lake(at)


def _files_fingerprint(house: House) -> str:
    """A fingerprint of files that judging reads, by size and time of change."""
    places = [path for pattern in _RESTS_ON for path in _files_like(house, pattern)]
    return repr(sorted((str(path), stat.st_mtime_ns, stat.st_size) for path in places if (stat := path.stat())))


def _files_like(house: House, pattern: str) -> list[Path]:
    first, _, rest = pattern.partition("/")
    root: Path = getattr(house.settings, first)
    return [path for path in root.glob(rest) if path.exists()] if root.is_dir() else []
