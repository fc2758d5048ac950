"""Who gets in, and what may be asked: by a proxy of ours, for our own name, with small forms from our own pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.reviews.records import recorded_decisions
from pipelines.serve.app import Served
from pipelines.serve.limiter import MOST_KEYS, Limiter
from pipelines.settings import SettingsError
from tests.support.houses import house_at
from tests.support.web_home import BUYER, HEADER, Web, serving_home, web_home


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with serving_home(web_home(tmp_path_factory.mktemp("home")), OPPOSABLE_SERVE_USER_HEADER=HEADER) as served:
        yield served


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A house that trusts a proxy on another machine alone."""
    settings = {"OPPOSABLE_SERVE_USER_HEADER": HEADER, "OPPOSABLE_SERVE_PROXIES": "10.1.2.3, fd00::/8"}
    with serving_home(web_home(tmp_path_factory.mktemp("home")), **settings) as served:
        yield served


HOUSE_PAGES = ("/", "/vendors/acme", "/dates", "/dates.ics", "/control-file", "/dossiers/index.html")


@pytest.mark.fault(
    area="web",
    fault="Somebody reaches the port without the proxy, or the proxy does not say for whom it asks",
    promise="No page of the house is shown, and nothing is recorded.",
)
@pytest.mark.parametrize("path", HOUSE_PAGES)
def test_a_page_of_the_house_asks_who_it_is(web: Web, elsewhere: Web, path: str) -> None:
    assert web.ask(path, who=BUYER).status == 200
    assert web.ask(path).status == 403
    assert web.ask(path, who="x" * 65).status == 403
    assert elsewhere.ask(path, who=BUYER).status == 403


def test_a_header_that_comes_twice_names_nobody(web: Web) -> None:
    """A proxy that adds its own beside one that was sent would let the sender choose."""
    assert web.ask("/", who=BUYER, **{HEADER.lower(): "Somebody"}).status == 403


@pytest.mark.fault(
    area="web",
    fault="A page of another site, or one that points its own name here, sends a form in the name of a reader",
    promise="Nothing is recorded.",
)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
        {"Sec_Fetch_Site": "", "Origin": "https://evil.example"},
        {"Sec_Fetch_Site": "", "Origin": "null"},
        {"Sec_Fetch_Site": ""},
    ],
)
def test_a_form_from_elsewhere_records_nothing(web: Web, headers: dict[str, str]) -> None:
    form = web.fields(BUYER) | {"decision": "suspend", "reason": "r"}
    assert web.ask("/vendors/acme/decision", form, who=BUYER, **headers).status == 403
    assert recorded_decisions(web.house.registry) == []


def test_a_form_made_for_another_person_or_page_records_nothing(web: Web) -> None:
    mine = web.fields(BUYER) | {"decision": "suspend", "reason": "r"}
    assert web.ask("/vendors/acme/decision", mine, who="Somebody else").status == 403
    assert web.ask("/vendors/brio/decision", mine, who=BUYER).status == 403
    assert web.ask("/vendors/acme/decision", mine | {"token": ""}, who=BUYER).status == 403
    assert recorded_decisions(web.house.registry) == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1"])
def test_another_name_is_not_answered(web: Web, host: str) -> None:
    answer = web.ask("/", who=BUYER, Host=host)
    assert (answer.status == 421, "Exemple Leads" in answer.text) == (True, False)


def test_a_body_that_is_large_or_no_form_is_refused(web: Web) -> None:
    place, form = "/vendors/acme/decision", {"reason": "x" * 200_000}
    assert web.ask(place, form, who=BUYER).status == 413
    assert web.ask(place, {str(number): "" for number in range(201)}, who=BUYER).status == 413
    assert web.ask(place, {"a": "b"}, who=BUYER, Content_Type="application/json").status == 415
    assert web.ask(place, who=BUYER).status == 405


@pytest.mark.parametrize("path", ["/", "/nothing", "/q/nothing", "/dossiers/rules.html"])
def test_every_answer_tells_the_browser_what_it_may_do(web: Web, path: str) -> None:
    headers = web.ask(path, who=BUYER).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert "server" not in headers


