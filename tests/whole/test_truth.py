"""The product against the simulated truth: nothing missed, nothing invented, on several seeds and sizes."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.simulation.market import simulate
from tests.support.houses import days_between, house_at, import_oppositions, read_all, reconcile

FINDING = ("vendor", "delivery_date", "lead_id", "channel", "rule_id", "outcome")
REFUSAL = ("vendor", "delivery_date", "file_name", "row_number", "reason")
MARKETS = [(20260811, 30, 30), (1, 12, 8), (2, 20, 15), (3, 9, 60), (4, 30, 4)]


@pytest.mark.parametrize(("seed", "days", "leads"), MARKETS)
def test_findings_and_refusals_equal_the_truth(tmp_path: Path, seed: int, days: int, leads: int) -> None:
    market = simulate(tmp_path, seed=seed, days=days, leads=leads)
    house = house_at(tmp_path)
    import_oppositions(market.opposition_files, house)
    vendors = house.contracts().vendors
    reconcile(house, vendors, days_between(market.first_day, market.last_day), market.as_of)

    truth = pq.read_table(tmp_path / "truth.parquet").to_pylist()
    expected_findings = Counter(key(row, FINDING) for row in truth if row["rule_id"] is not None)
    expected_refusals = Counter(key(row, REFUSAL) for row in truth if row["rule_id"] is None)
    assert differences(expected_findings, findings(read_all(house.lake, "findings", "scorecards"))) == {}
    assert differences(expected_refusals, refusals(house)) == {}
    assert expected_findings
    assert expected_refusals


def findings(table: pa.Table) -> Counter[tuple[Any, ...]]:
    return Counter(key(row, FINDING) for row in table.to_pylist())


def refusals(house: Any) -> Counter[tuple[Any, ...]]:
    names = {
        (row["vendor"], row["delivery_date"], row["file_digest"]): row["file_name"]
        for row in reversed(read_all(house.lake, "deliveries").to_pylist())
    }
    rows = read_all(house.lake, "rejected_rows").to_pylist()
    return Counter(
        key(row | {"file_name": names[row["vendor"], row["delivery_date"], row["file_digest"]]}, REFUSAL)
        for row in rows
    )


def key(row: dict[str, Any], names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def differences(expected: Counter[tuple[Any, ...]], found: Counter[tuple[Any, ...]]) -> dict[str, Any]:
    """What was missed and what was invented, the first of each."""
    missed, invented = expected - found, found - expected
    named = {"missed": sorted(missed, key=repr)[:20], "invented": sorted(invented, key=repr)[:20]}
    return {name: rows for name, rows in named.items() if rows}
