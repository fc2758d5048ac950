"""Which process works on a run, said by that process in a tag of the run, and whether it is still there.

A process is known by its number and its start in clock ticks since the boot, which no setting of the clock moves; its
number counts within a PID namespace of a host. Where Linux's `/proc` does not tell, no tag is written.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

import dagster as dg
from dagster._core.events import DagsterEvent
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.executor.in_process import InProcessExecutor
from dagster._core.executor.init import InitExecutorContext
from pydantic import BaseModel, ConfigDict, ValidationError

PROCESS_TAG: Final = "opposable/process"
"""Run tag with the process that works on it; it names the run, since a run that is started anew gets a copy."""
_DAGSTERS: Final[Any] = dg.in_process_executor
_STATE, _START = 0, 19
"""Fields of `/proc/<number>/stat` after the name: the third of all, and the 22nd."""


class RunProcess(BaseModel):
    """The process that works on a run."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    host: str
    namespace: str
    number: int
    start: int
    """Clock ticks since the boot."""

    @classmethod
    def of_this(cls, run_id: str) -> Self:
        """This process.

        Raises:
            OSError: the system does not tell.
        """
        number = os.getpid()
        start = _state_and_start(number)[1]
        return cls(run_id=run_id, host=socket.gethostname(), namespace=_namespace(), number=number, start=start)

    def is_gone(self) -> bool:
        """Whether it surely ended. What runs on another host or in another PID namespace is not ours to see."""
        try:
            if (self.host, self.namespace) != (socket.gethostname(), _namespace()):
                return False
            os.kill(self.number, 0)
            state, start = _state_and_start(self.number)
            return state == "Z" or start != self.start
        except ProcessLookupError:
            return True
        except OSError:
            return False


def process_tags(run_id: str) -> dict[str, str]:
    """The tag of a run that this process works on; none where the system does not tell."""
    with suppress(OSError):
        return {PROCESS_TAG: RunProcess.of_this(run_id).model_dump_json()}
    return {}


def process_of(run: dg.DagsterRun) -> RunProcess | None:
    """The process that said that it works on a run; None where none did."""
    try:
        told = RunProcess.model_validate_json(run.tags.get(PROCESS_TAG, ""))
    except ValidationError:
        return None
    return told if told.run_id == run.run_id else None


class _TellingExecutor(InProcessExecutor):
    """Dagster's own for one process, which tells first of itself."""

    def execute(self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan) -> Iterator[DagsterEvent]:
        run_id = plan_context.run_id
        plan_context.instance.add_run_tags(run_id, process_tags(run_id))
        yield from super().execute(plan_context, execution_plan)


def _telling(context: InitExecutorContext) -> dg.Executor:
    dagsters: InProcessExecutor = _DAGSTERS.executor_creation_fn(context)
    return _TellingExecutor(dagsters.retries, dagsters.step_dependency_config)


TOLD_IN_PROCESS: Final = dg.ExecutorDefinition(_DAGSTERS.name, _DAGSTERS.config_schema, executor_creation_fn=_telling)
"""All steps in the run's own process, which its tag tells: of runs that the UI, the schedules and the sensors start."""


def _namespace() -> str:
    return os.readlink("/proc/self/ns/pid")


def _state_and_start(number: int) -> tuple[str, int]:
    after_name = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return after_name[_STATE], int(after_name[_START])
