"""The code location: it loads, it is this graph, and a partition of it materialises with its counts and columns."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import build_defs
from pipelines.domain.clock import tick_of
from pipelines.domain.schemas import TABLES
from pipelines.partitions import partition_key
from tests.houses import house_at
from tests.instances import QUIET, Daemon, instance_of
from tests.intake_boxes import csv_bytes

ROOT = Path(__file__).parents[1]
DAY = date(2026, 8, 11)
DELIVERY_ASSETS = ("leads", "consent_proofs", "verdicts")

GRAPH = {
    "oppositions": ("registry", []),
    "leads": ("intake", []),
    "consent_proofs": ("intake", []),
    "verdicts": ("verdicts", ["consent_proofs", "leads", "oppositions"]),
    "vendor_scores": ("scores", ["verdicts"]),
    "dossiers": ("dossiers", ["vendor_scores"]),
    "rules": ("registry", []),
    "staging/stg_lake__rules": ("staging", ["rules"]),
    "staging/stg_lake__delivery_states": ("staging", ["verdicts"]),
    "staging/stg_lake__delivered_files": ("staging", ["leads", "staging/stg_lake__delivery_states"]),
    "staging/stg_lake__dimension_counts": ("staging", ["staging/stg_lake__delivery_states", "verdicts"]),
    "staging/stg_lake__reject_reasons": ("staging", ["leads", "staging/stg_lake__delivery_states"]),
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
    "leads": {
        "every_row_is_accounted_for",
        "intake_tables_have_their_schema",
        "deliveries_came",
        "deliveries_came_in_time",
        "files_were_accepted",
        "contracts_are_readable",
        "inbox_folders_are_known",
    },
    "verdicts": {"verdict_tables_have_their_schema"},
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


@pytest.mark.parametrize("table", ["leads", "consent_proofs", "verdicts", "oppositions"])
def test_the_ui_shows_the_columns_of_a_published_table_as_its_model_describes_them(
    definitions: dg.Definitions, table: str
) -> None:
    node = definitions.resolve_asset_graph().get(dg.AssetKey(table))
    shown = node.metadata["dagster/column_schema"]
    assert isinstance(shown, dg.TableSchemaMetadataValue)
    model = TABLES[table].to_schema().columns
    assert [(column.name, column.description) for column in shown.schema.columns] == [
        (name, column.description) for name, column in model.items()
    ]
    assert all(column.description and column.type for column in shown.schema.columns)


def test_every_asset_of_ours_has_a_description_an_owner_and_a_kind(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for name in ("oppositions", *DELIVERY_ASSETS, "vendor_scores", "dossiers"):
        node = graph.get(dg.AssetKey(name))
        assert node.description, name
        assert node.owners, name
        assert node.kinds, name


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    house = house_at(tmp_path)
    with instance_of(house) as instance:
        yield Daemon(house, instance, now=tick_of(DAY))


def test_one_partition_of_a_date_and_a_dynamic_vendor_materialises_with_its_counts(
    daemon: Daemon, small_house: Path
) -> None:
    house = house_at(small_house)
    with instance_of(house) as instance:
        key = partition_key("acme", DAY)
        ours = Daemon(house, instance, now=tick_of(DAY))
        ours.register("acme", "other")
        job = ours.definitions.resolve_job_def("deliveries")
        result = job.execute_in_process(instance=instance, partition_key=key, run_config=QUIET)
        assert result.success
        for name in DELIVERY_ASSETS:
            assert instance.get_materialized_partitions(dg.AssetKey(name)) == {str(key)}
        record = instance.get_latest_materialization_event(dg.AssetKey("leads"))
        assert record is not None
        assert record.asset_materialization is not None
        counts = {name: value.value for name, value in record.asset_materialization.metadata.items()}
    assert counts["dagster/row_count"] == 2
    assert counts["rows rejected"] == 1
    assert counts["reason required_missing"] == 1
    assert house.lake.published_days("acme", "scorecards") == [DAY]


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    """A vendor's one delivery: three leads, one of them without its reference."""
    from tests.contract_files import VALID, write

    write(tmp_path / "contracts", VALID.replace("exemple-leads", "acme"), "acme")
    folder = tmp_path / "inbox" / "acme" / DAY.isoformat()
    folder.mkdir(parents=True)
    return tmp_path
