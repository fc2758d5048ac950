"""Why the total that was published of a vendor moved to the one of now, cause by cause; the causes sum to the change.

From what was published, in the order in which it became so, each step from what the one before left:

1. `LATE`: what came late, or was judged anew, of the deliveries that counted then.
2. `CORRECTIONS`: what became known of those after their verdicts were final.
3. What deliveries since, and terms, changed: by dimension and rule, mix and cap (`contributions`).
4. `METHOD`: another version of the method, with whatever it makes of the same counts.

Steps 1, 2 and 4 are differences of two totals; step 3 is split by Shapley values. So the sum telescopes to the change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Final

import pyarrow.compute as pc

from pipelines.contracts.contract import contract_in_force
from pipelines.scores.contributions import (
    Contribution,
    DimensionSnapshot,
    Snapshot,
    Streams,
    contributions,
    exact_total,
)
from pipelines.scores.method import Method
from pipelines.scores.points import TOTAL, DimensionScore, LeadCounts, ScoringMethod, score_vendor
from pipelines.scores.records import PublishedScore
from pipelines.scores.scorer import ScoredVendor, Scorer, final_days
from pipelines.scores.standings import Deliveries, summed_counts
from pipelines.scores.streams import streams_by_dimension
from pipelines.vocabulary.clock import paris_date

LATE: Final = "late"
CORRECTIONS: Final = "corrections"
METHOD: Final = "method"
REJECTED_ROWS: Final = "rejected_rows"


@dataclass(frozen=True)
class Steps:
    """A vendor's dimensions on the way from one publication to the next."""

    published: Snapshot
    """As published, without findings."""
    late: Snapshot
    """The same deliveries as they are published now."""
    corrected: Snapshot
    """With what became known of them since."""
    now: Snapshot
    """With all deliveries of now, and the terms of now."""


def explained(steps: Steps, published_total: float, before: ScoringMethod, after: ScoringMethod) -> list[Contribution]:
    """The causes of the change from the published total to the one of now; without those of no effect.

    Args:
        steps: the dimensions on the way; a step without leads counts as the one before it.
        published_total: points as published.
        before: by which they were made.
        after: by which those of now are.

    Raises:
        ValueError: nothing was published, or there are no leads now.
    """
    published, now = exact_total(steps.published, before), exact_total(steps.now, before)
    late = steps.late or steps.published
    corrected = steps.corrected or late
    known_late, known_corrected = exact_total(late, before), exact_total(corrected, before)
    remade = exact_total(steps.now, after) - now + (published - Fraction(published_total))
    parts = [
        *contributions(corrected, steps.now, before),
        Contribution(TOTAL, LATE, known_late - published),
        Contribution(TOTAL, CORRECTIONS, known_corrected - known_late),
        Contribution(TOTAL, METHOD, remade),
    ]
    return [part for part in parts if part.points]


def snapshot_now(scorer: Scorer, scored: ScoredVendor) -> dict[str, DimensionSnapshot]:
    """The dimensions of a vendor's scores, with what was found by rule."""
    findings = _findings_of_days(scorer, scored.vendor, _days_counted(scored.deliveries))
    return {
        score.dimension: DimensionSnapshot(
            _counts_of(score),
            score.tolerance or 0.0,
            findings.get(score.dimension, {}),
        )
        for score in scored.scores
        if score.dimension != TOTAL
    }


def move_since(
    scorer: Scorer, published: Sequence[PublishedScore], scored: ScoredVendor, as_of: datetime
) -> list[Contribution] | None:
    """The causes of a vendor's change since a publication, whose rows are given; None where that can't be said.

    It can't where there is no total at one of the instants, or where the version that was published is no more there.
    """
    total = next((row for row in published if row.dimension == TOTAL), None)
    before = scorer.methods.named(total.method_version) if total else None
    now = snapshot_now(scorer, scored)
    if total is None or before is None or scored.method is None or not now or len(published) < 2:
        return None
    steps = _steps(scorer, published, scored, now, before, total.as_of, as_of)
    return explained(steps, total.points, before.scoring, scored.method.scoring)


def _steps(
    scorer: Scorer,
    published: Sequence[PublishedScore],
    scored: ScoredVendor,
    now: Snapshot,
    before: Method,
    then: datetime,
    as_of: datetime,
) -> Steps:
    vendor, contracts = scored.vendor, scorer.contracts.of(scored.vendor)
    judged = scorer.counted_days(vendor)
    since, last = before.since(contracts, paris_date(then)), max(final_days(judged, then), default=date.min)
    was = {row.dimension: row for row in published if row.dimension != TOTAL}
    days = [day for day in scored.days if day <= last and (since is None or day >= since)]
    contract = contract_in_force(contracts, last)
    tolerances = {
        **(contract.tolerances if contract else {}),
        **{name: row.tolerance or 0.0 for name, row in was.items()},
    }
    late, corrected = (
        _snapshot_of(scorer.counts(vendor, judged, days, known), tolerances, before.scoring) for known in (then, as_of)
    )
    windows = [(since, last), (scored.since, max(scored.days))]
    streams = streams_by_dimension(scorer.engine, scorer.lake, vendor, scored.days, windows)
    return Steps(
        published={name: DimensionSnapshot(_counts_of(row), row.tolerance or 0.0, {}) for name, row in was.items()},
        late=late,
        corrected=_with_found(corrected, _findings_of_days(scorer, vendor, days), streams[0]),
        now=_with_found(now, {name: one.findings for name, one in now.items()}, streams[1]),
    )


def _snapshot_of(
    counted: Mapping[str, Deliveries], tolerances: Mapping[str, float], method: ScoringMethod
) -> dict[str, DimensionSnapshot]:
    counts = {name: summed_counts(days.values()) for name, days in counted.items()}
    scores = score_vendor(counts, tolerances, method)
    return {
        score.dimension: DimensionSnapshot(_counts_of(score), score.tolerance or 0.0, {})
        for score in scores
        if score.dimension != TOTAL
    }


def _with_found(
    snapshot: Snapshot, findings: Mapping[str, Mapping[str, int]], streams: Mapping[str, Streams]
) -> Snapshot:
    return {
        name: replace(one, findings=findings.get(name, {}), streams=streams[name]) for name, one in snapshot.items()
    }


def _findings_of_days(scorer: Scorer, vendor: str, days: Sequence[date]) -> Mapping[str, Mapping[str, int]]:
    """By dimension and rule, the findings for which the vendor answers; rejected rows under a name of their own."""
    scorecards, rejected = (scorer.lake.read(table, vendor, list(days)) for table in ("scorecards", "rejected_rows"))
    summed = scorecards.group_by(["dimension", "rule_id"]).aggregate([("vendor_attributable_count", "sum")])
    found: dict[str, dict[str, int]] = {}
    for row in summed.to_pylist():
        found.setdefault(row["dimension"], {})[row["rule_id"]] = row["vendor_attributable_count_sum"]
    if rejected.num_rows:
        found.setdefault("conformity", {})[REJECTED_ROWS] = pc.sum(pc.fill_null(rejected["row_count"], 1)).as_py()
    return found


def _counts_of(score: DimensionScore) -> LeadCounts:
    return LeadCounts(score.leads_received, score.leads_vendor_defective)


def _days_counted(deliveries: Mapping[str, Deliveries]) -> list[date]:
    return sorted({day for by_day in deliveries.values() for day in by_day})
