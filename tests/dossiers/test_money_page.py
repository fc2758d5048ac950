"""What a dossier says of money: amounts, and in words where there is none."""

from dataclasses import replace
from datetime import date

import pytest

from pipelines.dossiers.money import VendorMoney
from pipelines.dossiers.pages import render_dossier
from pipelines.verdicts.owed import OWED_STATES
from tests.support.money_market import AUGUST, OLD, PROOF, accepted, money_of
from tests.support.report_models import rich_vendor


def money_section(language: str, money: VendorMoney) -> str:
    page = render_dossier(rich_vendor(money=money), language=language)
    text = page[page.index('<section id="money"') :]
    return text[: text.index("</section>")].replace("\u00a0", " ").replace("\u202f", " ")


def test_the_page_says_what_is_due_what_lapsed_and_what_is_contestable() -> None:
    french = money_section("fr", money_of(since=date(2026, 8, 10)))
    for said in ("77,20 €", "15,80 €", "61,40 €", "6,14 € par lead", "16,30 €", "depuis le dossier du 10 août 2026"):
        assert said in french
    assert "Échange quotidien des oppositions dans les deux sens" in french
    english = money_section("en", money_of())
    assert "€6.14 a lead" in english
    assert "the vendor’s first dossier" in english


def test_a_vendor_without_a_price_is_told_in_words() -> None:
    english = money_section("en", money_of([accepted(AUGUST, 2, (PROOF, "phone"))], replace(OLD, price=None)))
    assert "The contract names no price for 2 leads" in english
    assert "to replace" in english
    assert "€" not in english


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_vendor_of_which_nothing_counts_is_told_so(language: str) -> None:
    text = money_section(language, VendorMoney())
    assert "<table" not in text
    assert 'class="empty"' in text


def test_states_of_what_is_owed_are_told_apart_in_both_languages() -> None:
    for language in ("fr", "en"):
        text = money_section(language, money_of())
        heads = {"fr": ("à payer", "réclamables", "remplaçables"), "en": OWED_STATES}[language]
        assert all(f">{head}<" in text for head in heads)
