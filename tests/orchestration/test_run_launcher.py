"""A run whose process was killed is seen as failed at the next look of the monitoring, and nothing waits for it."""

import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.test_utils import create_run_for_test
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from dagster._daemon.monitoring import execute_run_monitoring_iteration

from pipelines.commands.runs import Runs
from pipelines.orchestration.instance import REFERENCE
from pipelines.orchestration.run_launcher import WatchedRunLauncher
from pipelines.orchestration.run_locks import FOLDER, LOCKED_IN_PROCESS, hold_lock, is_gone
from pipelines.vocabulary.clock import tick_of
from tests.support.houses import house_at
from tests.support.instances import Daemon, instance_of

RUN = """
import sys, time, uuid, dagster as dg
from pipelines.orchestration.run_locks import holding_lock
@dg.op
def judging():
    print("judging", flush=True)
    time.sleep(60)
@dg.job(name="deliveries")
def deliveries():
    judging()
run_id = str(uuid.uuid4())
with dg.DagsterInstance.from_config(sys.argv[1]) as instance, holding_lock(instance, run_id):
    deliveries.execute_in_process(instance=instance, run_id=run_id)
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


HOLD = """
import sys, time, dagster as dg
from pipelines.orchestration.run_locks import hold_lock
with dg.DagsterInstance.from_config(sys.argv[1]) as instance:
    assert hold_lock(instance, sys.argv[2]) is not None
    print("held", flush=True)
    time.sleep(60)
"""
ALONE = ("unshare", "--user", "--map-root-user", "--pid", "--uts", "--fork", "--kill-child")
"""Starts a program as a container does: it is number 1 of its own PID namespace, which is gone with it."""


@pytest.fixture
def started(daemon: Daemon) -> str:
    """A run that has started."""
    run = create_run_for_test(daemon.instance)
    event = dg.DagsterEvent("PIPELINE_START", run.job_name)
    daemon.instance.report_dagster_event(event, run_id=run.run_id, timestamp=time.time())
    return str(run.run_id)


@pytest.mark.fault(
    area="runs",
    fault="The container in which a run works is killed, and another one starts with other processes and another name",
    promise="By its lock, which the system let go, the run is seen as failed within minutes.",
)
def test_a_run_in_another_container_over_the_same_folder_is_seen_to_live_and_to_be_gone(
    daemon: Daemon, started: str
) -> None:
    home = str(daemon.house.settings.dagster_home)
    with subprocess.Popen([*_alone(), sys.executable, "-c", HOLD, home, started], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert look(daemon.instance) == [dg.DagsterRunStatus.STARTED]
        process.kill()
    _wait_until(lambda: is_gone(daemon.instance, started))
    assert look(daemon.instance) == [dg.DagsterRunStatus.FAILURE]


def _alone() -> tuple[str, ...]:
    """Nothing where the system lets nobody make namespaces: then the process is another one all the same."""
    is_allowed = shutil.which(ALONE[0]) and subprocess.run([*ALONE, "true"], capture_output=True).returncode == 0
    return ALONE if is_allowed else ()


def _wait_until(is_so: Callable[[], bool]) -> None:
    """A namespace ends a moment after who made it."""
    deadline = time.monotonic() + 10
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)


@pytest.mark.fault(
    area="runs",
    fault="Who looks after runs sees nothing of a run that works over another folder",
    promise="It does not take a run that it can't see for a dead one.",
)
def test_a_run_without_a_lock_here_is_not_taken_for_a_dead_one(daemon: Daemon, started: str) -> None:
    assert look(daemon.instance) == [dg.DagsterRunStatus.STARTED]


@pytest.mark.fault(
    area="runs",
    fault="After a restart another process has the number of the killed run's, or the clock was set",
    promise="Neither is taken for the run, nor the run for dead: its lock tells, no number and no time.",
)
def test_a_run_lives_as_long_as_its_lock_is_held_whatever_its_age(daemon: Daemon) -> None:
    descriptor = hold_lock(daemon.instance, "a run")
    lock = daemon.house.settings.dagster_home / FOLDER / "a run"
    assert descriptor is not None
    os.utime(lock, (0, 0))
    assert hold_lock(daemon.instance, "another") is not None, "old locks are swept then, but none that is held"
    assert not is_gone(daemon.instance, "a run")
    os.close(descriptor)
    assert is_gone(daemon.instance, "a run")
    hold_lock(daemon.instance, "a third")
    assert not lock.exists()


@dg.op
def told() -> None:
    """Nothing."""


@dg.job(executor_def=LOCKED_IN_PROCESS)
def started_elsewhere() -> None:
    told()


def test_runs_of_code_servers_and_of_commands_hold_their_lock(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(daemon.house.settings.dagster_home))
    with dg.execute_job(dg.reconstructable(started_elsewhere), daemon.instance) as result:
        assert result.success
    with Runs(daemon.house.settings) as runs:
        runs.registry(datetime(2026, 8, 12, 4, tzinfo=UTC))
        commanded = runs._instance.get_runs()[0].run_id
    locks = {path.name for path in (daemon.house.settings.dagster_home / FOLDER).iterdir()}
    assert locks == {result.run_id, commanded}
    assert not is_gone(daemon.instance, result.run_id), "to the end of its process, this one"
    assert is_gone(daemon.instance, commanded), "to the end of the run: a command goes on"


def test_the_reference_instance_looks_often_enough_to_tell_within_minutes(daemon: Daemon) -> None:
    settings = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))["run_monitoring"]
    longest = max(settings[f"{what}_timeout_seconds"] for what in ("start", "cancel"))
    assert settings["enabled"]
    assert longest + settings["poll_interval_seconds"] <= 300
    assert isinstance(daemon.instance.run_launcher, WatchedRunLauncher)
