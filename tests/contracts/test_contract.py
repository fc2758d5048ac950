"""Which of a vendor's contracts judges a day, until when, and what counts as a price."""

from dataclasses import replace
from datetime import date

import pytest

from pipelines.contracts.contract import contract_in_force, last_day_in_force
from tests.support.intake_boxes import contract

FIRST, SECOND, THIRD = (contract(valid_from=date(2026, month, 1)) for month in (1, 5, 9))
DRAFT = replace(contract(valid_from=date(2026, 7, 1)), status="draft")


@pytest.mark.parametrize(
    ("on", "judges"),
    [
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), FIRST),
        (date(2026, 4, 30), FIRST),
        (date(2026, 5, 1), SECOND),
        (date(2026, 7, 1), SECOND),
        (date(2030, 1, 1), THIRD),
    ],
)
def test_the_latest_active_contract_that_has_begun_judges_a_day(on: date, judges: object) -> None:
    assert contract_in_force((THIRD, DRAFT, FIRST, SECOND), on) is judges


def test_a_contract_judges_until_the_day_before_the_next_active_one() -> None:
    vendors = (THIRD, DRAFT, FIRST, SECOND)
    assert last_day_in_force(FIRST, vendors) == date(2026, 4, 30)
    assert last_day_in_force(SECOND, vendors) == date(2026, 8, 31)
    assert last_day_in_force(THIRD, vendors) is None


def test_a_price_per_lead_or_per_channel_is_a_price() -> None:
    assert not contract().is_priced
    assert contract(price=0.0).is_priced
    assert contract(price_per_channel={"phone": 3.5}).is_priced
