"""The second reading of what persons are shown and told, and of the record that is kept of it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipelines.simulation.acceptance import Lead
from pipelines.simulation.market_facts import Column, Layout
from pipelines.simulation.truth import judge_lead
from tests.support.lead_facts import COLUMNS, LEAD, PROOF, REVIEW, TERMS, findings, sold_for, with_terms

OTHERS = replace(PROOF, recipients=("Autre",))
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def reviewed(channel: str, **changes: object) -> Lead:
    return with_terms(sold_for(channel), reviews={("F", "1"): replace(REVIEW, **changes)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("informed_art13", "consent_informed_art13"),
        ("withdrawal_as_easy", "consent_withdrawal_as_easy"),
        ("separate_from_terms", "consent_not_in_terms"),
    ],
)
def test_our_review_decides_and_a_silent_one_leaves_open_what_blocks_nobody(name: str, rule: str) -> None:
    assert findings(reviewed("email", **{name: True}), PROOF) == set()
    assert findings(reviewed("email", **{name: False}), PROOF) == {f"email {rule} fail"}
    silent = set() if name == "separate_from_terms" else {f"email {rule} unknown"}
    assert findings(reviewed("email", **{name: None}), PROOF) == silent


def test_a_number_of_before_the_law_needs_no_notice_and_a_confession_fails() -> None:
    rule = "phone tel_number_collection_notice"
    assert findings(sold_for("phone"), replace(PROOF, l223_2_notice=False)) == {f"{rule} fail"}
    assert findings(reviewed("phone", l223_2_notice=None), replace(PROOF, l223_2_notice=True)) == {f"{rule} unknown"}
    last = datetime(2026, 8, 10, 21, 59, 59, tzinfo=UTC)
    before = replace(reviewed("phone", l223_2_notice=False), collected_at=last)
    assert f"{rule} fail" not in findings(before, replace(PROOF, consent_at=last))
    first = datetime(2026, 8, 10, 22, tzinfo=UTC)
    assert f"{rule} fail" in findings(replace(before, collected_at=first), replace(PROOF, consent_at=first))


def test_a_consent_is_not_sold_on_unless_it_named_us() -> None:
    resold = replace(OTHERS, chain="a > b > c")
    assert findings(sold_for("email"), resold) == {
        "email consent_named_recipient_elec fail",
        "email consent_no_onward_transfer fail",
    }
    assert findings(sold_for("email"), replace(resold, chain="a > b")) == {"email consent_named_recipient_elec fail"}
    assert findings(sold_for("email"), replace(PROOF, chain="a > b > c")) == set()


def test_who_was_listed_later_has_no_consent_of_before() -> None:
    """The consent is of 20 August."""
    late = reviewed("email", named_since=date(2026, 8, 21))
    assert findings(late, PROOF) == {"email consent_partner_list_maintained fail"}
    assert findings(reviewed("email", named_since=date(2026, 8, 20)), PROOF) == set()
    assert findings(reviewed("phone", named_since=date(2026, 8, 21)), PROOF) == set()


def test_a_digest_is_owed_where_it_was_agreed_and_one_of_nothing_is_none() -> None:
    asking = Layout("p*", "csv", {**COLUMNS, "proof_sha256": Column("empreinte")})
    lead = with_terms(sold_for("sms"), proofs=asking)
    assert findings(sold_for("sms"), PROOF) == findings(lead, replace(PROOF, proof_sha256="ab" * 32)) == set()
    assert findings(lead, PROOF) == {"sms proof_integrity fail"}
    assert findings(lead, replace(PROOF, proof_sha256=NOTHING)) == {"sms proof_integrity fail"}


def test_a_consumer_is_of_age_where_the_contract_asks() -> None:
    asking = replace(TERMS, leads=Layout("l*", "csv", {"over_18": Column("majeur")}))

    def judged(**changes: object) -> list[str]:
        return list(judge_lead(replace(LEAD, said_audience="consumer", **changes), is_duplicate=False))  # type: ignore[arg-type]

    assert judged() == judged(terms=asking, is_over_18=True) == []
    assert judged(terms=asking) == judged(terms=asking, is_over_18=False) == ["consent_minor_check"]
    assert "consent_minor_check" not in judged(terms=asking, audience="legal_person")
