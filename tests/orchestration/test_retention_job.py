"""The job `retention` in Dagster: it seals and purges, and later runs say what they can no longer read."""

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines.orchestration.jobs import AS_OF_TAG
from pipelines.orchestration.partitions import partition_key
from pipelines.orchestration.schedules import build_schedules
from pipelines.vocabulary.clock import tick_of
from tests.support.exemple import deliver, sign
from tests.support.houses import forget_inputs, house_at, lake_bytes, reconcile
from tests.support.instances import QUIET, Daemon, instance_of, runs_created_at

DAY = date(2026, 8, 11)
LEFT = "left as published"


def test_the_job_seals_then_purges_and_a_run_over_the_purged_day_says_so(tmp_path: Path) -> None:
    house, key = house_at(tmp_path), partition_key("acme", DAY)
    sign(tmp_path, "acme")
    folder = deliver(tmp_path, "acme", DAY, received_at=datetime(2026, 8, 11, 10, tzinfo=UTC))
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=tick_of(DAY))
        daemon.register("acme")

        def run(job: str, partition: str | None = None) -> None:
            definition = daemon.definitions.resolve_job_def(job)
            assert definition.execute_in_process(instance=instance, partition_key=partition, run_config=QUIET).success

        run("deliveries", str(key))
        with runs_created_at(tick_of(date(2026, 8, 13))):
            run("retention")
        assert counts(instance, "purges") == {"files sealed": 1, "held up": 0}
        assert (folder / "leads_1.csv.age").exists()
        before = lake_bytes(house.lake)
        forget_inputs(house.lake)  # an unchanged day would open no file
        run("deliveries", str(key))  # over sealed files
        assert lake_bytes(house.lake) == before
        assert counts(instance, "leads")["dagster/row_count"] == 2

        with runs_created_at(tick_of(date(2026, 10, 12))):
            run("retention")
        purged = counts(instance, "purges")
        assert (purged["files sealed"], purged["delivered file"], purged["held up"]) == (0, 1, 0)
        forget_inputs(house.lake)
        run("deliveries", str(key))  # over purged ones
        assert lake_bytes(house.lake) == before
        assert counts(instance, "leads") == {LEFT: "its files were purged"}


@pytest.mark.fault(
    area="retention",
    fault="Somebody starts the job that purges with an instant of the past or the future in its tags",
    promise="It refuses in words: nothing is sealed or removed on anybody's instant but the run's own.",
)
@pytest.mark.parametrize("on", [date(2026, 8, 13), date(2199, 1, 1)])
def test_the_job_takes_no_instant_from_a_tag(tmp_path: Path, on: date) -> None:
    house = house_at(tmp_path)
    sign(tmp_path, "acme")
    folder = deliver(tmp_path, "acme", DAY)
    reconcile(house, ["acme"], [DAY], tick_of(DAY))
    with instance_of(house) as instance:
        result = Daemon(house, instance, now=tick_of(DAY)).run("retention", {AS_OF_TAG: tick_of(on).isoformat()})
    assert not result.success
    told = str([event.event_specific_data for event in result.all_events if event.is_step_failure])
    assert "takes no instant from a tag; nothing was sealed or removed: leave the tag out" in told
    assert [path.name for path in folder.iterdir()] == ["leads_1.csv"]


def counts(instance: dg.DagsterInstance, asset: str) -> dict[str, object]:
    event = instance.get_latest_materialization_event(dg.AssetKey(asset))
    assert event is not None
    assert event.asset_materialization is not None
    return {name: value.value for name, value in event.asset_materialization.metadata.items()}


@pytest.mark.fault(
    area="runs",
    fault="A fresh installation might start to purge by itself",
    promise="What purges is off until a person switches it on.",
)
def test_the_schedule_is_daily_at_seven_in_paris_and_off_until_somebody_turns_it_on(tmp_path: Path) -> None:
    (schedule,) = (one for one in build_schedules(house_at(tmp_path)) if one.name == "daily_retention")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 7 * * *", "Europe/Paris")
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    assert schedule.job_name == "retention"


def test_vendors_faults_of_our_own_do_not_stop_the_job(tmp_path: Path) -> None:
    house = house_at(tmp_path)
    sign(tmp_path, "acme", text="kind: DataContract\nstatus: active\n")
    (tmp_path / "lake" / "deliveries" / "vendor=acme").mkdir(parents=True)
    with instance_of(house) as instance:
        job = Daemon(house, instance, now=tick_of(DAY)).definitions.resolve_job_def("retention")
        assert job.execute_in_process(instance=instance, run_config=QUIET).success
        assert counts(instance, "purges") == {"files sealed": 0, "held up": 0}
