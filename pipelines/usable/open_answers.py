"""Answers in milliseconds: every held lead judged once on a channel, and found by key from then on.

What is given is what `answers` gives at the instant of the question: the same statements decide, of all at once. What
the registry holds more is heard before the next answer (`heard`); a vendor is judged anew when something of it was
delivered or purged (`signs`). All is judged anew when a contract, a rule or a decision about a vendor changed, after an
hour, at midnight in Paris, when days cease to be held, and when something that is dated in the future begins to count.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from time import monotonic
from typing import Any, Final

import pyarrow as pa

from pipelines.house import House
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.oppositions.events import OppositionEvent, events_since
from pipelines.oppositions.records import Watermark, oppositions_since
from pipelines.oppositions.snapshot_note import read_note
from pipelines.usable.answers import AskedPersons, ContactAnswer, answer_of, answers, asked_about, opposed_in_all
from pipelines.usable.heard import MOST, Heard
from pipelines.usable.held_persons import HeldPersons, held_persons
from pipelines.usable.key_index import KeyIndex, key_index
from pipelines.usable.records import marks
from pipelines.usable.signs import quick_signs, signs_of_all, signs_of_vendor
from pipelines.usable.today import Today, look
from pipelines.vocabulary.clock import as_lake, paris_date, paris_instant
from pipelines.vocabulary.tables import arrow_schema
from pipelines.vocabulary.words import HASHED_KINDS

LASTS: Final = timedelta(hours=1)
"""How long what was judged is taken for what is so now."""
LOOK_SECONDS: Final = 1.0
"""How often contracts and rules are looked at; the registry, and what was published or purged, before every answer."""

_NEXT_DATED: Final = """
    select min(dated_at) as next_at
    from (
        select unnest([opposed_at, recorded_at, revoked_at]) as dated_at
        from oppositions
    )
    where dated_at > timestamp '{read_until}'
"""
_DATED_MEANWHILE: Final = f"""
    select distinct identity_key, alias_key
    from (
        select identity_key, alias_key, channel, unnest([opposed_at, recorded_at, revoked_at]) as dated_at
        from oppositions
    )
    where channel in ('all', '{{channel}}') and dated_at between timestamp '{{at}}' and timestamp '{{read_until}}'
    limit {MOST + 1}
