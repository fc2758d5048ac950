"""A phone consent whose anniversary falls into the hour that the clocks repeat ends in the first of the two."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.clean_market import CleanMarket, lead, proof

DAY = datetime(2026, 10, 25).date()


@pytest.mark.parametrize(
    ("delivered_at", "verdict"),
    [
        (datetime(2026, 10, 25, 0, 29, 59, tzinfo=UTC), "usable"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "blocked"),  # half past two, for the first time
        (datetime(2026, 10, 25, 1, 29, tzinfo=UTC), "blocked"),
    ],
)
def test_it_counts_for_the_person(tmp_path: Path, delivered_at: datetime, verdict: str) -> None:
    market = CleanMarket(tmp_path)
    collected = "2025-10-25T02:30:00+02:00"
    market.deliver([lead(1, collected_at=collected)], "leads.csv", DAY, at=delivered_at)
    market.deliver([proof(1, consent_at=collected)], "proofs.csv", DAY, at=delivered_at)
    market.reconcile(datetime(2026, 10, 26, 8, tzinfo=UTC), until=DAY)
    assert market.verdicts()["L-1", "phone"] == verdict
