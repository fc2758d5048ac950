"""Dagster runs started by the program: the same jobs as in the UI, on the same persisted instance, in this process."""

from collections import Counter
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import dagster as dg

from pipelines.orchestration.instance import open_instance
from pipelines.orchestration.jobs import ANEW_TAG, AS_OF_TAG
from pipelines.orchestration.partitions import VENDORS, partition_key, range_tags
from pipelines.orchestration.run_locks import holding_lock
from pipelines.settings import Settings
from pipelines.vocabulary.clock import paris_instant

_QUIET = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}


def runs_between(settings: Settings, first: date, last: date, as_of: datetime) -> list[tuple[str, int, int]]:
    """Of each job how many runs of some civil days (Europe/Paris) succeeded and failed, up to `as_of`."""
    after, before = (paris_instant(day, time(0)) for day in (first, last + timedelta(days=1)))
    wanted = dg.RunsFilter(created_after=after, created_before=min(before, as_of))
    with open_instance(settings) as instance:
        ended = Counter(
            (record.dagster_run.job_name, record.dagster_run.status) for record in instance.get_run_records(wanted)
        )
    jobs = sorted({job for job, _ in ended})
    return [(job, ended[job, dg.DagsterRunStatus.SUCCESS], ended[job, dg.DagsterRunStatus.FAILURE]) for job in jobs]


class Runs:
    """Starts runs one after another; each method says whether its run succeeded."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        from pipelines.definitions import build_defs

        self._instance = self._stack.enter_context(open_instance(self._settings))
        self._definitions = build_defs(settings=self._settings, has_marts=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def register(self, vendors: list[str]) -> None:
        """Make vendors known to the instance; those it knows stay where they are."""
        known = set(self._instance.get_dynamic_partitions(str(VENDORS.name)))
        self._instance.add_dynamic_partitions(str(VENDORS.name), [vendor for vendor in vendors if vendor not in known])

    def registry(self, as_of: datetime) -> bool:
        """Refresh the oppositions' snapshot."""
        return self._run("registry", as_of)

    def deliveries(
        self, vendor: str, first: date, last: date, as_of: datetime, *, last_vendor: str = "", is_anew: bool = False
    ) -> bool:
        """Take in and judge one vendor's range, or that of all registered from it to another, in one run.

        `is_anew`: also days that would come out as they are published.
        """
        keys = partition_key(vendor, first), partition_key(last_vendor or vendor, last)
        return self._run("deliveries", as_of, range_tags(*keys) | ({ANEW_TAG: "true"} if is_anew else {}))

    def publish(self, as_of: datetime) -> bool:
        """Score the vendors and write their dossiers; the marts are built by the job's own runs."""
        return self._run("publish", as_of)

    def _run(self, job: str, as_of: datetime, tags: dict[str, str] | None = None) -> bool:
        definition: dg.JobDefinition = self._definitions.resolve_job_def(job)
        run_config: dict[str, Any] = _QUIET
        run_id = str(uuid4())
        with holding_lock(self._instance, run_id):
            result = definition.execute_in_process(
                instance=self._instance,
                run_config=run_config,
                run_id=run_id,
                tags={AS_OF_TAG: as_of.isoformat(), **(tags or {})},
                raise_on_error=False,
            )
        return result.success