@pytest.mark.fault(
    area="web",
    fault="A path climbs out of the folder of dossiers, or names another file in it",
    promise="Nothing but written pages is shown.",
)
@pytest.mark.parametrize(
    "path",
    [
        "../registry.db",
        "%2e%2e/registry.db",
        "acme/2026-11-21/dossier.json",
        "acme/2026-11-21/../../../registry.db",
        "acme/..%2f..%2fregistry.db/index.html",
        "acme//index.html",
        "acme/2026-11-21/index.html/x",
        ".hidden/2026-11-21/index.html",
    ],
)
def test_only_written_pages_are_shown(web: Web, path: str) -> None:
    assert web.ask(f"/dossiers/{path}", who=BUYER).status == 404


def test_a_link_out_of_the_folder_is_not_followed(web: Web, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("secret", encoding="utf-8")
    folder = web.house.settings.dossiers / "brio" / "2026-11-20"
    folder.parent.mkdir(exist_ok=True)
    folder.symlink_to(tmp_path)
    assert web.ask("/dossiers/brio/2026-11-20/index.html", who=BUYER).status == 404
    folder.unlink()


def test_without_a_proxy_pages_are_read_and_nobody_decides(tmp_path: Path) -> None:
    with serving_home(web_home(tmp_path)) as web:
        page = web.ask("/vendors/acme")
        assert (page.status, "opposable review decide acme" in page.text, "<textarea" in page.text) == (
            200,
            True,
            False,
        )
        assert web.ask("/vendors/acme/decision", {"decision": "suspend"}, who=BUYER).status == 403
        assert recorded_decisions(web.house.registry) == []


@pytest.mark.fault(
    area="web",
    fault="A proxy shows the pages under a public name, and no header is set that says who asks",
    promise="Questionnaires alone are open: no page of the house is shown.",
)
def test_under_another_name_than_this_machines_a_house_without_logins_is_closed(tmp_path: Path) -> None:
    with serving_home(web_home(tmp_path), OPPOSABLE_SERVE_ADDRESS="https://leads.example.org") as web:
        for path in HOUSE_PAGES:
            answer = web.ask(path, Host="leads.example.org")
            assert (answer.status, "Exemple Leads" in answer.text) == (403, False), path
            assert web.ask(path).status == 403, path
        assert web.ask(web.link(), Host="leads.example.org").status == 200


def test_an_address_that_spells_its_own_port_is_the_one_that_browsers_send(tmp_path: Path) -> None:
    """They leave 443 out of Host and Origin where the scheme is https (RFC 6454, 6.2)."""
    settings = {"OPPOSABLE_SERVE_ADDRESS": "https://Leads.example.org:443/", "OPPOSABLE_SERVE_USER_HEADER": HEADER}
    with serving_home(web_home(tmp_path), **settings) as web:
        browser = {"Host": "leads.example.org", "Origin": "https://leads.example.org", "Sec_Fetch_Site": ""}
        form = web.fields(BUYER) | {"decision": "suspend", "reason": "r"}
        assert web.ask("/vendors/acme/decision", form, who=BUYER, **browser).status == 303


@pytest.mark.parametrize(
    ("host", "port", "sent"),
    [
        ("::1", 8600, "http://[::1]:8600"),
        ("0:0:0:0:0:0:0:1", 8600, "http://[::1]:8600"),
        ("127.0.0.1", 80, "http://127.0.0.1"),
        ("localhost", 8600, "http://localhost:8600"),
    ],
)
def test_what_is_listened_on_is_asked_for_as_browsers_write_it(host: str, port: int, sent: str) -> None:
    assert Served(host, port).address == sent


@pytest.mark.parametrize("address", ["http://:8600", "http://a:b", "http://a:70000", "http://[::1", "http://[a:b]"])
def test_an_address_that_is_none_is_named_by_its_setting(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsError, match="OPPOSABLE_SERVE_ADDRESS"):
        house_at(tmp_path, OPPOSABLE_SERVE_ADDRESS=address)


def test_a_limiter_counts_each_key_within_its_span() -> None:
    """Three within ten seconds: at 0, 0 and 9; one more once the first two are older."""
    now = [0.0]
    limiter = Limiter(3, 10, lambda: now[0])
    assert [limiter.admits("a"), limiter.admits("a")] == [True, True]
    now[0] = 9
    assert [limiter.admits("a"), limiter.admits("a"), limiter.admits("b")] == [True, False, True]
    now[0] = 10
    assert [limiter.admits("a"), limiter.admits("a"), limiter.admits("a")] == [True, True, False]
    for number in range(MOST_KEYS + 5):
        limiter.admits(str(number))
    assert len(limiter._times) == MOST_KEYS
