"""What of a vendor was delivered, judged and found in a period, counted from what the lake publishes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.checks.results import LATE_KNOWLEDGE, TABLE
from pipelines.control_file.model import CheckLine, ControlPeriod, DeliveredLeads, Outcomes
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import paris_date

_COUNTED: Final = {
    "pass_count": "passed",
    "fail_count": "failed",
    "unknown_count": "unknown",
    "vendor_attributable_count": "of_vendor",
}
_NO_DELIVERY: Final = "no_delivery"


def delivered_in(lake: Lake, vendor: str, period: ControlPeriod) -> DeliveredLeads:
    """Everything of the days of a period that can be trusted; a day taken in and not judged counts its files alone."""
    found = lake.as_found()
    taken_in, judged = (_trusted_days(found, vendor, period, marker) for marker in ("deliveries", "scorecards"))
    files = found.read("deliveries", vendor, taken_in)
    return DeliveredLeads(
        days=len(judged),
        missing_days=pc.sum(pc.equal(files["status"], _NO_DELIVERY)).as_py() or 0,
        files_by_status=_counted_by_word(one for one in files["status"].to_pylist() if one != _NO_DELIVERY),
        rows_received=_sum_of(files, "rows_received"),
        rows_rejected=_sum_of(files, "rows_rejected"),
        leads=_sum_of(files.filter(pc.fill_null(pc.equal(files["role"], "leads"), False)), "rows_accepted"),
        uses_by_verdict=_verdicts_counted_by_word(found, vendor, judged),
        outcomes=_outcomes_by_rule(found.read("scorecards", vendor, judged)),
        checks=_checks_made(lake.read_vendor(TABLE, vendor), period),
        correction_count=_corrections_found(lake, vendor, period),
        catalogue_digests=frozenset(_catalogues(found, vendor, judged)),
    )


def _trusted_days(lake: Lake, vendor: str, period: ControlPeriod, marker: str) -> list[date]:
    """Of the period alone: to trust a day means to read all its files, and a history may have years of them."""
    held = (day for day in lake.partition_days(vendor, marker) if period.holds(day))
    return [day for day in held if lake.is_whole(vendor, day, marker)]


def _counted_by_word(values: Iterable[str]) -> Mapping[str, int]:
    return dict(sorted(Counter(values).items()))


def _sum_of(rows: pa.Table, column: str) -> int:
    return int(pc.sum(rows[column]).as_py() or 0)


def _verdicts_counted_by_word(lake: Lake, vendor: str, days: list[date]) -> Mapping[str, int]:
    """One column of the days is read, not the lead uses."""
    counts: Counter[str] = Counter()
    for day in days:
        column = pq.ParquetFile(lake.partition("verdicts", vendor, day)).read(columns=["verdict"])["verdict"]
        counts.update({row["values"]: row["counts"] for row in pc.value_counts(column).to_pylist()})
    return dict(counts)


def _outcomes_by_rule(scorecards: pa.Table) -> Mapping[str, Outcomes]:
    summed = scorecards.group_by(["rule_id"]).aggregate([(column, "sum") for column in _COUNTED])
    return {
        row["rule_id"]: Outcomes(**{word: row[f"{column}_sum"] for column, word in _COUNTED.items()})
        for row in summed.to_pylist()
    }


def _checks_made(results: pa.Table, period: ControlPeriod) -> tuple[CheckLine, ...]:
    """Of the checks that look at each delivery; the knowledge clock speaks of a vendor."""
    looked_at: Counter[str] = Counter()
    failing: Counter[str] = Counter()
    for row in results.select(["delivery_date", "check", "is_passed"]).to_pylist():
        if period.holds(row["delivery_date"]) and row["check"] != LATE_KNOWLEDGE:
            looked_at[row["check"]] += 1
            failing[row["check"]] += not row["is_passed"]
    return tuple(CheckLine(name, looked_at[name], failing[name]) for name in sorted(looked_at))


def _corrections_found(lake: Lake, vendor: str, period: ControlPeriod) -> int:
    known = lake.read_vendor("corrections", vendor)["known_at"].to_pylist()
    return sum(period.holds(paris_date(instant)) for instant in known)


def _catalogues(lake: Lake, vendor: str, days: list[date]) -> Iterable[str]:
    noted = (lake.facts(vendor, day, "scorecards").get("catalogue_digest") for day in days)
    return filter(None, noted)
