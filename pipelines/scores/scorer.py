"""From the lake's scorecards to published scores: which deliveries count, what they prove, which grade they earn.

What became known after a verdict was final counts from its date on (`corrected`).
"""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from pipelines.contracts.book import ContractBook
from pipelines.contracts.contract import contract_in_force
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
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import arrow_schema

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

        A vendor at whom it fails is noted in `left`, and keeps what was published.
        """
        scored: list[ScoredVendor] = []
        for vendor in self.lake.vendors("scorecards"):
            with left.one(vendor) if left else nullcontext():
                scored.append(self.score(vendor, as_of))
        publish_scores(
            self.registry,
            {vendor.vendor: vendor.scores for vendor in scored},
            as_of=as_of,
            method_version=method_version(),
            catalogue_digest=catalogue.digest,
        )
        return [vendor for vendor in scored if vendor.scores]

    def score(self, vendor: str, as_of: datetime) -> ScoredVendor:
        """One vendor's scores; none without final deliveries."""
        days = final_days(self.lake, vendor, as_of)
        deliveries = corrected_counts(self.engine, self.lake, vendor, self._deliveries(vendor, days), as_of)
        contract = contract_in_force(self.contracts.of(vendor), max(days)) if days else None
        tolerances: Mapping[str, float] = contract.tolerances if contract is not None else {}
        standings = vendor_standing(deliveries, tolerances)
        received = {day: counts.leads_received for day, counts in deliveries.get("all", {}).items()}
        gates = open_gates(received, self._failed(vendor, days))
        grade = self._grade(vendor, standings[-1].score.points, received, gates, as_of) if standings else Grade(None)
        return ScoredVendor(vendor, tuple(days), tuple(graded_scores(standings, grade)), tuple(gates))

    def _deliveries(self, vendor: str, days: list[date]) -> dict[str, Deliveries]:
        rows = self.lake.read("dimension_scorecards", vendor, days).to_pylist()
        by_dimension: dict[str, list[tuple[date, int, int]]] = {}
        for row in rows:
            counts = (row["delivery_date"], row["leads_received"], row["leads_vendor_defective"])
            by_dimension.setdefault(row["dimension"], []).append(counts)
        return {dimension: deliveries_by_date(counts) for dimension, counts in by_dimension.items()}

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


def method_version() -> str:
    """The versions of the scoring and the grading method, as stamped on every score."""
    return f"{scoring_method().version}+{grading_method().version}"


def final_days(lake: Lake, vendor: str, as_of: datetime) -> list[date]:
    """Days of a vendor whose verdicts are final, as known at an instant."""
    limit = as_lake(as_of)
    return [day for day in lake.published_days(vendor, "scorecards") if _is_final(lake, vendor, day, limit)]


def _is_final(lake: Lake, vendor: str, day: date, limit: datetime) -> bool:
    facts = lake.facts(vendor, day, "scorecards")
    is_known = "known_at" in facts and datetime.fromisoformat(facts["known_at"]) <= limit
    return is_known and facts["is_final"] == "true"
