"""The marts: what dbt may read, what it makes of a lake written by hand, and what it refuses to publish."""

import json
import re
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from assets.marts import MANIFEST, PROJECT, NoManifestError, build_marts
from pipelines.domain.schemas import arrow_schema
from pipelines.domain.words import REJECT_REASONS
from pipelines.storage.exports import EXPORTS
from pipelines.storage.marts import FILE, NoMartsError, read_marts, rebuilding
from tests.marts_lake import AUGUST_1, AUGUST_2, JULY_31, dbt, ensure_manifest, published

DUCKDB_TYPES = {
    "string": "varchar",
    "date32[day]": "date",
    "bool": "boolean",
    "int64": "bigint",
    "double": "double",
    "timestamp[us]": "timestamp",
    "list<element: string>": "varchar[]",
    "list<item: string>": "varchar[]",
}
MARTS = {
    "fct_deliveries",
    "fct_reject_reasons",
    "fct_rule_outcomes",
    "fct_dimension_rates",
    "fct_vendor_scores",
    "dim_vendors",
    "dim_rules",
    "vendor_months",
}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    ensure_manifest()
    content: dict[str, Any] = json.loads(MANIFEST.read_text())
    return content


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}


@pytest.fixture(scope="module")
def tests(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]


@pytest.fixture(scope="module")
def marts() -> dict[str, list[dict[str, Any]]]:
    settings, result = published()
    assert result.success
    return {name: table.to_pylist() for name, table in read_marts(settings.home, sorted(MARTS)).items()}


def only(rows: list[dict[str, Any]], **key: Any) -> dict[str, Any]:
    found = [row for row in rows if all(row[name] == value for name, value in key.items())]
    assert len(found) == 1
    return found[0]


# What the project promises


def test_dbt_reads_counts_and_never_a_lead_a_proof_a_verdict_or_a_finding(manifest: dict[str, Any]) -> None:
    assert {source["name"] for source in manifest["sources"].values()} == {
        "deliveries",
        "rejected_rows",
        "scorecards",
        "dimension_scorecards",
        *EXPORTS,
    }


def test_every_source_column_is_a_column_of_the_lake_with_its_type(manifest: dict[str, Any]) -> None:
    for source in manifest["sources"].values():
        schema = EXPORTS[source["name"]] if source["name"] in EXPORTS else arrow_schema(source["name"])
        lake_types = {field.name: DUCKDB_TYPES[str(field.type)] for field in schema}
        for column in source["columns"].values():
            assert lake_types[column["name"]] == column["data_type"], f"{source['name']}.{column['name']}"


def test_every_export_is_read_whole(manifest: dict[str, Any]) -> None:
    for source in manifest["sources"].values():
        if source["name"] in EXPORTS:
            assert list(source["columns"]) == EXPORTS[source["name"]].names


def test_only_staging_reads_the_lake(models: dict[str, dict[str, Any]]) -> None:
    for name, model in models.items():
        reads_lake = any(parent.startswith("source.") for parent in model["depends_on"]["nodes"])
        assert reads_lake == name.startswith("stg_lake__"), name


def test_no_column_can_name_a_person_or_a_file(models: dict[str, dict[str, Any]]) -> None:
    suspicious = re.compile(r"(_key|_name|_id)$|email|phone|lead_id|consent_id|facts|digest|url|ip$")
    allowed = {"rule_id", "leading_rule_id", "catalogue_digest"}
    for name, model in models.items():
        assert not {column for column in model["columns"] if suspicious.search(column)} - allowed, name


def test_every_column_of_every_model_is_described_and_typed(models: dict[str, dict[str, Any]]) -> None:
    for name, model in models.items():
        assert model["description"], name
        for column in model["columns"].values():
            assert column["description"], f"{name}.{column['name']}"
            assert column["data_type"], f"{name}.{column['name']}"


def test_every_column_of_a_mart_is_tested(models: dict[str, dict[str, Any]], tests: list[dict[str, Any]]) -> None:
    tested: dict[str, set[str]] = {name: set() for name in models}
    for test in tests:
        if test.get("attached_node"):
            named = test["test_metadata"]["kwargs"]
            tested[test["attached_node"].split(".")[-1]] |= {test["column_name"], *named.get("columns", [])}
    for name in MARTS:
        kept = {column["name"] for column in models[name]["columns"].values() if column["constraints"]}
        assert set(models[name]["columns"]) == (tested[name] - {None}) | kept, name


