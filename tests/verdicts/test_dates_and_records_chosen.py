"""Records that contradict one another and dates that suit the vendor are told to a person, and block nothing."""

from datetime import UTC, datetime
from pathlib import Path

from tests.support.clean_market import LATE, MONDAY, CleanMarket, Row, lead, proof

LATER = datetime(2026, 9, 8, 9, tzinfo=UTC)
CONTRADICTIONS: tuple[Row, ...] = (
    {"consent_at": "2026-09-07T08:00:01+02:00"},
    {"channels": "email"},
    {"form_version": "8"},
    {"box_prechecked": "true"},
    {"consent_text": "J'accepte."},
    {"recipients": "Autre Enseigne SA", "recipient_sirens": ""},
    {"email": "autre@mail.example"},
)
AGREEMENTS: tuple[Row, ...] = (
    {},
    {"channels": "phone|email"},
    {"mentions": "choice|identity|duration|withdrawal|proof_access"},
    {"recipient_sirens": ""},
    {"email": " Personne14@MAIL.example"},  # the fifth's own, in another spelling
)


def told(market: CleanMarket, rule: str) -> dict[str | None, tuple[str, str, str]]:
    """Findings of a rule by lead."""
    market.reconcile(LATE)
    return {
        row["lead_id"]: (row["outcome"], row["severity"], row["attributable_to"])
        for row in market.rows("findings")
        if row["rule_id"] == rule
    }


def test_a_second_record_that_contradicts_the_first_is_told_and_one_that_repeats_or_omits_is_not(
    tmp_path: Path,
) -> None:
    market = CleanMarket(tmp_path)
    numbers = range(1, len(CONTRADICTIONS) + 1)
    market.deliver([*map(lead, numbers), *map(lead, range(10, 10 + len(AGREEMENTS)))], "leads.csv")
    firsts = [*map(proof, numbers), *(proof(number) for number in range(10, 10 + len(AGREEMENTS)))]
    market.deliver(firsts, "proofs.csv")
    seconds = [proof(number, **change) for number, change in zip(numbers, CONTRADICTIONS, strict=True)]
    repeats = [proof(number, **change) for number, change in enumerate(AGREEMENTS, 10)]
    market.deliver([*seconds, *repeats], "proofs-2.csv", at=LATER)
    found = told(market, "proof_records_agree")
    assert found == {f"L-{number}": ("fail", "minor", "undetermined") for number in numbers}
    assert {market.verdicts()[f"L-{number}", "email"] for number in range(10, 10 + len(AGREEMENTS))} == {"usable"}


def test_a_collection_refreshed_long_after_the_consent_is_told(tmp_path: Path) -> None:
    market = CleanMarket(tmp_path)
    consents = ("2026-09-07T08:00:00+02:00", "2026-08-01T08:00:00+02:00", "2026-08-10T23:59:00+02:00")
    market.deliver([lead(number) for number in (1, 2, 3)], "leads.csv")
    market.deliver([proof(number, consent_at=at) for number, at in enumerate(consents, 1)], "proofs.csv")
    assert told(market, "consent_near_collection") == {
        "L-2": ("fail", "info", "undetermined"),
        "L-3": ("fail", "info", "undetermined"),
    }


def burst(home: Path, last_week: int, week_before: int) -> set[str]:
    """Outcomes of the rule on a delivery with so many consents of each week; the card's examples are at the bounds."""
    market = CleanMarket(home)
    number = last_week + week_before
    days = ["2026-08-10"] * last_week + ["2026-07-30"] * week_before + [str(MONDAY)]
    market.deliver([lead(one) for one in range(number + 1)], "leads.csv")
    proofs = [proof(one, consent_at=f"{on}T08:00:00+02:00") for one, on in enumerate(days)]
    market.deliver(proofs, "proofs.csv")
    return {outcome for outcome, _, _ in told(market, "consents_spread_before_law").values()}


def test_consents_that_pile_up_before_the_law_are_told(tmp_path: Path) -> None:
    assert burst(tmp_path / "pile", 5, 0) == {"fail"}
    assert burst(tmp_path / "stock", 6, 2) == set()
    assert burst(tmp_path / "more", 7, 2) == {"fail"}
