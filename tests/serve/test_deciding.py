"""Decisions on a page are those of `opposable review`: on the dossier that was shown, by who asks, for good."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.object_storage.generations import read_generation
from pipelines.object_storage.heads import Head
from pipelines.reviews.records import recorded_decisions
from pipelines.reviews.written_dossiers import NOTE
from tests.support.object_stores import bucket_at
from tests.support.web_home import BUYER, DPO, HEADER, NOW, Web, serving_home, web_home


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with serving_home(web_home(tmp_path), OPPOSABLE_SERVE_USER_HEADER=HEADER) as served:
        yield served


def test_a_decision_is_recorded_with_who_asked_and_the_dossier_is_kept(web: Web) -> None:
    assert web.decide(BUYER).status == 303
    [one] = recorded_decisions(web.house.registry, "acme")
    assert (one.decision, one.decided_by, one.reason) == ("suspend", BUYER, "Vu au dossier.")
    assert (one.decided_at, one.recommendation, one.needs_second) == (NOW, "suspend", False)
    [kept] = (web.house.settings.decisions / "acme").iterdir()
    assert one.dossier_digest.startswith(kept.name)
    page = web.ask("/vendors/acme", who=BUYER).text
    assert BUYER in page
    assert "Vu au dossier." in page


@pytest.mark.fault(
    area="web",
    fault="The person who decided against the advice confirms it, too, on a page",
    promise="Refused: only another person's confirmation makes it stand.",
)
def test_a_decision_against_the_advice_waits_for_another_person(web: Web) -> None:
    assert web.decide(BUYER, "renew", "Le formulaire a été corrigé.").status == 303
    form = web.fields(BUYER, "confirmation")
    refused = web.ask("/vendors/acme/confirmation", form, who=BUYER)
    assert (refused.status, "une autre personne" in refused.text) == (422, True)
    assert web.ask("/vendors/acme/confirmation", web.fields(DPO, "confirmation"), who=DPO).status == 303
    [one] = recorded_decisions(web.house.registry)
    assert one.confirmed_by == DPO
    assert "<form" not in web.ask("/vendors/acme", who=DPO).text.split('id="decided"')[1].split("</div>")[0]


def test_what_a_person_confirms_is_the_decision_that_they_were_shown(web: Web) -> None:
    web.decide(BUYER, "renew", "Premier motif.")
    shown = web.fields(DPO, "confirmation")
    web.decide(BUYER, "renew_with_conditions", "Autre motif.")
    assert web.ask("/vendors/acme/confirmation", shown, who=DPO).status == 422
    assert [one.confirmed_by for one in recorded_decisions(web.house.registry)] == [None, None]


def test_other_machines_have_a_decision_at_once(tmp_path: Path, store_url: str) -> None:
    variables = {"OPPOSABLE_SERVE_USER_HEADER": HEADER, "OPPOSABLE_STORE": store_url}
    with serving_home(web_home(tmp_path), **variables) as web:
        assert web.decide(BUYER).status == 303
    head = Head.of(bucket_at(store_url).get("heads/acme.json"))
    assert any(name.startswith("decisions/") for name in read_generation(bucket_at(store_url), "acme", head.generation))


def test_a_dossier_that_was_written_anew_is_not_decided_on_unread(web: Web) -> None:
    form = web.fields(BUYER) | {"decision": "suspend", "reason": "r"}
    (web.house.settings.dossiers / "acme" / "2026-11-21" / "findings.csv").write_text("other", encoding="utf-8")
    refused = web.ask("/vendors/acme/decision", form, who=BUYER)
    assert (refused.status, "Relisez" in refused.text) == (422, True)
    kept_words = web.ask("/vendors/acme/decision", form | {"reason": "Les preuves manquent."}, who=BUYER).text
    assert "Les preuves manquent." in kept_words
    assert web.ask("/vendors/acme/decision", form | {"digest": ""}, who=BUYER).status == 422
    assert recorded_decisions(web.house.registry) == []


@pytest.mark.parametrize(
    ("decision", "reason", "who", "said"),
    [
        ("", "Un motif.", BUYER, "Choisissez"),
        ("delete", "Un motif.", BUYER, "Choisissez"),
        ("renew", "  ", BUYER, "Donnez les motifs"),
        ("suspend", "Voir jean.dupont@example.org", BUYER, "sans adresse e-mail"),
        ("suspend", "x" * 1001, BUYER, "1"),
        ("suspend", "Un motif.", "a.martin@example.org", "nom et d"),
    ],
)
def test_a_refusal_says_what_would_do_and_keeps_what_was_written(
    web: Web, decision: str, reason: str, who: str, said: str
) -> None:
    answer = web.decide(who, decision, reason)
    assert (answer.status, said in answer.text) == (422, True)
    assert reason.strip() in answer.text
    assert recorded_decisions(web.house.registry) == []


def test_of_a_contract_that_can_not_be_read_nothing_is_decided_and_what_was_written_stays(web: Web) -> None:
    form = web.fields(BUYER) | {"decision": "suspend", "reason": "Les preuves manquent."}
    for contract in (web.house.settings.contracts / "acme").glob("*.odcs.yaml"):
        contract.write_text("{", encoding="utf-8")
    refused = web.ask("/vendors/acme/decision", form, who=BUYER)
    assert (refused.status, "Les preuves manquent." in refused.text, "Aucun contrat" in refused.text) == (
        422,
        True,
        True,
    )
    page = web.ask("/vendors/acme?lang=en", who=BUYER).text
    assert ('name="decision"' in page, "No contract of this vendor can be read" in page) == (False, True)
    assert recorded_decisions(web.house.registry) == []


def test_a_vendor_without_a_dossier_or_a_contract_is_not_decided_on(web: Web) -> None:
    page = web.ask("/vendors/brio", who=BUYER).text
    assert 'name="decision"' not in page
    assert web.ask("/vendors/nobody", who=BUYER).status == 404
    (web.house.settings.dossiers / "acme" / "2026-11-21" / NOTE).write_text("{}", encoding="utf-8")
    assert 'name="decision"' not in web.ask("/vendors/acme", who=BUYER).text