"""
"""Of whom something began to count after the instant that is judged at, and was read with the rest."""


@dataclass(frozen=True)
class OpenAnswers:
    """All that is held, judged at one instant for one channel."""

    today: Today
    channel: str
    held: Mapping[str, HeldPersons]
    """By vendor."""
    opposed: pa.Table
    """Columns of `opposed_in_all`."""
    holds_until: datetime
    """Aware: when what is dated in the future begins to count, or other law, or the civil day ends."""
    watermark: Watermark
    """Of the oppositions that were judged by."""
    decision_id: int
    """Of the youngest decision about a vendor that was read."""
    signs: str
    """Of contracts and rules."""
    vendor_signs: Mapping[str, str]
    heard: Heard = field(default_factory=lambda: Heard(0))

    @cached_property
    def _opposed_rows(self) -> pa.Table:
        return self.opposed.combine_chunks()

    @cached_property
    def _opposed_index(self) -> KeyIndex:
        return key_index(self.opposed["met_key"])

    @cached_property
    def _hasher(self) -> IdentityHasher:
        return self.today.house.hasher

    @cached_property
    def _law_changes_at(self) -> datetime | None:
        return self.today.law_changes_at

    def is_of_now(self, at: datetime, decision_id: int) -> bool:
        """Whether no date lies between, and no vendor was decided on. `at`: aware."""
        return self.today.at <= at < self.holds_until and decision_id == self.decision_id

    def is_of_this_registry(self) -> bool:
        """Whether the registry still holds what was judged by, under the same keys."""
        return not oppositions_since(self.today.house.registry, self.watermark).is_rebuild

    def with_heard(self, event_id: int, at: datetime) -> "OpenAnswers | None":
        """The same after hearing what the registry holds up to an event; None where all is to be judged anew."""
        if event_id == self.heard.event_id:
            return self
        events = events_since(self.today.house.registry, self.heard.event_id, MOST + 1)
        if not events or len(events) > MOST or self._touches_everybody(events):
            return None
        return self._copy(heard=self.heard.with_events(events, self.channel, at))

    def _touches_everybody(self, events: Sequence[OppositionEvent]) -> bool:
        """Whether somebody else's hashes came where leads are keyed under no other forms."""
        return not self._hasher.is_keying_other_forms and any(event.kind in HASHED_KINDS for event in events)

    def with_vendors_of_now(self, at: datetime, moved: Collection[str]) -> "OpenAnswers | None":
        """The same with those vendors judged anew of whom something was delivered or purged; None where all is.

        `moved`: the vendors that are looked at, beside those that are new.
        """
        house = self.today.house
        if signs_of_all(house) != self.signs:
            return None
        known = {vendor: sign for vendor, sign in self.vendor_signs.items() if vendor not in moved}
        signs = {vendor: known.get(vendor) or signs_of_vendor(house, vendor) for vendor in house.vault.vendors()}
        changed = [vendor for vendor, sign in signs.items() if self.vendor_signs.get(vendor) != sign]
        if not changed and signs.keys() == self.vendor_signs.keys():
            return self
        today = look(house, at)
        held = {
            vendor: held_persons(today, vendor, self.channel) if vendor in changed else self.held[vendor]
            for vendor in signs
        }
        return self._copy(held=held, vendor_signs=signs)

    def _copy(self, **changed: Any) -> "OpenAnswers":
        """With what was made already: indexes of millions of keys."""
        other = replace(self, **changed)
        for name in ("_opposed_rows", "_opposed_index", "_hasher", "_law_changes_at"):
            object.__setattr__(other, name, getattr(self, name))
        return other

    def answers(self, texts: Sequence[str], at: datetime) -> list[ContactAnswer]:
        """An answer for each text, in order, at an instant (aware) at which all still holds."""
        asked = asked_about(texts, self.channel, self._hasher)
        persons = self._persons({key for key in asked.keys if key})
        opposed, unsettled = self._opposed_keys(asked)
        doubtful = unsettled | {
            key for key in persons if key not in opposed and (_has_ended(persons[key], at) or self._is_touched(key))
        }
        anew = self._judged_anew([text for text, key in zip(texts, asked.keys, strict=True) if key in doubtful], at)
        law = self._law_changes_at
        return [anew.get(key or "") or answer_of(key, persons.get(key or ""), opposed, at, law) for key in asked.keys]

    def _judged_anew(self, texts: Sequence[str], at: datetime) -> dict[str, ContactAnswer]:
        """By key, what is said of some texts once their leads are judged at an instant."""
        found = answers(look(self.today.house, at), texts, self.channel) if texts else []
        return {answer.identity_key: answer for answer in found if answer.identity_key}

    def _persons(self, keys: set[str]) -> dict[str, dict[str, Any]]:
        rows = [row for held in self.held.values() for row in held.rows_of(keys)]
        found: dict[str, dict[str, Any]] = {}
        for row in rows:
            known = found.get(row["identity_key"])
            found[row["identity_key"]] = _of_both(known, row) if known else row
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
    """Judge all that is held at an instant (aware).

    Raises:
        RegistryError, KeysError, SettingsError: it can't be judged.
    """
    signs, vendor_signs, decision_id = signs_of_all(house), _signs_by_vendor(house), marks(house.registry).decision_id
    today = look(house, at)
    watermark = read_note(house.lake.root / "oppositions").watermark
    held = {vendor: held_persons(today, vendor, channel) for vendor in today.vendors()}
    with house.engine.session() as session:
        session.read_files("oppositions", house.lake.opposition_files(), arrow_schema("oppositions"))
        opposed = opposed_in_all(session, channel, at)
        read_until = max(at, datetime.now(UTC))
        span = {name: as_lake(value).isoformat(sep=" ") for name, value in (("at", at), ("read_until", read_until))}
        meanwhile = session.fetch(_DATED_MEANWHILE.format(channel=channel, **span)).to_pylist()
        (dated,) = session.fetch(_NEXT_DATED.format(**span)).to_pylist()
    midnight = paris_instant(paris_date(at) + timedelta(days=1), time(0))
    ends = [at + LASTS, midnight, *([today.law_changes_at] if today.law_changes_at else [])]
    ends += [dated["next_at"].replace(tzinfo=UTC)] if dated["next_at"] else []
    ends += [read_until] if len(meanwhile) > MOST else []
    return OpenAnswers(
        today=today,
        channel=channel,
        held=held,
        opposed=opposed,
        holds_until=min(ends),
        watermark=watermark,
        decision_id=decision_id,
        signs=signs,
        vendor_signs=vendor_signs,
        heard=Heard(watermark.event_id).with_unsettled(key for row in meanwhile for key in row.values() if key),
    )


