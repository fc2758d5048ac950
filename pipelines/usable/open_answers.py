"""Answers in milliseconds: every held lead judged once on a channel, and found by key from then on.

What is given is what `answers` gives at the instant of the question: the same statements decide, of all at once. What
the registry holds more is heard before the next answer (`heard`). Vendors of whom something else changed are stale:
none of their leads is a yes before they were judged anew: `kept_open` has it done, beside the answering.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final

import pyarrow as pa
from filelock import Timeout

from pipelines.house import House
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.oppositions.events import OppositionEvent, events_since
from pipelines.oppositions.records import Watermark, oppositions_since
from pipelines.oppositions.snapshot_note import read_note
from pipelines.usable.answers import AskedPersons, ContactAnswer, answer_of, answers, asked_about, opposed_in_all
from pipelines.usable.heard import LONG_AGO, MOST, Heard
from pipelines.usable.held_persons import HeldPersons, held_persons
from pipelines.usable.key_index import KeyIndex, key_index
from pipelines.usable.today import look
from pipelines.vocabulary.clock import as_lake, paris_date, paris_instant
from pipelines.vocabulary.tables import arrow_schema
from pipelines.vocabulary.words import HASHED_KINDS

LASTS: Final = timedelta(hours=1)
"""How long what was judged is taken for what is so now."""

_DATED: Final = f"""
    select
        identity_key,
        alias_key,
        min(dated_at) as first_at,
        max(dated_at) filter (where is_recorded) as recorded_until
    from (
        select identity_key, alias_key, channel, unnest([opposed_at, revoked_at]) as dated_at, false as is_recorded
        from oppositions
        union all
        select identity_key, alias_key, channel, recorded_at as dated_at, true as is_recorded
        from oppositions
    )
    where
        channel in ('all', '{{channel}}')
        and dated_at >= timestamp '{{at}}'
        and (is_recorded or dated_at <= timestamp '{{until}}')
    group by identity_key, alias_key
    order by first_at
    limit {MOST + 1}
