"""The web app in Chromium: by keyboard, without script, for everybody, from a phone to 4K, on paper, without a request
to anybody else."""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pypdf import PdfReader

from pipelines.dossiers.printed import dossier_as_pdf
from pipelines.reviews.decisions import dossier_named
from pipelines.reviews.records import recorded_decisions
from pipelines.reviews.written_dossiers import found_dossiers
from pipelines.vocabulary.clock import last_tick
from tests.dossiers.test_pages_in_browser import CHROMIUM, OUT_OF_REACH, OVERFLOWING, QUIET, REPEATED_IDS
from tests.serve.test_pages_served import asked, control_pages
from tests.support.web_home import BUYER, DPO, HEADER, LONG_KEY, NOW, Web, serving_home, web_home

pytestmark = pytest.mark.browser

Opened = Callable[[str], Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        reason = f"needs Chromium at {CHROMIUM} (apt-get install chromium)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with serving_home(web_home(tmp_path_factory.mktemp("home")), OPPOSABLE_SERVE_USER_HEADER=HEADER) as served:
        yield served


@pytest.fixture
def page(browser: Browser, web: Web) -> Iterator[Page]:
    """A page of a browser without script, behind a proxy that knows the DPO; it must ask nobody else."""
    context = browser.new_context(locale="fr-FR", java_script_enabled=False, extra_http_headers={HEADER: DPO})
    opened, heard = context.new_page(), list[str]()
    opened.on("console", lambda message: heard.append(message.text))
    opened.on("request", lambda sent: heard.append(sent.url))
    yield opened
    context.close()
    assert [said for said in heard if not said.startswith((web.address, "data:"))] == []


def test_a_decision_is_made_by_keyboard_alone_and_confirmed_by_another_person(web: Web, page: Page) -> None:
    web.decide(BUYER, "renew", "Premier motif.")
    page.goto(f"{web.address}/")
    page.get_by_role("link", name="Exemple Leads SARL").last.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Confirmer en second").focus()
    page.keyboard.press("Enter")
    page.get_by_text(f"Confirmé par {DPO}").wait_for()
    page.get_by_label("Suspendre", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Les preuves manquent.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Les preuves manquent.").first.wait_for()
    assert page.url == f"{web.address}/vendors/acme#decided"
    made = [(one.decision, one.decided_by, one.confirmed_by) for one in recorded_decisions(web.house.registry)]
    assert made == [("renew", BUYER, DPO), ("suspend", DPO, None)]


def test_a_vendor_answers_in_its_browser(web: Web, page: Page) -> None:
    page.goto(f"{web.address}{web.link()}")
    group = page.get_by_role("group", name="délégué à la protection des données")
    group.get_by_label("oui").check()
    group.get_by_label("Pièce et sa date").fill("reçu du 3 mai 2021")
    page.get_by_role("button", name="Envoyer les réponses").click()
    page.get_by_text("Vos réponses sont enregistrées.").wait_for()
    assert group.get_by_label("Pièce et sa date").input_value() == "reçu du 3 mai 2021"


def test_a_dossier_is_downloaded_as_the_bytes_that_the_terminal_prints(web: Web, page: Page) -> None:
    page.goto(f"{web.address}/vendors/acme")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Télécharger le PDF").click()
    [dossier] = found_dossiers(web.house.settings.dossiers, "acme")
    named = dossier_named([dossier], "acme", None)
    assert downloading.value.suggested_filename == "acme-2026-11-21.fr.pdf"
    assert (downloading.value.path().read_bytes() == dossier_as_pdf(named, "fr")) is True  # or a diff takes minutes


def test_a_control_file_is_printed_as_known_at_the_last_tick(web: Web) -> None:
    """A word in its place: the real one is judged and printed in `tests/control_file`."""
    pages = control_pages(web, Lock())
    answer = pages.pdf(asked("/control-file.pdf", b"from=2026-11-20&to=2026-11-22"))
    read = PdfReader(io.BytesIO(bytes(answer.body)))
    assert answer.headers["content-disposition"] == 'attachment; filename="control-file-2026-11-20-2026-11-22.fr.pdf"'
    assert read.metadata is not None
    assert (read.metadata.creation_date, read.pages[0].extract_text()) == (last_tick(NOW), "mot")


def test_pages_fit_are_reached_and_keep_nobody_out(browser: Browser, web: Web, tmp_path: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = browser.new_context(locale="en-GB", bypass_csp=True, extra_http_headers={HEADER: DPO})
    page = context.new_page()
    deliveries = ("/deliveries?months=24", "/deliveries/acme")
    for path in (
        "/",
        "/?words=nobody",
        "/vendors/acme",
        f"/vendors/{LONG_KEY}",
        *deliveries,
        "/dates",
        "/control-file",
        web.link(),
    ):
        page.goto(f"{web.address}{path}")
        assert page.evaluate(REPEATED_IDS) == [], path
        for width in (3840, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(OVERFLOWING) == [], f"{path} at {width} px"
            assert page.evaluate(OUT_OF_REACH) == 0, f"{path} at {width} px"
        if "words" not in path and LONG_KEY not in path:
            found = axe.run(page, options={"resultTypes": ["violations"]})
            assert not found.violations_count, f"{path}: {found.generate_report()}"
    page.goto(f"{web.address}/")
    assert page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True).startswith(b"%PDF")
    context.close()
