"""What of a vendor was delivered, judged and found in a period, as it was counted from what the lake publishes."""

from collections.abc import Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.checks.results import LATE_KNOWLEDGE, TABLE
from pipelines.control_file.counted import COUNTS, DAYS, DELIVERIES, OUTCOMES, SCORECARDS, are_within
from pipelines.control_file.model import CheckLine, ControlPeriod, DeliveredLeads, Outcomes
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import paris_date

_NO_DELIVERY: Final = "no_delivery"


def delivered_in(lake: Lake, vendor: str, period: ControlPeriod) -> DeliveredLeads:
    """Everything of the days of a period that can be trusted; a day taken in and not judged counts its files alone."""
    counts = COUNTS.of(lake, vendor, period.holds)
    taken_in, judged = (
        _counts_summed(counts.filter(pc.equal(counts["marker"], marker))) for marker in (DELIVERIES, SCORECARDS)
    )
    files = dict(sorted(taken_in.get("files", {}).items()))
    return DeliveredLeads(
        missing_days=files.pop(_NO_DELIVERY, 0),
        files_by_status=files,
        rows_received=sum(taken_in.get("rows_received", {}).values()),
        rows_rejected=sum(taken_in.get("rows_rejected", {}).values()),
        leads=sum(taken_in.get("leads", {}).values()),
        days=sum(judged.get(DAYS, {}).values()),
        uses_by_verdict=judged.get("verdict", {}),
        outcomes=_outcomes_by_rule(judged),
        checks=_checks_made(lake.read_vendor(TABLE, vendor), period),
        correction_count=_corrections_found(lake, vendor, period),
        catalogue_digests=frozenset(filter(None, judged.get(DAYS, {}))),
    )


def _counts_summed(counts: pa.Table) -> dict[str, dict[str, int]]:
    """What was counted, by word, over all days."""
    summed: dict[str, dict[str, int]] = {}
    for row in counts.group_by(["what", "word"]).aggregate([("count", "sum")]).to_pylist():
        summed.setdefault(row["what"], {})[row["word"]] = row["count_sum"]
    return summed


def _outcomes_by_rule(judged: Mapping[str, Mapping[str, int]]) -> Mapping[str, Outcomes]:
    rules = judged.get("passed", {})
    return {rule: Outcomes(**{what: judged[what][rule] for what in OUTCOMES.values()}) for rule in rules}


def _checks_made(results: pa.Table, period: ControlPeriod) -> tuple[CheckLine, ...]:
    """Of the checks that look at each delivery; the knowledge clock speaks of a vendor."""
    is_asked = pc.and_(are_within(results["delivery_date"], period), pc.not_equal(results["check"], LATE_KNOWLEDGE))
    by_check = results.select(["check", "is_passed"]).filter(is_asked).group_by("check")
    counted = by_check.aggregate([("is_passed", "count"), ("is_passed", "sum")])
    rows = sorted(counted.to_pylist(), key=lambda row: str(row["check"]))
    return tuple(
        CheckLine(row["check"], row["is_passed_count"], row["is_passed_count"] - row["is_passed_sum"]) for row in rows
    )


def _corrections_found(lake: Lake, vendor: str, period: ControlPeriod) -> int:
    known = lake.read_vendor("corrections", vendor)["known_at"].to_pylist()
    return sum(period.holds(paris_date(instant)) for instant in known)
