"""The control file of deliveries that were really taken in and judged: counted by hand, and naming nobody.

Two leads on Tuesday, two on Wednesday, by e-mail, none with a proof: after 72 hours all are blocked.
"""

import os
import secrets
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.control_file.facts import ControlDesk
from pipelines.control_file.model import CheckLine, ControlFile, ControlPeriod, RunLine, Told, Watch
from pipelines.control_file.page import render_control_file
from pipelines.control_file.registry_counts import WORDS
from pipelines.house import House
from pipelines.questionnaires.links import new_link
from pipelines.questionnaires.records import record_questionnaire, record_statements
from pipelines.questionnaires.statements import Statement
from pipelines.receipts.notices import Acknowledgement
from pipelines.receipts.records import record_acknowledged, record_sent, standing_receipts
from pipelines.reviews.decisions import decide
from pipelines.reviews.records import record_decision
from pipelines.reviews.written_dossiers import DossierNote, WrittenDossier
from pipelines.storage.digests import digest_of_file
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.tables import VERDICT_TABLES
from pipelines.wording.words import translations
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at, reconcile

VENDOR = "exemple-leads"
TUESDAY, WEDNESDAY = date(2026, 8, 11), date(2026, 8, 12)
JUDGED = datetime(2026, 8, 17, 4, tzinfo=UTC)
AS_OF = datetime(2026, 8, 25, 4, tzinfo=UTC)
BOTH = ControlPeriod(TUESDAY, date(2026, 8, 20))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    home = tmp_path_factory.mktemp("home")
    sign(home, VENDOR, "silent")
    deliver(home, VENDOR, TUESDAY, received_at=datetime(2026, 8, 11, 14, tzinfo=UTC))
    deliver(home, VENDOR, WEDNESDAY, received_at=datetime(2026, 8, 12, 13, tzinfo=UTC))
    house = house_at(home, OPPOSABLE_THREADS="1")
    reconcile(house, [VENDOR], [TUESDAY, WEDNESDAY], JUDGED)
    tell(house)
    note = DossierNote(VENDOR, JUDGED, "suspend", "gate", "2026.1", "2026.2", "b" * 64, None, date(2027, 1, 1))
    dossier = WrittenDossier(home, "a" * 64, note)
    at = datetime(2026, 8, 18, 9, tzinfo=UTC)
    made = decide(dossier, "renew", by="A. Martin, achats", reason="Corrigé.", at=at, four_eyes="against")
    record_decision(house.registry, made)
    link = new_link(14, at=at, random_token=secrets.token_urlsafe)
    record_questionnaire(house.registry, VENDOR, link)
    record_statements(house.registry, link.token, [Statement(question="dd_forms", choice="yes")], at=at)
    return house


def tell(house: House) -> None:
    """Tuesday's receipt is sent and acknowledged on 18 August."""
    at = datetime(2026, 8, 18, 8, tzinfo=UTC)
    record_sent(house.registry, VENDOR, TUESDAY, at=at, means="email", now=at)
    [tuesday] = [one for one in standing_receipts(house.registry) if one.delivery_date == TUESDAY]
    said = Acknowledgement(tuesday.digest, at, "TICKET-1")
    record_acknowledged(house.registry, VENDOR, TUESDAY, said, source="command", now=at)


def control_file(house: House, period: ControlPeriod = BOTH, as_of: datetime = AS_OF) -> ControlFile:
    desk = ControlDesk(house.lake, house.registry, house.settings.contracts, house.contracts(), house.catalogue, as_of)
    return desk.control_file(period, runs=[RunLine("deliveries", 2, 1)], watch=Watch(9, 9))


def test_a_period_counts_what_was_delivered_judged_and_found_in_it(house: House) -> None:
    leads, silent = control_file(house).vendors
    assert (leads.delivered.days, leads.delivered.leads, leads.delivered.rows_rejected) == (2, 4, 0)
    assert leads.delivered.uses_by_verdict == {"blocked": 4}
    assert leads.delivered.outcomes["proof_individual_record"].failed == 4
    assert leads.delivered.outcomes["proof_individual_record"].of_vendor == 4
    assert leads.delivered.catalogue_digests == {house.catalogue.digest}
    assert (silent.delivered.days, silent.delivered.leads, dict(silent.delivered.outcomes)) == (0, 0, {})


def test_a_day_outside_of_the_period_is_not_counted(house: House) -> None:
    tuesday = control_file(house, ControlPeriod(TUESDAY, TUESDAY))
    assert tuesday.vendors[0].delivered.uses_by_verdict == {"blocked": 2}
    assert (tuesday.decisions, sum(tuesday.kept.values())) == ((), 0)


