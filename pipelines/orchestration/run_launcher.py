"""Where runs are started from the UI, the schedules and the sensors, and how a run whose process was killed is noticed.

Dagster's own launcher can't say whether a run still lives: where its code server was killed as well, or a command of
ours, the run would count as under way until its longest runtime, hold one of the places of the queue, and keep all that
waits for runs from starting. Asked by Dagster's monitoring (`run_monitoring` of `dagster.yaml`), on the machine of the
runs.
"""

import json
from typing import Final

import dagster as dg
import psutil
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG

_CLOCK_SECONDS: Final = 5.0
"""By how much the start of a process, counted from the machine's, may seem later than it was."""


class WatchedRunLauncher(DefaultRunLauncher):
    """Dagster's own launcher, which also knows whether the process of a run that has started is still there."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """It can be asked."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """`FAILED` where the run's process is gone; `RUNNING` also where it is not ours to see."""
        started = _process_of(self._instance, run.run_id)
        if started is None or _is_elsewhere(run) or is_alive(*started):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.FAILED, f"its process, {started[0]}, is gone")


def is_alive(process_id: int, seen_at: float) -> bool:
    """Whether a process that was there at an instant (seconds since 1970) still is, and no later one in its place."""
    try:
        process = psutil.Process(process_id)
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= seen_at + _CLOCK_SECONDS
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _process_of(instance: dg.DagsterInstance, run_id: str) -> tuple[int, float] | None:
    """The process that said last that it works on a run, and when."""
    starts = instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_START)
    told = [(entry.dagster_event.pid, entry.timestamp) for entry in starts if entry.dagster_event]
    return next(((process_id, at) for process_id, at in reversed(told) if process_id is not None), None)


def _is_elsewhere(run: dg.DagsterRun) -> bool:
    """Whether the code server that started it runs on another machine, or in another container."""
    return json.loads(run.tags.get(GRPC_INFO_TAG, "{}")).get("host", "localhost") not in ("localhost", "127.0.0.1")
