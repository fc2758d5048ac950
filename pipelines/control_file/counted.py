"""What was delivered and judged on each day of a vendor, counted from what the lake publishes, and kept.

A count is a row: day, marker and state of the partition it rests on (`storage.kept_counts`), what is counted, of which
word, how many.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.control_file.model import ControlPeriod
from pipelines.storage.kept_counts import KeptCounts, sweep_counts
from pipelines.storage.lake import Lake

DELIVERIES: Final = "deliveries"
SCORECARDS: Final = "scorecards"
DAYS: Final = "days"
"""Rows of this kind stand for the day itself; the word is the digest of the rules that judged it."""
OUTCOMES: Final = {
    "pass_count": "passed",
    "fail_count": "failed",
    "unknown_count": "unknown",
    "vendor_attributable_count": "of_vendor",
}
_ROWS: Final = ("rows_received", "rows_rejected")


def are_within(days: pa.ChunkedArray, period: ControlPeriod) -> pa.ChunkedArray:
    """Which of some days a period holds."""
    return pc.and_(pc.greater_equal(days, period.first), pc.less_equal(days, period.last))


def count_published(lake: Lake) -> None:
    """Count what was published since, of every vendor; what was counted of vendors that are no more is removed."""
    sweep_counts(lake, {vendor for marker in COUNTS.counted for vendor in lake.vendors(marker)})
    for vendor in lake.vendors():
        COUNTS.of(lake, vendor)


def _deliveries_counted(lake: Lake, vendor: str, days: Sequence[date]) -> pa.Table:
    files = lake.read("deliveries", vendor, [*days], ["delivery_date", "role", "status", "rows_accepted", *_ROWS])
    leads = files.filter(pc.fill_null(pc.equal(files["role"], "leads"), False))
    parts = [
        _counts_without_state(days, DAYS, [""] * len(days), [1] * len(days)),
        _counted_by(files, "files", "status"),
        *(_summed_by(files, column, None, column) for column in _ROWS),
        _summed_by(leads, "leads", None, "rows_accepted"),
    ]
    return pa.concat_tables(parts)


def _verdicts_counted(lake: Lake, vendor: str, days: Sequence[date]) -> pa.Table:
    rules = [lake.facts(vendor, day, SCORECARDS).get("catalogue_digest", "") for day in days]
    scorecards = lake.read("scorecards", vendor, [*days], ["delivery_date", "rule_id", *OUTCOMES])
    verdicts = lake.read("verdicts", vendor, [*days], ["delivery_date", "verdict"])
    parts = [
        _counts_without_state(days, DAYS, rules, [1] * len(days)),
        _counted_by(verdicts, "verdict", "verdict"),
        *(_summed_by(scorecards, what, "rule_id", column) for column, what in OUTCOMES.items()),
    ]
    return pa.concat_tables(parts)


COUNTS: Final = KeptCounts(
    "control_file",
    {"what": pa.string(), "word": pa.string(), "count": pa.int64()},
    {DELIVERIES: _deliveries_counted, SCORECARDS: _verdicts_counted},
)
"""Nothing is kept of a day that can't be trusted."""
_COLUMNS: Final = {"day": pa.date32(), **COUNTS.columns}


def _counted_by(rows: pa.Table, what: str, column: str) -> pa.Table:
    """How many rows of a day have each word."""
    found = rows.group_by(["delivery_date", column]).aggregate([([], "count_all")])
    return _counts_without_state(found["delivery_date"], what, found[column], found["count_all"])


def _summed_by(rows: pa.Table, what: str, word: str | None, column: str) -> pa.Table:
    """The sum of a column for a day and word, or for a day."""
    found = rows.group_by(["delivery_date", *([word] if word else [])]).aggregate([(column, "sum")])
    words = found[word] if word else [""] * len(found)
    return _counts_without_state(found["delivery_date"], what, words, pc.fill_null(found[f"{column}_sum"], 0))


def _counts_without_state(days: object, what: str, words: object, counts: object) -> pa.Table:
    columns = (("day", days), ("word", words), ("count", counts))
    table = pa.table({name: _column_of_counts(name, values) for name, values in columns})
    return table.append_column("what", pa.repeat(what, len(table)))


def _column_of_counts(name: str, values: object) -> pa.ChunkedArray:
    kind = _COLUMNS[name]
    return values.cast(kind) if isinstance(values, pa.ChunkedArray) else pa.chunked_array([pa.array(values, kind)])
