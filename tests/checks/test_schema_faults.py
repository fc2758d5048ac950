"""What was published is held against what was promised: columns, types, and rows."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.checks.schema_faults import row_faults, schema_faults
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import VERDICT_TABLES, arrow_schema

DAY = date(2026, 8, 11)
DAYS = {"acme": [DAY]}
SCORECARD: dict[str, Any] = {
    "vendor": "acme",
    "delivery_date": DAY,
    "channel": "email",
    "rule_id": "consent_withdrawn",
    "dimension": "opposition",
    "pass_count": 3,
    "fail_count": 0,
    "unknown_count": 0,
    "not_applicable_count": 0,
    "vendor_attributable_count": 0,
}


def publish(root: Path, **changes: Any) -> Lake:
    lake = Lake(root)
    tables = {table: arrow_schema(table).empty_table() for table in VERDICT_TABLES}
    tables["scorecards"] = pa.Table.from_pylist([SCORECARD | changes], schema=arrow_schema("scorecards"))
    with lake.writing("acme"):
        lake.publish("acme", DAY, tables)
    return lake


def test_what_the_lake_wrote_is_what_was_promised(tmp_path: Path) -> None:
    lake = publish(tmp_path)
    assert schema_faults(lake, VERDICT_TABLES, DAYS) == row_faults(lake, VERDICT_TABLES, DAYS) == []


@pytest.mark.parametrize(
    "bend",
    [
        lambda table: table.drop_columns(["rule_id"]),
        lambda table: table.append_column("email", pa.array(["x@example.org"])),
        lambda table: table.select(list(reversed(table.column_names))),
        lambda table: table.set_column(3, "pass_count", pa.array([3], pa.int32())),
    ],
    ids=["a column less", "a column more", "another order", "another type"],
)
def test_another_column_order_or_type_is_a_fault_of_the_partition(
    tmp_path: Path, bend: Callable[[pa.Table], pa.Table]
) -> None:
    lake = publish(tmp_path)
    path = lake.partition("scorecards", "acme", DAY)
    pq.write_table(bend(pq.ParquetFile(path).read()), path)
    assert list(map(str, schema_faults(lake, VERDICT_TABLES, DAYS))) == ["scorecards acme 2026-08-11"]
    assert row_faults(lake, VERDICT_TABLES, DAYS) == []


@pytest.mark.fault(
    area="personal",
    fault="A row of ours does not keep to its schema",
    promise="Told by column and check, never by its value.",
)
def test_a_row_that_the_model_refuses_is_told_by_column_and_check_and_never_by_its_value(tmp_path: Path) -> None:
    lake = publish(tmp_path, dimension="jeanne.dupont@example.org", fail_count=-1)
    other = {"acme": [*DAYS["acme"], date(2026, 8, 12)]}
    lake.publish("acme", date(2026, 8, 12), {table: arrow_schema(table).empty_table() for table in VERDICT_TABLES})
    assert {fault.day for fault in row_faults(lake, VERDICT_TABLES, other)} == {DAY}
    faults = list(map(str, row_faults(lake, VERDICT_TABLES, other)))
    assert [fault.split(": ")[0] for fault in faults] == ["scorecards acme 2026-08-11"] * 2
    assert {fault.split(": ")[1].split()[0] for fault in faults} == {"dimension", "fail_count"}
    assert all(fault.endswith("(1 times)") for fault in faults)
    assert "dupont" not in "".join(faults)


def test_a_partition_that_is_not_there_has_no_faults(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert schema_faults(lake, VERDICT_TABLES, DAYS) == row_faults(lake, VERDICT_TABLES, DAYS) == []


def test_vendors_are_looked_at_together_and_a_fault_is_told_of_its_own(tmp_path: Path) -> None:
    lake = publish(tmp_path, fail_count=-1)
    tables = {table: arrow_schema(table).empty_table() for table in VERDICT_TABLES}
    tables["scorecards"] = pa.Table.from_pylist([SCORECARD | {"vendor": "other"}], schema=arrow_schema("scorecards"))
    lake.publish("other", DAY, tables)
    faults = row_faults(lake, VERDICT_TABLES, {"other": [DAY], "acme": [DAY], "nobody": []})
    assert {(fault.vendor, fault.day) for fault in faults} == {("acme", DAY)}
