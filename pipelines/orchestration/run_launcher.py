"""Where runs are started from the UI, the schedules and the sensors, and how a run whose process was killed is noticed.

Dagster's own launcher can't say whether a run still lives: where its code server was killed as well, or a command of
ours, the run would count as under way until its longest runtime, hold one of the places of the queue, and keep all that
waits for runs from starting. Asked by Dagster's monitoring (`run_monitoring` of `dagster.yaml`); how the process of a
run is known to live is in `run_locks`.
"""

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus

from pipelines.orchestration.run_locks import is_gone


class WatchedRunLauncher(DefaultRunLauncher):
    """Dagster's own launcher, which also knows whether the process of a run that has started is still there."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """It can be asked."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """`FAILED` where the run's process is surely gone; `RUNNING` also where that can't be told."""
        if is_gone(self._instance, run.run_id):
            return CheckRunHealthResult(WorkerStatus.FAILED, "its process is gone: nobody holds the run's lock")
        return CheckRunHealthResult(WorkerStatus.RUNNING)
