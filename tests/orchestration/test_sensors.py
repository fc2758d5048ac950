"""Sensors ask for what is to be done, once, and junk of vendors or a run that fails makes none of them stop or loop."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from pipelines.orchestration.jobs import AS_OF_TAG
from pipelines.orchestration.partitions import range_tags
from pipelines.storage.inboxes import RECEIVED, SEALS, digest_of_name
from pipelines.vocabulary.clock import tick_of
from tests.support.contract_files import VALID
from tests.support.exemple import deliver, lead_line, sign
from tests.support.houses import house_at, import_oppositions
from tests.support.instances import Daemon, days_of, instance_of
from tests.support.opposition_files import HEADER, line_of

DAY = date(2026, 8, 11)
TICK = tick_of(date(2026, 8, 12))
JUDGED_AT = tick_of(date(2026, 8, 15))
"""After the proof deadline, 72 hours: what knows less takes nothing back."""
KEY = f"{DAY}|acme"


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    house = house_at(tmp_path, OPPOSABLE_THREADS="1")
    with instance_of(house) as instance:
        yield Daemon(house, instance, now=TICK)


def home(daemon: Daemon) -> Path:
    return daemon.house.settings.home


class TestNewVendors:
    def test_a_new_contract_adds_its_vendor_after_those_that_are_there(self, daemon: Daemon) -> None:
        sign(home(daemon), "zeta", "beta")
        daemon.sensor("new_vendors")
        sign(home(daemon), "alpha")
        daemon.sensor("new_vendors")
        daemon.sensor("new_vendors")
        assert daemon.instance.get_dynamic_partitions("vendor") == ["beta", "zeta", "alpha"]
        assert "every vendor" in str(daemon.skipped["new_vendors"])

    def test_what_is_no_readable_contract_of_a_vendor_adds_none(self, daemon: Daemon) -> None:
        sign(home(daemon), "draft", text=VALID.replace("status: active", "status: draft"))
        sign(home(daemon), "broken", text="status: [")
        sign(home(daemon), "no,slug|at all")
        (home(daemon) / "contracts" / "empty").mkdir()
        daemon.sensor("new_vendors")
        assert daemon.instance.get_dynamic_partitions("vendor") == []


class TestArrivals:
    def test_a_file_without_a_record_is_noted_after_a_minute_and_no_run_is_asked_for(self, daemon: Daemon) -> None:
        folder = deliver(home(daemon), "acme", DAY)
        for seconds in (0, 30, 60):
            daemon.now = TICK + timedelta(seconds=seconds)
            assert daemon.sensor("arrivals") == []
        assert daemon.skipped["arrivals"] == "1 files noted, 0 still moving"
        record = daemon.house.inbox.recorded_files(folder, RECEIVED)
        key = digest_of_name("leads_1.csv")
        assert list(record) == [key]
        assert record[key]["received_at"] == TICK.isoformat()
        assert record[key]["sha256"] == hashlib.sha256((folder / "leads_1.csv").read_bytes()).hexdigest()

    def test_a_folder_that_cannot_be_read_is_told_and_the_others_are_noted(self, daemon: Daemon) -> None:
        deliver(home(daemon), "acme", DAY)
        blocked = deliver(home(daemon), "blocked", DAY)
        record = daemon.house.inbox.record(blocked, SEALS)
        record.parent.mkdir(parents=True)
        record.write_bytes(b"{")
        (blocked / "x.age").write_bytes(b"perhaps a seal")
        for seconds in (0, 60):
            daemon.now = TICK + timedelta(seconds=seconds)
            daemon.sensor("arrivals")
        assert daemon.skipped["arrivals"] == f"1 files noted, 0 still moving; cannot be noted: blocked/{DAY}"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the day was judged, and the three after it, on which nothing came."""
    folder = tmp_path_factory.mktemp("judged")
    sign(folder, "acme")
    deliver(folder, "acme", DAY, received_at=datetime(2026, 8, 11, 12, tzinfo=UTC))
    house = house_at(folder)
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=TICK)
        daemon.sensor("new_vendors")
        assert daemon.judge(("acme", "acme"), (DAY, DAY + timedelta(days=3)), JUDGED_AT).success
    return folder


