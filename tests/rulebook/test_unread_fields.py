"""A delivered value that can't be read is never a yes: no rule is better for it than with the value that was there."""

from typing import Any

import pytest

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.rulebook.card import Example
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.rulebook.compiler import CompiledRule, compile_rules
from pipelines.rulebook.lead_dossier import COLUMNS, DELIVERED, NULL_IF_UNREAD
from pipelines.verdicts.examples import example_outcomes
from pipelines.vocabulary.fields import FIELDS

RULES = [rule for grain in ("lead_use", "lead") for rule in compile_rules(load_catalogue(), grain=grain)]
REQUIRED = {f"{role}.{field.name}" for role, fields in FIELDS.items() for field in fields if field.is_required}


def unread(example: Example, column: str, fields: tuple[str, ...]) -> Example:
    """The same case with a field delivered that nobody can read."""
    unread_fields = sorted({*example.given.get("unread_fields", ()), *fields})
    blank: dict[str, Any] = {column: "consumer" if column == "audience" else None, "unread_fields": unread_fields}
    return example.model_copy(update={"given": {**example.given, **blank}})


def corrupted(rule: CompiledRule, examples: tuple[Example, ...]) -> list[Example]:
    columns = {column.name: column.fields for column in COLUMNS if column.origin in DELIVERED}
    columns |= dict.fromkeys(NULL_IF_UNREAD, ())
    can_be_bad = {name: tuple(f for f in fields if f not in REQUIRED) for name, fields in columns.items()}
    return [
        unread(example, name, fields)
        for example in examples
        for name, fields in can_be_bad.items()
        if name in rule.columns and (fields or name in NULL_IF_UNREAD)
    ]


@pytest.mark.fault(
    area="objections",
    fault="A vendor makes an inconvenient cell unreadable",
    promise="No rule passes that failed when the cell could be read.",
)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_rule_passes_where_it_failed_before_a_cell_became_unreadable(rule: CompiledRule) -> None:
    failing = tuple(example for example in rule.card.examples if example.expect in ("fail", "unknown"))
    cases = corrupted(rule, failing)
    outcomes = example_outcomes(rule, cases, DuckDBEngine()) if cases else []
    wrong = [
        (case.why, case.given["unread_fields"], outcome)
        for case, outcome in zip(cases, outcomes, strict=True)
        if outcome not in ("fail", "unknown")
    ]
    assert wrong == []


BOX = next(rule for rule in RULES if rule.id == "consent_box_not_prechecked")
TICKED = {
    "channel": "email", "claimed_basis": "consent", "action": "ticked_box", "used_at": "2026-09-01T08:00:00Z",
    "is_form_reviewed": True, "reviewed_box_prechecked": False,
}  # fmt: skip


def outcome_of(rule: CompiledRule, given: dict[str, Any]) -> str:
    from datetime import datetime

    whole = {**given, "used_at": datetime.fromisoformat(given["used_at"])}
    return example_outcomes(rule, [Example(why="a case", given=whole, expect="pass")], DuckDBEngine())[0]


def test_what_is_left_out_falls_back_on_our_review_and_what_is_unreadable_does_not() -> None:
    assert outcome_of(BOX, TICKED) == "pass"
    assert outcome_of(BOX, {**TICKED, "unread_fields": ["consent_proofs.box_prechecked"]}) == "unknown"


def test_an_audience_that_cannot_be_read_is_judged_as_a_consumer_and_passes_no_rule_of_some_audiences() -> None:
    rule = next(rule for rule in RULES if rule.id == "tel_optin_consent_required")
    case = {
        "channel": "phone",
        "claimed_basis": "consent",
        "proof_channels": ["phone"],
        "used_at": "2026-09-01T08:00:00Z",
    }
    assert outcome_of(rule, case) == "pass"
    assert outcome_of(rule, {**case, "unread_fields": ["leads.audience"]}) == "unknown"
    assert outcome_of(rule, {**case, "proof_channels": ["sms"], "unread_fields": ["leads.audience"]}) == "fail"