"""
"""Of whom something begins to count between two instants, or was recorded later, by a clock that is ahead of ours."""


@dataclass(frozen=True)
class OpenAnswers:
    """All that is held, judged as of one instant for one channel."""

    house: House
    channel: str
    at: datetime
    """Aware: the instant that is judged as of, from which on these answers may be given."""
    law_changes_at: datetime | None
    """Aware: the next instant at which other law is in force."""
    held: Mapping[str, HeldPersons]
    """By vendor."""
    opposed: pa.Table
    """Columns of `opposed_in_all`."""
    holds_until: datetime
    """Aware: an hour later, or when the civil day ends, or more begins to count than can be judged alone."""
    watermark: Watermark
    """Of the oppositions that were judged by."""
    heard: Heard = field(default_factory=lambda: Heard(0))
    stale: frozenset[str] = frozenset()
    """Vendors of whom something changed since: no lead of theirs is a yes."""
    is_closed: bool = False
    """Whether everything changed: nothing is a yes."""

    @cached_property
    def _opposed_rows(self) -> pa.Table:
        return self.opposed.combine_chunks()

    @cached_property
    def _opposed_index(self) -> KeyIndex:
        return key_index(self.opposed["met_key"])

    @cached_property
    def _hasher(self) -> IdentityHasher:
        return self.house.hasher

    def indexed(self) -> "OpenAnswers":
        """The same once every index is made: it takes seconds for millions of keys."""
        _ = self._opposed_rows, self._opposed_index
        for held in self.held.values():
            held.rows_of(())
        return self

    def holds_at(self, at: datetime) -> bool:
        """Whether no date lies between. `at`: aware."""
        return self.at <= at < self.holds_until

    def is_of_this_registry(self) -> bool:
        """Whether the registry still holds what was judged by, under the same keys."""
        return not oppositions_since(self.house.registry, self.watermark).is_rebuild

    def with_heard(self, event_id: int, at: datetime) -> "OpenAnswers | None":
        """The same after hearing what the registry holds up to an event; None where all is to be judged anew."""
        if event_id == self.heard.event_id:
            return self
        events = events_since(self.house.registry, self.heard.event_id, MOST + 1)
        if not events or len(events) > MOST or self._touches_everybody(events):
            return None
        return self.copied(heard=self.heard.with_events(events, self.channel, at))

    def _touches_everybody(self, events: Sequence[OppositionEvent]) -> bool:
        """Whether somebody else's hashes came where leads are keyed under no other forms."""
        return not self._hasher.is_keying_other_forms and any(event.kind in HASHED_KINDS for event in events)

    def copied(self, **changed: Any) -> "OpenAnswers":
        """With other attributes, and what was made already: indexes of millions of keys."""
        other = replace(self, **changed)
        for name in ("_opposed_rows", "_opposed_index", *(() if "house" in changed else ("_hasher",))):
            if name in vars(self):
                vars(other)[name] = vars(self)[name]
        return other

    def answers(self, texts: Sequence[str], at: datetime) -> list[ContactAnswer]:
        """An answer for each text, in order, at an instant (aware) at which all still holds, but what is stale."""
        asked = asked_about(texts, self.channel, self._hasher)
        persons = self._persons({key for key in asked.keys if key})
        opposed, unsettled = self._opposed_keys(asked)
        doubtful = unsettled | {
            key for key in persons if key not in opposed and (_has_ended(persons[key], at) or self._is_touched(key))
        }
        texts_anew = [text for text, key in zip(texts, asked.keys, strict=True) if key in doubtful]
        anew = {key: _until_judged(key, persons.get(key)) for key in doubtful}
        anew |= self._judged_anew(texts_anew, at) if texts_anew else {}
        law = self.law_changes_at
        return [anew.get(key or "") or answer_of(key, persons.get(key or ""), opposed, at, law) for key in asked.keys]

    def _judged_anew(self, texts: Sequence[str], at: datetime) -> dict[str, ContactAnswer]:
        """By key, what is said of some texts once their leads are judged at an instant.

        Of nobody while everything is stale: rules and keys are those of before; nor while another's clock, by which
        something was recorded, is ahead of the instant: judging would not know of it; nor while another program reads
        the registry into the lake: no line waits for it.
        """
        if self.is_closed or not self.heard.is_known_at(at):
            return {}
        try:
            today = look(self.house, at, patience=0)
        except Timeout:
            return {}
        found = answers(today, texts, self.channel)
        return {answer.identity_key: answer for answer in found if answer.identity_key}

    def _persons(self, keys: set[str]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for vendor, held in self.held.items():
            for row in held.rows_of(keys):
                one = {**row, **_NOT_JUDGED} if self.is_closed or vendor in self.stale else row
                known = found.get(row["identity_key"])
                found[row["identity_key"]] = _of_both(known, one) if known else one
        return found

    def _opposed_keys(self, asked: AskedPersons) -> tuple[set[str], set[str]]:
        """Who of the asked objected, and of whom something was said that only judging anew can settle."""
        owns = [{one for one in pair if one} for pair in zip(asked.keys, asked.aliases, strict=True)]
        every = {key for keys in (*owns, *asked.forms) for key in keys if key}
        rows = self._opposed_rows.take(pa.array(self._opposed_index.rows_of(every), pa.int64())).to_pylist()
        plain = {row["met_key"] for row in rows if row["is_opposed"]} | self.heard.objected
        other = {row["met_key"] for row in rows if row["is_opposed_in_other_form"]} | self.heard.objected_in_hash
        of_texts = [one for one in zip(asked.keys, owns, asked.forms, strict=True) if one[0]]
        unsettled = {key for key, own, forms in of_texts if key and self.heard.unsettled & (own | {*forms})}
        opposed = {key for key, own, forms in of_texts if key and (plain & own or other.intersection(forms))}
        return opposed - unsettled, unsettled

    def _is_touched(self, key: str) -> bool:
        """Whether something was said since under another identifier of a lead that bears a key."""
        if not self.heard.heads:
            return False
        return any(not self.heard.heads.isdisjoint(held.links.of(key)) for held in self.held.values())


def open_answers(house: House, channel: str, at: datetime) -> OpenAnswers:
    """Judge all that is held as of an instant (aware), which may lie a little ahead.

    Raises:
        RegistryError, KeysError, SettingsError: it can't be judged.
    """
    today = look(house, at)
    watermark = read_note(house.lake.root / "oppositions").watermark
    held = {vendor: held_persons(today, vendor, channel) for vendor in today.vendors()}
    midnight = paris_instant(paris_date(at) + timedelta(days=1), time(0))
    until = min(at + LASTS, midnight, today.law_changes_at or midnight)
    with house.engine.session() as session:
        session.read_files("oppositions", house.lake.opposition_files(), arrow_schema("oppositions"))
        opposed = opposed_in_all(session, channel, at)
        span = {name: as_lake(value).isoformat(sep=" ") for name, value in (("at", at), ("until", until))}
        dated = session.fetch(_DATED.format(channel=channel, **span)).to_pylist()
    return OpenAnswers(
        house=house,
        channel=channel,
        at=at,
        law_changes_at=today.law_changes_at,
        held=held,
        opposed=opposed,
        holds_until=min(until, dated[MOST]["first_at"].replace(tzinfo=UTC)) if len(dated) > MOST else until,
        watermark=watermark,
        heard=_heard_of(watermark.event_id, dated[:MOST]),
    )


def held_of(house: House, channel: str, at: datetime, vendors: Collection[str]) -> dict[str, HeldPersons]:
    """Some vendors judged as of an instant (aware), by vendor; one of whom nothing is held is left out.

    Raises:
        RegistryError, KeysError, SettingsError: they can't be judged.
    """
    today = look(house, at)
    return {vendor: held_persons(today, vendor, channel) for vendor in today.vendors() if vendor in vendors}


_NOT_JUDGED: Final = {"is_usable": False, "usable_until": None, "usable_since": None, "is_being_judged": True}


def _until_judged(key: str, person: Mapping[str, Any] | None) -> ContactAnswer:
    return ContactAnswer(key, "no", rules=tuple(person["rules"]) if person else (), is_being_judged=True)


def _heard_of(event_id: int, dated: Sequence[Mapping[str, Any]]) -> Heard:
    keys = {key for row in dated for key in (row["identity_key"], row["alias_key"]) if key}
    recorded = [row["recorded_until"] for row in dated if row["recorded_until"]]
    return Heard(event_id).with_unsettled(keys, max(recorded, default=LONG_AGO))


def _of_both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """A person of two vendors: the usable use that was delivered first counts, and every rule that stands against any.

    Vendors come in order, so that of two at one instant the first counts, as in a call list.
    """
    usable = [row for row in (one, other) if row["is_usable"]]
    chosen = min(usable, key=lambda row: row["usable_since"]) if usable else one
    is_being_judged = any(row.get("is_being_judged") for row in (one, other))
    return {**chosen, "rules": sorted({*one["rules"], *other["rules"]}), "is_being_judged": is_being_judged}


def _has_ended(person: Mapping[str, Any] | None, at: datetime) -> bool:
    until = person["usable_until"] if person else None
    return until is not None and until <= as_lake(at)
