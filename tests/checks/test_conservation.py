"""Conservation where rejected rows are told in lines of many: what the lines count, and where they say it lies."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines.checks.conservation import broken_deliveries
from pipelines.deliveries.files import Delivery
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.formats.limits import Limits
from pipelines.intake.days import take_in_days
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import arrow_schema
from tests.support.intake_boxes import DAY, HASHER, Box, contract, csv_bytes, lead

Change = Callable[[dict[str, pa.Table]], pa.Table]


def all_tables(*bad: int) -> dict[str, pa.Table]:
    """The tables of 20 leads of which some lack two fields; one of them has lines of its own, then one run a reason."""
    delivered = [lead(n, **({"Date": "", "Réf": ""} if n in bad else {})) for n in range(1, 21)]
    box = Box(**{"leads.csv": csv_bytes(delivered)})
    deliveries = [Delivery(DAY, contract(), box.files())]
    options = {"hasher": HASHER, "first_delivered_on": {}, "limits": Limits(rejected_rows=1)}
    (day,) = take_in_days("acme", deliveries, read=box.read, **options)  # type: ignore[arg-type]
    streams = {name: list(stream) for name, stream in day.tables.items()}
    return {name: pa.concat_tables([arrow_schema(name).empty_table(), *parts]) for name, parts in streams.items()}


def faults(lake: Lake, tables: dict[str, pa.Table]) -> int:
    with lake.writing("acme"):
        lake.publish("acme", DAY, tables)
    return len(broken_deliveries(DuckDBEngine(), lake, {"acme": [DAY]}))


def _counted(name: str, value: int) -> Change:
    """The last line says another number of rows."""

    def change(tables: dict[str, pa.Table]) -> pa.Table:
        lines = tables["rejected_rows"].to_pylist()
        lines[-1][name] = value
        return pa.Table.from_pylist(lines, schema=tables["rejected_rows"].schema)

    return change


def _one_less(tables: dict[str, pa.Table]) -> pa.Table:
    counting = pc.greater(tables["rejected_rows"]["rejected_row_count"], 0)
    return tables["rejected_rows"].filter(counting).slice(1)


def _on_a_lead(tables: dict[str, pa.Table]) -> pa.Table:
    """The last run lies one row further: as many rows, one of them accepted."""
    lines = tables["rejected_rows"].to_pylist()
    for line in lines:
        if line["row_count"] > 1:
            line["row_number"] += 1
            line["last_row_number"] += 1
    return pa.Table.from_pylist(lines, schema=tables["rejected_rows"].schema)


@pytest.mark.parametrize("bad", [(), (3,), (3, 5, 6, 7), (3, 5, 7, 9, 10, 14), tuple(range(1, 21))])
def test_what_the_intake_publishes_adds_up(tmp_path: Path, bad: tuple[int, ...]) -> None:
    assert faults(Lake(tmp_path), all_tables(*bad)) == 0


@pytest.mark.parametrize("change", [_one_less, _on_a_lead, _counted("rejected_row_count", 2)])
def test_lines_that_count_or_lie_otherwise_are_found(tmp_path: Path, change: Change) -> None:
    """Rows 3, 5, 6 and 7 are rejected."""
    tables = all_tables(3, 5, 6, 7)
    assert faults(Lake(tmp_path), tables | {"rejected_rows": change(tables)}) == 1
