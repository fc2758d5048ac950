"""Every way in which Dagster starts a partitioned run does exactly the partitions that it names: webserver, daemon,
command line, in processes of their own."""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest
from playwright.sync_api import Page

from pipelines.commands.ui_server import CHROMIUM, chromium
from pipelines.orchestration.partitions import deliveries_partitions
from tests.support.contract_files import VALID
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at
from tests.support.webservers import REPOSITORY, Webserver, tags_of, webserver

VENDORS = ("mid", "acme", "zeta", "beta")
"""In the order of registration, which is not the alphabet's."""
FIRST = date(2026, 8, 3)
DAYS = [FIRST + timedelta(days=number) for number in range(30)]
ASSETS = ("leads", "consent_proofs", "verdicts")
PAGE_MILLISECONDS = 180_000
SELECTION = [{"path": [asset]} for asset in ASSETS]
START, END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
LAUNCH_BACKFILL = """
mutation Launch($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) { __typename ... on LaunchBackfillSuccess { backfillId } }
}
"""
LAUNCH_RUN = """
mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) { __typename ... on LaunchRunSuccess { run { runId } } }
}
"""
LAUNCH_AGAIN = """
mutation Again($params: ReexecutionParams!) {
  launchRunReexecution(reexecutionParams: $params) { __typename ... on LaunchRunSuccess { run { runId } } }
}
"""
TICKS = """
query Ticks($sensor: SensorSelector!) {
  sensorOrError(sensorSelector: $sensor) { ... on Sensor { sensorState { ticks { status } } } }
}
"""
START_SENSOR = """
mutation Start($sensor: SensorSelector!) { startSensor(sensorSelector: $sensor) { __typename } }
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webserver]:
    home = tmp_path_factory.mktemp("ways") / "home"
    sign(home, *VENDORS)
    house = house_at(home)
    assert house.hasher
    with webserver(house) as served, instance_at(home) as instance:
        instance.add_dynamic_partitions("vendor", list(VENDORS))
        yield served


def instance_at(home: Path) -> dg.DagsterInstance:
    return dg.DagsterInstance.from_config(str(home / "dagster"))


class Wanted:
    """Some days of some vendors, delivered just now, so that nothing of them was done before."""

    def __init__(self, server: Webserver, vendors: Sequence[str], days: Sequence[date]) -> None:
        self.server = server
        self.keys = [f"{day}|{vendor}" for day in days for vendor in vendors]
        self.before = self.done()
        for vendor in vendors:
            for day in days:
                deliver(server.home, vendor, day)

    def done(self) -> set[str]:
        """What Dagster reports as materialised, of every asset alike, and the lake holds."""
        lake = house_at(self.server.home).lake
        with instance_at(self.server.home) as instance:
            told = [instance.get_materialized_partitions(dg.AssetKey(name)) for name in ASSETS]
        told += [
            {f"{day}|{vendor}" for vendor in VENDORS for day in lake.published_days(vendor, marker)}
            for marker in ("deliveries", "scorecards")
        ]
        assert all(one == told[0] for one in told), dict(zip((*ASSETS, "taken in", "judged"), told, strict=True))
        return set(told[0])

    def assert_done(self) -> None:
        assert self.done() - self.before == set(self.keys)

    def failed(self) -> set[str]:
        """Which of the wanted Dagster reports as failed, of every asset alike."""
        partitions = deliveries_partitions(house_at(self.server.home).settings.first_day)
        with instance_at(self.server.home) as instance:
            found = [instance.get_status_by_partition(dg.AssetKey(name), self.keys, partitions) for name in ASSETS]
        told = [{key for key, status in (one or {}).items() if status and status.value == "FAILED"} for one in found]
        assert all(one == told[0] for one in told)
        return told[0]

    def launch_backfill(self, **more: object) -> str:
        answer = self.server.ask(LAUNCH_BACKFILL, params={"partitionNames": self.keys, **more})
        assert answer["__typename"] == "LaunchBackfillSuccess", answer
        return str(answer["backfillId"])

    def launch_run(self, tags: dict[str, str], *, job: str = "deliveries") -> str:
        selection = {"assetSelection": SELECTION} if job == "__ASSET_JOB" else {}
        params = {
            "selector": {"pipelineName": job, **REPOSITORY, **selection},
            "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
        }
        answer = self.server.ask(LAUNCH_RUN, params=params)
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return str(answer["run"]["runId"])

    def single_tags(self) -> dict[str, str]:
        day, vendor = self.keys[0].split("|")
        return {
            "dagster/partition": self.keys[0],
            "dagster/partition/delivery_date": day,
            "dagster/partition/vendor": vendor,
        }

    def range_tags(self) -> dict[str, str]:
        return {START: self.keys[0], END: self.keys[-1]}


def backfill_of_job(wanted: Wanted) -> str:
    partition_set = {"partitionSetName": "deliveries_partition_set", "repositorySelector": REPOSITORY}
    return wanted.launch_backfill(selector=partition_set)


def succeeded(runs: list[dict[str, object]]) -> bool:
    return {run["status"] for run in runs} == {"SUCCESS"}


def test_a_backfill_of_the_job_does_the_whole_range_for_every_vendor(server: Webserver) -> None:
    wanted = Wanted(server, ["mid", "acme"], DAYS[0:3])
    backfill = backfill_of_job(wanted)
    runs = server.ended(count=2, tags=[{"key": "dagster/backfill", "value": backfill}])
    assert succeeded(runs)
    assert {tags_of(run)[START] for run in runs} == {f"{DAYS[0]}|mid", f"{DAYS[0]}|acme"}
    wanted.assert_done()


@pytest.mark.browser
def test_a_range_of_days_and_vendors_clicked_on_the_jobs_page_is_done(server: Webserver) -> None:
    if not CHROMIUM.exists():
        reason = f"needs Chromium at {CHROMIUM} (apt-get install chromium)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    wanted = Wanted(server, ["mid", "acme"], DAYS[24:27])
    known = {run["runId"] for run in server.runs(pipelineName="deliveries")}
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PAGE_MILLISECONDS)
        click_backfill(page, server.address, f"[{DAYS[24]}...{DAYS[26]}]", ["mid", "acme"])
        server.until(lambda: len(server.runs(pipelineName="deliveries")) > len(known) + 1)
    assert succeeded([run for run in server.ended(pipelineName="deliveries") if run["runId"] not in known])
    wanted.assert_done()


def click_backfill(page: Page, address: str, days: str, vendors: Sequence[str]) -> None:
    """As the README says: job `deliveries`, its partitions, a range of days, some vendors."""
    page.goto(f"{address}/locations/__repository__@location.py/jobs/deliveries/partitions", wait_until="commit")
    page.get_by_role("button", name="Materialize…").click()
    confirm, dates = page.get_by_role("button", name="Confirm"), page.get_by_placeholder("ex: 2026")
    confirm.or_(dates).first.wait_for()
    if confirm.is_visible():  # where the upstream `oppositions` was never materialised
        confirm.click()
    dates.fill(days)
    page.keyboard.press("Enter")
    page.get_by_text("Select a partition or create one").locator("visible=true").first.click()
    for vendor in vendors:
        page.get_by_text(vendor, exact=True).locator("visible=true").last.click()
    page.keyboard.press("Escape")
    page.get_by_text("6 partitions").first.wait_for()  # its tooltip says the same
    page.get_by_role("button", name="Launch backfill").click()


def test_a_backfill_of_the_assets_does_days_with_holes(server: Webserver) -> None:
    wanted = Wanted(server, ["acme", "zeta"], [DAYS[4], DAYS[6]])
    backfill = wanted.launch_backfill(assetSelection=SELECTION)
    assert succeeded(server.ended(count=2, tags=[{"key": "dagster/backfill", "value": backfill}]))
    wanted.assert_done()


@pytest.mark.parametrize(
    ("job", "vendors", "days", "is_range"),
    [
        ("__ASSET_JOB", ["beta"], [8], False),
        ("deliveries", ["mid"], [8], False),
        ("deliveries", ["mid", "acme"], [9, 10], True),
    ],
)
def test_one_run_does_its_partition_or_its_range(
    server: Webserver, job: str, vendors: list[str], days: list[int], is_range: bool
) -> None:
    """As the asset page, the launchpad, schedule and sensors start it."""
    wanted = Wanted(server, vendors, [DAYS[number] for number in days])
    run = wanted.launch_run(wanted.range_tags() if is_range else wanted.single_tags(), job=job)
    assert succeeded(server.ended(runIds=[run]))
    wanted.assert_done()


def test_the_command_line_does_the_partition_or_the_range_that_it_is_given(server: Webserver) -> None:
    file = ["-f", str(server.location)]
    one = Wanted(server, ["acme"], [DAYS[12]])
    found = server.command("asset", "materialize", *file, "--select", ",".join(ASSETS), "--partition", one.keys[0])
    assert found.returncode == 0, found.stderr
    one.assert_done()
    several = Wanted(server, ["mid", "acme"], DAYS[13:15])
    between = f"{several.keys[0]}...{several.keys[-1]}"
    found = server.command("asset", "materialize", *file, "--select", ",".join(ASSETS), "--partition-range", between)
    assert found.returncode == 0, found.stderr
    several.assert_done()


def test_the_command_line_launches_a_backfill_and_a_run_of_the_job(server: Webserver) -> None:
    file = ["-f", str(server.location)]
    wanted = Wanted(server, ["mid", "acme"], [DAYS[16]])
    found = server.command(
        "job", "backfill", *file, "-j", "deliveries", "--partitions", ",".join(wanted.keys), "--noprompt"
    )
    assert found.returncode == 0, found.stdout + found.stderr
    known = {run["runId"] for run in server.ended(count=1, pipelineName="deliveries")}
    wanted.assert_done()
    launched = Wanted(server, ["beta"], [DAYS[17]])
    found = server.command("job", "launch", *file, "-j", "deliveries", "--tags", json.dumps(launched.single_tags()))
    assert found.returncode == 0, found.stdout + found.stderr
    assert succeeded(server.ended(count=len(known) + 1, pipelineName="deliveries")[:1])
    launched.assert_done()


@pytest.mark.fault(
    area="runs",
    fault="A run is started by hand with tags that contradict each other",
    promise="It fails before any work instead of doing a part.",
)
def test_a_run_whose_tags_contradict_each_other_fails_before_any_work(server: Webserver) -> None:
    wanted = Wanted(server, ["mid", "acme"], [DAYS[18]])
    run = wanted.launch_run({**wanted.range_tags(), "dagster/partition/vendor": "zeta"})
    assert [one["status"] for one in server.ended(runIds=[run])] == ["FAILURE"]
    assert wanted.done() == wanted.before
    assert not (server.home / "lake" / "deliveries" / "vendor=zeta" / f"delivery_date={DAYS[18]}").exists()


def test_what_could_not_be_done_is_failed_and_done_by_executing_again_or_by_launching_what_failed(
    server: Webserver,
) -> None:
    """The UI launches *failed and missing* as a backfill of the partitions that Dagster reports so."""
    for number, is_executed_again in ((20, True), (22, False)):
        wanted = Wanted(server, ["acme", "zeta"], [DAYS[number]])
        sign(server.home, "zeta", text="status: [")
        run = wanted.launch_run(wanted.range_tags())
        assert [one["status"] for one in server.ended(runIds=[run])] == ["FAILURE"]
        assert wanted.done() - wanted.before == {f"{DAYS[number]}|acme"}
        assert wanted.failed() == {f"{DAYS[number]}|zeta"}
        sign(server.home, "zeta")
        if is_executed_again:
            again = {"parentRunId": run, "strategy": "ALL_STEPS"}
            answer = server.ask(LAUNCH_AGAIN, params=again)
            assert succeeded(server.ended(runIds=[answer["run"]["runId"]]))
        else:
            failed = wanted.launch_backfill(assetSelection=SELECTION, partitionNames=sorted(wanted.failed()))
            assert succeeded(server.ended(tags=[{"key": "dagster/backfill", "value": failed}]))
        wanted.assert_done()
        assert wanted.failed() == set()


def has_ticked(server: Webserver, selector: dict[str, str]) -> bool:
    """Whether a tick has ended: one that has begun may not have read the contracts yet."""
    ticks = server.ask(TICKS, sensor=selector)["sensorState"]["ticks"]
    return any(tick["status"] != "STARTED" for tick in ticks)


def test_a_sensor_of_the_daemon_does_the_days_of_a_changed_contract_and_no_other(server: Webserver) -> None:
    """Of a vendor with two days, which do not touch: two runs."""
    done = {key for key in Wanted(server, [], []).done() if key.endswith("|beta")}
    assert len(done) == 2
    known = {run["runId"] for run in server.runs(pipelineName="deliveries")}
    selector = {"sensorName": "mended_contracts", **REPOSITORY}
    assert server.ask(START_SENSOR, sensor=selector)["__typename"] == "Sensor"
    server.until(lambda: has_ticked(server, selector))
    sign(server.home, "beta", text=VALID + "# agreed anew\n")
    server.until(lambda: len(server.runs(pipelineName="deliveries")) > len(known))
    runs = [run for run in server.ended(pipelineName="deliveries") if run["runId"] not in known]
    assert succeeded(runs)
    with instance_at(server.home) as instance:
        told = {
            str(event.asset_materialization.partition)
            for run in runs
            for event in instance.all_logs(run["runId"], of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
            if event.asset_materialization is not None
        }
    assert told == done
