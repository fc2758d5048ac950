"""The product against the simulated truth: nothing missed, nothing invented, on several seeds and sizes.

The market of the demo, thirty days of thirty leads, is compared in `test_demo`, which has it judged already.
"""

from pathlib import Path

import pytest

from pipelines.simulation.market import simulate
from tests.support.houses import days_between, house_at, import_oppositions, reconcile
from tests.support.simulated_truth import assert_equals_truth

MARKETS = [(1, 8, 8), (3, 6, 60)]


@pytest.mark.parametrize(("seed", "days", "leads"), MARKETS)
def test_findings_and_refusals_equal_the_truth(tmp_path: Path, seed: int, days: int, leads: int) -> None:
    market = simulate(tmp_path, seed=seed, days=days, leads=leads)
    house = house_at(tmp_path)
    import_oppositions(market.opposition_files, house)
    vendors = house.contracts().vendors
    reconcile(house, vendors, days_between(market.first_day, market.last_day), market.as_of)
    assert_equals_truth(house)
