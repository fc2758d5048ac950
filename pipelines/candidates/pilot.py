"""What the deliveries of a pilot showed: judged as any other, used by nobody, counted in no score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from pipelines.contracts.contract import Contract
from pipelines.engines.interface import Engine
from pipelines.rulebook.catalogue import Catalogue
from pipelines.scores.counted import counted_days
from pipelines.scores.method import Method
from pipelines.scores.points import DimensionScore
from pipelines.scores.scorer import deliveries_by_dimension, final_days
from pipelines.scores.standings import vendor_standing
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import arrow_schema

STAGE_RULE: Final = "vendor_gone_live"
"""The rule that holds every lead of a pilot."""
_USES: Final = """
    select
        count(*) as uses,
        count(*) filter (verdict = 'on_hold' and not list_has_any(unknown_rules, {others})) as fit
    from verdicts
"""


@dataclass(frozen=True)
class Pilot:
    """Final deliveries of before a vendor went live, as known at an instant."""

    delivery_count: int
    leads_count: int
    scores: tuple[DimensionScore, ...]
    """By dimension, beside the tolerances; the total left out."""
    uses_count: int
    fit_count: int
    """Lead uses that wait for nothing but the decision to go live."""
    least_tolerance: float
    """The method's: a tolerance of 0 counts as this much."""
    since: date | None = None
    """First delivery date that counted; None where all did."""

    @property
    def above_tolerance(self) -> tuple[DimensionScore, ...]:
        """Dimensions with more defects than tolerated."""
        return tuple(score for score in self.scores if score.rate > self.tolerated(score))

    def tolerated(self, score: DimensionScore) -> float:
        """The rate that is tolerated in a dimension."""
        return score.tolerance or self.least_tolerance


def pilot_of(
    engine: Engine,
    lake: Lake,
    catalogue: Catalogue,
    vendor: str,
    contract: Contract | None,
    method: Method,
    *,
    contracts: Sequence[Contract],
    as_of: datetime,
) -> Pilot:
    """A vendor's pilot, in the method's window.

    Args:
        engine: counts lead uses.
        lake: where its deliveries are.
        catalogue: the rules.
        vendor: its key.
        contract: whose tolerances count.
        method: how it is scored.
        contracts: all of the vendor's.
        as_of: what is known by then counts; aware.
    """
    judged = counted_days(engine, lake, vendor)
    final = final_days(judged, as_of, is_live=False)
    since = pilot_since(final, contracts, method)
    days = [day for day in final if since is None or day >= since]
    deliveries = deliveries_by_dimension(judged, days)
    received = deliveries.get("all", {})
    tolerances = contract.tolerances if contract is not None else {}
    standings = vendor_standing(deliveries, tolerances, scoring=method.scoring, grading=method.grading)
    others = [card.id for card in catalogue.cards if card.severity == "blocking" and card.id != STAGE_RULE]
    with engine.session() as session:
        files = [lake.partition("verdicts", vendor, day) for day in days]
        session.read_files("verdicts", files, arrow_schema("verdicts"))
        (uses,) = session.fetch(_USES.format(others=others)).to_pylist()
    return Pilot(
        delivery_count=sum(counts.leads_received > 0 for counts in received.values()),
        leads_count=sum(counts.leads_received for counts in received.values()),
        scores=tuple(standing.score for standing in standings[:-1]),
        uses_count=uses["uses"],
        fit_count=uses["fit"],
        least_tolerance=method.scoring.least_tolerance,
        since=since,
    )


def pilot_since(days: Sequence[date], contracts: Sequence[Contract], method: Method) -> date | None:
    """First day of a pilot that counts; None where all do. `days`: its deliveries.

    The method's window, as it stood on the pilot's last delivery: an earlier try that failed does not weigh on the next
    one longer than on a vendor that is live. Seen from today, the window would begin with the contract that follows
    the pilot, or slip past a pilot while somebody thinks about it, and leave nothing to decide by.
    """
    return method.since(contracts, max(days)) if days else None
