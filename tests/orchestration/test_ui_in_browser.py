"""The Dagster UI as its users meet it: opened in Chromium on the demo, and a delivery judged again by hand."""

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from pipelines.commands.screenshots import DELIVERY, show_graph, show_partition
from pipelines.commands.ui_server import CHROMIUM, chromium, serving
from tests.support.programs import Demo

pytestmark = pytest.mark.browser

DAY, VENDOR = DELIVERY
GROUPS = ("intake", "registry", "verdicts", "scores", "dossiers", "staging", "intermediate", "marts")
HAS_SIGN_UP = """() => fetch('/graphql', {method: 'POST', headers: {'Content-Type': 'application/json'},
  body: JSON.stringify({query: '{shouldShowNux}'})}).then(said => said.json()).then(said => said.data.shouldShowNux)"""
STEP_MILLISECONDS = 30_000
RUN_MILLISECONDS = 90_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        reason = f"needs Chromium at {CHROMIUM} (apt-get install chromium)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(browser: Browser, demo: Demo) -> Iterator[str]:
    with serving(demo.home) as served:
        yield served


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that must ask nothing of anybody but the UI's own server."""
    opened = browser.new_page(viewport={"width": 1440, "height": 900})
    opened.set_default_timeout(STEP_MILLISECONDS)
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    opened.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def shown(page: Page, text: str | re.Pattern[str]) -> None:
    """Wait until the text is to be seen."""
    page.get_by_text(text, exact=True).locator("visible=true").first.wait_for()


def test_the_ui_opens_on_a_loaded_code_location_and_nobody_is_asked_for_an_address(page: Page, address: str) -> None:
    page.goto(f"{address}/deployment/locations")
    shown(page, "opposable")
    shown(page, "Loaded")
    assert page.evaluate(HAS_SIGN_UP) is False


def test_the_asset_graph_shows_every_group(page: Page, address: str) -> None:
    show_graph(page, address)
    for group in GROUPS:
        shown(page, group)


def test_the_runs_of_the_demo_are_there_and_succeeded(page: Page, address: str) -> None:
    page.goto(f"{address}/runs")
    for text in ("deliveries", "publish", "Success"):
        shown(page, text)
    assert page.get_by_text("Failure", exact=True).count() == 0


def test_a_delivery_launched_by_hand_succeeds_and_leads_to_its_counts(page: Page, address: str) -> None:
    page.goto(f"{address}/assets/verdicts?view=partitions")
    page.get_by_role("button", name="Materialize…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Launch runs to materialize").wait_for()
    dialog.get_by_placeholder("ex: 2026").fill(DAY)
    page.keyboard.press("Enter")
    dialog.get_by_text("Select a partition or create one").locator("visible=true").first.click()
    page.get_by_placeholder("Filter partitions").fill(VENDOR)
    page.get_by_text(VENDOR, exact=True).locator("visible=true").last.click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Launch 1 run").click()
    launched = page.get_by_text(re.compile("Launched run [0-9a-f]{8}"))
    run = launched.first.inner_text().split()[2]
    page.get_by_text("View", exact=True).click()
    ended = page.get_by_text(re.compile("^RUN_(SUCCESS|FAILURE)$")).first
    ended.wait_for(timeout=RUN_MILLISECONDS)
    assert ended.inner_text() == "RUN_SUCCESS"
    show_partition(page, address, DAY, VENDOR)
    shown(page, run)
