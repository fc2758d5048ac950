"""A new identity secret: the same verdicts after it as before, whatever it was stopped at; runs wait for its end."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.comparisons.replays import FLIPS
from pipelines.house import House
from pipelines.invoices.kept import SCHEMA as PARTS
from pipelines.simulation.market import Market, simulate
from pipelines.storage.lake import Lake
from pipelines.storage.secrets.identity_keys import KEY_FACT, KeyGenerationError, identity_keys
from pipelines.storage.secrets.keys import KeyMissingError
from pipelines.upkeep import rotation
from pipelines.upkeep.rotation import KEY_COLUMNS, rotate, wrap
from pipelines.vocabulary.tables import SORT_KEYS, VERDICT_TABLES, arrow_schema
from tests.support.houses import (
    DEPENDENT_VENDORS,
    days_between,
    forget_inputs,
    house_at,
    import_oppositions,
    keep_vendors,
    lake_bytes,
    reconcile,
)
from tests.support.kills import Killed, kill_at

NOW = datetime(2026, 11, 1, tzinfo=UTC)
IS_KEY = re.compile(r"(^|_)keys?$")


def is_opposition(rule_id: str) -> bool:
    return rule_id.startswith("opp_")


class Town:
    """A small market of some vendors that was reconciled once."""

    def __init__(self, home: Path, market: Market) -> None:
        self.home, self.market = home, market

    @property
    def house(self) -> House:
        """As another process opens it."""
        return house_at(self.home)

    def reconcile(self, *vendors: str) -> None:
        """Those named, or all."""
        house, days = self.house, days_between(self.market.first_day, self.market.last_day)
        reconcile(house, vendors or house.contracts().vendors, days, self.market.as_of)

    def rotate(self) -> rotation.Wrapped:
        house = self.house
        return rotate(house.registry, house.lake, house.settings.keys, has_keyed_data=house.has_keyed_data, now=NOW)

    def bytes_of(self, *tables: str) -> dict[str, bytes]:
        return {path: content for path, content in lake_bytes(self.house.lake).items() if path.startswith(tables)}

    def vendor_of_opposed_leads(self) -> str:
        """One whose verdicts hang on keys."""
        lake = self.house.lake
        found = {vendor: lake.read("findings", vendor, lake.published_days(vendor)) for vendor in lake.vendors()}
        return next(vendor for vendor, rows in found.items() if any(map(is_opposition, rows["rule_id"].to_pylist())))

    def keys(self) -> set[str]:
        """Every key that stands in the lake."""
        found: set[str] = set()
        for path in self.house.lake.root.rglob("part-0.parquet"):
            table = path.relative_to(self.house.lake.root).parts[0]
            for name in (*KEY_COLUMNS.get(table, ()), *(["identity_key"] if table == "oppositions" else [])):
                values = pq.read_table(path, columns=[name], partitioning=None)[name].combine_chunks()
                is_listed = pa.types.is_list(values.type)
                found |= set((values.flatten() if is_listed else values).to_pylist()) - {None}
        return found

    def run(self, *arguments: str) -> Any:
        return CliRunner().invoke(app, list(arguments), env={"OPPOSABLE_HOME": str(self.home), "COLUMNS": "200"})


@pytest.fixture(scope="module")
def reconciled(tmp_path_factory: pytest.TempPathFactory) -> Town:
    home = tmp_path_factory.mktemp("town")
    town = Town(home, simulate(home, seed=7, days=3, leads=5))
    keep_vendors(home, DEPENDENT_VENDORS)
    import_oppositions(town.market.opposition_files, town.house)
    town.reconcile()
    return town


@pytest.fixture
def town(tmp_path: Path, reconciled: Town) -> Town:
    shutil.copytree(reconciled.home, tmp_path / "home")
    return Town(tmp_path / "home", reconciled.market)


def test_after_a_rotation_everything_is_keyed_anew_and_every_verdict_stays_to_the_byte(town: Town) -> None:
    keys, verdicts = town.keys(), town.bytes_of(*VERDICT_TABLES)
    days = {vendor: town.house.lake.published_days(vendor) for vendor in town.house.lake.vendors()}
    done = town.rotate()
    assert (done.key_id, done.partition_count) == ("identity-2", sum(map(len, days.values())))
    assert done.opposition_count > 0
    assert len(town.keys()) == len(keys) > 50
    assert town.keys().isdisjoint(keys)
    assert {vendor: town.house.lake.published_days(vendor) for vendor in days} == days
    wrapped = town.bytes_of("leads", "consent_proofs", "deliveries", "oppositions")
    town.reconcile()
    assert town.bytes_of("leads", "consent_proofs", "deliveries", "oppositions") == wrapped
    assert town.bytes_of(*VERDICT_TABLES) == verdicts


def test_the_same_oppositions_imported_again_after_a_rotation_are_still_known(town: Town) -> None:
    town.rotate()
    result = town.run("oppositions", "import", *map(str, town.market.opposition_files))
    assert result.exit_code == 0, result.output
    assert " 0 new oppositions, 0 shares added, 0 revocations" in result.output.replace(": 0 new", ":  0 new")


def test_past_secrets_stay_and_the_registry_says_which_is_the_newest(town: Town) -> None:
    first = (town.home / "keys" / "identity-1.key").read_bytes()
    town.rotate()
    town.rotate()
    assert (town.home / "keys" / "identity-1.key").read_bytes() == first
    chain = identity_keys(town.house.registry)
    assert [key.key_id for key in chain] == ["identity-1", "identity-2", "identity-3"]
    assert town.house.hasher.secret_count == 3
    vendor, verdicts = town.vendor_of_opposed_leads(), town.bytes_of(*VERDICT_TABLES)
    forget_inputs(town.house.lake)
    town.reconcile(vendor)
    assert town.bytes_of(*VERDICT_TABLES) == verdicts


def test_the_marker_keeps_its_time_of_change_because_the_watch_for_late_files_goes_by_it(town: Town) -> None:
    def times() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in town.house.lake.root.glob("deliveries/*/*/part-0.parquet")}

    before = times()
    town.rotate()
    assert times() == before


@pytest.fixture
def killing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Kill the program at its n-th step that puts something in place."""

    def arm(step: int) -> None:
        kill_at(step, monkeypatch, ("replace",))

    yield arm
    arm(0)


