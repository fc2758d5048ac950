"""What a simulated market's `truth.parquet` says, compared with what a house found of it."""

from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.house import House
from tests.support.houses import read_all

FINDING = ("vendor", "delivery_date", "lead_id", "channel", "rule_id", "outcome")
REFUSAL = ("vendor", "delivery_date", "file_name", "row_number", "reason")


def assert_equals_truth(house: House) -> None:
    """Findings and refusals are those of the truth that lies in the home, each as often."""
    truth = pq.read_table(house.settings.home / "truth.parquet").to_pylist()
    expected_findings = Counter(_key(row, FINDING) for row in truth if row["rule_id"] is not None)
    expected_refusals = Counter(_key(row, REFUSAL) for row in truth if row["rule_id"] is None)
    assert _differences(expected_findings, _findings(read_all(house.lake, "findings", "scorecards"))) == {}
    assert _differences(expected_refusals, _refusals(house)) == {}
    assert expected_findings
    assert expected_refusals


def _findings(table: pa.Table) -> Counter[tuple[Any, ...]]:
    return Counter(_key(row, FINDING) for row in table.to_pylist())


def _refusals(house: House) -> Counter[tuple[Any, ...]]:
    names = {
        (row["vendor"], row["delivery_date"], row["file_digest"]): row["file_name"]
        for row in reversed(read_all(house.lake, "deliveries").to_pylist())
    }
    rows = read_all(house.lake, "rejected_rows").to_pylist()
    return Counter(
        _key(row | {"file_name": names[row["vendor"], row["delivery_date"], row["file_digest"]]}, REFUSAL)
        for row in rows
    )


def _key(row: dict[str, Any], names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def _differences(expected: Counter[tuple[Any, ...]], found: Counter[tuple[Any, ...]]) -> dict[str, Any]:
    """What was missed and what was invented, the first of each."""
    missed, invented = expected - found, found - expected
    named = {"missed": sorted(missed, key=repr)[:20], "invented": sorted(invented, key=repr)[:20]}
    return {name: rows for name, rows in named.items() if rows}