class TestCorrections:
    """The simulated clock is far from the files' own, so that they are at rest."""

    @pytest.fixture
    def daemon(self, judged: Path, tmp_path: Path) -> Iterator[Daemon]:
        house = house_at(shutil.copytree(judged, tmp_path / "home"))
        with instance_of(house) as instance:
            yield Daemon(house, instance, now=TICK)

    def correct(self, daemon: Daemon, reference: str = "late") -> None:
        deliver(home(daemon), "acme", DAY, [lead_line(reference, 9, DAY)], name="leads_2.csv")

    def test_a_changed_folder_is_asked_for_once_at_the_knowledge_of_the_last_tick(self, daemon: Daemon) -> None:
        assert daemon.sensor("corrections") == []
        assert daemon.skipped["corrections"] == "no folder holds what its intake did not see"
        self.correct(daemon)
        daemon.now = JUDGED_AT + timedelta(hours=7)
        (request,) = daemon.sensor("corrections")
        assert days_of(request) == (KEY, KEY)
        assert request.tags[AS_OF_TAG] == JUDGED_AT.isoformat()
        assert daemon.sensor("corrections") == []
        daemon.execute("deliveries", [request])
        assert daemon.sensor("corrections") == []
        assert len(daemon.house.lake.read("leads", "acme", [DAY])) == 3

    @pytest.mark.fault(
        area="runs",
        fault="A run that a sensor asked for fails",
        promise="It is asked for again a day later, and not every minute.",
    )
    def test_a_run_that_fails_is_asked_for_again_on_the_next_day_and_not_before(self, daemon: Daemon) -> None:
        self.correct(daemon)
        key = home(daemon) / "keys" / "identity-1.key"
        kept = key.read_text(encoding="utf-8")
        key.write_text("not a key", encoding="utf-8")
        daemon.house.__dict__.pop("hasher", None)
        (request,) = daemon.sensor("corrections")
        fresh = Daemon(house_at(home(daemon)), daemon.instance, now=daemon.now, seen=daemon.seen)
        assert not fresh.run("deliveries", request.tags).success
        for minutes in range(1, 4):
            fresh.now = TICK + timedelta(minutes=minutes)
            assert fresh.sensor("corrections") == []
        key.write_text(kept, encoding="utf-8")
        fresh.now = TICK + timedelta(days=1)
        (again,) = fresh.sensor("corrections")
        assert days_of(again) == (KEY, KEY)

    def test_another_change_is_another_run(self, daemon: Daemon) -> None:
        self.correct(daemon)
        assert len(daemon.sensor("corrections")) == 1
        self.correct(daemon, "later still")
        assert len(daemon.sensor("corrections")) == 1

    def test_neighbouring_days_that_changed_are_one_run(self, daemon: Daemon) -> None:
        for age in (1, 3):
            deliver(home(daemon), "acme", DAY + timedelta(days=age))
        self.correct(daemon)
        daemon.now = tick_of(date(2026, 8, 16))
        assert [days_of(request) for request in daemon.sensor("corrections")] == [
            (KEY, "2026-08-12|acme"),
            ("2026-08-14|acme", "2026-08-14|acme"),
        ]

    def test_a_vendor_whose_contract_cannot_be_read_waits_until_it_can(self, daemon: Daemon) -> None:
        self.correct(daemon)
        sign(home(daemon), "acme", text="status: [")
        assert daemon.sensor("corrections") == []
        sign(home(daemon), "acme")
        assert len(daemon.sensor("corrections")) == 1

    def test_junk_in_the_folder_neither_stops_the_sensor_nor_hides_the_change(self, daemon: Daemon) -> None:
        folder = home(daemon) / "inbox" / "acme" / DAY.isoformat()
        (folder / ".received.json").write_bytes(b"\xff{")
        (folder / "loop").symlink_to(folder / "loop")
        (folder / "gone.csv").symlink_to(folder / "nowhere.csv")
        os.mkfifo(folder / "pipe.csv")
        self.correct(daemon)
        assert len(daemon.sensor("corrections")) == 1


