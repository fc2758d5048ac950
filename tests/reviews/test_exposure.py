"""Exposure by provision: the table itself, and amounts worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.reviews.exposure import FoundBreaches, exposures, provision_table, rules_of
from pipelines.rulebook.catalogue import load_catalogue

TABLE = provision_table()
TURNOVER = Decimal(900_000_000)


def breaches(proven: int, count: int, articles: int = 1) -> FoundBreaches:
    return FoundBreaches(proven, count, articles, ("a_rule",), date(2026, 8, 11), date(2026, 9, 1))


@pytest.mark.parametrize(
    ("provision", "found", "turnover", "by_text", "practice"),
    [
        ("cpce_r10_1", breaches(2, 10), None, "37500", (None, None)),
        ("consom_l242_16", breaches(100, 120, articles=2), None, "750000", ("15.00", "9000")),
        ("rgpd_83_5", breaches(1, 1, articles=3), None, "20000000", (None, None)),
        ("rgpd_83_5", breaches(1, 1), TURNOVER, "36000000", ("9000000", "18000000")),
        ("rgpd_83_5", breaches(1, 1), Decimal(1_000_000), "20000000", ("10000", "20000")),
        ("consom_l242_16", breaches(3, 6_000), None, "375000", ("0.45", "375000")),
        ("rgpd_83_5", breaches(1, 1), Decimal(3_000_000_000), "120000000", ("30000000", "60000000")),
        ("penal_226_18_1", breaches(5, 5), None, "1500000", (None, None)),
    ],
)
def test_a_range_is_what_text_and_practice_say(
    provision: str,
    found: FoundBreaches,
    turnover: Decimal | None,
    by_text: str,
    practice: tuple[str | None, str | None],
) -> None:
    """3,750 a message; 375,000 an article, 0.15 to 75 a call; 4 % or 20 million, 1 to 2 % in practice.

    6,000 calls at 75 EUR would be 450,000, which is more than the text allows for one article.
    """
    [one] = exposures(TABLE, {provision: found}, turnover)
    assert one.by_text == Decimal(by_text)
    low, high = (None if amount is None else Decimal(amount) for amount in practice)
    assert (one.practice_low, one.practice_high) == (low, high)


def test_rules_are_found_by_the_articles_that_they_cite() -> None:
    rules = rules_of(TABLE, load_catalogue().cards)
    assert rules["consom_l242_16"]["tel_optin_consent_required"] == {"C. consom., art. L. 223-1"}
    assert "RGPD, art. 5" in rules["rgpd_83_5"]["proof_individual_record"]
    assert rules["cpce_r10_1"]["consent_named_recipient_elec"] == {"CPCE, art. L. 34-5"}
    assert "consent_named_recipient_elec" not in rules["consom_l242_16"]


def test_every_amount_has_a_source_and_says_how_sure_it_is() -> None:
    for one in TABLE.provisions:
        assert one.source
        assert one.status in ("verified", "secondary", "memory")
        assert bool(one.practice) == bool(one.practice_source)
        assert one.says.fr != one.says.en
