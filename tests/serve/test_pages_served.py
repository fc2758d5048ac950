"""What the web app shows: vendors filtered and ordered, dates, dossiers as written, questionnaires by their links."""

import os
import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any
from unittest.mock import ANY

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from pipelines.questionnaires.records import kept_statements, revoke_questionnaire
from pipelines.reviews.written_dossiers import NOTE
from pipelines.serve.answers import Pager
from pipelines.serve.app import SENDINGS
from pipelines.serve.control_pages import ControlPages
from pipelines.serve.house_pages import MOST_DOSSIERS
from pipelines.serve.limiter import Limiter
from pipelines.serve.portfolio import CHOICES, UNSET, VendorLine, Wanted, listed, wanted_of
from pipelines.serve.printing import PRINTS, Press
from pipelines.serve.shelf import Shelf
from pipelines.serve.visitors import Doorkeeper
from tests.support.report_models import LONG_NAME
from tests.support.web_home import BUYER, HEADER, LONG_KEY, NOW, QUESTIONNAIRE_TOKEN, Web, serving_home, web_home


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with serving_home(web_home(tmp_path_factory.mktemp("home")), OPPOSABLE_SERVE_USER_HEADER=HEADER) as served:
        yield served


def test_the_most_critical_vendor_stands_first_with_score_and_advice_beside(web: Web) -> None:
    page = web.ask("/?lang=en", who=BUYER).text
    brio, acme = page.index("/vendors/brio"), page.index("/vendors/acme")
    assert brio < acme
    assert '<span class="grade">E</span> 20.0' in page[acme:]
    assert "suspend" in page[acme:]
    assert "/vendors/acme" not in web.ask("/?criticality=critical", who=BUYER).text
    assert "Aucun vendeur ne correspond" in web.ask("/?words=nobody", who=BUYER).text


def test_a_contract_that_changes_is_read_anew(web: Web) -> None:
    file = web.house.settings.contracts / "acme" / "due_diligence.yaml"
    assert "/vendors/acme" not in web.ask("/?criticality=high", who=BUYER).text
    file.write_text("criticality: high\n", encoding="utf-8")
    assert "/vendors/acme" in web.ask("/?criticality=high", who=BUYER).text
    file.unlink()


def test_a_rule_that_changes_is_read_anew_by_the_control_file(web: Web) -> None:
    """The page of an empty day says the digest of the rules, and of a rule that is switched off why."""
    place = web.house.settings.rules / "switched_off.yaml"
    day = "/control-file?from=2026-11-20&to=2026-11-20&lang=en"
    before, said = web.ask(day, who=BUYER).text, "Counsel looks at it again"
    assert (web.house.catalogue.digest in before, said in before) == (True, False)
    place.parent.mkdir(exist_ok=True)
    why = {"reason": {"fr": "À revoir", "en": said}, "decided_by": "B. Petit, DPO", "decided_on": date(2026, 11, 2)}
    place.write_text(yaml.safe_dump({"tel_consent_max_age_one_year": why}), encoding="utf-8")
    after = web.ask(day, who=BUYER).text
    place.write_text("{", encoding="utf-8")
    broken = web.ask(day, who=BUYER)
    place.unlink()
    assert (web.house.catalogue.digest in after, said in after) == (False, True)
    assert (broken.status, "opposable rules check" in broken.text) == (503, True)
    assert web.ask(day, who=BUYER).text == before


def test_a_second_control_file_at_a_time_is_told_to_wait(web: Web) -> None:
    making = Lock()
    with making:
        answer = control_pages(web, making=making).page(asked("/control-file", b"from=2026-11-20&to=2026-11-20"))
    assert (answer.status_code, "Réessayez dans une minute" in bytes(answer.body).decode()) == (503, True)


def control_pages(web: Web, making: Any) -> ControlPages:
    """Those of a house whose control files are a word."""
    shelf, pager = Shelf(web.house, lambda: NOW), Pager(lambda: NOW, is_https=False)
    keeper, one_press = Doorkeeper.of(web.house.settings, b"s"), press()
    page = "<!doctype html><html lang=fr><title>t</title><p>mot"
    return ControlPages(shelf, keeper, pager, one_press, lambda *asked_for: page, making)


def press(most: int = 1) -> Press:
    return Press(Pager(lambda: NOW, is_https=False), Limiter(most, 3600, lambda: 0.0), Lock())


def asked(path: str, query: bytes = b"") -> Request:
    headers = [(HEADER.lower().encode(), BUYER.encode())]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": headers}
    return Request({**scope, "client": ("127.0.0.1", 1)})


