"""An arrival that nobody recorded blames nobody where the date of the law hangs on it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.support.clean_market import VENDOR, CleanMarket, Row, lead, proof

DAY = date(2026, 8, 12)
AS_OF = datetime(2026, 9, 20, 8, tzinfo=UTC)


def blamed(home: Path, ours: Row, theirs: Row, *, is_recorded: bool, rule: str) -> set[str]:
    """Who answers for a rule's fail."""
    market = CleanMarket(home, first=DAY)
    market.deliver([ours], "leads.csv", DAY)
    market.deliver([theirs], "proofs.csv", DAY)
    if not is_recorded:
        (home / "inbox" / VENDOR / DAY.isoformat() / ".received.json").unlink()
    market.reconcile(AS_OF)
    return {row["attributable_to"] for row in market.rows("findings") if row["rule_id"] == rule}


@pytest.mark.parametrize(
    ("collected_at", "is_recorded", "expected"),
    [
        ("2026-08-10T23:59:59+02:00", True, "vendor"),
        ("2026-08-10T23:59:59+02:00", False, "nobody"),  # it may have come while calls were opt-out
        ("2026-08-11T00:00:00+02:00", False, "vendor"),  # it can't have come before it was collected
    ],
)
def test_on_an_assumed_arrival_the_vendor_answers_for_calls_on_leads_of_the_new_law_alone(
    tmp_path: Path, collected_at: str, *, is_recorded: bool, expected: str
) -> None:
    ours = lead(1, collected_at=collected_at)
    mail_alone = proof(1, channels="email", consent_at=collected_at)
    optin = blamed(tmp_path / "a", ours, mail_alone, is_recorded=is_recorded, rule="tel_optin_consent_required")
    interest = {**ours, "claimed_basis": "legitimate_interest", "channels": "phone"}
    basis = blamed(tmp_path / "b", interest, mail_alone, is_recorded=is_recorded, rule="basis_admissible")
    assert (optin, basis) == ({expected}, {expected})


def test_a_basis_that_was_never_admissible_is_the_vendors_on_any_arrival(tmp_path: Path) -> None:
    ours = lead(1, claimed_basis="legitimate_interest", channels="email", collected_at="2026-08-01T08:00:00+02:00")
    theirs = proof(1, consent_at="2026-08-01T08:00:00+02:00")
    assert blamed(tmp_path, ours, theirs, is_recorded=False, rule="basis_admissible") == {"vendor"}
