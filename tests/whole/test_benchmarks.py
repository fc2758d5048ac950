"""What the benchmark compares does the same work: same keys, same counts."""

import runpy
from pathlib import Path

import duckdb
import pytest

import benchmarks
from benchmarks.data import DAY, write_house
from benchmarks.one_delivery import VENDOR, WAYS, work_of
from benchmarks.product import take_in
from benchmarks.spoilt import spoil
from pipelines.house import House
from pipelines.settings import load_settings

BENCHMARKS = Path(benchmarks.__file__).parent

LEADS = 2_000
RULES = (
    "consent_withdrawn",
    "elec_consent_per_channel",
    "opp_vendor_redelivery",
    "proof_individual_record",
    "consent_named_recipient_elec",
    "tel_optin_consent_required",
)
COMPARED = {
    "leads": "lead_id, collected_at::timestamp, consent_id, email_key, email_alias_key, phone_key",
    "consent_proofs": "consent_id, consent_at::timestamp, email_key, phone_key, consent_text_digest",
    "verdicts": f"lead_id, channel, list_filter(list_sort(failed_rules), lambda rule: rule in {RULES}) as failed_rules",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    write_house(home, leads=LEADS, oppositions=5 * LEADS)
    for way in WAYS:
        work_of(way, home)()
    return home


@pytest.mark.parametrize("table", COMPARED)
@pytest.mark.parametrize("way", [way for way in WAYS if way != "product"])
def test_a_baseline_writes_the_rows_that_the_product_writes(home: Path, way: str, table: str) -> None:
    ours = read(COMPARED[table], f"{home}/lake/{table}/vendor=acme/*/part-0.parquet")
    theirs = read(COMPARED[table], f"{home}/baselines/{way}/{table}.parquet")
    assert theirs == ours


def test_every_flaw_of_the_data_is_met(home: Path) -> None:
    found = read("distinct unnest(failed_rules)", f"{home}/lake/verdicts/vendor=acme/*/part-0.parquet")
    flaws = {*RULES, "proof_matches_lead", "tel_consent_max_age_one_year", "lead_duplicate", "field_invalid"}
    assert {rule for (rule,) in found} >= flaws


def test_every_row_of_a_spoilt_delivery_is_rejected_for_two_reasons(tmp_path: Path) -> None:
    write_house(tmp_path, leads=50, oppositions=1)
    spoil(tmp_path)
    house = House(load_settings({"OPPOSABLE_HOME": str(tmp_path)}))
    take_in(house, house.contracts().of(VENDOR), VENDOR, DAY)
    lines = read("role, row_number, count(*)", f"{tmp_path}/lake/rejected_rows/vendor=acme/*/part-0.parquet", "all")
    assert [(role, count) for role, _, count in lines] == 50 * [("consent_proofs", 2)] + 50 * [("leads", 2)]


def read(columns: str, path: str, grouped: str = "") -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        by = f"group by {grouped}" if grouped else ""
        query = f"select {columns} from read_parquet('{path}', hive_partitioning = false) {by} order by all"
        return connection.execute(query).fetchall()


PROGRAMS = [
    path.relative_to(BENCHMARKS).with_suffix("").as_posix()
    for path in (*sorted(BENCHMARKS.glob("*.py")), BENCHMARKS / "figures" / "__main__.py")
    if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_benchmark_says_what_it_is_and_leaves_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(BENCHMARKS / f"{name}.py"), run_name="__main__")
    assert ended.value.code in (0, None)
    assert "usage: " in capsys.readouterr().out.lower()
    assert not list(tmp_path.iterdir())
