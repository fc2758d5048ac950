"""A dossier made from deliveries that were really taken in and judged: its money, its late days, its contract's end.

Under the contract of `contract_files`: 12.50 EUR a lead, 30 days to claim, 72 hours to prove, due on weekdays by 16:00.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from pipelines.disputes.policy import Policy
from pipelines.dossiers.model import VendorDossier
from pipelines.dossiers.writer import DossierWriter
from pipelines.house import House
from pipelines.reviews.decisions import decide
from pipelines.reviews.records import record_decision
from pipelines.reviews.written_dossiers import found_dossiers
from pipelines.scores.scorer import Scorer
from pipelines.verdicts.claims import ClaimGround
from tests.support.contract_files import changed, write
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at, reconcile

VENDOR = "exemple-leads"
TUESDAY, WEDNESDAY, SATURDAY = date(2026, 8, 11), date(2026, 8, 12), date(2026, 8, 15)
AS_OF = datetime(2026, 8, 25, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Two leads a day, none with a proof: on Tuesday in time, on Wednesday in the evening, and on a Saturday.

    The contract ends on 31 August: from September on a lead costs 20 EUR, and is to be delivered by 10:00.
    """
    home = tmp_path_factory.mktemp("home")
    sign(home, VENDOR)
    newer = changed("priceAmount: 12.5", "priceAmount: 20").replace("value: 16:00", "value: 10:00")
    write(home / "contracts", newer, VENDOR, "2026-09-01.odcs.yaml")
    deliver(home, VENDOR, TUESDAY, received_at=datetime(2026, 8, 11, 14, tzinfo=UTC))
    deliver(home, VENDOR, WEDNESDAY, received_at=datetime(2026, 8, 12, 18, tzinfo=UTC))
    deliver(home, VENDOR, SATURDAY, received_at=datetime(2026, 8, 17, 10, tzinfo=UTC))
    house = house_at(home)
    reconcile(house, [VENDOR], [TUESDAY, WEDNESDAY, SATURDAY], AS_OF)
    return house


def dossier(house: House, as_of: datetime = AS_OF) -> VendorDossier:
    scorer = Scorer(house.judge.engine, house.lake, house.contracts(), house.registry)
    folder, contracts = house.settings.home / "dossiers", house.settings.contracts
    (written,) = DossierWriter(scorer, house.catalogue, folder, as_of, contracts, Policy()).write_all()
    return written


def test_every_lead_without_a_proof_is_claimed_at_its_price_and_the_first_to_expire_is_told(house: House) -> None:
    """Six leads at 12.50; two of Tuesday can be claimed until 10 September."""
    claims = dossier(house).claims
    assert claims is not None
    assert (claims.leads_count, claims.amount, claims.currency) == (6, Decimal(75), "EUR")
    assert ClaimGround("proof_individual_record", 6, Decimal(75)) in claims.grounds
    assert (claims.expires_on, claims.expiring_amount) == (date(2026, 9, 10), Decimal(25))
    page = (house.settings.home / "dossiers" / VENDOR / "2026-08-25" / "index.en.html").read_text(encoding="utf-8")
    assert "€75.00" in page
    assert "There is an individual and complete proof of the consent" in page


def test_what_was_delivered_under_the_old_contract_is_claimed_at_its_price_and_in_its_window(house: House) -> None:
    """On 12 September Tuesday's leads and Wednesday's, late as they were, are lost: Saturday's came on 17 August."""
    claims = dossier(house, datetime(2026, 9, 12, 4, tzinfo=UTC)).claims
    assert claims is not None
    assert (claims.leads_count, claims.amount, claims.expires_on) == (2, Decimal(25), date(2026, 9, 16))


def test_a_dossier_tells_what_lapsed_since_the_one_before(house: House) -> None:
    """Two leads of Tuesday and two of Wednesday at 12.50 could still be claimed on 25 August."""
    dossier(house)
    money = dossier(house, datetime(2026, 9, 12, 4, tzinfo=UTC)).money
    assert money.since == date(2026, 8, 25)
    assert [(line.money.lapsed_count, line.money.lapsed) for line in money.lapsed_since] == [(4, Decimal(50))]
    assert [(line.money.agreed, line.money.due) for line in money.totals] == [(Decimal(75), Decimal(50))]


def test_a_contract_is_in_force_until_the_day_before_the_next_begins(house: House) -> None:
    assert dossier(house).valid_until == date(2026, 8, 31)
    assert dossier(house, datetime(2026, 9, 12, 4, tzinfo=UTC)).valid_until is None


@pytest.mark.parametrize("as_of", [AS_OF, datetime(2026, 9, 12, 4, tzinfo=UTC)], ids=["old terms", "newer terms"])
def test_only_a_due_day_that_came_after_the_cut_off_of_its_own_contract_is_late(house: House, as_of: datetime) -> None:
    late = {line.delivery_date: line.is_late for line in dossier(house, as_of).deliveries}
    assert late == {TUESDAY: False, WEDNESDAY: True, SATURDAY: False}


def test_a_decision_on_a_dossier_stands_in_the_next_one(house: House) -> None:
    """Recorded after the tick of the first dossier: written again, that one keeps its bytes."""
    first = dossier(house)
    folder = house.settings.home / "dossiers"
    [found] = [one for one in found_dossiers(folder, VENDOR) if one.read().note.as_of == AS_OF]
    written = found.read()
    at = AS_OF + timedelta(hours=5)
    record_decision(house.registry, decide(written, "suspend", by="A", reason="r", at=at, four_eyes="never"))
    assert first.decisions == dossier(house).decisions == ()
    assert found in found_dossiers(folder, VENDOR)
    [shown] = dossier(house, AS_OF + timedelta(days=1)).decisions
    assert (shown.decision, shown.dossier_digest) == ("suspend", written.digest)
