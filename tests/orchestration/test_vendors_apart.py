"""A failure at one vendor is that vendor's: the others are taken in, judged, scored and sealed, and the run says whose.

The failures are faults of our own disk and code, of which no file of a vendor can be the cause.
"""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest

from pipelines.dossiers.writer import DossierWriter
from pipelines.orchestration.jobs import AS_OF_TAG
from pipelines.orchestration.partitions import deliveries_partitions
from pipelines.scores.scorer import Scorer
from pipelines.storage.inboxes import SEALS
from pipelines.upkeep.retention import Retention
from pipelines.usable.today import Today
from pipelines.vocabulary.clock import tick_of
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at
from tests.support.instances import Daemon, instance_of, runs_created_at

DAY, LATER = date(2026, 8, 11), date(2026, 8, 12)
FINAL = tick_of(date(2026, 8, 20))
VENDORS = ("acme", "other", "third")
NAMED = "jean.dupont@example.org"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three vendors' day, judged, and listed who may be called."""
    home = tmp_path_factory.mktemp("judged")
    sign(home, *VENDORS)
    for vendor in VENDORS:
        deliver(home, vendor, DAY)
    house = house_at(home, OPPOSABLE_THREADS="1")
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=FINAL)
        daemon.register(*VENDORS)
        assert daemon.judge((VENDORS[0], VENDORS[-1]), (DAY, DAY), FINAL).success
        result = daemon.run("publish", {AS_OF_TAG: FINAL.isoformat()}, only=["usable_leads"])
        assert result.success
    return home


@pytest.fixture
def home(judged: Path, tmp_path: Path) -> Path:
    return shutil.copytree(judged, tmp_path / "home")


def block(home: Path, table: str) -> None:
    """A file where the table of a vendor has its folder: nothing of it can be published."""
    folder = home / "lake" / table / "vendor=other"
    shutil.rmtree(folder)
    folder.write_bytes(NAMED.encode())


def failing_for_other(method: Any) -> Callable[..., Any]:
    """A method that fails at one vendor in the words of what was delivered."""

    def asked(self: object, vendor: str, *more: Any) -> Any:
        if vendor == "other":
            raise ValueError(NAMED)
        return method(self, vendor, *more)

    return asked


def status_of(house: object, instance: dg.DagsterInstance, asset: str, day: date) -> dict[str, str]:
    found = instance.get_status_by_partition(
        dg.AssetKey(asset),
        [f"{day}|{vendor}" for vendor in VENDORS],
        deliveries_partitions(house.settings.first_day),  # type: ignore[attr-defined]
    )
    return {key.split("|")[1]: status.value if status else "" for key, status in (found or {}).items()}


def failures(result: dg.ExecuteInProcessResult) -> str:
    return " ".join(str(event.event_specific_data) for event in result.all_events if event.is_step_failure)


@pytest.mark.fault(
    area="vendors",
    fault="One vendor can't be taken in or judged",
    promise="The others are published; the run names the vendor and fails at its end.",
)
@pytest.mark.parametrize("asset", ["leads", "verdicts"])
def test_a_vendor_that_can_not_be_taken_in_or_judged_is_left_and_the_others_are_published(
    home: Path, asset: str
) -> None:
    for vendor in VENDORS:
        deliver(home, vendor, LATER)
    block(home, asset)
    house = house_at(home, OPPOSABLE_THREADS="1")
    with instance_of(house) as instance:
        result = Daemon(house, instance, now=FINAL).judge((VENDORS[0], VENDORS[-1]), (LATER, LATER), FINAL)
        assert not result.success
        found = status_of(house, instance, "verdicts", LATER)
    assert found == {"acme": "MATERIALIZED", "other": "FAILED", "third": "MATERIALIZED"}
    assert house.lake.published_days("third", "scorecards") == [DAY, LATER]
    assert "other 2026-08-12: " in failures(result)
    assert "failed with " in failures(result)
    said = {one.check_name: one for one in result.get_asset_check_evaluations()}["partitions_were_done"]
    assert not said.passed
    assert NAMED not in str(result.all_events)


@pytest.mark.fault(
    area="vendors", fault="One vendor can't be scored, written about, sealed or purged", promise="The others are."
)
@pytest.mark.parametrize(
    ("job", "assets"),
    [
        ("publish", ["vendor_scores", "dossiers"]),
        ("publish", ["dossiers"]),
        ("publish", ["usable_leads"]),
        ("retention", ["purges"]),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_vendor_that_can_not_be_scored_told_of_or_sealed_is_left_and_the_others_are_done(
    home: Path, monkeypatch: pytest.MonkeyPatch, job: str, assets: list[str]
) -> None:
    asset = assets[0]
    methods = {
        "vendor_scores": (Scorer, "score"),
        "dossiers": (DossierWriter, "_write"),
        "usable_leads": (Today, "uses"),
        "purges": (Retention, "_run_vendor"),
    }
    owner, name = methods[asset]
    monkeypatch.setattr(owner, name, failing_for_other(getattr(owner, name)))
    house = house_at(home, OPPOSABLE_THREADS="1")
    at = tick_of(date(2026, 8, 21))
    with instance_of(house) as instance, runs_created_at(at):
        tags = {} if job == "retention" else {AS_OF_TAG: at.isoformat()}
        result = Daemon(house, instance, now=FINAL).run(job, tags, only=assets)
    assert not result.success
    assert "other: " in failures(result)
    assert NAMED not in str(result.all_events)
    said = {(one.asset_key.to_user_string(), one.check_name): one for one in result.get_asset_check_evaluations()}
    assert not said[asset, "vendors_were_done"].passed
    if asset == "purges":
        assert (home / "inbox" / "third" / str(DAY) / "leads_1.csv.age").exists()
        assert not (home / "inbox" / "other" / str(DAY) / "leads_1.csv.age").exists()
    elif asset == "usable_leads":
        listed = pq.ParquetFile(house.lake.whole_file("usable_leads")).read()["vendor"].to_pylist()
        assert set(listed) == {"acme", "third"}
    else:
        assert (home / "dossiers" / "third" / "2026-08-21" / "index.html").exists()
        assert not (home / "dossiers" / "other" / "2026-08-21").exists()


@pytest.mark.fault(
    area="vendors", fault="One vendor's folder makes a sensor stumble", promise="It asks for the days of all others."
)
@pytest.mark.parametrize("sensor", ["backlog", "corrections"])
def test_a_sensor_asks_for_the_days_of_the_others(home: Path, sensor: str) -> None:
    if sensor == "backlog":
        for vendor in VENDORS:
            deliver(home, vendor, date(2026, 8, 13))
        broken = home / "inbox" / "other" / "2026-08-13"
    else:
        deliver(home, "third", DAY, name="leads_2.csv")
        broken = home / "inbox" / "other" / str(DAY)
    (broken / "x.age").write_bytes(b"?")
    house = house_at(home, OPPOSABLE_THREADS="1")
    record = house.inbox.record(broken, SEALS)
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_bytes(b"{")
    with instance_of(house) as instance:
        now = FINAL if sensor == "backlog" else datetime.now(UTC) + timedelta(days=1)
        asked = Daemon(house, instance, now=now).sensor(sensor)
    named = " ".join(str(request.tags) for request in asked)
    assert "|third" in named
    assert "|other" not in named
