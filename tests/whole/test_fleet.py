"""What `deploy/` ships: it agrees with reference and settings, opens no door, and keeps its history for real."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from benchmarks.markdown import with_block
from benchmarks.sizing import BLOCK, PAGE, Cost, sizing_lines
from pipelines.orchestration.instance import REFERENCE
from pipelines.orchestration.partitions import partition_key
from pipelines.settings import PREFIX, Settings
from pipelines.vocabulary.clock import tick_of
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at
from tests.support.instances import QUIET, Daemon
from tests.support.paths import ROOT

DEPLOY = ROOT / "deploy"
DAY = date(2026, 8, 11)


def shipped(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


def environments(tree: Any) -> Iterator[str]:
    """Every name that looks like a setting of ours, in keys and in lists of variables."""
    if isinstance(tree, dict):
        yield from (name for name in tree if str(name).startswith(PREFIX))
        for branch in tree.values():
            yield from environments(branch)
    elif isinstance(tree, list):
        for branch in tree:
            yield from environments(branch)


def test_the_fleets_instance_is_the_reference_with_postgresql() -> None:
    fleet, reference = shipped("dagster.yaml"), yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))
    assert fleet.pop("storage") == {"postgres": {"postgres_url": {"env": "DAGSTER_DATABASE_URL"}}}
    assert fleet == reference


@pytest.mark.parametrize("name", ["compose.yaml", "values.yaml"])
def test_every_setting_that_is_given_is_one(name: str) -> None:
    given = set(environments(shipped(name)))
    assert given
    assert given <= {f"{PREFIX}{field}".upper() for field in Settings.model_fields}


def test_compose_publishes_to_this_machine_only_and_runs_nothing_as_root() -> None:
    services = shipped("compose.yaml")["services"]
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:3000:3000", "127.0.0.1:3001:3001"]
    for name, service in services.items():
        if name != "database":
            assert (service["user"], service["read_only"], service["cap_drop"]) == ("10001:10001", True, ["ALL"]), name
    assert shipped("workspace.yaml")["load_from"][0]["grpc_server"]["host"] in services


def test_both_ways_name_the_driver_that_dagster_can_notify_with() -> None:
    assert shipped("values.yaml")["postgresql"]["postgresqlScheme"] == "postgresql+psycopg2"
    assert shipped("compose.yaml")["x-opposable"]["environment"]["DAGSTER_DATABASE_URL"].startswith(
        "postgresql+psycopg2://"
    )


def test_no_secret_is_written_down() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in DEPLOY.iterdir() if path.is_file())
    assert "postgresqlPassword:" not in text
    assert "://opposable:" not in text


def test_the_charts_values_say_what_the_reference_instance_says() -> None:
    values, reference = shipped("values.yaml"), yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))
    monitoring, told = values["dagsterDaemon"]["runMonitoring"], reference["run_monitoring"]
    assert monitoring["pollIntervalSeconds"] == told["poll_interval_seconds"]
    assert monitoring["startTimeoutSeconds"] == told["start_timeout_seconds"]
    assert monitoring["cancelTimeoutSeconds"] == told["cancel_timeout_seconds"]
    assert monitoring["freeSlotsAfterRunEndSeconds"] == told["free_slots_after_run_end_seconds"]
    assert values["dagsterDaemon"]["runRetries"]["maxRetries"] == reference["run_retries"]["max_retries"]
    assert values["concurrency"]["pools"]["defaultLimit"] == reference["concurrency"]["pools"]["default_limit"]
    assert values["telemetry"] == reference["telemetry"]
    kept = values["retention"]["sensor"]["purgeAfterDays"]
    assert {name: kept[name] for name in ("skipped", "failure", "success")} == (
        reference["retention"]["sensor"]["purge_after_days"]
    )


def test_the_chart_is_the_locked_dagsters() -> None:
    assert f"--version {dg.__version__}" in (DEPLOY / "values.yaml").read_text(encoding="utf-8")


def test_the_size_of_a_fleet_is_what_a_calculation_by_hand_says() -> None:
    """36 s a million: ten million a day are 0.1 h; 27.4 million need ceil(0.274 / 2 / 0.7) = 1 core."""
    lines = list(sizing_lines(Cost(cpu_seconds=36.0, kept_bytes=200_000_000), leads=400_000, euros=0.05))
    assert lines[-2] == "| 10,000,000 | 3,650 million | 0.10 | 1 | 1 | 3 | 730 GB |"
    dear = list(sizing_lines(Cost(cpu_seconds=3600.0, kept_bytes=0), leads=400_000, euros=0.1))
    assert dear[-1] == "| 27,400,000 | 10,001 million | 27.40 | 20 | 3 | 1,429 | 0 GB |"


def test_the_table_of_sizes_has_its_place() -> None:
    assert "\nnew\n" in with_block(PAGE.read_text(encoding="utf-8"), BLOCK, ["new"])


@pytest.mark.server
def test_a_run_leaves_its_history_in_postgresql(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_DATABASE_URL", postgres_url.replace("+psycopg", "+psycopg2"))
    house, folder = house_at(tmp_path), tmp_path / "dagster"
    folder.mkdir()
    (folder / "dagster.yaml").write_text((DEPLOY / "dagster.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    sign(tmp_path, "acme")
    deliver(tmp_path, "acme", DAY, received_at=datetime(2026, 8, 11, 10, tzinfo=UTC))
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        daemon = Daemon(house, instance, now=tick_of(DAY))
        daemon.register("acme")
        job = daemon.definitions.resolve_job_def("deliveries")
        assert job.execute_in_process(
            instance=instance, partition_key=str(partition_key("acme", DAY)), run_config=QUIET
        ).success
    with dg.DagsterInstance.from_config(str(folder)) as again:  # what a second process sees
        judged = again.get_latest_materialization_event(dg.AssetKey("verdicts"))
        assert [run.status for run in again.get_runs()] == [dg.DagsterRunStatus.SUCCESS]
    assert judged is not None
    assert not list(folder.rglob("*.db"))
