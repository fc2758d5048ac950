"""A home as the web app shows it, and the app on it, really listening: what a browser and a proxy say to it.

Three vendors: `acme` with a dossier and a score, `brio` which is critical and has none, and one with a long name.
"""

import http.client
import re
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlencode

from pipelines.checks.faults import Fault
from pipelines.checks.results import keep_results
from pipelines.commands.serve import web_server
from pipelines.dossiers.pages import render_dossier, render_portfolio
from pipelines.house import House
from pipelines.questionnaires.links import new_link
from pipelines.questionnaires.records import record_questionnaire
from pipelines.reviews.written_dossiers import NOTE, DossierNote
from pipelines.scores.graded import GradedScore
from pipelines.scores.records import publish_scores
from pipelines.serve.app import Served
from pipelines.storage.lake import Lake
from tests.support.contract_files import changed
from tests.support.exemple import sign
from tests.support.houses import house_at
from tests.support.report_models import AS_OF, LONG_NAME, portfolio, rich_vendor

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HEADER = "X-Remote-User"
LONG_KEY = "l" * 32
BUYER, DPO = "A. Martin, achats", "B. Petit, DPO"
SCORE = GradedScore("total", 874, 432, 0.494, None, 20.0, grade_earned="E", grade="E")
TOKEN = re.compile(r'action="/vendors/acme/(\w+)">.*?name="token" value="(\w+)"', re.DOTALL)
DIGEST = re.compile(r'name="digest" value="(\w+)"')
NUMBER = re.compile(r'name="number" value="(\d+)"')
QUESTIONNAIRE_TOKEN = re.compile(r'name="token" value="(\w+)"')


def web_home(home: Path) -> Path:
    """`acme`'s dossier of 21 November 2026 advises to suspend; its renewal is on 1 January 2027."""
    sign(home, "acme", "brio")
    sign(home, LONG_KEY, text=changed("name: Exemple Leads SARL", f'name: "{LONG_NAME}"'))
    (home / "contracts" / "brio" / "due_diligence.yaml").write_text("criticality: critical\n", encoding="utf-8")
    folder = home / "dossiers" / "acme" / "2026-11-21"
    folder.mkdir(parents=True)
    note = DossierNote("acme", AS_OF, "suspend", "gate", "2026.1", "2026.2", "b" * 64, None, date(2027, 1, 1))
    (folder / NOTE).write_bytes(note.as_json())
    (folder / "findings.csv").write_text("rule\n", encoding="utf-8")
    for language, name in (("fr", "index.html"), ("en", "index.en.html")):
        (folder / name).write_text(render_dossier(rich_vendor(), language=language), encoding="utf-8")
        (home / "dossiers" / name).write_text(render_portfolio(portfolio(1), language=language), encoding="utf-8")
    registry = house_at(home).registry
    publish_scores(registry, {"acme": [SCORE]}, as_of=AS_OF, methods="2026.2", catalogue_digest="b" * 64)
    registry.dispose()
    _deliver_a_week(Lake(home / "lake"))
    return home


def _deliver_a_week(lake: Lake) -> None:
    """`acme` on Monday 16 to Friday 20 November 2026: on Tuesday nothing came; what was judged is not read here."""
    days = [date(2026, 11, day) for day in range(16, 21)]
    for day in days:
        for table in ("deliveries", "scorecards"):
            file = lake.partition(table, "acme", day)
            file.parent.mkdir(parents=True)
            file.touch()
    keep_results(lake, "acme", days, {"deliveries_came": [Fault("acme", days[1], f"acme {days[1]}")]})


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


@dataclass(frozen=True)
class Web:
    """The app, as something on 127.0.0.1 asks it."""

    house: House
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, path: str, form: Mapping[str, str] | None = None, *, who: str | None = None, **headers: str
    ) -> Answer:
        """GET, or POST of a form as a browser on our own page sends it; `headers` with _ for -, which win."""
        sent = {"Host": f"127.0.0.1:{self.port}", **({HEADER: who} if who else {})}
        body = None
        if form is not None:
            body = urlencode(form)
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        raw = {name: value.encode() for name, value in sent.items() if value}
        connection.request("GET" if form is None else "POST", path, body, raw)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)

    def fields(self, who: str, form: str = "decision") -> dict[str, str]:
        """What the page's own form of this name carries, hidden."""
        page = self.ask("/vendors/acme", who=who).text
        hidden = {"token": dict(TOKEN.findall(page))[form]}
        if form == "confirmation":
            return hidden | {"number": NUMBER.findall(page)[0]}
        return hidden | {"digest": DIGEST.findall(page)[0]}

    def decide(self, who: str, decision: str = "suspend", reason: str = "Vu au dossier.", **fields: str) -> Answer:
        form = self.fields(who) | {"decision": decision, "reason": reason} | fields
        return self.ask("/vendors/acme/decision", form, who=who)

    def link(self, days: int = 14, at: datetime = NOW) -> str:
        """The path of a new questionnaire of acme."""
        link = new_link(days, at=at, random_token=secrets.token_urlsafe)
        record_questionnaire(self.house.registry, "acme", link)
        return link.address("")


@contextmanager
def serving_home(home: Path, now: datetime = NOW, **settings: str) -> Iterator[Web]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    house = house_at(home, **{"OPPOSABLE_SERVE_ADDRESS": f"http://127.0.0.1:{port}", **settings})
    server = web_server(house, Served("127.0.0.1", port), lambda: now)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    try:
        yield Web(house, port)
    finally:
        server.should_exit = True
        thread.join(30)
        house.registry.dispose()
