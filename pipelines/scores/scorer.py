"""From the lake's scorecards to published scores: which deliveries count, what they prove, which grade they earn.

What became known after a verdict was final counts from its date on (`corrected`).
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import sqlalchemy as sa

from pipelines.contracts.book import ContractBook
from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.engines.interface import Engine
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.rulebook.catalogue import Catalogue
from pipelines.scores.corrected import corrected_counts
from pipelines.scores.graded import GradedScore, graded_scores
from pipelines.scores.grades import Gate, Grade, effective_leads, grading_method, next_grade, open_gates
from pipelines.scores.points import TOTAL, scoring_method
from pipelines.scores.records import publish_scores, score_history
from pipelines.scores.standings import Deliveries, deliveries_by_date, vendor_standing
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import as_lake, paris_date, tick_of
from pipelines.vocabulary.tables import arrow_schema

MOST_WEEKS: Final = 13
"""Scored afterwards, when a vendor is scored for the first time: a quarter."""
_FAILED_LEADS = """
    select delivery_date, rule_id, count(distinct lead_id) as lead_count
    from findings
    where outcome = 'fail' and attributable_to = 'vendor' and rule_id in ({rules})
    group by delivery_date, rule_id
"""


@dataclass(frozen=True)
class ScoredVendor:
    """One vendor's scores, the gates open against it, and the days behind them."""

    vendor: str
    days: tuple[date, ...]
    scores: tuple[GradedScore, ...]
    gates: tuple[Gate, ...]
    inputs_digest: str = ""
    """SHA-256 over the deliveries and the contract behind the scores."""


@dataclass(frozen=True)
class Scorer:
    """Scores vendors from a lake, under the method in the package."""

    engine: Engine
    lake: Lake
    contracts: ContractBook
    registry: sa.Engine

    def score_all(
        self, *, as_of: datetime, catalogue: Catalogue, left: LeftVendors | None = None
    ) -> list[ScoredVendor]:
        """Score every vendor that has final deliveries up to `as_of`, and publish the scores in one transaction.

        A vendor at whom it fails is noted in `left`, and keeps what was published. Of a vendor that is scored for the
        first time the weeks before are scored, too, from what was known by then.
        """
        scored: list[ScoredVendor] = []
        for vendor in self.lake.vendors("scorecards"):
            with left.one(vendor) if left else nullcontext():
                self._score_weeks_before(vendor, as_of, catalogue)
                scored.append(self.score(vendor, as_of))
        self._publish(scored, as_of, catalogue, as_of)
        return [vendor for vendor in scored if vendor.scores]

    def _score_weeks_before(self, vendor: str, as_of: datetime, catalogue: Catalogue) -> None:
        """One after the other, since a grade follows the one before."""
        if score_history(self.registry, vendor, TOTAL, before=as_of):
            return
        for tick in weekly_ticks(final_days(self.lake, vendor, as_of), as_of):
            self._publish([self.score(vendor, tick)], tick, catalogue, as_of)

    def _publish(self, scored: list[ScoredVendor], as_of: datetime, catalogue: Catalogue, run: datetime) -> None:
        publish_scores(
            self.registry,
            {vendor.vendor: vendor.scores for vendor in scored},
            as_of=as_of,
            method_version=method_version(),
            catalogue_digest=catalogue.digest,
            inputs={vendor.vendor: vendor.inputs_digest for vendor in scored},
            published_as_of=run,
        )

    def score(self, vendor: str, as_of: datetime) -> ScoredVendor:
        """One vendor's scores; none without final deliveries."""
        days = final_days(self.lake, vendor, as_of)
        deliveries = corrected_counts(
            self.engine, self.lake, vendor, deliveries_by_dimension(self.lake, vendor, days), as_of
        )
        contract = contract_in_force(self.contracts.of(vendor), max(days)) if days else None
        tolerances: Mapping[str, float] = contract.tolerances if contract is not None else {}
        standings = vendor_standing(deliveries, tolerances)
        received = {day: counts.leads_received for day, counts in deliveries.get("all", {}).items()}
        gates = open_gates(received, self._failed(vendor, days))
        grade = self._grade(vendor, standings[-1].score.points, received, gates, as_of) if standings else Grade(None)
        scores = tuple(graded_scores(standings, grade))
        digest = self._inputs_digest(vendor, deliveries, days, contract)
        return ScoredVendor(vendor, tuple(days), scores, tuple(gates), digest)

    def _inputs_digest(
        self, vendor: str, deliveries: Mapping[str, Deliveries], days: list[date], contract: Contract | None
    ) -> str:
        """Of the published scorecards, of what corrections make of their counts, and of the contract."""
        read = {
            "deliveries": {f"{day}": self.lake.digests(vendor, day, "scorecards") for day in days},
            "defective": {dimension: _defective(by_day) for dimension, by_day in deliveries.items()},
            "contract": contract.digest if contract is not None else None,
        }
        return sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()

    def _failed(self, vendor: str, days: list[date]) -> dict[str, dict[date, int]]:
        """By gated rule and day, the leads that fail it at the vendor's account."""
        rules = ", ".join(f"'{gate.rule_id}'" for gate in grading_method().gates) or "null"
        files = [self.lake.partition("findings", vendor, day) for day in days]
        with self.engine.session() as session:
            session.read_files("findings", files, arrow_schema("findings"))
            rows: list[dict[str, Any]] = session.fetch(_FAILED_LEADS.format(rules=rules)).to_pylist()
        failed: dict[str, dict[date, int]] = {}
        for row in rows:
            failed.setdefault(row["rule_id"], {})[row["delivery_date"]] = row["lead_count"]
        return failed

    def _grade(
        self, vendor: str, total: float, received: Mapping[date, int], gates: list[Gate], as_of: datetime
    ) -> Grade:
        """The grade after the last one published before this instant under the same method."""
        earlier = [
            row
            for row in score_history(self.registry, vendor, TOTAL, before=as_of)
            if row.method_version == method_version()
        ]
        previous = Grade(earlier[-1].grade_earned) if earlier else None
        return next_grade(total, effective_leads(received.values()), previous, gates)


