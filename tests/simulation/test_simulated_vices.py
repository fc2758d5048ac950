"""What the market's vendors of one vice each write into their files, and whom it concerns."""

from datetime import UTC, datetime
from functools import cache

import pytest

from pipelines.simulation.acceptance import accept
from pipelines.simulation.deliveries import draw_deliveries
from pipelines.simulation.drafts import Draft
from pipelines.simulation.known_facts import KnownFacts, registry_of
from pipelines.simulation.market import DEFAULT_DAYS, DEFAULT_FIRST_DAY, DEFAULT_LEADS, DEFAULT_SEED
from pipelines.simulation.market_facts import Row, Said, SimulatedDelivery
from pipelines.simulation.people import national
from pipelines.simulation.row_reasons import lead_reasons
from pipelines.simulation.vendors import market_vendors
from pipelines.simulation.writers import fill_contents


@cache
def _drawn(slug: str) -> tuple[list[SimulatedDelivery], list[Draft]]:
    """All that one vendor of the usual market sends."""
    vendors = {vendor.slug: vendor for vendor in market_vendors(DEFAULT_FIRST_DAY, DEFAULT_DAYS)}
    deliveries, drafts = draw_deliveries(DEFAULT_SEED, vendors[slug], DEFAULT_FIRST_DAY, DEFAULT_DAYS, DEFAULT_LEADS)
    fill_contents(deliveries)
    return deliveries, drafts


def _delivered_text(slug: str) -> str:
    return b"".join(file.content for delivery in _drawn(slug)[0] for file in delivery.files).decode()


@pytest.mark.parametrize(
    "word", ["opt-out", "pas d'accord", "20/08/2026 11:00", "tous", "aucun", "e-mail", "B2C", "prospect", "NULL", "✓"]
)
def test_noes_are_written_otherwise_than_agreed(word: str) -> None:
    assert word in _delivered_text("mot-a-mot")


@pytest.mark.parametrize("word", ['"company_siren": "000000000"', '"company_siren": null', "callback_request"])
def test_consumers_are_dressed_up(word: str) -> None:
    assert word in _delivered_text("facade-conseil")


@pytest.mark.parametrize(
    "shape",
    ["mailto:", ";<", ".example,;", "p:+33", "Mobile: 0", " (mobile);", '"=""0'],
    ids=lambda shape: shape.strip(),
)
def test_identifiers_are_decorated(shape: str) -> None:
    assert shape in _delivered_text("carnet-decore")


def test_opposed_persons_are_decorated() -> None:
    deliveries, drafts = _drawn("carnet-decore")
    accepted = accept(deliveries)
    facts = KnownFacts(accepted, registry_of(row for draft in drafts for row in draft.oppositions))
    opposed = {lead.lead_id for lead in accepted.leads if any(use.is_opposed for use in facts.uses_of(lead))}
    rows = (row for delivery in deliveries for file in delivery.files for row in file.rows)
    decorated = {row.meaning("lead_id") for row in rows if "mailto:" in f"{row.values.get('email')}"}
    assert opposed & decorated


def test_a_decorated_identifier_is_the_plain_one() -> None:
    row = Row({"lead_id": "L1", "collected_at": datetime(2026, 8, 1, tzinfo=UTC)})
    row.values["email"] = Said("<ana@mail.example>", "ana@mail.example")
    row.values["phone"] = Said("Mobile: 0639980000", "+33639980000")
    assert lead_reasons(row) == []
    assert (row.meaning("email"), row.meaning("phone")) == ("ana@mail.example", "+33639980000")
    assert national("+33639980000") == "0639980000"
    assert national("+262692000000") == "0692000000"
