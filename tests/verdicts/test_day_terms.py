"""Up to when facts count for a day: not after its proof deadline, and not before its leads had come."""

from datetime import date, datetime, timedelta

import pytest

from pipelines.verdicts.day_terms import DeliveredDay, day_terms_table
from tests.support.intake_boxes import contract

DAY = date(2026, 8, 12)
EVENING = datetime(2026, 8, 12, 18, 30)
MORNING = datetime(2026, 8, 12, 4)
TERMS = contract(proof_deadline=timedelta(hours=48))


@pytest.mark.parametrize(
    ("delivered_at", "as_of", "known_at", "is_final"),
    [
        (EVENING, MORNING, EVENING, False),
        (EVENING, MORNING + timedelta(days=1), MORNING + timedelta(days=1), False),
        (EVENING, MORNING + timedelta(days=9), EVENING + timedelta(hours=48), True),
        (None, MORNING, MORNING, False),
    ],
    ids=["came after the tick", "the next tick", "after the deadline", "no leads"],
)
def test_a_delivery_is_judged_by_what_is_known_when_it_came_or_later(
    delivered_at: datetime | None, as_of: datetime, known_at: datetime, is_final: bool
) -> None:
    day = DeliveredDay("acme", DAY, TERMS, delivered_at, is_assumed=False)
    (row,) = day_terms_table([day], as_of=as_of, max_age_months=lambda _: 12, recipients=()).to_pylist()
    assert (row["known_at"], row["is_final"]) == (known_at, is_final)


@pytest.mark.parametrize(
    ("legal", "agreed", "counts"), [(12, None, 12), (12, 6, 6), (12, 24, 12), (None, 6, None)],
    ids=["no word of it", "stricter", "looser", "before the law"],
)  # fmt: skip
def test_a_contract_shortens_a_consent_and_never_lengthens_it(
    legal: int | None, agreed: int | None, counts: int | None
) -> None:
    day = DeliveredDay("acme", DAY, contract(consent_max_age_months=agreed), EVENING, is_assumed=False)
    (row,) = day_terms_table([day], as_of=EVENING, max_age_months=lambda _: legal, recipients=()).to_pylist()
    assert row["consent_max_age_months"] == counts
