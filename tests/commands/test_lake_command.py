"""Damage to the lake is named, stops nothing else, and is made good from what was delivered."""

import hashlib
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.storage.lake import Lake
from pipelines.storage.lake_health import damages
from pipelines.upkeep.sealing import seal_vendor
from pipelines.vocabulary.clock import tick_of
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at, lake_bytes
from tests.support.instances import Daemon, instance_of

DAY = date(2026, 8, 11)
NEXT = DAY + timedelta(days=1)
AS_OF = tick_of(date(2026, 9, 20))
WHOLE = "every file of the lake is what was published\n"
OPENING = "every delivered file that was encrypted opens to the bytes that were taken in\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("whole")
    sign(home, "acme", "other")
    for vendor in ("acme", "other"):
        for day in (DAY, NEXT):
            deliver(home, vendor, day)
    house = house_at(home, OPPOSABLE_THREADS="1")
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=AS_OF)
        daemon.register("acme", "other")
        assert daemon.judge(("acme", "other"), (DAY, NEXT), AS_OF).success
    return home


@pytest.fixture
def home(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "home")


def run(home: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["lake", *arguments], env={"OPPOSABLE_HOME": str(home)})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def seal(home: Path) -> None:
    """Seal both days of acme."""
    house = house_at(home)
    with house.lake.writing("acme"):
        assert seal_vendor(house.inbox, house.lake, house.seals, house.settings.limits, "acme") == 2


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def changed(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(content)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


DAMAGES: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "leads changed": ("leads", changed, "leads is not what was published"),
    "leads gone": ("leads", Path.unlink, "leads is gone"),
    "verdicts cut off": ("verdicts", cut_off, "verdicts is not what was published"),
    "marker of the intake cut off": ("deliveries", cut_off, "deliveries can't be read"),
    "marker of the intake gone": ("deliveries", Path.unlink, "deliveries is gone, or was never finished"),
    "marker of the verdicts emptied": ("scorecards", emptied, "scorecards can't be read"),
}


@pytest.mark.fault(
    area="lake",
    fault="A file of the lake is gone, cut, emptied or replaced",
    promise="The damage is named by vendor, day and table.",
)
@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_named_by_vendor_day_and_table(home: Path, name: str) -> None:
    table, damage, told = DAMAGES[name]
    lake = Lake(home / "lake")
    assert damages(lake) == []
    damage(lake.partition(table, "acme", DAY))
    status, said = run(home, "verify")
    assert status == 1
    assert said.splitlines()[0] == f"acme {DAY}: {told}"
    assert {(one.vendor, one.day) for one in damages(lake)} == {("acme", DAY)}


@pytest.mark.fault(
    area="lake",
    fault="Scores are published over a damaged lake",
    promise="A red check says what is missing: no day leaves a score in silence.",
)
def test_nothing_fails_for_damage_and_the_scores_are_told_of_it(home: Path) -> None:
    damaged = {
        "leads gone": ("acme", DAY),
        "marker of the verdicts emptied": ("acme", DAY),
        "marker of the intake cut off": ("other", DAY),
    }
    for name, (vendor, day) in damaged.items():
        table, damage, _ = DAMAGES[name]
        damage(Lake(home / "lake").partition(table, vendor, day))
    planted = counted(home, "acme")
    house = house_at(home, OPPOSABLE_THREADS="1")
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=AS_OF)
        published = daemon.run("publish", {"opposable/as_of": AS_OF.isoformat()})
        assert published.success
        [check] = [one for one in published.get_asset_check_evaluations() if one.check_name == "lake_is_whole"]
        assert not check.passed
        told = str(check.metadata["first of them"].value)
        assert [DAMAGES[name][2] in told for name in damaged] == [True] * len(damaged)
        assert not planted.exists(), "it may have been counted while these files were whole"
        assert daemon.judge(("acme", "other"), (NEXT, NEXT), AS_OF).success


@pytest.mark.fault(
    area="lake",
    fault="Damaged days, also of files that are sealed by now",
    promise="One command makes them anew from what was delivered, to the byte.",
)
def test_repair_makes_every_damaged_table_anew_to_the_byte(home: Path) -> None:
    before = lake_bytes(Lake(home / "lake"))
    lake = Lake(home / "lake")
    for (table, damage, _), vendor, day in zip(
        DAMAGES.values(), ("acme", "other", "acme", "other", "acme", "other"), (DAY, NEXT) * 3, strict=True
    ):
        damage(lake.partition(table, vendor, day))
    assert run(home, "verify")[0] == 1
    status, said = run(home, "repair")
    assert (status, said.splitlines()[-1]) == (0, "2 damaged deliveries were made anew, 0 left"), said
    assert run(home, "verify") == (0, WHOLE + OPENING)
    assert lake_bytes(lake) == before


