"""Leads that were never compared with hashes of others, over a lake that is not whole."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.marts.exports import has_deliveries
from pipelines.oppositions.uncompared import uncompared_days
from pipelines.storage.lake import Lake
from tests.storage.test_lake import empty_tables

DAY = date(2026, 8, 11)


@pytest.mark.fault(
    area="lake",
    fault="A file of the lake is damaged when oppositions are imported, or when the marts are asked for",
    promise="No command ends in a traceback: what is damaged is told by `lake verify` and by the checks.",
)
@pytest.mark.parametrize("content", [b"", b"?", b"PAR1" + b"\xff" * 40 + b"PAR1"])
def test_a_damaged_file_stops_nobody_who_looks_at_footers(tmp_path: Path, content: bytes) -> None:
    lake = Lake(tmp_path / "lake")
    with lake.writing("acme"):
        lake.publish("acme", DAY, empty_tables())
    assert (list(uncompared_days(lake)), has_deliveries(lake)) == ([], False)
    for table in ("leads", "deliveries"):
        lake.partition(table, "acme", DAY).write_bytes(content)
    assert (list(uncompared_days(lake)), has_deliveries(lake)) == ([], False)
