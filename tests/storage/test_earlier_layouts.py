"""A lake that an earlier version wrote is read as it is: what it did not know is NULL, and nobody stops for it."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.checks.conservation import broken_deliveries
from pipelines.checks.schema_faults import row_faults, schema_faults
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.vocabulary.tables import INTAKE_TABLES, arrow_schema
from tests.support.clean_market import LATE, MONDAY, VENDOR, CleanMarket, lead, proof
from tests.support.earlier_layouts import BEFORE_RUNS, write_without
from tests.support.houses import read_all

PURGED_ON = datetime(2027, 6, 1, 8, tzinfo=UTC)
LACKING = {**BEFORE_RUNS, "leads": ["contained_keys"], "consent_proofs": ["request_object"]}
"""Columns that may be NULL: a version did not know them once."""


def purged_market(home: Path) -> CleanMarket:
    """A purged day with two leads, one proof, and a row that is rejected for two reasons; and nothing else."""
    market = CleanMarket(home, first=MONDAY)
    market.deliver([lead(1), lead(2), lead(3, collected_at="", email="", phone="")], "leads.csv")
    market.deliver([proof(1)], "proofs.csv")
    market.reconcile(LATE)
    purged = market.house.retention.run(market.house.contracts(), as_of=PURGED_ON, now=PURGED_ON).purged
    assert purged["delivered_file"] == 2
    return market


@pytest.mark.fault(
    area="lake",
    fault="Partitions of an earlier version lack columns, and the files that they were made of are purged",
    promise="They are read, judged, told and checked: what they did not know is NULL, a line stands for one row.",
)
def test_a_purged_day_in_an_earlier_layout_is_judged_told_and_checked_as_before(tmp_path: Path) -> None:
    market = purged_market(tmp_path)
    house = market.house
    before = {table: market.rows(table) for table in ("verdicts", "findings", "scorecards", "dimension_scorecards")}
    write_without(house.lake, VENDOR, MONDAY, LACKING)
    market.reconcile(LATE)
    assert {table: market.rows(table) for table in before} == before
    (conformity,) = [row for row in market.rows("dimension_scorecards") if row["dimension"] == "conformity"]
    assert (conformity["leads_received"], conformity["leads_defective"]) == (3, 1)
    days = {VENDOR: [MONDAY]}
    assert schema_faults(house.lake, INTAKE_TABLES, days) == row_faults(house.lake, INTAKE_TABLES, days) == []
    assert broken_deliveries(DuckDBEngine(), house.lake, days) == []
    assert {row["row_count"] for row in read_all(house.lake, "rejected_rows").to_pylist()} == {None}
    with house.lake.writing(VENDOR):  # what is written has the columns of today
        tables = {table: house.lake.read(table, VENDOR, [MONDAY]) for table in INTAKE_TABLES}
        house.lake.publish(VENDOR, MONDAY, tables)
    written = pq.read_schema(house.lake.partition("rejected_rows", VENDOR, MONDAY)).names
    assert {*written} == {*arrow_schema("rejected_rows").names} - {"vendor", "delivery_date"}


def test_files_of_several_layouts_are_read_together(tmp_path: Path) -> None:
    schema = pa.schema({"a": pa.string(), "b": pa.int64(), "c": pa.list_(pa.string())})
    pq.write_table(pa.table({"a": ["old"]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"b": [7], "a": ["new"]}), tmp_path / "2.parquet")
    with DuckDBEngine().session() as session:
        session.read_files("files", [tmp_path / "1.parquet", tmp_path / "2.parquet"], schema)
        found = session.fetch("select * from files order by a desc")
    assert found.schema.equals(schema)
    assert found.to_pylist() == [{"a": "old", "b": None, "c": None}, {"a": "new", "b": 7, "c": None}]
