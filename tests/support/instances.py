"""A persisted Dagster instance in a house's home, and what its daemon does at a tick, in this process."""

import atexit
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from unittest.mock import patch

import dagster as dg

from pipelines.definitions import build_defs
from pipelines.house import House
from pipelines.orchestration.instance import REFERENCE
from pipelines.orchestration.jobs import AS_OF_TAG
from pipelines.orchestration.partitions import VENDORS, partition_key, range_tags
from pipelines.orchestration.sensors import build_sensors
from pipelines.vocabulary.clock import tick_of

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@contextmanager
def instance_of(house: House, more: str = "") -> Iterator[dg.DagsterInstance]:
    """The house's instance under the reference settings; the environment stays as it is."""
    folder = house.settings.dagster_home
    if not folder.exists():
        shutil.copytree(_new_instance(), folder)
    (folder / "dagster.yaml").write_text(REFERENCE.read_text(encoding="utf-8") + more, encoding="utf-8")
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        yield instance


@cache
def _new_instance() -> Path:
    """An instance's folder as Dagster leaves it at first start: its migrations take longer than most tests."""
    folder = Path(mkdtemp(prefix="dagster-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "dagster.yaml").write_text(REFERENCE.read_text(encoding="utf-8"), encoding="utf-8")
    with dg.DagsterInstance.from_config(str(folder)):
        return folder


@contextmanager
def runs_created_at(instant: datetime) -> Iterator[None]:
    """Runs of jobs that take no instant from a tag, as if they were created at a tick."""
    with patch("pipelines.orchestration.jobs.last_tick", lambda now: instant):
        yield


@dataclass
class Daemon:
    """Ticks schedule and sensors at the instants of a simulated clock, and runs what they ask for, once a run key."""

    house: House
    instance: dg.DagsterInstance
    now: datetime
    seen: set[tuple[str, str | None]] = field(default_factory=set)
    cursors: dict[str, str | None] = field(default_factory=dict)
    skipped: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.definitions = build_defs(settings=self.house.settings, has_marts=False)
        self.sensors = {sensor.name: sensor for sensor in build_sensors(self.house, clock=lambda: self.now)}

    def schedule(self, day: date) -> list[dg.RunRequest]:
        """What the daily schedule asks for at 06:00 of a day."""
        self.now = tick_of(day)
        schedule = self.definitions.resolve_schedule_def("daily_reconciliation")
        context = dg.build_schedule_context(self.instance, scheduled_execution_time=self.now)
        found = schedule.evaluate_tick(context)
        self.skipped["daily_reconciliation"] = found.skip_message
        return self._new("daily_reconciliation", found.run_requests or [])

    def sensor(self, name: str) -> list[dg.RunRequest]:
        """What a sensor asks for now; the partitions that it asks for are added."""
        context = dg.build_sensor_context(self.instance, cursor=self.cursors.get(name), definitions=self.definitions)
        found = self.sensors[name].evaluate_tick(context)
        self.cursors[name] = found.cursor
        self.skipped[name] = found.skip_message
        for request in found.dynamic_partitions_requests or []:
            self.instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
        return self._new(name, found.run_requests or [])

    def execute(self, job: str, requests: Sequence[dg.RunRequest]) -> None:
        """Run what was asked for; all has to succeed."""
        for request in requests:
            result = self.run(job, request.tags)
            assert result.success, [event.step_failure_data for event in result.all_events if event.is_step_failure]

    def run(self, job: str, tags: Mapping[str, Any], only: Sequence[str] = ()) -> dg.ExecuteInProcessResult:
        """Run a job; `only`: of its assets, with their checks."""
        definition = self.definitions.resolve_job_def(job)
        return definition.execute_in_process(
            instance=self.instance,
            tags=dict(tags),
            run_config=QUIET,
            raise_on_error=False,
            asset_selection=[dg.AssetKey(name) for name in only] or None,
        )

    def judge(self, vendors: tuple[str, str], days: tuple[date, date], as_of: datetime) -> dg.ExecuteInProcessResult:
        """A run of `deliveries` over a range, as the UI starts it."""
        tags = range_tags(partition_key(vendors[0], days[0]), partition_key(vendors[1], days[1]))
        return self.run("deliveries", {AS_OF_TAG: as_of.isoformat(), **tags})

    def register(self, *vendors: str) -> None:
        self.instance.add_dynamic_partitions(str(VENDORS.name), list(vendors))

    def _new(self, name: str, requests: Sequence[dg.RunRequest]) -> list[dg.RunRequest]:
        """What the daemon does with run keys: one run for each, ever."""
        fresh = [request for request in requests if (name, request.run_key) not in self.seen]
        self.seen |= {(name, request.run_key) for request in fresh}
        return fresh


def days_of(request: dg.RunRequest) -> tuple[str, str]:
    """The range of a run request, first and last key."""
    return (
        request.tags["dagster/asset_partition_range_start"],
        request.tags["dagster/asset_partition_range_end"],
    )