@pytest.mark.fault(
    area="folders",
    fault="What we keep or sealed of a delivery is damaged, and no run needs it",
    promise="It is named by vendor, day and digest, before it is needed.",
)
@pytest.mark.parametrize("damage", [cut_off, changed, emptied])
def test_a_sealed_or_kept_file_that_does_not_open_to_its_bytes_is_named(
    home: Path, damage: Callable[[Path], None]
) -> None:
    house = house_at(home)
    clear = home / "inbox" / "acme" / str(DAY) / "leads_1.csv"
    digest = hashlib.sha256(clear.read_bytes()).hexdigest()
    house.seals.keep(clear, clear.parent, digest, clear.stat().st_size)
    seal(home)
    assert run(home, "verify") == (0, WHOLE + OPENING)
    sealed = clear.with_name("leads_1.csv.age")
    (kept,) = (home / "state" / "acme" / str(DAY) / "kept").iterdir()
    told = f"acme {DAY}: the delivered file or archive with SHA-256 {digest} does not open to its bytes as it "
    mend = "opens to them: put a copy of that in its place"
    for path, where in (
        (sealed, f"lies in the inbox: what is kept in {kept} {mend}\n"),
        (kept, f"is kept in {kept}: what lies in the inbox {mend}\n"),
    ):
        content = path.read_bytes()
        damage(path)
        assert run(home, "verify") == (1, WHOLE + told + where)
        assert run(home, "verify", "--vendor", "other")[0] == 0
        path.write_bytes(content)
    (home / "state" / "acme" / str(DAY) / "sealed.json").write_text("{")
    status, said = run(home, "verify")
    assert (status, "sealed.json is no record of ours" in said) == (1, True)


@pytest.mark.fault(
    area="lake",
    fault="The lake is verified where the state folder or the keys are away",
    promise="What is to be said of the lake is said, and what was not looked at; nothing is written.",
)
@pytest.mark.parametrize(
    ("lost", "told"), [("state", "OPPOSABLE_STATE: "), ("keys", "seal-1.key is missing, but there is data")]
)
def test_the_lake_is_verified_without_state_or_keys(home: Path, lost: str, told: str) -> None:
    seal(home)
    shutil.rmtree(home / lost)
    status, said = run(home, "verify")
    assert (status, said.startswith(f"{WHOLE}delivered files were not looked at: "), told in said) == (2, True, True)
    Lake(home / "lake").partition("leads", "acme", DAY).unlink()
    status, said = run(home, "verify")
    assert (status, said.splitlines()[0], told in said) == (1, f"acme {DAY}: leads is gone", True)
    assert not (home / lost).exists()


def test_a_lake_alone_is_verified(home: Path) -> None:
    for place in home.iterdir():
        if place.name != "lake":
            shutil.rmtree(place) if place.is_dir() else place.unlink()
    assert run(home, "verify") == (0, WHOLE + OPENING)
    assert [place.name for place in home.iterdir()] == ["lake"]


def test_what_was_counted_of_a_damaged_vendor_is_forgotten(home: Path) -> None:
    acme, other = counted(home, "acme"), counted(home, "other")
    Lake(home / "lake").partition("leads", "acme", DAY).unlink()
    assert run(home, "verify")[0] == 1
    assert (acme.exists(), other.exists()) == (False, True)


def counted(home: Path, vendor: str) -> Path:
    """Plant a count of a vendor, of a kind that no run writes."""
    place = home / "lake" / ".counted" / "anything" / vendor
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"")
    return place


@pytest.mark.fault(area="lake", fault="Stray folders lie in the lake", promise="They are named and in nobody's way.")
def test_a_folder_that_nobody_made_is_named_and_in_nobodys_way(home: Path) -> None:
    stray = home / "lake" / "leads" / "vendor=acme" / "delivery_date=some day"
    stray.mkdir()
    (home / "lake" / "deliveries" / "copy of acme").mkdir()
    (home / "lake" / "deliveries" / "vendor=" / "delivery_date=2026-08-11").mkdir(parents=True)
    kept = counted(home, "acme")
    status, said = run(home, "verify")
    assert status == 1
    assert f"{stray}: no folder of ours: move it away" in said
    assert "copy of acme: no folder of ours" in said
    assert f"\n {DAY}: deliveries is gone, or was never finished\n" in f"\n{said}"
    assert kept.exists()
    assert house_at(home).lake.published_days("acme") == [DAY, NEXT]


def test_nothing_damaged_is_nothing_to_do(home: Path) -> None:
    assert run(home, "repair", "--vendor", "acme") == (0, "0 damaged deliveries were made anew, 0 left\n")
