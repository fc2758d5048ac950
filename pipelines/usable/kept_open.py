"""Answers that stay true while they are asked for: heard before each, and judged anew beside the answering.

What changed of a vendor makes it stale at once, a rule everything: fail closed, until it was judged anew. What merely
ends by the clock is judged ahead, as of the instant at which it ends, and takes the place of what was then.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

from pipelines.house import House
from pipelines.usable.answers import ContactAnswer
from pipelines.usable.held_persons import HeldPersons
from pipelines.usable.judged_aside import JudgedAside, JudgingWanted
from pipelines.usable.open_answers import OpenAnswers, open_answers
from pipelines.usable.records import marks
from pipelines.usable.watch import LOOK_SECONDS, ChangeWatch

AHEAD: Final = timedelta(minutes=10)
"""How long before it ends the next is begun, or twice as long as the last one took: then before all that is stale."""
LONGEST: Final = timedelta(minutes=10)
"""How long judging may take beside the answers, or four times as long as the last one took."""


class KeptOpen:
    """Answers of now: judged once, and anew, all or some, whenever they no longer hold."""

    def __init__(self, house: Callable[[], House], channel: str, opened: OpenAnswers | None = None) -> None:
        """Judge all that is held. `house`: opens the house anew. `opened`: what was judged already, just now.

        Raises:
            RegistryError, KeysError, SettingsError: it can't be judged.
        """
        self._house, self._channel = house, channel
        ours = opened.house if opened else house()
        self._watch = ChangeWatch(ours)
        began = monotonic()
        self._opened = opened or open_answers(ours, channel, datetime.now(UTC)).indexed()
        self._took = timedelta(seconds=monotonic() - began)
        """How long it took the last time to judge everything."""
        self._next: OpenAnswers | None = None
        self._aside: JudgedAside | None = None
        self._changed: frozenset[str] = frozenset()
        """Vendors that changed since the judging began that is going on."""
        self._is_all_changed = False
        self._confirmed_at = float("-inf")
        """When the registry and the secret were last seen to be those of before; by the clock that is never set."""
        self._looked_until = self._opened.at
        """The instant of the last look: before it lies only what a clock that was set back shows."""

    def answers(self, texts: Sequence[str]) -> tuple[OpenAnswers, datetime, list[ContactAnswer]]:
        """An answer for each text, in order, the instant that they are of, and what they rest on.

        Raises:
            RegistryError, KeysError, SettingsError, IntakeFaultError: nothing can be judged now.
        """
        at = self.keep()
        return self._opened, at, self._opened.answers(texts, at)

    def keep(self) -> datetime:
        """See what changed by an instant, and have it judged anew; also while nobody asks.

        Raises:
            RegistryError, KeysError, SettingsError, IntakeFaultError: something can't be judged.
        """
        if self._aside is not None and self._aside.is_done:
            self._take_over(self._aside)
        at = self._look()
        wanted = None if self._aside else self._wanted(at)
        if wanted is not None:
            limit = max(LONGEST, 4 * self._took)
            self._aside = JudgedAside(self._opened.house.settings, wanted, limit.total_seconds())
            self._changed, self._is_all_changed = frozenset(), False
        return at

    @property
    def is_judging(self) -> bool:
        """Whether something is being judged beside the answers."""
        return self._aside is not None

    def settle(self) -> None:
        """Wait until nothing is left to be judged anew.

        Raises:
            RegistryError, KeysError, SettingsError, IntakeFaultError: something can't be judged.
        """
        self.keep()
        while self._aside is not None:
            self._take_over(self._aside)
            self.keep()

    def close(self) -> None:
        """End what is being judged."""
        if self._aside is not None:
            self._aside.end()
        self._aside = None

    def _look(self) -> datetime:
        """Take from what is open what changed, and let it hear who objected, by the instant that is given back."""
        at = datetime.now(UTC)  # before the registry is asked: who objected by then is heard
        now = marks(self._opened.house.registry)
        changed, are_rules = self._watch.changes(self._opened.house, now.decision_id)
        self._changed |= changed
        self._is_all_changed |= are_rules or at < self._looked_until
        self._is_all_changed |= self._is_other_registry()
        self._looked_until = at
        if changed:
            self._make_stale(changed)
        self._drop_or_take_next(at)
        opened = self._opened
        is_open = not (self._is_all_changed or opened.is_closed) and opened.holds_at(at)
        heard = opened.with_heard(now.event_id, at) if is_open else None
        self._opened = heard or opened.copied(is_closed=True)
        return at

    def _is_other_registry(self) -> bool:
        """Asked once a second, however often something is published meanwhile."""
        if self._opened.is_closed or monotonic() - self._confirmed_at < LOOK_SECONDS:
            return False
        self._confirmed_at = monotonic()
        return not self._opened.is_of_this_registry()

    def _drop_or_take_next(self, at: datetime) -> None:
        """What was judged ahead is of no use once everything changed; else it takes its place at its instant."""
        if self._is_all_changed:
            self._next = None
        if self._next is not None and self._next.at <= at:
            self._opened, self._next = self._next, None

    def _make_stale(self, vendors: frozenset[str]) -> None:
        """No lead of theirs is a yes, now or from the next hour's first instant, before they were judged anew."""
        self._opened = self._opened.copied(stale=self._opened.stale | vendors)
        self._next = self._next and self._next.copied(stale=self._next.stale | vendors)

    def _wanted(self, at: datetime) -> JudgingWanted | None:
        """What is to be judged now; of several, what most wait for, or will at once when this hour ends."""
        opened, end = self._opened, self._opened.holds_until
        if opened.is_closed:
            return JudgingWanted(self._channel, at)
        if self._next is None and at >= end - (2 * self._took if opened.stale else max(AHEAD, 2 * self._took)):
            return JudgingWanted(self._channel, end)
        if opened.stale:
            return JudgingWanted(self._channel, at, opened.stale)
        if self._next is not None and self._next.stale:
            return JudgingWanted(self._channel, self._next.at, self._next.stale)
        return None

    def _take_over(self, aside: JudgedAside) -> None:
        """What was judged in place of what was; what changed since the judging began stays stale."""
        self._aside = None
        judged = aside.result()
        if isinstance(judged, OpenAnswers):
            self._take_over_all(judged, aside.seconds)
            return
        if self._opened.holds_at(aside.wanted.at):
            self._opened = self._with_judged(self._opened, aside.wanted.vendors_only, judged)
        elif self._next is not None and self._next.at == aside.wanted.at:
            self._next = self._with_judged(self._next, aside.wanted.vendors_only, judged)

    def _with_judged(
        self, answers: OpenAnswers, vendors: frozenset[str], judged: Mapping[str, HeldPersons]
    ) -> OpenAnswers:
        kept = {vendor: held for vendor, held in answers.held.items() if vendor not in vendors}
        held = dict(sorted((kept | dict(judged)).items()))  # in order: of two vendors at one instant the first counts
        return answers.copied(held=held, stale=(answers.stale - vendors) | self._changed)

    def _take_over_all(self, judged: OpenAnswers, seconds: float) -> None:
        self._took = timedelta(seconds=seconds)
        opened = judged.copied(house=self._house() if self._opened.is_closed else self._opened.house)
        if opened.at > datetime.now(UTC):
            self._next = opened.copied(stale=self._changed)
        else:
            self._opened, self._next = opened.copied(stale=self._changed, is_closed=self._is_all_changed), None