class TestBacklog:
    @pytest.mark.fault(
        area="runs",
        fault="Schedules were off, or the machine, and deliveries piled up",
        promise="They are named, and all taken in once the sensor is on.",
    )
    def test_a_history_dropped_before_anything_ran_is_named_and_done_vendor_by_vendor(self, daemon: Daemon) -> None:
        sign(home(daemon), "acme", "beta", "broken")
        for vendor, ages in (("acme", (0, 1, 3)), ("beta", (30,)), ("broken", (0,))):
            for age in ages:
                deliver(home(daemon), vendor, DAY - timedelta(days=age))
        sign(home(daemon), "broken", text="status: [")
        daemon.register("acme", "beta", "broken")
        daemon.now = TICK + timedelta(minutes=30)
        assert [days_of(request)[1] for request in daemon.sensor("backlog")][:2] == [
            "2026-08-08|acme",
            "2026-08-10|acme",
        ]
        daemon.seen.clear()
        daemon.now = TICK + timedelta(hours=2)
        requests = daemon.sensor("backlog")
        assert [days_of(request) for request in requests] == [
            ("2026-08-08|acme", "2026-08-08|acme"),
            ("2026-08-10|acme", KEY),
            ("2026-07-12|beta", "2026-07-12|beta"),
        ]
        run = daemon.run("deliveries", requests[0].tags)
        said = {one.check_name: one for one in run.get_asset_check_evaluations()}["no_delivery_waits"]
        assert not said.passed
        assert [str(words).split(":")[:2] for words in said.metadata["first of them"].value] == [
            ["acme", " 2 days from 2026-08-10 to 2026-08-11"],
            ["beta", " 1 days from 2026-07-12 to 2026-07-12"],
            ["broken", " 1 days from 2026-08-11 to 2026-08-11"],
        ]
        daemon.execute("deliveries", requests[1:])
        assert [days_of(request) for request in daemon.sensor("backlog")] == [
            ("2026-08-09|acme", "2026-08-09|acme"),
            ("2026-07-13|beta", "2026-08-11|beta"),
        ]

    @pytest.mark.fault(
        area="runs",
        fault="A day was skipped by every run",
        promise="It is found and done; an idle sensor says why it is idle.",
    )
    def test_a_day_that_no_run_looked_at_is_done_and_an_idle_tick_says_why(self, daemon: Daemon) -> None:
        """Monday and Wednesday were judged, Tuesday was not."""
        sign(home(daemon), "acme")
        deliver(home(daemon), "acme", DAY - timedelta(days=1))
        deliver(home(daemon), "acme", DAY + timedelta(days=1))
        daemon.register("acme")
        for day in (DAY - timedelta(days=1), DAY + timedelta(days=1)):
            assert daemon.judge(("acme", "acme"), (day, day), TICK).success
        daemon.now = tick_of(date(2026, 8, 13)) + timedelta(hours=2)
        (request,) = daemon.sensor("backlog")
        assert days_of(request) == (KEY, KEY)
        daemon.execute("deliveries", [request])
        assert daemon.sensor("backlog") == []
        assert daemon.skipped["backlog"] == "every day before 2026-08-13 that could be done was done"
        deliver(home(daemon), "acme", DAY - timedelta(days=5))
        shutil.rmtree(home(daemon) / "contracts")
        assert daemon.sensor("backlog") == []
        assert "acme 2026-08-06: no contract lies in" in str(daemon.skipped["backlog"])


class TestMendedContracts:
    @pytest.fixture
    def daemon(self, judged: Path, tmp_path: Path) -> Iterator[Daemon]:
        house = house_at(shutil.copytree(judged, tmp_path / "home"), OPPOSABLE_THREADS="1")
        with instance_of(house) as instance:
            yield Daemon(house, instance, now=tick_of(date(2026, 8, 15)))

    def test_days_under_a_changed_contract_are_judged_again_once(self, daemon: Daemon) -> None:
        assert daemon.sensor("mended_contracts") == []
        assert daemon.skipped["mended_contracts"] == "the contracts are as they were"
        sign(home(daemon), "acme", text=VALID + "# agreed anew\n")
        (request,) = daemon.sensor("mended_contracts")
        assert days_of(request) == (KEY, "2026-08-14|acme")
        assert daemon.sensor("mended_contracts") == []

    def test_a_new_contract_changes_the_days_that_it_covers_and_no_other(self, daemon: Daemon) -> None:
        daemon.sensor("mended_contracts")
        contract = home(daemon) / "contracts" / "acme" / "2026-01-01.odcs.yaml"
        shutil.copy(contract, contract.with_name("2026-08-13.odcs.yaml"))
        contract.with_name("2026-08-13.odcs.yaml").write_text(VALID + "# from then on\n", encoding="utf-8")
        (request,) = daemon.sensor("mended_contracts")
        assert days_of(request) == ("2026-08-13|acme", "2026-08-14|acme")

    def test_what_was_left_out_under_a_broken_contract_comes_back_when_it_is_as_before(self, daemon: Daemon) -> None:
        daemon.sensor("mended_contracts")
        sign(home(daemon), "acme", text="status: [")
        tags = {AS_OF_TAG: daemon.now.isoformat(), **range_tags(KEY, "2026-08-12|acme")}
        assert not daemon.run("deliveries", tags).success
        assert daemon.sensor("mended_contracts") == []
        assert "can't be read, or are away: acme" in str(daemon.skipped["mended_contracts"])
        sign(home(daemon), "acme")
        (request,) = daemon.sensor("mended_contracts")
        assert days_of(request) == (KEY, "2026-08-12|acme")
        daemon.execute("deliveries", [request])
        assert daemon.sensor("mended_contracts") == []