class KeptOpen:
    """Answers of now: judged at the first question, and anew, all or some, whenever they no longer hold."""

    def __init__(self, house: Callable[[], House], channel: str, opened: OpenAnswers | None = None) -> None:
        """`house`: opens the house anew. `opened`: what was judged already."""
        self._house, self._channel, self._opened = house, channel, opened
        self._looked_at = float("-inf")
        self._seen: dict[str, tuple[int, int]] = {}

    def answers(self, texts: Sequence[str]) -> tuple[OpenAnswers, datetime, list[ContactAnswer]]:
        """An answer for each text, in order, the instant that they are of, and what they rest on.

        Raises:
            RegistryError, KeysError, SettingsError: nothing can be judged now.
        """
        while True:
            opened = self._of_these_files() or self._opened_anew()
            at = datetime.now(UTC)  # after what may have taken long: who objected meanwhile is heard
            now = marks(opened.today.house.registry)
            self._opened = opened.with_heard(now.event_id, at) if opened.is_of_now(at, now.decision_id) else None
            if self._opened is not None:
                return self._opened, at, self._opened.answers(texts, at)

    def _of_these_files(self) -> OpenAnswers | None:
        """What is open, after something was published or purged, and once a second after a look at the rest.

        None where nothing is, or all is to be judged anew.
        """
        opened, seen = self._opened, self._seen
        if opened is None:
            return None
        house = opened.today.house
        if quick_signs(house, opened.vendor_signs) == seen and monotonic() - self._looked_at < LOOK_SECONDS:
            return opened
        self._opened = None  # so that all is judged anew where this fails
        self._note_signs(house)
        if not opened.is_of_this_registry():
            return None
        moved = [vendor for vendor, sign in self._seen.items() if seen.get(vendor) != sign]
        return opened.with_vendors_of_now(datetime.now(UTC), moved)

    def _opened_anew(self) -> OpenAnswers:
        self._opened = None  # so that not all is held twice
        house = self._house()
        self._note_signs(house)
        return open_answers(house, self._channel, datetime.now(UTC))

    def _note_signs(self, house: House) -> None:
        """Before it is judged: what changes meanwhile is seen by the next look."""
        self._seen, self._looked_at = quick_signs(house, house.vault.vendors()), monotonic()


def _signs_by_vendor(house: House) -> dict[str, str]:
    return {vendor: signs_of_vendor(house, vendor) for vendor in house.vault.vendors()}


def _of_both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """A person of two vendors: the usable use that was delivered first counts, and every rule that stands against any.

    Vendors come in order, so that of two at one instant the first counts, as in a call list.
    """
    usable = [row for row in (one, other) if row["is_usable"]]
    chosen = min(usable, key=lambda row: row["usable_since"]) if usable else one
    return {**chosen, "rules": sorted({*one["rules"], *other["rules"]})}


def _has_ended(person: Mapping[str, Any] | None, at: datetime) -> bool:
    until = person["usable_until"] if person else None
    return until is not None and until <= as_lake(at)