SECRET = bytes(range(32)).hex()


@pytest.fixture(scope="module")
def rotated(reconciled: Town, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The lake after a rotation to `SECRET` that nothing stopped."""
    home = tmp_path_factory.mktemp("rotated") / "home"
    shutil.copytree(reconciled.home, home)
    (home / "keys" / "identity-2.key").write_text(SECRET)
    town = Town(home, reconciled.market)
    town.rotate()
    return lake_bytes(town.house.lake)


@pytest.mark.fault(
    area="keys",
    fault="A change of the identity secret is killed at any step",
    promise="Started again it ends in the same bytes as undisturbed.",
)
@pytest.mark.parametrize("steps", [[1], [2], [3], [4], [5], [7, 3], [40]])
def test_a_rotation_that_was_killed_goes_on_and_ends_as_if_it_had_not_been(
    town: Town, rotated: dict[str, bytes], killing: Callable[[int], None], steps: list[int]
) -> None:
    (town.home / "keys" / "identity-2.key").write_text(SECRET)  # as if killed before anybody heard of it
    for step in steps:
        killing(step)
        with pytest.raises(Killed):
            town.rotate()
        with pytest.raises(KeyGenerationError, match="run `opposable keys rotate`, which goes on where it stopped"):
            _ = town.house.hasher
    killing(10**9)
    town.rotate()
    assert [key.key_id for key in identity_keys(town.house.registry)] == ["identity-1", "identity-2"]
    assert lake_bytes(town.house.lake) == rotated
    assert not (town.house.lake.root / ".wrapping.json").exists()


@pytest.mark.fault(
    area="keys",
    fault="Something runs while such a change is unfinished",
    promise="It is refused: nobody is compared under two secrets.",
)
def test_nothing_runs_while_a_rotation_is_unfinished(town: Town, killing: Callable[[int], None]) -> None:
    house = town.house
    assert house.hasher.secret_count == 1
    killing(3)
    with pytest.raises(Killed):
        town.rotate()
    killing(10**9)
    words = "run `opposable keys rotate`"
    with pytest.raises(KeyGenerationError, match=words):  # a run that had begun, at its next vendor
        house.confirm_keys(house.lake.vendors()[0])
    for arguments in (
        ("reconcile", "--from", "2026-08-01", "--to", "2026-08-02"),
        ("oppositions", "import", str(town.market.opposition_files[0])),
        ("explain", house.lake.vendors()[0], "x"),
    ):
        result = town.run(*arguments)
        assert result.exit_code == 2, (arguments, result.output)
        assert words in result.output
    assert town.run("keys", "check").exit_code == 1
    assert town.run("keys", "rotate").exit_code == 0
    assert town.run("keys", "check").exit_code == 0


@pytest.mark.fault(area="keys", fault="A run began before the secret changed", promise="It does not go on after it.")
def test_a_run_that_began_before_a_rotation_does_not_go_on_after_it(town: Town) -> None:
    house = town.house
    assert house.hasher.secret_count == 1
    town.rotate()
    with pytest.raises(
        KeyGenerationError, match=r"keys under identity-1, but identity-2 is the newest .* start it again"
    ):
        house.confirm_keys(house.lake.vendors()[0])


@pytest.mark.fault(
    area="keys",
    fault="An import of oppositions began before the secret changed",
    promise="It adds nothing under the old secret.",
)
def test_an_import_that_began_before_a_rotation_adds_nothing(town: Town) -> None:
    from pipelines.oppositions.imports import import_oppositions as add

    town.rotate()
    with pytest.raises(KeyGenerationError, match="start it again"):
        add(town.house.registry, [], key_id="identity-1", normalisation_version=1)


@pytest.mark.fault(
    area="keys",
    fault="A day of the lake is restored from before the change",
    promise="It is noticed by vendor and day, and one command mends it.",
)
def test_a_partition_restored_from_a_backup_is_noticed_and_can_be_mended(town: Town) -> None:
    lake: Lake = town.house.lake
    vendor = lake.vendors()[0]
    day: date = lake.published_days(vendor)[0]
    tables = ("leads", "consent_proofs", "rejected_rows", "deliveries")
    backup = {table: lake.partition(table, vendor, day).read_bytes() for table in tables}
    town.rotate()
    town.rotate()
    wrapped = {table: lake.partition(table, vendor, day).read_bytes() for table in tables}
    for table, content in backup.items():
        lake.partition(table, vendor, day).write_bytes(content)
    with pytest.raises(KeyGenerationError, match=rf"{vendor}: 1 days, the first {day}.*run `opposable keys wrap`"):
        town.house.confirm_keys(vendor)
    result = town.run("keys", "check")
    assert (result.exit_code, "run `opposable keys wrap`" in result.output) == (1, True)
    house = town.house
    assert wrap(house.registry, lake, house.settings.keys, now=NOW).partition_count == 1
    assert {table: lake.partition(table, vendor, day).read_bytes() for table in tables} == wrapped
    assert lake.facts(vendor, day, "deliveries")[KEY_FACT] == "identity-3"
    town.house.confirm_keys(vendor)


@pytest.mark.fault(
    area="keys", fault="A past secret is wrong when the secret is changed", promise="Nothing is changed."
)
def test_a_wrong_past_secret_stops_a_rotation_before_anything_changes(town: Town) -> None:
    town.rotate()
    before = lake_bytes(town.house.lake)
    (town.home / "keys" / "identity-1.key").write_text("11" * 32)
    with pytest.raises(KeyMissingError, match=r"identity-1\.key is not the secret"):
        town.rotate()
    assert lake_bytes(town.house.lake) == before
    assert not (town.home / "keys" / "identity-3.key").exists()


@pytest.mark.fault(
    area="keys",
    fault="Somebody lists the keys over another's shoulder",
    promise="Names and uses are shown, secrets are not.",
)
def test_the_list_tells_ids_and_uses_and_no_secret(town: Town) -> None:
    town.rotate()
    result = town.run("keys", "list")
    assert result.exit_code == 0
    assert "identity-2" in result.output
    assert "the chain: every new identifier goes through it" in result.output
    for path in (town.home / "keys").glob("*.key"):
        assert path.read_text().strip() not in result.output


def test_every_column_that_holds_identity_keys_is_brought_under_a_new_secret() -> None:
    """What is kept beside the lake (comparisons, checked invoices) names leads by their references alone."""
    found = {table: tuple(name for name in arrow_schema(table).names if IS_KEY.search(name)) for table in SORT_KEYS}
    oppositions = found.pop("oppositions")
    assert set(oppositions) == {"identity_key", "alias_key"}  # copied from the registry, whose rows are wrapped
    assert {table: names for table, names in found.items() if names} == KEY_COLUMNS
    assert [name for schema in (FLIPS, PARTS) for name in schema.names if IS_KEY.search(name)] == []
