"""What a vendor is told of changed rules: which, from when, and what they would have made of its last deliveries.

Plain text in one language. It names no lead, and counts no rule about oppositions by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipelines.comparisons.rule_differences import RuleDifference
from pipelines.comparisons.rules_compared import VendorCompared
from pipelines.rulebook.catalogue import Catalogue
from pipelines.verdicts.changes_said import change_said
from pipelines.wording.periods import period_said
from pipelines.wording.words import Words

_KEYS_SAID: Final = {
    "severity": "severity",
    "in_force": "in_force",
    "applies_when": "applies_when",
    "pass_when": "pass_when",
    "attributable_to": "answers",
    "pending_on": "owes",
    "channels": "about",
    "audiences": "about",
    "needs": "needs",
    "subsumed_by": "subsumed_by",
}
"""The words of the page of rules for what of a card may differ."""
_UNTOLD: Final = "opposition"


@dataclass(frozen=True)
class ChangeNotice:
    """Changed rules, and one vendor's days under both catalogues."""

    on: date
    """From when the changed rules judge."""
    before: Catalogue
    after: Catalogue
    differences: tuple[RuleDifference, ...]
    values: tuple[str, ...]
    compared: VendorCompared
    days: Sequence[date]
    """Delivery dates that were compared, in order."""
    span: int
    """How many days back they were looked for."""

    def text(self, say: Words) -> str:
        """The whole notice."""
        digests = {"before": self.before.digest[:12], "after": self.after.digest[:12]}
        sections = (
            [say("notice.title", vendor=self.compared.vendor, on=self.on), say("notice.lead", on=self.on, **digests)],
            [say("notice.changes"), *(f"- {line}" for line in self._changes(say))],
            [say("notice.effect", n=self.span), *(f"- {line}" for line in self._effect(say))],
            [say("notice.kept")],
        )
        return "\n\n".join("\n".join(section) for section in sections) + "\n"

    def _changes(self, say: Words) -> Iterator[str]:
        for one in self.differences:
            period = period_said(one.card.in_force.from_, one.card.in_force.to, say)
            what = ", ".join(dict.fromkeys(_key_said(key, say) for key in one.keys))
            yield say(f"notice.{one.kind}", title=say.say(one.card.title), rule=one.card.id, period=period, what=what)
            changes = [change for change in self.after.changes if change.name == one.card.id]
            yield from (change_said(change, say) for change in changes)
        for name in self.values:
            yield say("notice.value", name=name)

    def _effect(self, say: Words) -> Iterator[str]:
        compared = self.compared
        if not self.days:
            yield say("notice.no_delivery")
            return
        yield say("notice.uses", n=compared.uses_count, first=self.days[0], last=self.days[-1])
        if not compared.flips.num_rows:
            yield say("notice.no_flip")
        for (before, after), count in compared.by_verdict.items():
            verdicts = {"before": say(f"verdict.{before}"), "after": say(f"verdict.{after}")}
            yield say("notice.flips", n=count, **verdicts)
        yield from self._rule_lines(say)
        yield from self._figures(say)

    def _rule_lines(self, say: Words) -> Iterator[str]:
        cards = {**self.before.by_id, **self.after.by_id}
        for one in self.compared.rules:
            card = cards[one.rule_id]
            if card.dimension != _UNTOLD:
                counts = {"before": one.fails_before, "after": one.fails_after}
                yield say("notice.fails", fault=say.say(card.fault), rule=card.id, **counts)

    def _figures(self, say: Words) -> Iterator[str]:
        before, after, currency = self.compared.before, self.compared.after, self.compared.currency
        if before.points is not None and after.points is not None:
            yield say("notice.points", before=say.points(before.points), after=say.points(after.points))
        if before.claimable is not None and after.claimable is not None:
            amounts = [say.money(amount, currency) for amount in (before.claimable, after.claimable)]
            yield say("notice.claimable", before=amounts[0], after=amounts[1])


def _key_said(key: str, say: Words) -> str:
    return say(f"rules.{_KEYS_SAID[key]}") if key in _KEYS_SAID else key
