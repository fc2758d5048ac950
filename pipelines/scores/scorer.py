"""From the lake's scorecards to published scores: which deliveries count, what they prove, which grade they earn.

What became known after a verdict was final counts from its date on (`corrected`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final

import sqlalchemy as sa

from pipelines.contracts.book import ContractBook
from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.engines.interface import Engine
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.rulebook.catalogue import Catalogue
from pipelines.scores.corrected import corrected_counts, corrected_fails
from pipelines.scores.counted import CountedDay, counted_days
from pipelines.scores.graded import GradedScore, graded_scores
from pipelines.scores.grades import Gate, Grade, effective_leads, next_grade, open_gates
from pipelines.scores.method import Method, Methods, shipped_methods
from pipelines.scores.points import TOTAL, LeadCounts
from pipelines.scores.records import publish_scores, score_history
from pipelines.scores.standings import Deliveries, deliveries_by_date, vendor_standing, weighed_total
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import as_lake, paris_date, tick_of

MOST_WEEKS: Final = 13
"""Scored afterwards, when a vendor is scored for the first time: a quarter."""


@dataclass(frozen=True)
class ScoredVendor:
    """One vendor's scores, the gates open against it, and the days behind them."""

    vendor: str
    days: tuple[date, ...]
    scores: tuple[GradedScore, ...]
    gates: tuple[Gate, ...]
    inputs_digest: str = ""
    """SHA-256 over the deliveries, the contract and the method behind the scores."""
    method: Method | None = None
    """By which they were made; None where there was nothing to score."""
    since: date | None = None
    """First delivery date that counted; None where all did."""
    deliveries: Mapping[str, Deliveries] = field(default_factory=dict)
    """Leads by dimension (and under `all`) and delivery date, of the days that counted."""


@dataclass(frozen=True)
class Scorer:
    """Scores vendors from a lake, each under the version of the method that is frozen for its contract."""

    engine: Engine
    lake: Lake
    contracts: ContractBook
    registry: sa.Engine
    methods: Methods = field(default_factory=shipped_methods)

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
        for tick in weekly_ticks(final_days(self.counted_days(vendor), as_of), as_of):
            self._publish([self.score(vendor, tick)], tick, catalogue, as_of)

    def _publish(self, scored: list[ScoredVendor], as_of: datetime, catalogue: Catalogue, run: datetime) -> None:
        publish_scores(
            self.registry,
            {vendor.vendor: vendor.scores for vendor in scored},
            as_of=as_of,
            methods={vendor.vendor: vendor.method.version for vendor in scored if vendor.method},
            catalogue_digest=catalogue.digest,
            inputs={vendor.vendor: vendor.inputs_digest for vendor in scored},
            published_as_of=run,
        )

    def method_of(self, vendor: str, as_of: datetime) -> Method:
        """The version of the method that counts for a vendor.

        Raises:
            MethodError: its contract names one that is not there.
        """
        return self.methods.of_contract(self.contracts.of(vendor), paris_date(as_of))

    def score(self, vendor: str, as_of: datetime, method: Method | None = None) -> ScoredVendor:
        """One vendor's scores; none without final deliveries that count.

        `method`: to see what another version would say; the one that is frozen for the contract unless given.
        """
        judged = self.counted_days(vendor)
        days = final_days(judged, as_of)
        if not days:
            return ScoredVendor(vendor, (), (), ())
        method = method or self.method_of(vendor, as_of)
        since = method.since(self.contracts.of(vendor), paris_date(as_of))
        counted = self.counts(vendor, judged, [day for day in days if since is None or day >= since], as_of)
        contract = contract_in_force(self.contracts.of(vendor), max(days))
        tolerances: Mapping[str, float] = contract.tolerances if contract is not None else {}
        standings = vendor_standing(counted, tolerances, scoring=method.scoring, grading=method.grading)
        received = {day: counts.leads_received for day, counts in counted.get("all", {}).items()}
        failed = self._failed(vendor, {day: judged[day].failed for day in received}, method, as_of)
        gates = open_gates(received, failed, grading=method.grading)
        grade = Grade(None)
        if standings:
            leads = effective_leads(received.values(), method.grading)
            previous = self._grade_before(vendor, method, since, as_of)
            total = standings[-1].score.points
            if method.grading.weighs_deliveries:
                total = weighed_total(counted, standings, method.scoring, method.grading)
            grade = next_grade(total, leads, previous, gates, method.grading)
        return ScoredVendor(
            vendor,
            tuple(days),
            tuple(graded_scores(standings, grade)),
            tuple(gates),
            _digest_of_inputs(judged, counted, failed, contract, method),
            method,
            since,
            counted,
        )

    def counted_days(self, vendor: str) -> dict[date, CountedDay]:
        """What is read of each judged day of a vendor, in date order."""
        return counted_days(self.engine, self.lake, vendor)

    def counts(
        self, vendor: str, judged: Mapping[date, CountedDay], days: Iterable[date], as_of: datetime
    ) -> dict[str, dict[date, LeadCounts]]:
        """Leads of some judged days by dimension, and under `all`, and date, with what was corrected by then."""
        return corrected_counts(self.engine, self.lake, vendor, deliveries_by_dimension(judged, days), as_of)

    def _failed(
        self, vendor: str, published: Mapping[date, Mapping[str, int]], method: Method, as_of: datetime
    ) -> dict[str, dict[date, int]]:
        """By gated rule and day, the leads that fail it at the vendor's account."""
        rules = {gate.rule_id for gate in method.grading.gates}
        return corrected_fails(self.engine, self.lake, vendor, published, rules, as_of)

    def _grade_before(self, vendor: str, method: Method, since: date | None, as_of: datetime) -> Grade | None:
        """The last one published before this instant under the same method, in the same window."""
        first = tick_of(since) if since else None
        earlier = [
            row
            for row in score_history(self.registry, vendor, TOTAL, before=as_of)
            if row.method_version in method.stamps and (first is None or row.as_of >= first)
        ]
        return Grade(earlier[-1].grade_earned) if earlier else None


