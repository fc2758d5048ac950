"""Which delivered facts an undecided rule lacks, part by part of its condition."""

import pytest

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.rulebook.expressions import parse_condition
from pipelines.rulebook.missing_facts import missing_facts, needed_fields

PROOF = """decision = 'given' and given(action)
  and (given(recipients) or given(recipient_sirens) or given(partner_list_version))"""
PARTNERS = "|".join(f"consent_proofs.{name}" for name in ("partner_list_version", "recipient_sirens", "recipients"))
BY_CHANNEL = "case when channel = 'email' then email_keys_equal else phone_keys_equal end"
EMAIL, PHONE = "consent_proofs.email|consent_proofs.email_sha256", "consent_proofs.phone|consent_proofs.phone_sha256"


def missing(row: str, passes: str, applies: str = "claimed_basis = 'consent'") -> list[str]:
    trees = [parse_condition(text, grain="lead_use", parameters={}) for text in (applies, passes)]
    sql = missing_facts(*trees, "duckdb")
    with DuckDBEngine(threads=1).session() as session:
        ((found,),) = [tuple(one.values()) for one in session.fetch(f"select {sql} from (select {row})").to_pylist()]
    return sorted(found)


def proof_row(**given: str) -> str:
    columns = {
        "claimed_basis": "'consent'", "has_proof": "true", "decision": "'given'", "action": "'ticked_box'",
        "recipients": "['A']", "recipient_sirens": "cast(null as varchar[])", "partner_list_version": "null",
    } | given  # fmt: skip
    return ", ".join(f"{value} as {name}" for name, value in columns.items())


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"action": "null"}, ["consent_proofs.action"]),
        ({"recipients": "cast(null as varchar[])"}, [PARTNERS]),
        ({"recipients": "cast(null as varchar[])", "partner_list_version": "'v1'"}, []),
        ({"decision": "null", "action": "null"}, ["consent_proofs.action", "consent_proofs.decision"]),
        ({"has_proof": "false", "action": "null"}, ["consent_proofs"]),
        ({"claimed_basis": "null", "has_proof": "false"}, ["leads.claimed_basis"]),
    ],
)
def test_each_missing_part_of_a_proof_is_named_once(given: dict[str, str], expected: list[str]) -> None:
    assert missing(proof_row(**given), PROOF) == expected


@pytest.mark.parametrize(("channel", "expected"), [("email", [EMAIL]), ("sms", [PHONE])])
def test_of_a_case_only_the_branch_that_is_taken_is_looked_at(channel: str, expected: list[str]) -> None:
    keys = "cast(null as boolean) as email_keys_equal, cast(null as boolean) as phone_keys_equal"
    row = f"'consent' as claimed_basis, true as has_proof, '{channel}' as channel, {keys}"
    assert missing(row, BY_CHANNEL) == expected


@pytest.mark.parametrize(
    ("passes", "channel", "expected"),
    [
        (PROOF, "email", ("consent_proofs.decision", "consent_proofs.action", PARTNERS)),
        (BY_CHANNEL, "email", (EMAIL,)),
        (BY_CHANNEL, "phone", (PHONE,)),
        ("case when not reviewed_box_prechecked then true else reviewed_box_prechecked end", "email", ()),
    ],
)
def test_what_a_rule_needs_in_any_case_is_told_before_anything_came(
    passes: str, channel: str, expected: tuple[str, ...]
) -> None:
    tree = parse_condition(passes, grain="lead_use", parameters={})
    assert needed_fields(tree, channel) == expected
