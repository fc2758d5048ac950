"""Whether the defects of a vendor come in spells of several deliveries, or are more alike within one than is promised.

The bounds (`confidence`) count in that leads of one delivery are alike. That neighbouring deliveries are alike they do
not: what they hold for is what was delivered, and not what the process gives in the long run (`docs/scores.md`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipelines.scores.method import Promise
from pipelines.scores.points import LeadCounts
from pipelines.scores.standings import Deliveries

LEAST_DELIVERIES: Final = 10
NOISE: Final = 2.0
"""Standard errors, 1 / sqrt(deliveries), above which a correlation is told from none: one steady vendor in forty."""


@dataclass(frozen=True)
class Spells:
    """Estimated correlations of defects, in [-1, 1], and whether each is beyond what the method promises."""

    dimension: str
    within: float
    between: float
    is_beyond_within: bool
    is_beyond_between: bool

    @property
    def is_beyond(self) -> bool:
        """Whether the promise ends for this vendor and dimension."""
        return self.is_beyond_within or self.is_beyond_between


def spells_of(dimension: str, days: Deliveries, within: float, promise: Promise) -> Spells:
    """What the deliveries of one dimension show; `within`: the correlation that the bounds were made with."""
    counted = [days[day] for day in sorted(days) if days[day].leads_received]
    between = correlation_between(counted)
    least = max(promise.between_deliveries, NOISE / np.sqrt(max(len(counted), 1)))
    is_spell = len(counted) >= LEAST_DELIVERIES and between > least
    return Spells(dimension, within, between, within > promise.within_deliveries, bool(is_spell))


def beyond_promise(
    deliveries: Mapping[str, Deliveries], within: Mapping[str, float], promise: Promise
) -> tuple[Spells, ...]:
    """The dimensions for which the promise ends, of those whose correlation within deliveries is given."""
    found = (spells_of(name, deliveries[name], correlation, promise) for name, correlation in within.items())
    return tuple(one for one in found if one.is_beyond)


def correlation_between(deliveries: list[LeadCounts]) -> float:
    """Of the defects of one delivery with those of the next, each standardised; 0 where nothing can be told."""
    n = np.array([one.leads_received for one in deliveries], dtype=np.float64)
    k = np.array([one.leads_vendor_defective for one in deliveries], dtype=np.float64)
    if not k.sum():
        return 0.0
    rest = (k - n * k.sum() / n.sum()) / np.sqrt(n)
    spread = float(rest @ rest)
    return float(rest[:-1] @ rest[1:]) / spread if spread else 0.0
