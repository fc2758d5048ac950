"""The language of the cards: what it refuses, and how missing facts travel through it."""

from datetime import date

import pytest

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.rulebook.expressions import ExpressionError, expand_given, is_owed, parse_condition
from pipelines.rulebook.parameters import DatedParameter

PARAMETERS = {"limit": DatedParameter(values={date(2023, 3, 1): 4, date(2026, 8, 11): 6}, reference="art. 1")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("consent_aat <= used_at", "did you mean `consent_at`"),
        ("recipients is null", "absence is never knowledge"),
        ("coalesce(box_prechecked, false)", "absence is never knowledge"),
        ("arg_max(consent_at, used_at) < used_at", "not portable"),
        ("lead_id", "true or false"),
        ("parameters.limitt > 3", "did you mean `limit`"),
        ("(select true)", "not in the language"),
        ("consent_at <=", "not an SQL expression"),
    ],
)
def test_what_is_not_in_the_language_is_refused_with_a_mend(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        parse_condition(text, grain="lead_use", parameters=PARAMETERS)


def test_a_column_of_another_grain_is_refused() -> None:
    with pytest.raises(ExpressionError, match="at grain delivery"):
        parse_condition("is_duplicate", grain="delivery", parameters={})


def test_absence_from_our_own_registers_may_be_asked_for() -> None:
    tree = parse_condition("opposition_blame_at is null", grain="lead_use", parameters={})
    assert expand_given(tree).sql("duckdb") == "opposition_blame_at IS NULL"


@pytest.mark.parametrize(("used_on", "expected"), [("2026-08-10", 4), ("2026-08-11", 6), ("2023-02-28", None)])
def test_a_parameter_has_the_value_in_force_on_the_day_of_use(used_on: str, expected: int | None) -> None:
    tree = parse_condition("parameters.limit = 4", grain="lead_use", parameters=PARAMETERS)
    answer = evaluate(tree.sql("duckdb"), f"date '{used_on}' as used_on")
    assert answer == (None if expected is None else expected == 4)


@pytest.mark.parametrize(
    ("recipients", "sirens", "expected"),
    [("['A']", "null", True), ("null", "['1']", True), ("null", "null", None)],
)
def test_given_is_true_or_null_never_false(recipients: str, sirens: str, expected: bool | None) -> None:
    tree = expand_given(
        parse_condition("given(recipients) or given(recipient_sirens)", grain="lead_use", parameters={})
    )
    row = f"cast({recipients} as varchar[]) as recipients, cast({sirens} as varchar[]) as recipient_sirens"
    assert evaluate(tree.sql("duckdb"), row) is expected


@pytest.mark.parametrize(
    ("mapped", "form", "recipients", "expected"),
    [
        ("['consent_proofs.recipients']", "'F1'", "null", True),  # the contract maps what is missing
        ("['consent_proofs.form_id']", "'F1'", "null", False),  # it maps something else that is there
        ("['consent_proofs.form_id']", "null", "null", True),  # one missing field of two is mapped
        ("[]", "null", "null", False),  # nothing is owed without a contract that asks for it
        ("['consent_proofs.recipients']", "'F1'", "['A']", False),  # nothing is missing
    ],
)
def test_what_the_contract_maps_is_owed(mapped: str, form: str, recipients: str, expected: bool) -> None:
    tree = parse_condition("given(proof_form_id) and given(recipients)", grain="lead_use", parameters={})
    row = f"""cast({mapped} as varchar[]) as mapped_fields, cast({form} as varchar) as proof_form_id,
        cast({recipients} as varchar[]) as recipients"""
    assert bool(evaluate(is_owed(tree).sql("duckdb"), row)) is expected


def evaluate(sql: str, row: str) -> object:
    with DuckDBEngine().session() as session:
        return session.fetch(f"select {sql} as answer from (select {row})")["answer"][0].as_py()