class TestChangedRegistry:
    def test_an_import_asks_for_one_refresh_and_a_refreshed_snapshot_for_none(self, daemon: Daemon) -> None:
        assert daemon.sensor("changed_registry") == []
        file = home(daemon) / "oppositions.csv"
        file.write_text(f"{HEADER}\n{line_of()}\n", encoding="utf-8")
        import_oppositions([file], daemon.house)
        (request,) = daemon.sensor("changed_registry")
        assert daemon.sensor("changed_registry") == []
        daemon.execute("registry", [request])
        assert daemon.sensor("changed_registry") == []
        assert "everything" in str(daemon.skipped["changed_registry"])


class TestPublish:
    """Verdicts are stood in for by an asset of their name: what counts is that they were materialised."""

    def judge(self, daemon: Daemon, as_of: str | None = None) -> str:
        @dg.asset(name="verdicts")
        def verdicts() -> None: ...

        tags = {AS_OF_TAG: as_of} if as_of else None
        return dg.materialize([verdicts], instance=daemon.instance, tags=tags).run_id

    def test_several_runs_are_published_once_at_the_latest_of_their_instants(self, daemon: Daemon) -> None:
        assert daemon.sensor("publish_after_deliveries") == []
        for as_of in ("2026-08-11", "2026-08-12T06:00:00+02:00", "2026-08-12T03:59:00+00:00"):
            self.judge(daemon, as_of)
        (request,) = daemon.sensor("publish_after_deliveries")
        assert request.tags[AS_OF_TAG] == "2026-08-12T06:00:00+02:00"
        assert daemon.sensor("publish_after_deliveries") == []
        assert "nothing was judged" in str(daemon.skipped["publish_after_deliveries"])
        self.judge(daemon, "2026-08-11")
        (request,) = daemon.sensor("publish_after_deliveries")
        assert request.tags[AS_OF_TAG] == "2026-08-11"

    def test_a_run_at_the_last_tick_is_published_at_the_last_tick(self, daemon: Daemon) -> None:
        self.judge(daemon, "2026-08-11")
        self.judge(daemon)
        (request,) = daemon.sensor("publish_after_deliveries")
        assert AS_OF_TAG not in request.tags

    @pytest.mark.parametrize(
        ("job", "assets", "is_waited_for"),
        [
            ("deliveries", None, True),
            ("publish", None, True),
            ("__ASSET_JOB", {dg.AssetKey("verdicts"), dg.AssetKey("leads")}, True),
            ("__ASSET_JOB", {dg.AssetKey("leads")}, False),
            ("registry", None, False),
        ],
    )
    def test_runs_under_way_are_waited_for_if_they_judge_or_publish(
        self, daemon: Daemon, job: str, assets: set[dg.AssetKey] | None, is_waited_for: bool
    ) -> None:
        self.judge(daemon)
        started = dg.DagsterRunStatus.STARTED
        run = create_run_for_test(daemon.instance, job_name=job, status=started, asset_selection=assets)
        assert len(daemon.sensor("publish_after_deliveries")) == (0 if is_waited_for else 1)
        daemon.instance.report_run_failed(run)
        assert len(daemon.sensor("publish_after_deliveries")) == (1 if is_waited_for else 0)

    def test_a_publication_that_fails_is_not_asked_for_again_before_something_is_judged(self, daemon: Daemon) -> None:
        self.judge(daemon)
        assert len(daemon.sensor("publish_after_deliveries")) == 1
        failed = create_run_for_test(daemon.instance, job_name="publish", status=dg.DagsterRunStatus.STARTED)
        daemon.instance.report_run_failed(failed)
        assert daemon.sensor("publish_after_deliveries") == []
