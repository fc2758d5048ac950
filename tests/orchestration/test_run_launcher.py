"""A run whose process was killed is seen as failed at the next look of the monitoring, and nothing waits for it."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
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
from pipelines.orchestration.run_processes import PROCESS_TAG, TOLD_IN_PROCESS, RunProcess, process_of
from pipelines.vocabulary.clock import tick_of
from tests.support.houses import house_at
from tests.support.instances import Daemon, instance_of

RUN = """
import sys, time, uuid, dagster as dg
from pipelines.orchestration.run_processes import process_tags
@dg.op
def judging():
    print("judging", flush=True)
    time.sleep(60)
@dg.job(name="deliveries")
def deliveries():
    judging()
run_id = str(uuid.uuid4())
with dg.DagsterInstance.from_config(sys.argv[1]) as instance:
    deliveries.execute_in_process(instance=instance, run_id=run_id, tags=process_tags(run_id))
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


def gone_process(run_id: str) -> RunProcess:
    """A process of this place that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    return RunProcess.of_this(run_id).model_copy(update={"number": gone.pid})


@pytest.mark.fault(
    area="runs",
    fault="Who looks after runs sits on another host or in another container than the run",
    promise="It does not take a run that it can't see for a dead one.",
)
@pytest.mark.parametrize(
    ("told", "seen_as"),
    [
        ({}, dg.DagsterRunStatus.FAILURE),
        ({"host": "another"}, dg.DagsterRunStatus.STARTED),
        ({"namespace": "pid:[1]"}, dg.DagsterRunStatus.STARTED),
        ({"run_id": "the run that it is a copy of"}, dg.DagsterRunStatus.STARTED),
        (None, dg.DagsterRunStatus.STARTED),
    ],
)
def test_only_a_process_that_ran_here_can_be_seen_to_be_gone(
    daemon: Daemon, told: dict[str, str] | None, seen_as: dg.DagsterRunStatus
) -> None:
    run = create_run_for_test(daemon.instance)
    process = gone_process(run.run_id)
    started = dg.DagsterEvent("PIPELINE_START", run.job_name, pid=process.number)
    daemon.instance.report_dagster_event(started, run_id=run.run_id, timestamp=time.time())
    if told is not None:
        tag = process.model_copy(update=told).model_dump_json()
        daemon.instance.add_run_tags(run.run_id, {PROCESS_TAG: tag})
    assert look(daemon.instance) == [seen_as]


@pytest.mark.fault(
    area="runs",
    fault="After a restart another process has the number of the killed run's",
    promise="It is not taken for the run.",
)
def test_a_later_process_with_the_number_of_the_run_is_not_the_run() -> None:
    ours = RunProcess.of_this("a run")
    assert not ours.is_gone()
    assert ours.model_copy(update={"start": ours.start - 1}).is_gone()


@pytest.mark.fault(
    area="runs",
    fault="The clock is set forward or back while a run works",
    promise="The run is not taken for a dead one.",
)
def test_a_process_is_known_by_ticks_since_the_boot_which_no_clock_moves() -> None:
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    assert RunProcess.of_this("a run").start == int(fields[22 - 3])


def test_a_run_that_ended_and_was_not_waited_for_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        start = int(Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[22 - 3])
        ended = RunProcess.of_this("a run").model_copy(update={"number": process.pid, "start": start})
        assert ended.is_gone()


@dg.op
def told() -> None:
    """Nothing."""


@dg.job(executor_def=TOLD_IN_PROCESS)
def started_elsewhere() -> None:
    told()


def test_runs_of_code_servers_and_of_commands_say_where_they_run(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(daemon.house.settings.dagster_home))
    job = dg.reconstructable(started_elsewhere)
    with dg.execute_job(job, daemon.instance, tags={PROCESS_TAG: "of the run that it is a copy of"}) as result:
        assert result.success
    with Runs(daemon.house.settings) as runs:
        runs.registry(datetime(2026, 8, 12, 4, tzinfo=UTC))
        commanded = runs._instance.get_runs()[0]
    theirs = daemon.instance.get_run_by_id(result.run_id)
    assert theirs is not None
    for run in (theirs, commanded):
        assert process_of(run) == RunProcess.of_this(run.run_id)


def test_the_reference_instance_looks_often_enough_to_tell_within_minutes(daemon: Daemon) -> None:
    settings = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))["run_monitoring"]
    longest = max(settings[f"{what}_timeout_seconds"] for what in ("start", "cancel"))
    assert settings["enabled"]
    assert longest + settings["poll_interval_seconds"] <= 300
    assert isinstance(daemon.instance.run_launcher, WatchedRunLauncher)
