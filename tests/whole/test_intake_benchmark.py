"""What the benchmark of the intake compares does the same work: same leads, same keys."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from benchmarks.data import DAY
from benchmarks.intake_data import write_many_files, write_one_file
from benchmarks.intake_ways import work_of
from pipelines.storage.lake import Lake

LEADS = 2_000
COLUMNS = (
    "lead_id, collected_at::timestamp, postal_code, country, audience, channels, consent_id, claimed_basis, "
    "email_key, email_alias_key, phone_key, row_number"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    write_one_file(home, leads=LEADS)
    for way in ("product", "one_query"):
        work_of(way, home)()
    return home


def read(columns: str, path: Path) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        query = f"select {columns} from read_parquet('{path}', hive_partitioning = false)"
        return connection.execute(query).fetchall()


def test_the_query_writes_the_leads_that_the_product_writes_in_their_order(home: Path) -> None:
    ours = read(COLUMNS, Lake(home / "lake").partition("leads", "acme", DAY))
    assert ours == read(COLUMNS, home / "baselines" / "one_query" / "leads.parquet")
    assert len(ours) == LEADS


def test_where_all_is_bad_every_row_has_both_reasons(tmp_path: Path) -> None:
    write_one_file(tmp_path, leads=LEADS, bad=True)
    work_of("product", tmp_path)()
    refused = read("row_number, reason", Lake(tmp_path / "lake").partition("rejected_rows", "acme", DAY))
    assert len(refused) == 2 * LEADS
    assert len({number for number, _ in refused}) == LEADS


def test_small_deliveries_are_all_published(tmp_path: Path) -> None:
    days = [DAY + timedelta(days=number) for number in range(5)]
    write_many_files(tmp_path, days=days, leads=20)
    work_of("product", tmp_path)()
    lake = Lake(tmp_path / "lake")
    assert lake.published_days("acme") == days
    assert lake.read("leads", "acme", days).num_rows == 100
