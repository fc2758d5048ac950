"""The page of all rules: complete, true to the cards, in both languages, and nobody's leads on it unless counted."""

import html
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.dossiers.rule_chart import rule_periods
from pipelines.dossiers.rule_pages import findings_by_rule, render_rules
from pipelines.rulebook.catalogue import Catalogue, load_catalogue
from pipelines.wording.words import LANGUAGES, words
from tests.support.report_models import rich_vendor

AS_OF = datetime(2026, 11, 30, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def text_of(page: str) -> str:
    """What a reader sees, with plain spaces."""
    return spaced(html.unescape(re.sub(r"<[^>]+>", " ", page)))


def spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_is_there_with_its_texts_condition_and_cases(catalogue: Catalogue, language: str) -> None:
    page = render_rules(catalogue, language=language, as_of=AS_OF)
    seen = text_of(page)
    for card in catalogue.cards:
        assert f'<article class="rule" id="{card.id}"' in page
        for sentence in (card.title, card.fault, card.remedy, *(example.why for example in card.examples)):
            assert spaced(words(language).say(sentence)) in seen
        assert spaced(card.pass_when) in seen
    cases = sum(len(card.examples) for card in catalogue.cards)
    outcomes = [words(language)(f"rules.outcome.{one}") for one in ("pass", "fail", "unknown", "not_applicable")]
    assert sum(page.count(f"<td>{outcome}</td>") for outcome in outcomes) == cases


def test_dates_in_force_are_those_of_the_card(catalogue: Catalogue) -> None:
    page = render_rules(catalogue, language="fr", as_of=AS_OF)
    article = page[page.index('id="tel_optin_consent_required"') :]
    assert "depuis le 11 août 2026" in text_of(article[: article.index("</article>")])


def test_a_page_for_a_contract_counts_nobody(catalogue: Catalogue) -> None:
    annexed = render_rules(catalogue, language="fr", as_of=AS_OF)
    assert words("fr")("rules.found") not in annexed
    counted = render_rules(catalogue, language="fr", as_of=AS_OF, counts={"consent_withdrawn": 7})
    article = counted[counted.index('<article class="rule" id="consent_withdrawn"') :]
    assert "7 constats" in text_of(article[: article.index("</article>")])


def test_counts_are_summed_over_vendors() -> None:
    dossier = rich_vendor()
    counts = findings_by_rule([dossier, dossier])
    assert counts == {finding.rule_id: 2 * finding.count for finding in dossier.findings}
    assert counts


def test_a_rule_without_a_date_has_no_bar(catalogue: Catalogue) -> None:
    dated = [card for card in catalogue.cards if card.in_force.from_ or card.in_force.to]
    assert 0 < len(dated) < len(catalogue.cards)
    assert str(rule_periods(catalogue.cards, date(2026, 11, 30), words("en"))).count("<rect") == len(dated)


def test_the_command_writes_the_page_of_a_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPPOSABLE_HOME", str(tmp_path))
    outcome = CliRunner().invoke(app, ["rules", "page", "--lang", "en", "--out", str(tmp_path / "rules.html")])
    assert outcome.exit_code == 0, outcome.output
    assert '<html lang="en">' in (tmp_path / "rules.html").read_text(encoding="utf-8")
    refused = CliRunner().invoke(app, ["rules", "page", "--out", str(tmp_path / "away" / "rules.html")])
    assert refused.exit_code == 2
    assert "--out" in refused.output
