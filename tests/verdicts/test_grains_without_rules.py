"""A house may switch off every rule of a grain: the others are judged, explained and used as before."""

from datetime import UTC, datetime

import pytest

from pipelines.rulebook.catalogue import load_catalogue
from pipelines.verdicts.explain import explain
from pipelines.verdicts.judge import Judge
from pipelines.verdicts.uses_now import uses_now
from tests.support.clean_market import MONDAY, VENDOR, CleanMarket, lead, proof

AS_OF = datetime(2026, 9, 14, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> CleanMarket:
    market = CleanMarket(tmp_path_factory.mktemp("grains"))
    market.deliver([lead(1)], "leads.csv")
    market.deliver([proof(1)], "proofs.csv")
    market.reconcile(AS_OF)
    return market


@pytest.mark.parametrize("grain", ["lead_use", "lead", "delivery"])
def test_a_grain_without_rules_leaves_the_others(market: CleanMarket, grain: str) -> None:
    house, catalogue = market.house, load_catalogue()
    left_out = [card.id for card in catalogue.cards if card.grain == grain]
    judge = Judge(engine=house.engine, lake=house.lake, catalogue=catalogue.without(left_out))
    contracts = house.contracts().of(VENDOR)
    judged = next(day for day in judge.judge(contracts, VENDOR, [MONDAY], as_of=AS_OF) if day.day == MONDAY)
    assert judged.tables["verdicts"]["verdict"].to_pylist() == ["usable", "usable"]
    explained = explain(judge, house.lake, contracts, VENDOR, "L-1", as_of=AS_OF)
    assert [use.channel for use in explained] == ["email", "phone"]
    used = uses_now(judge, house.lake.as_found(), contracts, VENDOR, [MONDAY], as_of=AS_OF)
    assert used["verdict"].to_pylist() == ["usable", "usable"]