def test_every_mart_keeps_a_contract_and_has_an_owner(models: dict[str, dict[str, Any]]) -> None:
    assert {name for name in models if not name.startswith(("stg_", "int_"))} == MARTS
    for name in MARTS:
        assert models[name]["config"]["contract"]["enforced"], name
        assert models[name]["config"]["meta"]["dagster"] == {"group": "marts", "owners": ["team:purchasing"]}, name


def test_reject_reasons_are_those_of_the_lake(tests: list[dict[str, Any]]) -> None:
    accepted = [test for test in tests if test["name"].startswith("accepted_values_fct_reject_reasons_reason")]
    assert [sorted(test["test_metadata"]["kwargs"]["values"]) for test in accepted] == [sorted(REJECT_REASONS)]


def test_every_singular_test_shows_beside_a_mart(tests: list[dict[str, Any]]) -> None:
    singular = [test for test in tests if test["name"].startswith("assert_")]
    assert len(singular) == len(list((PROJECT / "tests").glob("*.sql")))
    assert {test["config"]["meta"]["dagster"]["ref"]["name"] for test in singular} <= MARTS


def test_published_sql_names_its_columns_and_keeps_to_lower_case() -> None:
    for path in (PROJECT / "models").rglob("*.sql"):
        sql = re.sub(r"--.*|'[^']*'|\{\{.*?\}\}|\{%.*?%\}", "", path.read_text())
        assert not re.search(r"select\s+\*", sql), path.name
        assert sql == sql.lower(), path.name


def test_the_project_needs_no_package_and_tells_nobody_anything() -> None:
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    assert project["flags"]["send_anonymous_usage_stats"] is False
    assert "vars" not in project
    assert not list(PROJECT.glob("packages.y*ml"))
    assert not list(PROJECT.glob("dependencies.y*ml"))


def test_without_a_manifest_the_error_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(NoManifestError, match="make manifest"):
        build_marts(tmp_path / "manifest.json")


# What it makes of a lake


def test_a_run_materialises_every_model_and_every_check_of_ours_passes(models: dict[str, dict[str, Any]]) -> None:
    _, result = published()
    assert result.success
    keys = [event.asset_key.path[-1] for event in result.get_asset_materialization_events() if event.asset_key]
    assert sorted(keys) == sorted(models)
    assert [check.check_name for check in result.get_asset_check_evaluations() if not check.passed] == []


def test_a_delivery_has_its_files_rows_and_standing(marts: dict[str, list[dict[str, Any]]]) -> None:
    row = only(marts["fct_deliveries"], vendor="acme", delivery_date=AUGUST_1)
    assert (row["status"], row["file_count"], row["refused_file_count"]) == ("accepted_with_rejects", 2, 1)
    assert (row["leads_received"], row["leads_accepted"], row["leads_rejected"]) == (50, 48, 2)
    assert (row["reject_rate"], row["undeclared_column_count"]) == (0.04, 1)
    assert (row["is_final"], row["known_at"]) == (True, datetime(2026, 8, 5, 3))
    provisional = only(marts["fct_deliveries"], vendor="acme", delivery_date=AUGUST_2)
    assert (provisional["is_judged"], provisional["is_final"]) == (True, False)


def test_each_delivery_is_named_after_its_lead_files(marts: dict[str, list[dict[str, Any]]]) -> None:
    assert {(row["vendor"], row["delivery_date"]): row["status"] for row in marts["fct_deliveries"]} == {
        ("acme", JULY_31): "accepted",
        ("acme", AUGUST_1): "accepted_with_rejects",
        ("acme", AUGUST_2): "accepted",
        ("bolt", JULY_31): "no_delivery",
        ("bolt", AUGUST_1): "refused",
        ("0042", AUGUST_1): "no_leads",  # a vendor whose key looks like a number keeps it
    }


def test_a_partition_that_cannot_be_trusted_is_in_no_mart(marts: dict[str, list[dict[str, Any]]]) -> None:
    for name, rows in marts.items():
        assert "half" not in {row.get("vendor") for row in rows}, name


