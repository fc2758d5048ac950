"""Outcomes in rows: one query over packed numbers says of every rule what its needs and the deadline make of it."""

from collections.abc import Mapping
from random import Random
from typing import Final

import pyarrow as pa

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.rulebook.card import Card
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.rulebook.compiler import Code
from pipelines.rulebook.judgement import judgement_of
from pipelines.rulebook.patterns import pattern_outcomes
from pipelines.rulebook.rule_table import packed_outcomes

JUDGEMENT: Final = judgement_of(load_catalogue())
RULES: Final = JUDGEMENT.lead_use
ALONE: Final = (Code.PASS, Code.PASS, Code.PASS, Code.FAIL, Code.UNKNOWN, Code.NOT_APPLICABLE, Code.OWED)
"""What a rule can say by itself; mostly that it passes, so that rules which need others are reached."""


def settled(card: Card, alone: Mapping[str, Code], cards: Mapping[str, Card], *, is_final: bool) -> Code:
    """As the design says it: not applicable unless every needed rule passed; owed is not proven at the deadline."""
    if any(settled(cards[needed], alone, cards, is_final=is_final) != Code.PASS for needed in card.needs):
        return Code.NOT_APPLICABLE
    return Code.NOT_PROVEN if is_final and alone[card.id] == Code.OWED else alone[card.id]


def test_one_query_settles_every_rule_as_its_needs_do_one_by_one() -> None:
    chance = Random(11)
    said = [{rule.id: chance.choice(ALONE) for rule in RULES} for _ in range(200)]
    rows = [{"pattern_no": number, "is_final": number % 2 == 0, **by_rule} for number, by_rule in enumerate(said)]
    named = ", ".join(f"{rule.id} as o_{rule.id}" for rule in RULES)
    with DuckDBEngine(threads=1).session() as session:
        session.register("said", pa.Table.from_pylist(rows))
        session.register("rules", JUDGEMENT.rules)
        packed = packed_outcomes(RULES, JUDGEMENT.grains)
        session.create(
            "packed_patterns",
            f"select pattern_no, 'lead_use' as grain, is_final, {packed} from (select *, {named} from said)",
        )
        session.create("pattern_outcomes", pattern_outcomes(JUDGEMENT.grains))
        found = session.fetch("select * from pattern_outcomes inner join rules using (rule_no)").to_pylist()
    cards = {rule.id: rule.card for rule in RULES}
    assert {(row["pattern_no"], row["rule_id"]): (row["alone"], row["code"]) for row in found} == {
        (number, rule): (code, settled(cards[rule], by_rule, cards, is_final=number % 2 == 0))
        for number, by_rule in enumerate(said)
        for rule, code in by_rule.items()
    }