def weekly_ticks(days: Sequence[date], as_of: datetime) -> list[datetime]:
    """The same weekday's ticks before an instant, back to the first of some days, `MOST_WEEKS` at most."""
    today = paris_date(as_of)
    past = (today - timedelta(weeks=number) for number in range(MOST_WEEKS, 0, -1))
    return [tick_of(day) for day in past if days and day > min(days)]


def method_version() -> str:
    """The versions of the scoring and the grading method, as stamped on every score."""
    return f"{scoring_method().version}+{grading_method().version}"


def _defective(by_day: Deliveries) -> list[int]:
    return [counts.leads_vendor_defective for counts in by_day.values()]


def deliveries_by_dimension(lake: Lake, vendor: str, days: list[date]) -> dict[str, Deliveries]:
    """Leads of some published days by dimension, and under `all`, and date."""
    by_dimension: dict[str, list[tuple[date, int, int]]] = {}
    for row in lake.read("dimension_scorecards", vendor, days).to_pylist():
        counts = (row["delivery_date"], row["leads_received"], row["leads_vendor_defective"])
        by_dimension.setdefault(row["dimension"], []).append(counts)
    return {dimension: deliveries_by_date(counts) for dimension, counts in by_dimension.items()}


def final_days(lake: Lake, vendor: str, as_of: datetime, *, is_live: bool = True) -> list[date]:
    """Days of a vendor whose verdicts are final, as known at an instant; of before it went live where it is said so."""
    limit = as_lake(as_of)
    facts = {day: lake.facts(vendor, day, "scorecards") for day in lake.published_days(vendor, "scorecards")}
    return [day for day, noted in facts.items() if _is_final(noted, limit) and _noted_live(noted) == is_live]


def _is_final(noted: Mapping[str, str], limit: datetime) -> bool:
    is_known = "known_at" in noted and datetime.fromisoformat(noted["known_at"]) <= limit
    return is_known and noted["is_final"] == "true"


def _noted_live(noted: Mapping[str, str]) -> bool:
    return noted.get("is_live") != "false"