def weekly_ticks(days: Sequence[date], as_of: datetime) -> list[datetime]:
    """The same weekday's ticks before an instant, back to the first of some days, `MOST_WEEKS` at most."""
    today = paris_date(as_of)
    past = (today - timedelta(weeks=number) for number in range(MOST_WEEKS, 0, -1))
    return [tick_of(day) for day in past if days and day > min(days)]


def _digest_of_inputs(
    judged: Mapping[date, CountedDay],
    deliveries: Mapping[str, Deliveries],
    failed: Mapping[str, Mapping[date, int]],
    contract: Contract | None,
    method: Method,
) -> str:
    """Of the published scorecards, of what corrections make of their counts, of the contract and of the method."""
    days = sorted({day for by_day in deliveries.values() for day in by_day})
    read = {
        "deliveries": {f"{day}": judged[day].digests for day in days},
        "defective": {dimension: _defective(by_day) for dimension, by_day in deliveries.items()},
        "failed": {rule: {f"{day}": count for day, count in by_day.items()} for rule, by_day in failed.items()},
        "contract": contract.digest if contract is not None else None,
        "method": method.digest,
    }
    return sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()


def _defective(by_day: Deliveries) -> list[int]:
    return [counts.leads_vendor_defective for counts in by_day.values()]


def deliveries_by_dimension(judged: Mapping[date, CountedDay], days: Iterable[date]) -> dict[str, Deliveries]:
    """Leads of some judged days by dimension, and under `all`, and date."""
    by_dimension: dict[str, list[tuple[date, int, int]]] = {}
    for day in days:
        for dimension, received, defective in judged[day].leads:
            by_dimension.setdefault(dimension, []).append((day, received, defective))
    return {dimension: deliveries_by_date(counts) for dimension, counts in by_dimension.items()}


def final_days(judged: Mapping[date, CountedDay], as_of: datetime, *, is_live: bool = True) -> list[date]:
    """Days of a vendor whose verdicts are final, as known at an instant; of before it went live where it is said so."""
    limit = as_lake(as_of)
    return [day for day, one in judged.items() if _is_final(one.facts, limit) and _noted_live(one.facts) == is_live]


def _is_final(noted: Mapping[str, str], limit: datetime) -> bool:
    is_known = "known_at" in noted and datetime.fromisoformat(noted["known_at"]) <= limit
    return is_known and noted["is_final"] == "true"


def _noted_live(noted: Mapping[str, str]) -> bool:
    return noted.get("is_live") != "false"