def test_a_row_with_two_reasons_is_one_rejected_row(marts: dict[str, list[dict[str, Any]]]) -> None:
    found = {
        row["reason"]: (row["rejected_row_count"], row["refused_file_count"])
        for row in marts["fct_reject_reasons"]
        if row["vendor"] == "acme"
    }
    assert found == {"required_missing": (2, 0), "required_invalid": (1, 0), "file_unclaimed": (0, 1)}


def test_running_totals_wait_for_the_last_word(marts: dict[str, list[dict[str, Any]]]) -> None:
    rows = [row for row in marts["fct_dimension_rates"] if row["dimension"] == "all"]
    assert [
        (row["delivery_date"], row["leads_vendor_defective"], row["running_leads_vendor_defective"])
        for row in sorted(rows, key=lambda row: row["delivery_date"])
    ] == [(JULY_31, 4, 4), (AUGUST_1, 11, 15), (AUGUST_2, 40, 15)]
    assert {row["running_vendor_defect_rate"] for row in rows if row["delivery_date"] >= AUGUST_1} == {0.1}


def test_a_rule_that_left_the_catalogue_keeps_its_outcomes(marts: dict[str, list[dict[str, Any]]]) -> None:
    rule = only(marts["dim_rules"], rule_id="rule_of_old")
    assert (rule["is_in_catalogue"], rule["dimension"], rule["severity"]) == (False, "quality", None)
    outcome = only(marts["fct_rule_outcomes"], rule_id="rule_of_old")
    assert (outcome["applied_count"], outcome["fail_rate"]) == (48, 1 / 48)


def test_rates_count_only_what_the_rule_applied_to(marts: dict[str, list[dict[str, Any]]]) -> None:
    row = only(marts["fct_rule_outcomes"], rule_id="proof_matches_lead")
    assert (row["applied_count"], row["not_applicable_count"], row["fail_rate"]) == (80, 20, 0.0)


def test_every_score_is_kept_with_its_change(marts: dict[str, list[dict[str, Any]]]) -> None:
    totals = [row for row in marts["fct_vendor_scores"] if row["dimension"] == "total"]
    assert [
        (row["as_of"], row["points"], row["points_change"], row["is_latest"], row["grade"])
        for row in sorted(totals, key=lambda row: row["as_of"])
    ] == [(datetime(2026, 8, 1, 4), 90.0, None, False, "D"), (datetime(2026, 8, 10, 4), 62.5, -27.5, True, "D")]


def test_purchasing_sees_the_month_and_the_rule_to_talk_about(marts: dict[str, list[dict[str, Any]]]) -> None:
    july = only(marts["vendor_months"], vendor="acme", month_starts_on=date(2026, 7, 1))
    assert (july["leads_received"], july["leads_vendor_defective"], july["vendor_defect_rate"]) == (100, 4, 0.04)
    assert (july["leading_rule_id"], july["total_points"]) == ("lead_duplicate", 62.5)
    august = only(marts["vendor_months"], vendor="acme", month_starts_on=AUGUST_1)
    assert (august["delivery_count"], august["provisional_delivery_count"]) == (2, 1)
    assert (august["leads_received"], august["final_leads_received"]) == (90, 50)
    assert (august["leads_vendor_defective"], august["leading_rule_fail_count"]) == (11, 8)
    assert august["total_points"] is None  # one of its deliveries is provisional


def test_no_table_of_the_file_holds_a_file_name_or_a_digest_of_one() -> None:
    settings, _ = published()
    with duckdb.connect(str(settings.home / FILE), read_only=True) as connection:
        texts = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() where data_type = 'VARCHAR'"
        ).fetchall()
        assert texts
        for schema, table, column in texts:
            is_found = f"""contains("{column}", '.csv') or "{column}" = repeat('a', 64)"""
            query = f'select count(*) from "{schema}"."{table}" where {is_found}'
            assert connection.execute(query).fetchone() == (0,), f"{table}.{column}"


# What it refuses


def parsed(folder: Path) -> Any:
    return dbt("parse", folder / "lake", folder / "parsed" / FILE, folder / "parsed").result


@pytest.fixture(scope="module")
def parsed_manifest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return parsed(tmp_path_factory.mktemp("parsed"))


