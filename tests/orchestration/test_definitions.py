"""The code location: it loads, it is this graph, and a partition of it materialises with its counts and columns."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.definitions import build_defs
from pipelines.orchestration.partitions import partition_key
from pipelines.vocabulary.clock import tick_of
from pipelines.vocabulary.table_columns import columns_in
from pipelines.vocabulary.tables import TABLES
from tests.support.exemple import deliver, lead_line, sign
from tests.support.houses import house_at
from tests.support.instances import QUIET, Daemon, instance_of
from tests.support.paths import ROOT

DAY = date(2026, 8, 11)
DELIVERY_ASSETS = ("leads", "consent_proofs", "verdicts")

GRAPH = {
    "oppositions": ("registry", []),
    "leads": ("intake", []),
    "consent_proofs": ("intake", []),
    "verdicts": ("verdicts", ["consent_proofs", "leads", "oppositions"]),
    "disputes": ("verdicts", ["verdicts"]),
    "corrections": ("verdicts", ["disputes", "oppositions", "verdicts"]),
    "vendor_scores": ("scores", ["corrections", "verdicts"]),
    "usable_leads": ("usable", ["oppositions", "verdicts"]),
    "purges": ("retention", []),
    "dossiers": ("dossiers", ["vendor_scores"]),
    "rule_notices": ("dossiers", ["oppositions", "verdicts"]),
    "rules": ("registry", []),
    "staging/stg_lake__rules": ("staging", ["rules"]),
    "staging/stg_lake__delivery_states": ("staging", ["verdicts"]),
    "staging/stg_lake__delivered_files": ("staging", ["leads", "staging/stg_lake__delivery_states"]),
    "staging/stg_lake__dimension_counts": ("staging", ["staging/stg_lake__delivery_states", "verdicts"]),
    "staging/stg_lake__reject_reasons": (
        "staging",
        ["leads", "staging/stg_lake__delivered_files", "staging/stg_lake__delivery_states"],
    ),
    "staging/stg_lake__rejected_rows": ("staging", ["leads", "staging/stg_lake__delivery_states"]),
    "staging/stg_lake__rule_outcomes": ("staging", ["staging/stg_lake__delivery_states", "verdicts"]),
    "staging/stg_lake__vendor_scores": ("staging", ["vendor_scores"]),
    "intermediate/int_deliveries_counted": ("intermediate", ["staging/stg_lake__delivered_files"]),
    "intermediate/int_dimension_running_totals": (
        "intermediate",
        ["staging/stg_lake__delivery_states", "staging/stg_lake__dimension_counts"],
    ),
    "intermediate/int_scores_in_order": ("intermediate", ["staging/stg_lake__vendor_scores"]),
    "intermediate/int_vendor_month_rules": (
        "intermediate",
        ["staging/stg_lake__delivery_states", "staging/stg_lake__rule_outcomes"],
    ),
    "dim_rules": ("marts", ["staging/stg_lake__rule_outcomes", "staging/stg_lake__rules"]),
    "dim_vendors": ("marts", ["intermediate/int_deliveries_counted", "intermediate/int_scores_in_order"]),
    "fct_deliveries": ("marts", ["intermediate/int_deliveries_counted", "staging/stg_lake__delivery_states"]),
    "fct_dimension_rates": ("marts", ["intermediate/int_dimension_running_totals"]),
    "fct_reject_reasons": ("marts", ["staging/stg_lake__reject_reasons"]),
    "fct_rule_outcomes": ("marts", ["staging/stg_lake__delivery_states", "staging/stg_lake__rule_outcomes"]),
    "fct_vendor_scores": ("marts", ["intermediate/int_scores_in_order"]),
    "vendor_months": (
        "marts",
        ["fct_deliveries", "fct_dimension_rates", "fct_vendor_scores", "intermediate/int_vendor_month_rules"],
    ),
}
CHECKS = {
    "oppositions": {"hashed_lists_meet_leads"},
    "dossiers": {"dates_are_kept", "knowledge_is_acted_on", "renewals_were_decided", "vendors_were_done"},
    "leads": {
        "every_row_is_accounted_for",
        "intake_tables_have_their_schema",
        "deliveries_came",
        "deliveries_came_in_time",
        "files_were_accepted",
        "vendors_had_gone_live",
        "contracts_are_readable",
        "inbox_folders_are_known",
        "columns_as_before",
        "references_look_like_references",
        "words_are_known",
        "no_delivery_waits",
        "partitions_were_done",
    },
    "verdicts": {"verdict_tables_have_their_schema", "partitions_were_done"},
}
BLOCKING = {"every_row_is_accounted_for", "intake_tables_have_their_schema", "verdict_tables_have_their_schema"}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    return build_defs(settings=house_at(tmp_path_factory.mktemp("house")).settings)


def test_the_asset_graph_is_this_one(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    nodes = [graph.get(key) for key in graph.get_all_asset_keys()]
    found = {
        node.key.to_user_string(): (node.group_name, sorted(key.to_user_string() for key in node.parent_keys))
        for node in nodes
    }
    assert found == GRAPH
    assert {node.key.to_user_string() for node in nodes if node.partitions_def} == set(DELIVERY_ASSETS)


def test_deliveries_are_daily_by_vendor_and_taken_in_one_run_a_range(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for name in DELIVERY_ASSETS:
        node = graph.get(dg.AssetKey(name))
        partitions = node.partitions_def
        assert isinstance(partitions, dg.MultiPartitionsDefinition)
        days = partitions.get_partitions_def_for_dimension("delivery_date")
        vendors = partitions.get_partitions_def_for_dimension("vendor")
        assert isinstance(days, dg.DailyPartitionsDefinition)
        assert isinstance(vendors, dg.DynamicPartitionsDefinition)
        assert (days.timezone, vendors.name) == ("Europe/Paris", "vendor")
        assert node.backfill_policy == dg.BackfillPolicy.single_run()


def test_the_checks_are_these_and_only_those_on_our_own_faults_stop_a_run(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    specs = [graph.get(key) for key in graph.asset_check_keys if key.asset_key.to_user_string() in CHECKS]
    found: dict[str, set[str]] = {}
    for spec in specs:
        found.setdefault(spec.key.asset_key.to_user_string(), set()).add(spec.key.name)
    assert found == CHECKS
    assert {spec.key.name for spec in specs if spec.blocking} == BLOCKING


@pytest.mark.parametrize("table", ["leads", "consent_proofs", "verdicts", "oppositions", "corrections", "usable_leads"])
def test_the_ui_shows_the_columns_of_a_published_table_as_its_model_describes_them(
    definitions: dg.Definitions, table: str
) -> None:
    node = definitions.resolve_asset_graph().get(dg.AssetKey(table))
    shown = node.metadata["dagster/column_schema"]
    assert isinstance(shown, dg.TableSchema)
    model = columns_in(TABLES[table])
    assert [(column.name, column.description, column.constraints.nullable) for column in shown.columns] == [
        (name, column.description, column.nullable) for name, column in model.items()
    ]
    assert all(column.description and column.type for column in shown.columns)


def test_every_asset_of_ours_has_a_description_an_owner_and_a_kind(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    published = ("corrections", "vendor_scores", "dossiers", "rule_notices", "usable_leads")
    for name in ("oppositions", *DELIVERY_ASSETS, *published, "purges"):
        node = graph.get(dg.AssetKey(name))
        assert node.description, name
        assert node.owners, name
        assert node.kinds, name


def test_one_partition_of_a_date_and_a_dynamic_vendor_materialises_with_its_counts(tmp_path: Path) -> None:
    house, key = house_at(tmp_path), partition_key("acme", DAY)
    sign(tmp_path, "acme")
    deliver(tmp_path, "acme", DAY, [lead_line("A", 1, DAY), lead_line("B", 2, DAY), lead_line("", 3, DAY)])
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=tick_of(DAY))
        daemon.register("acme", "other")
        job = daemon.definitions.resolve_job_def("deliveries")
        assert job.execute_in_process(instance=instance, partition_key=key, run_config=QUIET).success
        for name in DELIVERY_ASSETS:
            assert instance.get_materialized_partitions(dg.AssetKey(name)) == {str(key)}
        leads, verdicts = (counts_of(instance, name) for name in ("leads", "verdicts"))
    assert (leads["dagster/row_count"], leads["rows rejected"], leads["reason required_missing"]) == (2, 1, 1)
    assert leads["not simply accepted"] == "accepted_with_rejects"
    assert verdicts["lead uses"] == 2
    assert house.lake.published_days("acme", "scorecards") == [DAY]


def counts_of(instance: dg.DagsterInstance, asset: str) -> dict[str, Any]:
    """What the UI shows beside the newest partition of an asset."""
    event = instance.get_latest_materialization_event(dg.AssetKey(asset))
    assert event is not None
    assert event.asset_materialization is not None
    return {name: value.value for name, value in event.asset_materialization.metadata.items()}


IMPORT = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append((event, args)) if event in ("open", "sqlite3.connect") else None)
import pipelines.definitions
from pipelines.settings import load_settings
pipelines.definitions.build_defs(settings=load_settings(), has_marts=sys.argv[1] == "with marts")
suffixes = (".db", ".sqlite", ".duckdb")
databases = [args for event, args in opened if event == "sqlite3.connect" or str(args[0]).endswith(suffixes)]
heavy = sorted({"great_expectations", "dbt.cli", "dbt.task", "dbt.parser"} & set(sys.modules))
print(databases, heavy)
"""


@pytest.mark.parametrize("marts", ["with marts", "without"])
def test_loading_opens_no_database_and_imports_nothing_heavy(tmp_path: Path, marts: str) -> None:
    """`dagster_dbt` itself imports parts of dbt-core; what takes seconds, and what runs models, stays out."""
    found = run([sys.executable, "-c", IMPORT, marts], tmp_path)
    assert found.stdout.strip() == "[] []", found.stdout + found.stderr
    assert not (tmp_path / "home").exists()


def test_the_code_location_loads_through_the_command_line_of_dagster(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"]
    found = run(command, tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "successful for code location opposable" in found.stdout + found.stderr


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "dagster").mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPPOSABLE_")}
    environment |= {"OPPOSABLE_HOME": str(folder / "home"), "DAGSTER_HOME": str(folder / "dagster")}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
