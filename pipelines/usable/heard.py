"""What was said to the registry since everything was judged: it is heard before the next answer.

An objection alone decides a no. Whoever is touched otherwise, by a revocation or by an objection under another
identifier of the same lead, is judged anew, and nobody else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pipelines.oppositions.events import OppositionEvent
from pipelines.usable.key_index import head_of
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.words import HASHED_KINDS

MOST: Final = 10_000
"""Of more events than that, everything is judged anew instead."""


@dataclass(frozen=True)
class Heard:
    """The events after those that were judged by, up to one of them, as far as they concern a channel."""

    event_id: int
    objected: frozenset[str] = frozenset()
    """Keys whose person objected."""
    objected_in_hash: frozenset[str] = frozenset()
    """Those of them that somebody else had hashed: they may be of another form of an identifier."""
    unsettled: frozenset[str] = frozenset()
    """Keys of which something else was said: an objection was revoked, or will count later."""
    heads: frozenset[int] = field(default=frozenset())
    """The leading half of each of these keys."""

    def with_events(self, events: Iterable[OppositionEvent], channel: str, at: datetime) -> "Heard":
        """What is heard after some more events, the oldest first. `at`: aware; what is dated later is unsettled."""
        sets: dict[str, set[str]] = {name: set(getattr(self, name)) for name in _SETS}
        event_id = self.event_id
        for event in events:
            event_id = event.event_id
            if event.channel in ("all", channel):
                keys = {key for key in (event.identity_key, event.alias_key) if key}
                for name in _sets_of(event, at):
                    sets[name] |= keys
        return _heard_in_sets(event_id, sets)

    def with_unsettled(self, keys: Iterable[str]) -> "Heard":
        """The same where something can't be told of some keys more without judging them."""
        sets: dict[str, set[str]] = {name: set(getattr(self, name)) for name in _SETS}
        sets["unsettled"].update(keys)
        return _heard_in_sets(self.event_id, sets)


_SETS: Final = ("objected", "objected_in_hash", "unsettled")


def _heard_in_sets(event_id: int, sets: Mapping[str, set[str]]) -> Heard:
    frozen = {name: frozenset(keys) for name, keys in sets.items()}
    return Heard(event_id, **frozen, heads=frozenset(head_of(key) for keys in sets.values() for key in keys))


def _sets_of(event: OppositionEvent, at: datetime) -> tuple[str, ...]:
    if event.revoked_at is not None or max(event.opposed_at, event.recorded_at) >= as_lake(at):
        return ("unsettled",)
    return ("objected", "objected_in_hash") if event.kind in HASHED_KINDS else ("objected",)