@pytest.mark.fault(
    area="web",
    fault="Somebody asks for PDF after PDF, or for many at a time",
    promise="One is printed at a time, sixty an hour for one person; the others are told so at once.",
)
def test_one_pdf_is_printed_at_a_time_and_so_many_an_hour() -> None:
    one = press(most=PRINTS)
    inner: list[int] = []

    def print_twice() -> bytes:
        inner.append(one.answer(asked("/"), "another", bytes, "inner").status_code)
        return b""

    statuses = [one.answer(asked("/"), BUYER, print_twice, "outer").status_code for _ in range(PRINTS + 1)]
    assert (statuses, inner) == ([200] * PRINTS + [429], [503] * PRINTS)


def test_what_was_not_printed_is_said_and_does_not_count() -> None:
    one = press(most=1)

    def fail() -> bytes:
        raise OSError(28, "No space left on device")

    failed = [one.answer(asked("/"), BUYER, fail, "page").status_code for _ in range(2)]
    printed = [one.answer(asked("/"), BUYER, bytes, "page").status_code for _ in range(2)]
    assert (failed, printed) == ([503, 503], [200, 429])


def test_while_a_control_file_is_printed_another_is_made(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    making, free = Lock(), []

    def print_page(html: str, *, at: datetime) -> bytes:
        free.append(not making.locked())
        return html.encode()

    monkeypatch.setattr("pipelines.paper.pdf.page_as_pdf", print_page)
    answer = control_pages(web, making=making).pdf(asked("/control-file.pdf", b"from=2026-11-20&to=2026-11-20"))
    assert (answer.status_code, answer.media_type, free) == (200, "application/pdf", [True])


def test_no_page_of_another_site_has_anything_printed(web: Web) -> None:
    for path in ("/vendors/acme/dossier.pdf", "/control-file.pdf?from=2026-11-20&to=2026-11-20"):
        refused = web.ask(
            f"{path}&lang=en" if "?" in path else f"{path}?lang=en", who=BUYER, Sec_Fetch_Site="cross-site"
        )
        assert (refused.status, "Nothing was printed" in refused.text) == (403, True)


def test_where_nothing_prints_it_is_said_and_no_link_leads_there(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    for path, status in (("/vendors/acme/dossier.pdf", 503), ("/vendors/acme", 200), ("/control-file", 200)):
        answer = web.ask(f"{path}?lang=en", who=BUYER)
        assert answer.status == status
        assert "Chromium, which prints PDFs, is not installed on this server" in answer.text, path
        assert not re.search(r'(href|formaction)="/[^"?]+\.pdf', answer.text), path


def test_a_pdf_is_of_a_dossier_that_is_there(web: Web) -> None:
    for path in ("/vendors/brio/dossier.pdf", "/vendors/nobody/dossier.pdf", "/vendors/acme/dossier.pdf?dossier=0"):
        assert web.ask(path, who=BUYER).status == 404
    assert web.ask("/vendors/acme/dossier.pdf").status == 403
    assert web.ask("/control-file.pdf?from=x&to=y", who=BUYER).status == 422


def test_the_line_of_one_vendor_is_that_of_the_list(web: Web) -> None:
    shelf = Shelf(web.house, lambda: NOW)
    assert shelf.lines() == [shelf.line(one.vendor) for one in shelf.lines()]
    assert [shelf.line(name) for name in ("nobody", "..", "")] == [None, None, None]


def test_of_many_dossiers_the_latest_are_shown_and_no_other_is_read(web: Web) -> None:
    """Fifteen: of the twelve latest each is linked by its digest; reading an older one would fail."""
    dossiers = web.house.settings.dossiers / LONG_KEY
    for day in range(1, 16):
        (dossiers / f"2026-11-{day:02}").mkdir(parents=True)
        (dossiers / f"2026-11-{day:02}" / NOTE).write_text(str(day), encoding="utf-8")
    for day in (1, 2, 3):
        (dossiers / f"2026-11-{day:02}" / "index.html").symlink_to("/proc/self/mem")
    page = web.ask(f"/vendors/{LONG_KEY}", who=BUYER).text
    shutil.rmtree(dossiers)
    assert page.count("?dossier=") == MOST_DOSSIERS
    assert ("2026-11-04" in page, "2026-11-03" in page) == (True, False)


def test_a_missing_day_stays_red_with_its_reason_whatever_came_after_it(web: Web) -> None:
    """It is Monday 23 November: Tuesday is missing, the others came; of nobody else anything was taken in."""
    page = web.ask("/deliveries?lang=en&state=wrong", who=BUYER).text
    assert re.findall(r'href="/deliveries/(\w+)\?month=([\d-]+)">(.*?)</a>', page) == [("acme", "2026-11", ANY)]
    [cell] = re.findall(r"month=2026-11\">(.*?)</a>", page)
    assert re.findall(r'unseen">([^<]+)</span>(\d+)', cell) == [("missing", "1"), ("right", "4")]
    assert "20\u00a0Nov" in page
    month = web.ask("/deliveries/acme?month=2026-11&lang=en", who=BUYER).text
    rows = re.findall(r'<tr><td><time datetime="([\d-]+)">.*?</td><td[^>]*>([^<]+)</td>', month)
    assert rows == [(f"2026-11-{day}", "missing" if day == 17 else "right") for day in range(16, 21)]
    assert "calendar asked for leads, and none came" in month


def test_a_day_taken_in_again_and_not_judged_since_is_not_shown_as_right(web: Web) -> None:
    lake, page = web.house.lake, "/deliveries?lang=en"
    marker = lake.partition("deliveries", "acme", date(2026, 11, 16))
    taken_in_at = marker.stat().st_mtime_ns
    assert 'unseen">not judged' not in web.ask(page, who=BUYER).text.split("<tbody>")[1]
    os.utime(marker, ns=(taken_in_at, taken_in_at + 10**12))
    lake.move_stamp("acme")
    again = web.ask(page, who=BUYER).text.split("<tbody>")[1]
    os.utime(marker, ns=(taken_in_at, taken_in_at))
    lake.move_stamp("acme")
    assert re.findall(r'unseen">([^<]+)</span>(\d+)', again) == [("missing", "1"), ("not judged", "1"), ("right", "3")]


def test_only_vendors_and_months_that_are_there_have_days(web: Web) -> None:
    for path in (
        "/deliveries/nobody",
        "/deliveries/acme?month=2026-13",
        "/deliveries/acme?month=2099-01",
        "/deliveries/acme?month=0001-01",
    ):
        assert web.ask(path, who=BUYER).status == 404
    assert web.ask("/deliveries").status == 403


def test_what_was_written_is_shown_as_it_was_written(web: Web) -> None:
    written = (web.house.settings.dossiers / "acme" / "2026-11-21" / "index.html").read_text(encoding="utf-8")
    assert web.ask("/dossiers/acme/2026-11-21/index.html", who=BUYER).text == written
    findings = web.ask("/dossiers/acme/2026-11-21/findings.csv", who=BUYER)
    assert findings.headers["content-disposition"] == 'attachment; filename="acme-2026-11-21-findings.csv"'


def test_dates_are_those_of_the_agenda(web: Web) -> None:
    """The contract renews on 1 January 2027, with 90 days of notice: that date passed on 3 October."""
    page = web.ask("/dates?lang=en", who=BUYER).text
    assert 'datetime="2027-01-01"' in page
    assert "Renewal" in page
    assert "BEGIN:VCALENDAR" in web.ask("/dates.ics", who=BUYER).text


@pytest.mark.parametrize(("asked", "language"), [("fr", "fr"), ("en-GB,fr;q=0.5", "en"), ("de", "fr"), ("", "fr")])
def test_a_page_speaks_the_language_of_the_browser(web: Web, asked: str, language: str) -> None:
    assert f'<html lang="{language}">' in web.ask("/", who=BUYER, Accept_Language=asked).text


def test_a_language_that_was_chosen_stays(web: Web) -> None:
    chosen = web.ask("/?lang=en", who=BUYER).headers["set-cookie"]
    assert chosen.startswith("language=en;")
    assert '<html lang="en">' in web.ask("/", who=BUYER, Cookie="language=en", Accept_Language="fr").text


def test_a_period_that_is_none_is_asked_for_again(web: Web) -> None:
    for query in (
        "from=2026-08-02&to=2026-08-01",
        "from=x&to=2026-08-01",
        "from=2026-08-01&to=2099-01-01",
        "from=0001-01-01&to=2026-08-01",
    ):
        assert web.ask(f"/control-file?{query}", who=BUYER).status == 422


def answer(web: Web, link: str, **fields: str) -> int:
    page = web.ask(link)
    form = {"token": QUESTIONNAIRE_TOKEN.findall(page.text)[0]} | fields
    return web.ask(link, form).status


def test_a_vendor_answers_by_its_link_and_the_house_sees_it_unreviewed(web: Web) -> None:
    link = web.link()
    assert answer(web, link, dd_dpo="yes", **{"dd_dpo.evidence": "reçu du 3 mai 2021"}) == 303
    [kept] = [one for one in kept_statements(web.house.registry, "acme") if one.question == "dd_dpo"]
    assert (kept.choice, kept.evidence, kept.stated_at) == ("yes", "reçu du 3 mai 2021", NOW)
    assert "réservé à l’annonceur" not in web.ask(link).text + web.ask("/q/nothing").text
    page = web.ask("/vendors/acme", who=BUYER).text
    assert "réservé à l’annonceur" in page
    assert "non examinée" in page
    assert "reçu du 3 mai 2021" in page
    assert "reçu du 3 mai 2021" in web.ask(link).text
    assert "reçu du 3 mai 2021" not in web.ask(web.link()).text


def test_what_is_refused_stands_in_the_form_and_is_not_kept(web: Web) -> None:
    link = web.link()
    token = QUESTIONNAIRE_TOKEN.findall(web.ask(link).text)[0]
    said = "Écrire à dpo@example.org"
    refused = web.ask(link, {"token": token, "dd_dpo": "yes", "dd_dpo.statement": said})
    assert (refused.status, said in refused.text) == (422, True)
    assert all(said not in one.statement for one in kept_statements(web.house.registry))


@pytest.mark.fault(
    area="web",
    fault="A link is used after its end, or its form is sent from elsewhere",
    promise="Nothing is shown, and nothing is kept.",
)
def test_a_link_that_is_over_shows_nothing(web: Web) -> None:
    over, revoked = web.link(days=1, at=NOW - timedelta(days=1)), web.link()
    count = len(kept_statements(web.house.registry))
    token = QUESTIONNAIRE_TOKEN.findall(web.ask(revoked).text)[0]
    assert web.ask(revoked, {"token": token, "dd_dpo": "no"}, Sec_Fetch_Site="cross-site").status == 403
    assert web.ask(revoked, {"token": "x", "dd_dpo": "no"}).status == 403
    numbers = web.house.registry.connect().exec_driver_sql("select max(id) from questionnaires").scalar()
    revoke_questionnaire(web.house.registry, int(numbers or 0), at=NOW)
    for link in (over, revoked, "/q/" + "A" * 43):
        assert web.ask(link).status == 404
        assert web.ask(link, {"token": token, "dd_dpo": "no"}).status == 404
    assert len(kept_statements(web.house.registry)) == count


def test_a_link_is_not_sent_without_end(web: Web) -> None:
    link = web.link()
    token = QUESTIONNAIRE_TOKEN.findall(web.ask(link).text)[0]
    statuses = [web.ask(link, {"token": token}).status for _ in range(SENDINGS + 1)]
    assert statuses == [303] * SENDINGS + [429]


lines = st.builds(
    VendorLine,
    vendor=st.from_regex(r"[a-z]{2,8}", fullmatch=True),
    name=st.sampled_from(["Exemple Leads", LONG_NAME, "Ärger"]),
    criticality=st.sampled_from([one if one != UNSET else None for one in CHOICES["criticality"]]),
    grade=st.sampled_from([one if one != UNSET else None for one in CHOICES["grade"]]),
    points=st.none() | st.floats(0, 100),
    leads=st.none(),
    advice=st.sampled_from([one if one != UNSET else None for one in CHOICES["advice"]]),
    dossier_on=st.none(),
    renewal_on=st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    notice_by=st.none(),
    waits=st.sampled_from([(), ("renewal_undecided",)]),
)


@settings(derandomize=True, max_examples=12, deadline=None)
@given(
    st.lists(lines, max_size=8, unique_by=lambda one: one.vendor),
    st.fixed_dictionaries({name: st.sampled_from(["", *known]) for name, known in CHOICES.items()}),
)
def test_filters_part_the_list_and_orders_keep_it(found: list[VendorLine], query: dict[str, str]) -> None:
    """Whoever chooses each value of a filter in turn has seen every vendor once."""
    wanted = wanted_of(query)
    assert set(listed(found, Wanted(order=wanted.order))) == set(found)
    for name in ("criticality", "grade", "advice"):
        parts = [one for value in CHOICES[name] for one in listed(found, Wanted(**{name: value}))]
        assert sorted(one.vendor for one in parts) == sorted(one.vendor for one in found)


@pytest.mark.parametrize("query", [{"order": "drop"}, {"grade": "Z"}, {"waiting": "yes"}, {"criticality": "<script>"}])
def test_words_that_are_none_of_ours_ask_for_nothing(query: dict[str, str]) -> None:
    assert wanted_of(query) == Wanted()