def test_a_house_without_a_single_file_publishes_empty_marts(tmp_path: Path, parsed_manifest: Any) -> None:
    path = tmp_path / "marts" / FILE
    built = dbt("build", tmp_path / "lake", path, tmp_path / "artifacts", manifest=parsed_manifest)
    assert {str(result.status) for result in built.result.results} == {"success", "pass"}
    tables = read_marts(path.parent, sorted(MARTS))
    assert {name: table.num_rows for name, table in tables.items()} == dict.fromkeys(MARTS, 0)


BREACHES = (
    (
        "assert_every_received_row_is_accepted_or_rejected",
        "update fct_deliveries set proofs_received = 91 where proofs_received = 90",
    ),
    (
        "assert_every_rejected_row_is_counted",
        "update fct_deliveries set leads_rejected = 1, leads_accepted = 39 where leads_received = 40",
    ),
    (
        "assert_every_rejected_row_has_a_reason",
        "update fct_reject_reasons set rejected_row_count = 3 where reason = 'required_missing'",
    ),
    (
        "assert_every_received_lead_is_rated_in_every_dimension",
        "delete from fct_dimension_rates where dimension = 'proof'",
    ),
    (
        "assert_any_defect_is_a_defect_of_some_dimension",
        "update fct_dimension_rates set leads_defective = 12 where leads_defective = 11",
    ),
    (
        "assert_every_rule_of_a_channel_sees_the_same_lead_uses",
        "update fct_rule_outcomes set not_applicable_count = 21 where not_applicable_count = 20",
    ),
    (
        "assert_the_vendor_answers_for_no_more_than_what_failed",
        "update fct_rule_outcomes set vendor_attributable_count = 41 where fail_count = 40",
    ),
    (
        "assert_running_totals_end_at_the_sum_of_final_deliveries",
        "update fct_dimension_rates set running_leads_received = 151 where running_leads_received = 150",
    ),
    (
        "assert_the_latest_scores_count_the_leads_of_final_deliveries",
        "update fct_vendor_scores set leads_received = 149 where leads_received = 150",
    ),
    (
        "assert_the_bounds_of_a_score_are_in_order",
        "update fct_vendor_scores set lower_points = 96 where lower_points = 40",
    ),
    (
        "assert_the_months_hold_every_delivery",
        "update vendor_months set delivery_count = 3 where delivery_count = 2",
    ),
)


def test_every_invariant_notices_its_breach(tmp_path: Path, parsed_manifest: Any) -> None:
    settings, _ = published()
    path = tmp_path / "marts" / FILE
    path.parent.mkdir()
    shutil.copyfile(settings.home / FILE, path)
    with duckdb.connect(str(path)) as connection:
        for _, breach in BREACHES:
            assert connection.execute(breach).fetchone() not in (None, (0,)), breach
    options = ("--select", "test_type:singular")
    found = dbt("test", settings.lake, path, tmp_path / "artifacts", *options, manifest=parsed_manifest).result.results
    noticed = {result.node.name for result in found if str(result.status) in ("fail", "warn")}
    assert noticed == {name for name, _ in BREACHES} == {result.node.name for result in found}


def test_a_build_that_fails_leaves_the_marts_as_they_were(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("published")

    def build() -> None:
        with rebuilding(tmp_path, is_whole=True) as aside:
            aside.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        build()
    assert (tmp_path / FILE).read_text() == "published"


def test_a_whole_build_starts_from_nothing_and_a_part_from_what_is_published(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("published")
    with rebuilding(tmp_path, is_whole=False) as aside:
        assert aside.read_text() == "published"
        aside.write_text("in part")
    with rebuilding(tmp_path, is_whole=True) as aside:
        assert not aside.exists()
        aside.write_text("anew")
    assert (tmp_path / FILE).read_text() == "anew"
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_what_a_killed_build_left_is_gone_at_the_next(tmp_path: Path) -> None:
    (tmp_path / ".marts").mkdir()
    (tmp_path / ".marts" / f"{FILE}.wal").write_text("of a killed build")
    with rebuilding(tmp_path, is_whole=True) as aside:
        assert list(aside.parent.iterdir()) == []
        aside.write_text("anew")
    assert not (tmp_path / ".marts").exists()


def test_reading_marts_that_were_never_published_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NoMartsError, match="publish"):
        read_marts(tmp_path, ["dim_rules"])
