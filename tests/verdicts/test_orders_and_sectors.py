"""What a contract orders and what it sells, from its file to the verdict."""

from pathlib import Path
from typing import Any

from tests.support.clean_market import LATE, SIREN, CleanMarket, Row, lead, proof

TOLD = {"informed_at_collection": "oui", "optout_offered_at_collection": "oui", "company_siren": "552100554"}
ASKED = {
    "requested_at": "2026-09-07T08:00:00+02:00",
    "request_object": "devis pour une isolation",
    "recipient_sirens": SIREN,
}


def judged(home: Path, leads: list[Row], proofs: list[Row], **terms: Any) -> CleanMarket:
    market = CleanMarket(home, terms)
    market.deliver(leads, "leads.csv")
    market.deliver(proofs, "proofs.csv")
    market.reconcile(LATE)
    return market


def company(number: int, basis: str, **changes: str) -> Row:
    return lead(number, audience="professional", claimed_basis=basis, **TOLD, **changes)


def test_a_professional_is_reached_about_its_function_if_the_contract_orders_it(tmp_path: Path) -> None:
    leads = [
        company(1, "b2b", job_function="Responsable des achats"),
        company(2, "legitimate_interest", job_function="DSI"),
        company(3, "b2b", job_function="acheteuse"),
        {**company(4, "b2b", job_function="achats"), "audience": "legal_person"},
    ]
    orders = {"audience": "professional", "targetFunctions": ["achats", "acheteuse"], "bases": ["b2b"]}
    market = judged(tmp_path, leads, [proof(number) for number in (1, 2, 4)], **orders)
    assert market.failed() == {
        ("L-1", "email"): [],
        ("L-1", "phone"): [],
        ("L-2", "email"): ["basis_not_contracted", "elec_b2b_function_relevance"],
        ("L-2", "phone"): ["basis_not_contracted"],
        ("L-3", "email"): ["interest_origin_proven"],
        ("L-3", "phone"): ["interest_origin_proven"],
        ("L-4", "email"): ["audience_not_contracted"],
        ("L-4", "phone"): ["audience_not_contracted"],
    }
    assert {verdict for (lead_id, _), verdict in market.verdicts().items() if lead_id in ("L-1", "L-4")} == {"usable"}


def test_in_energy_renovation_only_who_asked_is_called(tmp_path: Path) -> None:
    leads = [lead(1), lead(2, claimed_basis="callback_request")]
    proofs = [proof(1), proof(2, **ASKED)]
    only_callbacks = {"sector": "pompe à chaleur", "channels": ["phone"], "bases": ["callback_request"]}
    market = judged(tmp_path, leads, proofs, **only_callbacks)
    assert market.verdicts() == {("L-1", "phone"): "blocked", ("L-2", "phone"): "usable"}
    bans = [row for row in market.rows("findings") if row["rule_id"] == "sector_energy_renovation_phone_ban"]
    assert [(row["lead_id"], row["attributable_to"]) for row in bans] == [("L-1", "vendor")]
