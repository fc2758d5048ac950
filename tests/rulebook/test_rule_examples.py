"""Every example of every card, on the engine; and the law that each card must have the examples that test it."""

import pytest

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.rulebook.compiler import compile_rules
from pipelines.verdicts.examples import run_examples

CATALOGUE = load_catalogue()


def test_every_example_comes_out_as_its_card_says() -> None:
    assert [str(failure) for failure in run_examples(CATALOGUE, DuckDBEngine())] == []


@pytest.mark.parametrize("card", CATALOGUE.cards, ids=lambda card: card.id)
def test_a_card_has_a_pass_and_a_fail_and_where_it_can_an_unknown(card: object) -> None:
    from pipelines.rulebook.card import Card

    assert isinstance(card, Card)
    expected = {example.expect for example in card.examples}
    assert expected >= ({"pass", "fail"} if card.id != "proof_individual_record" else {"pass", "unknown"})


def test_rules_that_read_no_proof_are_not_used_to_choose_one() -> None:
    reading = {rule.id for rule in compile_rules(CATALOGUE, grain="lead_use") if rule.reads_proof}
    assert "opp_vendor_redelivery" not in reading
    assert "basis_admissible" not in reading
    assert {"proof_matches_lead", "consent_refused_at_collection", "tel_consent_max_age_one_year"} <= reading
