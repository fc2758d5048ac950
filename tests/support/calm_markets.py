"""A market of honest vendors, taken in by one run to which nothing happened; and what differs in another home."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.scores.records import scores_as_of
from pipelines.scores.scorer import Scorer
from pipelines.simulation.market import Market, simulate
from tests.support import hostile_vendor
from tests.support.chaos_runs import run
from tests.support.houses import days_between, house_at, import_oppositions, keep_vendors, lake_bytes


@dataclass
class Calm:
    """A market of honest vendors that was taken in by one run, to which nothing happened."""

    home: Path
    market: Market
    vendors: list[str]
    lake: dict[str, bytes] = field(default_factory=dict)
    outbox: dict[str, bytes] = field(default_factory=dict)
    scores: list[Any] = field(default_factory=list)

    @property
    def days(self) -> list[date]:
        """Its delivery dates."""
        return days_between(self.market.first_day, self.market.last_day)

    @property
    def delivered(self) -> Path:
        """The inbox as it was before anything was sealed."""
        return self.home / "delivered"

    def note(self, home: Path) -> "Calm":
        """Another home with what it has of these vendors."""
        house = house_at(home)
        scorer = Scorer(house.judge.engine, house.lake, house.contracts(), house.registry)
        scorer.score_all(as_of=self.market.as_of, catalogue=house.catalogue)
        scores = [score for score in scores_as_of(house.registry, self.market.as_of) if score.vendor in self.vendors]
        return Calm(home, self.market, self.vendors, self._lake(home), self._outbox(home), scores)

    def _lake(self, home: Path) -> dict[str, bytes]:
        foreign = f"/vendor={hostile_vendor.NAME}/"
        return {name: content for name, content in lake_bytes(house_at(home).lake).items() if foreign not in name}

    def _outbox(self, home: Path) -> dict[str, bytes]:
        paths = (path for vendor in self.vendors for path in (home / "outbox" / vendor).rglob("*") if path.is_file())
        return {path.relative_to(home).as_posix(): path.read_bytes() for path in paths}


def differences(one: Calm, other: Calm) -> list[str]:
    """Files that differ, or are in one home alone; `scores` where these differ."""
    found = []
    for ours, theirs in ((one.lake, other.lake), (one.outbox, other.outbox)):
        found += [name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)]
    return sorted(found) + ([] if one.scores == other.scores else ["scores"])


def calm_market(home: Path, *, seed: int, days: int, leads: int, vendors: Sequence[str] = ()) -> Calm:
    """Draw a market, and take it in. Some leads come a second time, late, in the folder of another day."""
    market = simulate(home, seed=seed, days=days, leads=leads)
    known = sorted(vendor.slug for vendor in market.vendors)
    calm = Calm(home, market, [vendor for vendor in known if not vendors or vendor in vendors])
    keep_vendors(home, calm.vendors)
    _repeat_late(home, calm.vendors[0])
    shutil.copytree(home / "inbox", calm.delivered)
    house = house_at(home)
    import_oppositions(market.opposition_files, house)
    assert run(house, calm.vendors, calm.days, market.as_of) == []
    return calm.note(home)


def _repeat_late(home: Path, vendor: str) -> None:
    folders = sorted((home / "inbox" / vendor).iterdir())
    for path in folders[0].iterdir():
        if not path.name.startswith("."):
            shutil.copy(path, folders[-1] / path.name)
