"""A day of chaos: whatever happens to runs, registry and lake, and whatever one vendor does, the others get theirs."""

import random
from pathlib import Path

import pytest

from tests.support import hostile_vendor
from tests.support.calm_markets import Calm, calm_market, differences
from tests.support.chaos import Chaos, Scale, live_through
from tests.support.houses import house_at

VENDORS = ("agence-du-rhone", "relance-directe", "tardivo-data")
"""Those whose days depend on each other: duplicates, re-used and late proofs, oppositions."""
SEED = 20260811


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Calm:
    home = tmp_path_factory.mktemp("calm") / "home"
    return calm_market(home, seed=7, days=6, leads=4, vendors=VENDORS)


@pytest.mark.fault(
    area="runs",
    fault="A day of chaos: kills at random, a lost registry, an old backup, damage, late files, one hostile vendor",
    promise="Tables, receipts and scores of all other vendors are those of a run to which nothing happened.",
)
def test_after_a_day_of_chaos_all_other_vendors_have_what_they_would_have_had(calm: Calm, tmp_path: Path) -> None:
    chaos = Chaos(calm, tmp_path / "home", random.Random(SEED))
    live_through(chaos, Scale(days_at_once=3, kills=1, damaged=3), tmp_path / "backup.db")
    found = calm.note(chaos.home)
    assert differences(calm, found) == []
    assert {score.vendor for score in calm.scores} == set(VENDORS)
    assert hostiles_own(chaos.home)
    assert chaos.kill_count > 0


def hostiles_own(home: Path) -> bool:
    """Whether every verdict about the hostile vendor is about leads of its own."""
    lake = house_at(home).lake
    name = hostile_vendor.NAME
    verdicts = lake.read("verdicts", name, lake.published_days(name, "scorecards"))
    leads = lake.read("leads", name, lake.published_days(name))
    ids = set(leads["lead_id"].to_pylist())
    assert all(one.startswith(f"{name}-") for one in ids)
    return set(verdicts["lead_id"].to_pylist()) <= ids != set()
