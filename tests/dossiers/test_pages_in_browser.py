"""The pages in Chromium: readable from 320 pixels to 4K, by everybody, on paper, without a single request."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from pipelines.control_file.page import render_control_file
from pipelines.dossiers.method_pages import render_method
from pipelines.dossiers.pages import render_dossier, render_portfolio
from pipelines.dossiers.rule_pages import render_rules
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.scores.method import shipped_methods
from tests.support.control_models import control_model
from tests.support.report_models import AS_OF, LONG_NAME, calm_vendor, empty_vendor, portfolio, rich_vendor

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PAGES: dict[str, Callable[[], str]] = {
    "rich": lambda: render_dossier(rich_vendor(), language="fr"),
    "calm": lambda: render_dossier(calm_vendor(), language="en"),
    "empty": lambda: render_dossier(empty_vendor(), language="fr"),
    "long": lambda: render_dossier(rich_vendor(name=LONG_NAME, vendor="x" * 32), language="en"),
    "nobody": lambda: render_portfolio(portfolio(0), language="fr"),
    "one": lambda: render_portfolio(portfolio(1), language="en"),
    "six": lambda: render_portfolio(portfolio(6), language="fr"),
    "seven": lambda: render_portfolio(portfolio(7), language="fr"),
    "two_hundred": lambda: render_portfolio(portfolio(200), language="en"),
    "method": lambda: render_method(shipped_methods(), language="fr", as_of=AS_OF),
    "control": lambda: render_control_file(control_model(), language="fr"),
    "rules": lambda: render_rules(load_catalogue(), language="fr", as_of=AS_OF, counts={}),
}
OVERFLOWING = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll'))
    .map(e => e.tagName + '.' + (e.getAttribute('class') ?? '')).concat('page').slice(0, 10)"""
OUT_OF_REACH = """() => [...document.querySelectorAll('*')]
  .filter(e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth)
  .filter(e => e.tabIndex < 0 || !e.getAttribute('aria-label')).length"""
LETTERS = "() => Math.min(99, ...[...document.querySelectorAll('svg text')].map(e => e.getBoundingClientRect().height))"
LOST_LINKS = """() => [...document.querySelectorAll('a[href^="#"]')]
  .filter(a => !document.getElementById(a.getAttribute('href').slice(1))).map(a => a.href)"""
REPEATED_IDS = """() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  return ids.filter((id, index) => ids.indexOf(id) !== index); }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        reason = f"needs Chromium at {CHROMIUM} (apt-get install chromium)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Callable[[str], AbstractContextManager[Page]]:
    """Opens a page from its file; afterwards it must have said nothing and asked for nothing."""

    @contextmanager
    def opening(name: str) -> Iterator[Page]:
        file = tmp_path / "index.html"
        file.write_text(PAGES[name](), encoding="utf-8")
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        heard: list[str] = []
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda sent: heard.append(sent.url))
        page.goto(file.as_uri())
        yield page
        page.close()
        assert [said for said in heard if said != file.as_uri() and not said.startswith("data:")] == []

    return opening


Opened = Callable[[str], AbstractContextManager[Page]]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_from_a_phone_to_4k_and_its_links_lead_somewhere(opened: Opened, name: str) -> None:
    with opened(name) as page:
        assert page.evaluate(LOST_LINKS) == []
        assert page.evaluate(REPEATED_IDS) == []
        for width in (320, 768, 1280, 3840):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(OVERFLOWING) == [], f"at {width} px"
            assert page.evaluate(OUT_OF_REACH) == 0, f"at {width} px"
            assert page.evaluate(LETTERS) >= 12, f"at {width} px"


# The page of 200 vendors repeats the rows of the page of six, and takes axe ten seconds.
@pytest.mark.parametrize("name", ["rich", "empty", "nobody", "six", "control", "rules"])
def test_axe_finds_nothing_that_keeps_anybody_out(opened: Opened, name: str) -> None:
    assert violations(opened, name, "light", {"resultTypes": ["violations"]}) == ""


@pytest.mark.parametrize("name", ["rich", "six"])
def test_axe_finds_enough_contrast_in_the_dark(opened: Opened, name: str) -> None:
    assert violations(opened, name, "dark", {"runOnly": ["color-contrast"]}) == ""


def violations(opened: Opened, name: str, scheme: Literal["light", "dark"], options: dict[str, list[str]]) -> str:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    with opened(name) as page:
        page.emulate_media(color_scheme=scheme)
        page.evaluate("() => document.querySelectorAll('details').forEach(e => { e.open = true })")
        result = axe.Axe().run(page, options=options)
        return result.generate_report() if result.violations_count else ""


@pytest.mark.parametrize("name", ["rich", "long", "six", "control", "rules"])
def test_paper_holds_a_page_in_its_width(opened: Opened, name: str, tmp_path: Path) -> None:
    with opened(name) as page:
        assert page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True).startswith(b"%PDF")
        page.emulate_media(media="print")
        is_wide = name == "six"
        page.set_viewport_size({"width": 1032 if is_wide else 680, "height": 900})  # A4 at 96 dpi less its margins
        assert page.evaluate(OVERFLOWING) == []


def test_a_portfolio_that_fits_leaves_no_footer_alone_on_a_second_sheet(opened: Opened) -> None:
    with opened("seven") as page:
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1


def test_rules_are_found_by_their_words_whatever_the_accents(opened: Opened) -> None:
    with opened("rules") as page:
        cards = len(load_catalogue().cards)
        assert page.locator("article.rule:visible").count() == cards
        page.fill("#search-words", "TELEPHONIQUE expire")
        found = page.locator("article.rule:visible")
        assert 0 < found.count() < cards
        assert all("téléphon" in text.lower() for text in found.all_text_contents())
        assert page.locator("#search output").inner_text() == f"{found.count()} / {cards}"