def test_a_day_of_the_period_is_read_once_until_it_is_published_anew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[Path] = []

    def digest_of(path: Path) -> str:
        hashed.append(path)
        return digest_of_file(path)

    monkeypatch.setattr("pipelines.storage.lake.digest_of_file", digest_of)
    shutil.rmtree(house.lake.root / ".counted", ignore_errors=True)
    counted = control_file(house, ControlPeriod(TUESDAY, TUESDAY)).vendors
    assert {path.parent.name for path in hashed} == {f"delivery_date={TUESDAY}"}
    hashed.clear()
    both = control_file(house).vendors
    assert {path.parent.name for path in hashed} == {f"delivery_date={WEDNESDAY}"}
    hashed.clear()
    assert control_file(house).vendors == both
    assert control_file(house, ControlPeriod(TUESDAY, TUESDAY)).vendors == counted
    assert hashed == []
    marker = house.lake.partition("scorecards", VENDOR, TUESDAY)
    os.utime(marker, (0, 0))
    assert control_file(house).vendors == both
    assert {path.parent.parent.parent.name for path in hashed} == {*VERDICT_TABLES} - {"scorecards"}


@pytest.mark.fault(
    area="lake",
    fault="A day is damaged after the control file counted it",
    promise="It is not counted until it is repaired.",
)
@pytest.mark.parametrize(("table", "leads", "blocked"), [("consent_proofs", 2, 4), ("dimension_scorecards", 4, 2)])
def test_a_day_that_was_counted_and_is_damaged_later_is_not_counted_until_it_is_repaired(
    house: House, table: str, leads: int, blocked: int
) -> None:
    counted = control_file(house).vendors
    file = house.lake.partition(table, VENDOR, TUESDAY)
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    damaged = control_file(house).vendors[0].delivered
    file.write_bytes(content)
    assert (damaged.leads, damaged.uses_by_verdict) == (leads, {"blocked": blocked})
    assert control_file(house).vendors == counted


def test_counts_that_cannot_be_read_are_counted_again(house: House) -> None:
    counted = control_file(house).vendors
    (house.lake.root / ".counted" / "control_file" / VENDOR).write_bytes(b"PAR1 cut off")
    assert control_file(house).vendors == counted


def test_receipts_decisions_and_questionnaires_are_as_known_at_the_instant(house: House) -> None:
    known = control_file(house)
    assert known.vendors[0].told == Told(prepared=2, sent=1, acknowledged=1, notified=1)
    assert [(one.decision, one.needs_second) for one in known.decisions] == [("renew", True)]
    assert {word: known.kept[word] for word in ("questionnaires", "statements")} == {
        "questionnaires": 1,
        "statements": 1,
    }
    assert known.vendors[0].diligence.unreviewed == 1
    before = control_file(house, as_of=JUDGED)
    assert before.vendors[0].told == Told(prepared=2)
    assert (before.decisions, before.vendors[0].diligence.unreviewed) == ((), 0)
    assert sum(before.kept.values()) == 0


def test_what_is_recorded_after_the_instant_or_the_period_changes_no_byte(house: House) -> None:
    """Everything told and stated is of 18 August: nothing of it is of Tuesday alone.

    A link made at nine is not known at six of the same day.
    """
    tuesday = control_file(house, ControlPeriod(TUESDAY, TUESDAY))
    assert tuesday.vendors[0].diligence.unreviewed == 0
    until_today = ControlPeriod(TUESDAY, paris_date(AS_OF))
    early = render_control_file(control_file(house, until_today), language="fr")
    link = new_link(14, at=AS_OF + timedelta(hours=5), random_token=secrets.token_urlsafe)
    record_questionnaire(house.registry, VENDOR, link)
    assert render_control_file(control_file(house, until_today), language="fr") == early


@pytest.mark.fault(
    area="personal",
    fault="The control file is handed to an inspection",
    promise="It names no person: none whose lead was bought, and none of the house.",
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_names_nobody_and_needs_nothing_else(house: House, language: str) -> None:
    page = render_control_file(control_file(house), language=language)
    assert page == render_control_file(control_file(house), language=language)
    for told in ("A. Martin", "lead1@", "0612345601", "exemple-leads-2026-08-11-1", "<script", 'src="', "TICKET"):
        assert told not in page
    assert "Corrigé." in page


def test_an_empty_house_has_a_control_file(tmp_path: Path) -> None:
    empty = house_at(tmp_path)
    model = control_file(empty)
    assert (model.vendors, model.outcomes, model.checks) == ((), {}, [])
    assert "Aucun vendeur sur cette période" in render_control_file(model, language="fr")


def test_checks_are_summed_over_vendors(house: House) -> None:
    from pipelines.checks.faults import Fault
    from pipelines.checks.results import keep_results

    fault = Fault(VENDOR, WEDNESDAY, "late")
    keep_results(house.lake, VENDOR, [TUESDAY, WEDNESDAY], {"deliveries_came_in_time": [fault]})
    keep_results(
        house.lake, VENDOR, [WEDNESDAY], {"knowledge_is_acted_on": [fault]}
    )  # of the vendor, not of a delivery
    assert control_file(house).checks == [CheckLine("deliveries_came_in_time", 2, 1)]
    assert control_file(house, ControlPeriod(TUESDAY, TUESDAY)).checks == [CheckLine("deliveries_came_in_time", 1, 0)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_everything_that_is_counted_in_the_registry_has_a_name(language: str) -> None:
    assert [word for word in WORDS if f"control_file.kept.{word}" not in translations(language)] == []
