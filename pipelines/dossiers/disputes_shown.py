"""What a dossier says of the vendor's answers: counts, the latest, and marks beside rules and dimensions.

What a vendor wrote is not among them. They are taken in and decided in `disputes`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from pipelines.contracts.contract import Contract
from pipelines.disputes.dispute import RecordedDispute
from pipelines.disputes.knowledge_clock import KnowledgeLine
from pipelines.disputes.policy import Policy
from pipelines.disputes.reply_period import reply_period
from pipelines.receipts.receipt import OPPOSED
from pipelines.rulebook.catalogue import Catalogue
from pipelines.vocabulary.words import DISPUTE_OUTCOMES

MOST_DISPUTES: Final = 20
MOST_LINES: Final = 100


@dataclass(frozen=True)
class ShownDisputes:
    """A vendor's disputes as of an instant, in order."""

    all: tuple[RecordedDispute, ...] = ()
    dimensions: Mapping[str, str] = field(default_factory=dict)
    """Rule -> its dimension, and that of what receipts call an opposition."""
    period: timedelta | None = None
    """To reply."""
    is_agreed: bool = False
    """Whether the contract says so; else it is the policy."""
    clock: tuple[KnowledgeLine, ...] = ()
    """Since when each blocking defect is known to whom."""

    @property
    def latest(self) -> tuple[RecordedDispute, ...]:
        """The newest, bounded."""
        return tuple(reversed(self.all[-MOST_DISPUTES:]))

    @property
    def states(self) -> Mapping[str, int]:
        """How many there are of each state."""
        return _counted_states(self.all)

    @property
    def late_count(self) -> int:
        """Those that came after the period to reply."""
        return sum(one.is_late for one in self.all)

    def of_rule(self, rule_id: str, dimension: str) -> Mapping[str, int] | None:
        """How many are of a rule, by state; None where there is none. What is `opposed` is of each rule of it."""
        told = {rule_id, *([OPPOSED] if dimension == self.dimensions.get(OPPOSED) else [])}
        found = [one for one in self.all if one.rule in told]
        return _counted_states(found) if found else None

    def pending_of(self, dimension: str) -> int:
        """How many of a dimension wait for a decision."""
        return sum(one.is_open and self.dimensions.get(one.rule) == dimension for one in self.all)


def shown_disputes(
    disputes: Sequence[RecordedDispute],
    clock: Sequence[KnowledgeLine],
    catalogue: Catalogue,
    contract: Contract | None,
    policy: Policy,
) -> ShownDisputes:
    """What is shown of a vendor under the contract in force."""
    return ShownDisputes(
        tuple(disputes),
        {OPPOSED: "opposition", **{card.id: card.dimension for card in catalogue.cards}},
        reply_period(contract, policy.reply),
        is_agreed=contract is not None and contract.reply_period is not None,
        clock=tuple(clock),
    )


def _counted_states(disputes: Sequence[RecordedDispute]) -> Mapping[str, int]:
    counts = Counter(one.state for one in disputes)
    return {outcome: counts[outcome] for outcome in DISPUTE_OUTCOMES}
