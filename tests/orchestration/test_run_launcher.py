"""A run whose process was killed is seen as failed at the next look of the monitoring, and nothing waits for it."""

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._core.test_utils import create_run_for_test
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from dagster._daemon.monitoring import execute_run_monitoring_iteration

from pipelines.orchestration.instance import REFERENCE
from pipelines.orchestration.run_launcher import WatchedRunLauncher, is_alive
from pipelines.vocabulary.clock import tick_of
from tests.support.houses import house_at
from tests.support.instances import Daemon, instance_of

RUN = """
import sys, time, dagster as dg
@dg.op
def judging():
    print("judging", flush=True)
    time.sleep(60)
@dg.job(name="deliveries")
def deliveries():
    judging()
with dg.DagsterInstance.from_config(sys.argv[1]) as instance:
    deliveries.execute_in_process(instance=instance)
"""


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    house = house_at(tmp_path, OPPOSABLE_THREADS="1")
    with instance_of(house) as instance:
        yield Daemon(house, instance, now=tick_of(date(2026, 8, 12)))


def look(instance: dg.DagsterInstance) -> list[dg.DagsterRunStatus]:
    """The statuses of all runs after one look of the monitoring."""
    with WorkspaceProcessContext(instance, EmptyWorkspaceTarget()) as workspace:
        assert not any(execute_run_monitoring_iteration(workspace, logging.getLogger("monitoring")))
    return [run.status for run in instance.get_runs()]


@pytest.mark.fault(
    area="runs",
    fault="A run, and all that watched over it, is killed",
    promise="It is seen as failed within minutes; what waits for runs goes on.",
)
def test_nothing_waits_for_a_run_that_was_killed(daemon: Daemon) -> None:
    command = [sys.executable, "-c", RUN, str(daemon.house.settings.dagster_home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "judging"
        assert look(daemon.instance) == [dg.DagsterRunStatus.STARTED]
        for sensor in ("publish_after_deliveries", "backlog"):
            assert daemon.sensor(sensor) == []
            assert "are under way" in str(daemon.skipped[sensor])
        process.kill()
    assert look(daemon.instance) == [dg.DagsterRunStatus.FAILURE]
    assert daemon.sensor("publish_after_deliveries") == []
    assert daemon.skipped["publish_after_deliveries"] == "nothing was judged since the last time"
    daemon.sensor("backlog")
    assert "under way" not in str(daemon.skipped["backlog"])


@pytest.mark.parametrize(
    ("host", "seen_as"), [("localhost", dg.DagsterRunStatus.FAILURE), ("code-server", dg.DagsterRunStatus.STARTED)]
)
def test_a_run_of_a_code_server_on_another_machine_is_not_ours_to_see(
    daemon: Daemon, host: str, seen_as: dg.DagsterRunStatus
) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    run = create_run_for_test(daemon.instance, tags={GRPC_INFO_TAG: json.dumps({"host": host, "port": 4000})})
    started = dg.DagsterEvent("PIPELINE_START", run.job_name, pid=gone.pid)
    daemon.instance.report_dagster_event(started, run_id=run.run_id, timestamp=time.time())
    assert look(daemon.instance) == [seen_as]


@pytest.mark.fault(
    area="runs",
    fault="After a restart another process has the number of the killed run's",
    promise="It is not taken for the run.",
)
def test_a_later_process_with_the_number_of_the_run_is_not_the_run() -> None:
    assert is_alive(os.getpid(), seen_at=time.time())
    assert not is_alive(os.getpid(), seen_at=0.0)


def test_the_reference_instance_looks_often_enough_to_tell_within_minutes(daemon: Daemon) -> None:
    settings = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))["run_monitoring"]
    longest = max(settings[f"{what}_timeout_seconds"] for what in ("start", "cancel"))
    assert settings["enabled"]
    assert longest + settings["poll_interval_seconds"] <= 300
    assert isinstance(daemon.instance.run_launcher, WatchedRunLauncher)
