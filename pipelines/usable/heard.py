"""What was said to the registry since everything was judged: it is heard before the next answer.

An objection alone decides a no, whatever clock it was recorded by. Whoever is touched otherwise, by a revocation or by
an objection under another identifier of the same lead, is judged anew, and nobody else: not before our clock shows what
the others' showed when it was recorded, since judging knows only what was recorded by its instant.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from pipelines.oppositions.events import OppositionEvent
from pipelines.usable.key_index import head_of
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.words import HASHED_KINDS

MOST: Final = 10_000
"""Of more events than that, everything is judged anew instead."""
LONG_AGO: Final = as_lake(datetime.min.replace(tzinfo=UTC))
"""Before anything was recorded."""


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
    recorded_until: datetime = LONG_AGO
    """When the latest of these was recorded, by the clock of whoever did; zone-less UTC."""

    def with_events(self, events: Iterable[OppositionEvent], channel: str, at: datetime) -> "Heard":
        """What is heard after some more events, the oldest first. `at`: aware; who objects later is unsettled."""
        sets: dict[str, set[str]] = {name: set(getattr(self, name)) for name in _SETS}
        event_id, recorded_until = self.event_id, self.recorded_until
        for event in events:
            event_id = event.event_id
            if event.channel in ("all", channel):
                recorded_until = max(recorded_until, event.recorded_at)
                keys = {key for key in (event.identity_key, event.alias_key) if key}
                for name in _sets_of(event, at):
                    sets[name] |= keys
        return _heard_in_sets(event_id, sets, recorded_until)

    def with_unsettled(self, keys: Iterable[str], recorded_until: datetime = LONG_AGO) -> "Heard":
        """The same where something can't be told of some keys more without judging them.

        `recorded_until`: when the latest of what was said of them was recorded; zone-less UTC.
        """
        sets: dict[str, set[str]] = {name: set(getattr(self, name)) for name in _SETS}
        sets["unsettled"].update(keys)
        return _heard_in_sets(self.event_id, sets, max(self.recorded_until, recorded_until))

    def is_known_at(self, at: datetime) -> bool:
        """Whether who is judged at an instant (aware) is judged by all of this."""
        return self.recorded_until <= as_lake(at)


_SETS: Final = ("objected", "objected_in_hash", "unsettled")


def _heard_in_sets(event_id: int, sets: Mapping[str, set[str]], recorded_until: datetime) -> Heard:
    frozen = {name: frozenset(keys) for name, keys in sets.items()}
    heads = frozenset(head_of(key) for keys in sets.values() for key in keys)
    return Heard(event_id, **frozen, heads=heads, recorded_until=recorded_until)


def _sets_of(event: OppositionEvent, at: datetime) -> tuple[str, ...]:
    if event.revoked_at is not None or event.opposed_at >= as_lake(at):
        return ("unsettled",)
    return ("objected", "objected_in_hash") if event.kind in HASHED_KINDS else ("objected",)
