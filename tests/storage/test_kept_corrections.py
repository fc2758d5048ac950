"""Corrections on disk: damage is named with its remedy, and rows count only beside what they correct."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.storage.kept_corrections import (
    TABLE,
    DamagedCorrectionsError,
    account_digest,
    damaged_corrections,
    recorded_corrections,
    standing_corrections,
)
from pipelines.storage.lake import Lake
from pipelines.storage.noted_files import note_digest
from pipelines.vocabulary.tables import VERDICT_TABLES, arrow_schema
from tests.support.houses import house_at

VENDOR, DAY = "acme", date(2026, 9, 7)
KNOWN_AT = datetime(2026, 9, 24, 4, tzinfo=UTC)


def published(lake: Lake, rules: str) -> str:
    """Publish a day by some rules; the digest of its account."""
    tables = {table: arrow_schema(table).empty_table() for table in VERDICT_TABLES}
    row = {name: [] for name in arrow_schema("verdicts").names} | {"lead_id": ["L-1"], "catalogue_digest": [rules]}
    columns = [pa.array(row[one.name] or [None], one.type) for one in arrow_schema("verdicts")]
    lake.publish(VENDOR, DAY, tables | {"verdicts": pa.table(columns, arrow_schema("verdicts").names)})
    return account_digest(lake, VENDOR, DAY)


def keep(lake: Lake, account: str) -> Path:
    row = {"vendor": VENDOR, "delivery_date": DAY, "lead_id": "L-1", "known_at": KNOWN_AT.replace(tzinfo=None)}
    rows = pa.Table.from_pylist([row | {"account_digest": account}], schema=arrow_schema(TABLE))
    path = lake.vendor_file(TABLE, VENDOR)
    lake.replace_file(path, TABLE, rows, is_noted=True)
    return path


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return house_at(tmp_path).lake


def test_a_row_counts_beside_what_it_corrects_from_its_instant_on(lake: Lake) -> None:
    keep(lake, published(lake, "first"))
    assert len(standing_corrections(lake, VENDOR, KNOWN_AT)) == 1
    assert len(standing_corrections(lake, VENDOR, datetime(2026, 9, 24, 3, tzinfo=UTC))) == 0
    published(lake, "second")
    assert (len(standing_corrections(lake, VENDOR)), len(recorded_corrections(lake, VENDOR))) == (0, 1)
    published(lake, "first")
    assert len(standing_corrections(lake, VENDOR)) == 1


def test_no_vendor_has_corrections_before_the_first_look(lake: Lake) -> None:
    assert (len(recorded_corrections(lake, VENDOR)), damaged_corrections(lake)) == (0, {})


def test_a_writer_killed_before_its_file_took_its_place_damages_nothing(lake: Lake, tmp_path: Path) -> None:
    coming = tmp_path / "coming"
    coming.write_bytes(b"never came")
    path = lake.vendor_file(TABLE, VENDOR)
    note_digest(lake.root, path, coming)
    assert damaged_corrections(lake) == {}
    keep(lake, "account")
    note_digest(lake.root, path, coming)
    assert damaged_corrections(lake) == {}


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.fault(
    area="lake",
    fault="Corrections are gone, cut or replaced",
    promise="File and remedy are named; nothing is scored without them, nothing is written over them.",
)
@pytest.mark.parametrize(
    ("damage", "told"), [(_cut_off, "is not what was written"), (Path.unlink, "is gone")], ids=["cut off", "gone"]
)
def test_damage_is_named_with_its_remedy(lake: Lake, tmp_path: Path, damage: Callable[[Path], None], told: str) -> None:
    keep(lake, "account")
    path = keep(lake, "account")
    damage(path)
    with pytest.raises(DamagedCorrectionsError, match="restore it with vendor=acme from a backup, or run `opposable"):
        standing_corrections(lake, VENDOR)
    env = {"OPPOSABLE_HOME": str(tmp_path)}
    verified = CliRunner().invoke(app, ["lake", "verify"], env=env)
    assert verified.exit_code == 1
    assert verified.output.startswith(f"acme: corrections {told}: a backup has them")
    repaired = CliRunner().invoke(app, ["lake", "repair"], env=env)
    assert (repaired.exit_code, damaged_corrections(lake)) == (0, {}), repaired.output
    assert "counts from that run on" in repaired.output
    assert len(recorded_corrections(lake, VENDOR)) == 0
