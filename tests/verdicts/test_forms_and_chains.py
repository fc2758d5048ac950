"""What persons were shown, through whose hands they went and which trace is kept, from the files to the verdict."""

import hashlib
from pathlib import Path
from typing import Any

from tests.support.clean_market import FORM, LATE, CleanMarket, Row, lead, proof

OTHERS = {"recipients": "Autre Enseigne SA", "recipient_sirens": ""}
RESOLD = "editeur-42 > regie-sud > courtier-3"
UNNAMED = {"email": ["consent_named_recipient_elec"], "phone": ["tel_consent_named_professional"]}


def failed(home: Path, leads: list[Row], proofs: list[Row], **review: Any) -> dict[tuple[str, str], list[str]]:
    """Rules that failed or are unknown of each lead use, under the clean contract with another review of its form."""
    form = {name: value for name, value in {**FORM, **review}.items() if value is not None}
    market = CleanMarket(home, {"approvedForms": [form]})
    market.deliver(leads, "leads.csv")
    market.deliver(proofs, "proofs.csv")
    market.reconcile(LATE)
    return {use: rules for use, rules in market.failed().items() if rules}


def test_a_consent_that_went_through_more_hands_has_to_name_us(tmp_path: Path) -> None:
    proofs = [
        proof(1, chain="editeur-42 > regie-sud", **OTHERS),
        proof(2, chain=RESOLD),
        proof(3, chain=RESOLD, **OTHERS),
        proof(4, chain="editeur-42 → regie-sud ; courtier-3 >", **OTHERS),
        proof(5),
    ]
    resold = {channel: sorted([*rules, "consent_no_onward_transfer"]) for channel, rules in UNNAMED.items()}
    assert failed(tmp_path, [lead(number) for number in range(1, 6)], proofs) == {
        **{("L-1", channel): rules for channel, rules in UNNAMED.items()},
        **{(f"L-{number}", channel): rules for number in (3, 4) for channel, rules in resold.items()},
    }


def test_what_the_contract_asks_for_is_said_and_is_right(tmp_path: Path) -> None:
    leads = [lead(1, over_18="non"), lead(2, over_18=""), *map(lead, range(3, 7))]
    proofs = [
        proof(1),
        proof(2),
        proof(3, proof_sha256=hashlib.sha256(b"").hexdigest().upper()),
        proof(4, proof_sha256=""),
        proof(5, proof_sha256="oui"),
        proof(6, l223_2_notice="non"),
    ]
    of_both = {1: ["consent_minor_check"], 2: ["consent_minor_check"], 3: ["proof_integrity"], 4: ["proof_integrity"]}
    of_both[5] = ["proof_field_invalid", "proof_integrity"]
    assert failed(tmp_path, leads, proofs) == {
        **{(f"L-{number}", channel): rules for number, rules in of_both.items() for channel in ("email", "phone")},
        ("L-6", "phone"): ["tel_number_collection_notice"],
    }


def test_the_review_decides_what_persons_were_shown(tmp_path: Path) -> None:
    """The consent is of 7 September, and a list names us from a midnight in Paris on."""
    review = {"separate_from_terms": False, "informed_art13": False, "withdrawal_as_easy": None}
    rules = ["consent_informed_art13", "consent_not_in_terms", "consent_withdrawal_as_easy"]
    assert failed(tmp_path / "of before", [lead(1)], [proof(1)], named_since="2026-09-08", **review) == {
        ("L-1", "email"): sorted([*rules, "consent_partner_list_maintained"]),
        ("L-1", "phone"): rules,
    }
    silent = {"separate_from_terms": None, "l223_2_notice": None}
    assert failed(tmp_path / "of then", [lead(1)], [proof(1)], named_since="2026-09-07", **silent) == {
        ("L-1", "phone"): ["tel_number_collection_notice"],
    }
