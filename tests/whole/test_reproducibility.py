"""The same inputs give the same bytes: in one run or many, in any order, killed or not, on any number of threads."""

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.simulation.market import Market, simulate
from tests.support.houses import (
    DEPENDENT_VENDORS,
    days_between,
    forget_inputs,
    house_at,
    import_oppositions,
    lake_bytes,
    reconcile,
)
from tests.support.paths import ROOT

SCRIPT = """
import sys
from datetime import date, datetime
from pathlib import Path
from tests.support.houses import DEPENDENT_VENDORS, days_between, house_at, reconcile
home, first, last, as_of, *vendors = sys.argv[1:]
days = days_between(date.fromisoformat(first), date.fromisoformat(last))
reconcile(house_at(Path(home)), vendors, days, datetime.fromisoformat(as_of))
"""
TWO = ("agence-du-rhone", "tardivo-data")
"""Vendors of runs in processes of their own: what becomes of one vendor's files is settled vendor by vendor."""


class Sample:
    """A small market in a home, its vendors, and the bytes of one undisturbed run over it, on one thread."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.market: Market = simulate(home, seed=7, days=6, leads=12)
        house = house_at(home, OPPOSABLE_THREADS="1")
        import_oppositions(self.market.opposition_files, house)
        self.vendors = [vendor for vendor in DEPENDENT_VENDORS if vendor in house.contracts().vendors]
        assert len(self.vendors) == len(DEPENDENT_VENDORS)
        self.days = days_between(self.market.first_day, self.market.last_day)
        reconcile(house, self.vendors, self.days, self.market.as_of)
        self.undisturbed = lake_bytes(house.lake)

    def copy(self, home: Path) -> Path:
        """The home as it was before that run."""
        shutil.copytree(self.home, home, ignore=shutil.ignore_patterns("lake"))
        return home

    def process(self, home: Path, as_of: str | None = None) -> subprocess.Popen[bytes]:
        """A run over `TWO` of its vendors."""
        days = (self.days[0].isoformat(), self.days[-1].isoformat())
        arguments = [str(home), *days, as_of or self.market.as_of.isoformat(), *TWO]
        return subprocess.Popen([sys.executable, "-c", SCRIPT, *arguments], cwd=ROOT)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return Sample(tmp_path_factory.mktemp("market") / "home")


@pytest.fixture(scope="module")
def early(sample: Sample) -> str:
    """An instant at which less is known than at the market's."""
    return sample.market.as_of.replace(day=1, month=8).isoformat()


@pytest.fixture(scope="module")
def provisional(sample: Sample, early: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bytes of one undisturbed run at that instant."""
    home = sample.copy(tmp_path_factory.mktemp("early") / "home")
    assert sample.process(home, early).wait(timeout=300) == 0
    return lake_bytes(house_at(home).lake)


def of_two(files: dict[str, bytes]) -> dict[str, bytes]:
    """Files of the lake without those of all other vendors."""
    others = [f"vendor={vendor}/" for vendor in DEPENDENT_VENDORS if vendor not in TWO]
    return {name: content for name, content in files.items() if not any(other in name for other in others)}


def same(found: dict[str, bytes], expected: dict[str, bytes]) -> list[str]:
    """Names of the files that differ."""
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


def test_many_runs_with_the_days_backwards_on_many_threads_end_in_the_bytes_of_one_on_one(
    sample: Sample, tmp_path: Path
) -> None:
    house = house_at(sample.copy(tmp_path / "home"), OPPOSABLE_THREADS="4")
    for days in (sample.days[5:], sample.days[1:5], sample.days[:1]):
        reconcile(house, sample.vendors, days, sample.market.as_of)
    assert same(lake_bytes(house.lake), sample.undisturbed) == []


def test_running_again_changes_no_byte(sample: Sample, tmp_path: Path) -> None:
    shutil.copytree(sample.home, tmp_path / "home")
    house = house_at(tmp_path / "home")
    forget_inputs(house.lake)  # or all of it would be left as published
    reconcile(house, sample.vendors, sample.days, sample.market.as_of)
    assert same(lake_bytes(house.lake), sample.undisturbed) == []


@pytest.mark.fault(
    area="lake",
    fault="Runs are killed again and again at random points",
    promise="Started again they end in the same bytes as one that was left alone.",
)
def test_a_run_killed_at_random_points_and_started_again_ends_in_the_same_bytes(sample: Sample, tmp_path: Path) -> None:
    home = sample.copy(tmp_path / "home")
    dice, ends = random.Random(11), list[int]()
    for _ in range(4):
        process = sample.process(home)
        time.sleep(dice.uniform(2.5, 8))
        process.send_signal(signal.SIGKILL)
        ends.append(process.wait())
    assert -signal.SIGKILL in ends, "every run had ended before it was killed"
    assert sample.process(home).wait(timeout=300) == 0
    assert same(lake_bytes(house_at(home).lake), of_two(sample.undisturbed)) == []


@pytest.mark.fault(
    area="lake",
    fault="Two runs judge the same days at the same time",
    promise="Each vendor's result is that of one of them, whole.",
)
def test_of_two_runs_at_once_the_result_is_one_of_theirs_whole(
    sample: Sample, early: str, provisional: dict[str, bytes], tmp_path: Path
) -> None:
    home = sample.copy(tmp_path / "home")
    both = [sample.process(home), sample.process(home, early)]
    assert [process.wait(timeout=600) for process in both] == [0, 0]
    found = lake_bytes(house_at(home).lake)
    for vendor in TWO:
        ours = {name: content for name, content in found.items() if f"vendor={vendor}/" in name}
        theirs = [
            {name: content for name, content in result.items() if f"vendor={vendor}/" in name}
            for result in (sample.undisturbed, provisional)
        ]
        assert ours in theirs, vendor


def test_the_tables_of_a_vendor_are_not_the_same_at_two_instants(sample: Sample, provisional: dict[str, bytes]) -> None:
    """What the test before relies on: the two runs have different results to choose from."""
    assert all(
        any(f"vendor={vendor}/" in name for name in same(provisional, of_two(sample.undisturbed))) for vendor in TWO
    )
