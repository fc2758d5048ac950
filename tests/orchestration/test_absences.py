"""What is away for a moment says nothing: published days stay, checks go red, nothing counts as done."""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipelines.vocabulary.clock import tick_of
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at, import_oppositions, lake_bytes
from tests.support.instances import Daemon, instance_of
from tests.support.opposition_files import HEADER, line_of

DAY = date(2026, 8, 11)
PROVISIONAL, FINAL = tick_of(date(2026, 8, 12)), tick_of(date(2026, 8, 20))
"""Before and after the proof deadline, 72 hours."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two vendors' days, judged while provisional, with an opposition recorded."""
    home = tmp_path_factory.mktemp("judged")
    sign(home, "acme", "other")
    deliver(home, "acme", DAY)
    deliver(home, "other", DAY)
    house = house_at(home, OPPOSABLE_THREADS="1")
    file = home / "oppositions.csv"
    file.write_text(f"{HEADER}\n{line_of()}\n", encoding="utf-8")
    import_oppositions([file], house)
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=PROVISIONAL)
        daemon.register("acme", "other")
        assert daemon.judge(("acme", "other"), (DAY, DAY), PROVISIONAL).success
    return home


@pytest.fixture
def home(judged: Path, tmp_path: Path) -> Path:
    return shutil.copytree(judged, tmp_path / "home")


def without(*place: str) -> Callable[[Path], None]:
    return lambda home: shutil.rmtree(home.joinpath(*place))


def behind_a_link(*place: str) -> Callable[[Path], None]:
    def move(home: Path) -> None:
        folder = home.joinpath(*place).rename(home / "moved")
        home.joinpath(*place).symlink_to(folder)

    return move


def emptied_registry(home: Path) -> None:
    (home / "registry.db").unlink()


@pytest.mark.fault(
    area="runs",
    fault="Inbox, contracts or a vendor's folder are away for a moment (a lost mount)",
    promise="What was published of it stays, the others are judged, and the run says what it left.",
)
@pytest.mark.parametrize(
    ("take_away", "told", "is_all"),
    [
        (without("contracts"), "no contract lies in", True),
        (without("contracts", "acme"), "no contract lies in", False),
        (without("inbox"), "is not there: mount it", True),
        (without("inbox", "acme"), "the vendor's folder is gone from the inbox", False),
        (behind_a_link("inbox", "acme"), "its folder in the inbox is a link", False),
        (without("inbox", "acme", DAY.isoformat()), "its folder is gone from the inbox", False),
    ],
    ids=["contracts", "a vendor's contracts", "inbox", "a vendor's inbox", "a vendor's link", "a day's folder"],
)
def test_days_whose_input_is_away_stay_as_published_and_the_others_are_judged(
    home: Path, take_away: Callable[[Path], None], told: str, is_all: bool
) -> None:
    take_away(home)
    house = house_at(home, OPPOSABLE_THREADS="1")
    before = lake_bytes(house.lake)
    with instance_of(house) as instance:
        result = Daemon(house, instance, now=FINAL).judge(("acme", "other"), (DAY, DAY), FINAL)
        left = ["acme", "other"] if is_all else ["acme"]
        status = instance.get_status_by_partition(
            dg.AssetKey("verdicts"), [f"{DAY}|{vendor}" for vendor in ("acme", "other")], partitions_of(house)
        )
    assert not result.success
    said = {one.check_name: one for one in result.get_asset_check_evaluations()}["partitions_were_done"]
    assert not said.passed
    assert told in str(said.metadata["first of them"].value)
    now = lake_bytes(house.lake)
    kept = [name for name in before if any(f"vendor={vendor}/delivery" in name for vendor in left)]
    assert kept
    assert [name for name in kept if now[name] != before[name]] == []
    finals = {vendor: house.lake.facts(vendor, DAY, "scorecards")["is_final"] for vendor in ("acme", "other")}
    assert finals == {vendor: "false" if vendor in left else "true" for vendor in ("acme", "other")}
    assert status is not None
    assert {key.split("|")[1] for key, found in status.items() if found and found.value == "FAILED"} == set(left)


def partitions_of(house: object) -> dg.PartitionsDefinition[str]:
    from pipelines.orchestration.partitions import deliveries_partitions

    return deliveries_partitions(house.settings.first_day)  # type: ignore[attr-defined]


@pytest.mark.fault(
    area="runs",
    fault="A contract is moved to a later date, or its file is lost",
    promise="Days that were judged under it are not emptied.",
)
def test_a_contract_that_covers_the_day_no_more_does_not_empty_it_and_a_day_that_none_ever_covered_is_a_fact(
    home: Path,
) -> None:
    contract = home / "contracts" / "acme" / "2026-01-01.odcs.yaml"
    contract.rename(contract.with_name("2026-08-12.odcs.yaml"))
    deliver(home, "acme", DAY - timedelta(days=1))
    house = house_at(home, OPPOSABLE_THREADS="1")
    wanted = {"acme": [DAY - timedelta(days=1), DAY]}
    assert [(one.day, one.reason.split(",")[0]) for one in house.left_out(wanted)] == [
        (DAY, "no contract is in force that day")
    ]


def test_a_vendor_that_never_delivered_has_no_folder_and_that_is_a_fact(home: Path) -> None:
    sign(home, "silent")
    assert house_at(home).left_out({"silent": [DAY]}) == []


@pytest.mark.fault(
    area="oppositions",
    fault="Registry or rules are away when a run starts",
    promise="The run fails before any work; what was published stays to the byte.",
)
@pytest.mark.parametrize(
    ("setting", "prepare", "told"),
    [
        ({}, emptied_registry, "this is not the registry whose oppositions were published"),
        ({"OPPOSABLE_RULES": "/nowhere/rules"}, lambda home: None, "OPPOSABLE_RULES: /nowhere/rules is not there"),
    ],
    ids=["registry", "rules"],
)
def test_without_registry_or_rules_a_run_fails_before_any_work(
    home: Path, setting: dict[str, str], prepare: Callable[[Path], None], told: str
) -> None:
    prepare(home)
    house = house_at(home, OPPOSABLE_THREADS="1", **setting)
    before = lake_bytes(house.lake)
    with instance_of(house) as instance:
        result = Daemon(house, instance, now=FINAL).judge(("acme", "other"), (DAY, DAY), FINAL)
    assert not result.success
    failures = [event for event in result.all_events if event.is_step_failure]
    assert told in str(failures[0].event_specific_data)
    assert lake_bytes(house.lake) == before
