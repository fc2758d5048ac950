"""What the dbt project promises, read from its own manifest: what it reads, what it describes, what it tests."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from assets.marts import MANIFEST, PROJECT, NoManifestError, build_marts
from assets.quality import MARTS
from pipelines.marts.exports import EXPORTS
from pipelines.vocabulary.tables import arrow_schema
from pipelines.vocabulary.words import REJECT_REASONS
from tests.support.marts_lake import ensure_manifest

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


@pytest.mark.fault(
    area="personal", fault="A column that could name a person is added to a mart", promise="A test refuses it."
)
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
    assert {name for name in models if not name.startswith(("stg_", "int_"))} == set(MARTS)
    for name in MARTS:
        assert models[name]["config"]["contract"]["enforced"], name
        assert models[name]["config"]["meta"]["dagster"] == {"group": "marts", "owners": ["team:purchasing"]}, name


def test_reject_reasons_are_those_of_the_lake(tests: list[dict[str, Any]]) -> None:
    accepted = [test for test in tests if test["name"].startswith("accepted_values_fct_reject_reasons_reason")]
    assert [sorted(test["test_metadata"]["kwargs"]["values"]) for test in accepted] == [sorted(REJECT_REASONS)]


def test_every_singular_test_shows_beside_a_mart(tests: list[dict[str, Any]]) -> None:
    singular = [test for test in tests if test["name"].startswith("assert_")]
    assert len(singular) == len(list((PROJECT / "tests").glob("*.sql")))
    assert {test["config"]["meta"]["dagster"]["ref"]["name"] for test in singular} <= set(MARTS)


def test_published_sql_names_its_columns_and_keeps_to_lower_case() -> None:
    for path in (PROJECT / "models").rglob("*.sql"):
        sql = re.sub(r"--.*|'[^']*'|\{\{.*?\}\}|\{%.*?%\}", "", path.read_text())
        assert not re.search(r"select\s+\*", sql), path.name
        assert sql == sql.lower(), path.name


def test_who_reads_the_marts_and_how_fresh_scores_are_is_declared(
    manifest: dict[str, Any], models: dict[str, dict[str, Any]]
) -> None:
    read_by = {one["name"]: {*one["depends_on"]["nodes"]} for one in manifest["exposures"].values()}
    marts = {model["unique_id"] for model in models.values() if "marts" in model["fqn"]}
    assert read_by["data_docs"] == marts
    assert read_by["renewal_dossiers"] == manifest["sources"].keys()
    fresh = manifest["sources"]["source.opposable.lake.vendor_scores"]
    assert fresh["freshness"]["warn_after"] == {"count": 2, "period": "day"}


def test_the_project_needs_no_package_and_tells_nobody_anything() -> None:
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    assert project["flags"]["send_anonymous_usage_stats"] is False
    assert "vars" not in project
    assert not list(PROJECT.glob("packages.y*ml"))
    assert not list(PROJECT.glob("dependencies.y*ml"))


def test_without_a_manifest_the_error_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(NoManifestError, match="make manifest"):
        build_marts(tmp_path / "manifest.json")
