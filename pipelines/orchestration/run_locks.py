"""Whether the process that works on a run still lives: it holds a lock in the instance's folder until it ends.

The system lets go of a lock when its process ends, however that comes about. So a restarted container, another PID
namespace, a number that another process has by now or a clock that is set make no difference, as long as the folder is
the same one. Where there is no lock of a run (it works elsewhere, or the file system has none) nothing is told.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import dagster as dg
from dagster._core.events import DagsterEvent
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.executor.in_process import InProcessExecutor
from dagster._core.executor.init import InitExecutorContext

FOLDER: Final = "run_locks"
_KEPT_SECONDS: Final = 24 * 3600
"""A lock that nobody holds is removed after so long: no run takes as long."""
_DAGSTERS: Final[Any] = dg.in_process_executor


def is_gone(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Whether the process that worked on a run surely ended."""
    try:
        return _is_free(_lock_folder(instance) / run_id)
    except OSError:
        return False


def hold_lock(instance: dg.DagsterInstance, run_id: str) -> int | None:
    """Let it be known, until this process ends or closes the descriptor, that it works on a run.

    None where the folder can't be written, or its file system has no locks.
    """
    folder = _lock_folder(instance)
    aside = folder / f".{run_id}.{os.getpid()}"
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep_locks(folder)
        descriptor = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.replace(aside, folder / run_id)  # never there without being held
        except OSError:
            os.close(descriptor)
            aside.unlink(missing_ok=True)
            raise
        return descriptor
    return None


@contextmanager
def holding_lock(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """`hold_lock` for a process that goes on when the run has ended."""
    descriptor = hold_lock(instance, run_id)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


class _LockingExecutor(InProcessExecutor):
    """Dagster's own for one process, which holds the run's lock to its end: the run's last events come later."""

    def execute(self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan) -> Iterator[DagsterEvent]:
        hold_lock(plan_context.instance, plan_context.run_id)
        yield from super().execute(plan_context, execution_plan)


def _locking(context: InitExecutorContext) -> dg.Executor:
    dagsters: InProcessExecutor = _DAGSTERS.executor_creation_fn(context)
    return _LockingExecutor(dagsters.retries, dagsters.step_dependency_config)


LOCKED_IN_PROCESS: Final = dg.ExecutorDefinition(_DAGSTERS.name, _DAGSTERS.config_schema, executor_creation_fn=_locking)
"""All steps in the run's own process, which holds its lock: of runs of the UI, the schedules and the sensors."""


def _lock_folder(instance: dg.DagsterInstance) -> Path:
    return Path(instance.root_directory, FOLDER)


def _is_free(lock: Path) -> bool:
    descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: who looks is in nobody's way
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _sweep_locks(folder: Path) -> None:
    """Remove locks of runs that ended long ago, and what a kill left of making one."""
    for lock in folder.iterdir():
        with suppress(OSError):
            if time.time() - lock.stat().st_mtime > _KEPT_SECONDS and _is_free(lock):
                lock.unlink()
