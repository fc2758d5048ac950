"""Answers that stay true while they are asked for: heard before each, and judged anew beside the answering.

What changed of a vendor makes it stale at once, a rule everything: fail closed, until it was judged anew. What merely
ends by the clock is judged ahead, as of the instant at which it ends, and takes the place of what was then.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from pipelines.house import House
from pipelines.usable.answers import ContactAnswer
from pipelines.usable.judged_aside import JudgedAside, JudgingWanted
from pipelines.usable.open_answers import OpenAnswers, open_answers
from pipelines.usable.records import marks
from pipelines.usable.watch import ChangeWatch

AHEAD: Final = timedelta(minutes=10)
"""How long before it ends the next is begun, or twice as long as the last one took."""


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
        self._opened = opened or open_answers(ours, channel, datetime.now(UTC)).indexed()
        self._next: OpenAnswers | None = None
        self._aside: JudgedAside | None = None
        self._changed: frozenset[str] = frozenset()
        """Vendors that changed since the judging began that is going on."""
        self._is_all_changed = False
        self._ahead = AHEAD
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
            self._aside = JudgedAside(self._opened.house.settings, wanted)
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
        is_due = self._watch.is_due
        at = datetime.now(UTC)  # before the registry is asked: who objected by then is heard
        now = marks(self._opened.house.registry)
        changed, are_rules = self._watch.changes(self._opened.house, now.decision_id)
        self._changed |= changed
        is_looked_at = is_due and not self._opened.is_closed
        self._is_all_changed |= are_rules or at < self._looked_until
        self._is_all_changed |= is_looked_at and not self._opened.is_of_this_registry()
        self._looked_until = at
        self._drop_or_take_next(at)
        opened = self._opened.copied(stale=self._opened.stale | changed) if changed else self._opened
        is_open = not (self._is_all_changed or opened.is_closed) and opened.holds_at(at)
        heard = opened.with_heard(now.event_id, at) if is_open else None
        self._opened = heard or opened.copied(is_closed=True)
        return at

    def _drop_or_take_next(self, at: datetime) -> None:
        """What was judged ahead is of no use once something changed; else it takes its place at its instant."""
        if self._next is not None and (self._changed or self._is_all_changed):
            self._next = None
        if self._next is not None and self._next.at <= at:
            self._opened, self._next = self._next, None

    def _wanted(self, at: datetime) -> JudgingWanted | None:
        """What is to be judged now; of several, what most wait for."""
        if self._opened.is_closed:
            return JudgingWanted(self._channel, at)
        if self._changed:
            return JudgingWanted(self._channel, at, self._changed)
        is_ending = at >= self._opened.holds_until - self._ahead
        return JudgingWanted(self._channel, self._opened.holds_until) if is_ending and self._next is None else None

    def _take_over(self, aside: JudgedAside) -> None:
        """What was judged in place of what was; what changed since the judging began stays stale."""
        self._aside = None
        judged = aside.result()
        if isinstance(judged, OpenAnswers):
            self._take_over_all(judged, aside.seconds)
            return
        kept = {vendor: held for vendor, held in self._opened.held.items() if vendor not in aside.wanted.vendors_only}
        held = dict(sorted((kept | dict(judged)).items()))  # in order: of two vendors at one instant the first counts
        self._opened = self._opened.copied(held=held, stale=self._changed)

    def _take_over_all(self, judged: OpenAnswers, seconds: float) -> None:
        self._ahead = max(AHEAD, timedelta(seconds=2 * seconds))
        opened = judged.copied(house=self._house() if self._opened.is_closed else self._opened.house)
        if opened.at > datetime.now(UTC):
            self._next = opened
        else:
            self._opened = opened.copied(stale=self._changed, is_closed=self._is_all_changed)
