"""A pilot, from the files to what is counted of it: judged as any other, used by nobody, in no score and no claim."""

from dataclasses import replace
from datetime import UTC, date, datetime
from math import log2
from pathlib import Path
from typing import Any

import pytest

from pipelines.candidates.decisions import EXCEPTION, REFUSED, DecisionNote, note_decision
from pipelines.candidates.pilot import pilot_of
from pipelines.checks.delivery_faults import unexpected_deliveries
from pipelines.dossiers.facts import dossier_facts, vendor_tables
from pipelines.house import House
from pipelines.scores.method import CONTRACT
from pipelines.scores.scorer import Scorer
from pipelines.verdicts.uses_now import uses_now
from tests.support.clean_market import LATE, MONDAY, VENDOR, CleanMarket, contract_text, lead, proof

TUESDAY = date(2026, 9, 8)
RULE = "vendor_gone_live"
TERMS: dict[str, Any] = {"refusalGrounds": ["field_invalid"]}


def piloted(home: Path, *notes: DecisionNote, stage: str = "pilot", then: str | None = None) -> CleanMarket:
    """A right lead, and one with a bad postal code, on Monday; on Tuesday the same of others, under a next contract."""
    market = CleanMarket(home, {"stage": stage, **TERMS})
    if then is not None:
        text = contract_text(stage=then, **TERMS)
        (home / "contracts" / VENDOR / f"{TUESDAY}.odcs.yaml").write_text(text, encoding="utf-8")
    for note in notes:
        note_decision(market.house.registry, note)
    for first, day in ((1, MONDAY), (3, TUESDAY)):
        market.deliver([lead(first, day), lead(first + 1, day, postal_code="?")], "leads.csv", day)
        market.deliver([proof(first, day), proof(first + 1, day)], "proofs.csv", day)
    market.reconcile(LATE, until=TUESDAY)
    return market


def decided(decision: str, on: date, reason: str | None = None) -> DecisionNote:
    return DecisionNote(VENDOR, decision, datetime(on.year, on.month, on.day, 9, tzinfo=UTC), "achats", reason)


def of_rule(market: CleanMarket) -> dict[tuple[date, str], tuple[str, str | None, str | None]]:
    found = [row for row in market.rows("findings") if row["rule_id"] == RULE]
    return {
        (row["delivery_date"], row["lead_id"]): (row["outcome"], row["attributable_to"], row["pending_on"])
        for row in found
    }


def live_and_claimed(house: House) -> tuple[list[bool], int]:
    """Which deliveries a dossier shows as live, and how many leads it claims."""
    contracts = house.contracts().of(VENDOR)
    with vendor_tables(house.engine, house.lake, VENDOR, as_of=LATE) as session:
        facts = dossier_facts(session, house.catalogue, contracts, final=[], as_of=LATE)
    return [line.is_live for line in facts.deliveries][-2:], facts.claims.leads_count if facts.claims else 0


def scored_leads(house: House) -> int:
    scored = Scorer(house.engine, house.lake, house.contracts(), house.registry).score(VENDOR, LATE)
    return scored.scores[-1].leads_received if scored.scores else 0


def told(house: House) -> list[tuple[date, str]]:
    """What the check in the UI says."""
    rows = house.lake.read("deliveries", VENDOR, [MONDAY, TUESDAY])
    return [(fault.day, fault.words) for fault in unexpected_deliveries(rows, house.contracts().in_force)]


def test_before_the_decision_everything_is_judged_and_waits_on_us(tmp_path: Path) -> None:
    market = piloted(tmp_path)
    assert set(market.verdicts().values()) == {"on_hold"}
    assert of_rule(market) == {
        (MONDAY, "L-1"): ("unknown", None, "advertiser"),
        (MONDAY, "L-2"): ("unknown", None, "advertiser"),
        (TUESDAY, "L-3"): ("unknown", None, "advertiser"),
        (TUESDAY, "L-4"): ("unknown", None, "advertiser"),
    }
    assert {row["rule_id"] for row in market.rows("findings")} == {RULE, "field_invalid"}
    house = market.house
    assert (scored_leads(house), live_and_claimed(house), told(house)) == (0, ([False, False], 0), [])
    book = house.contracts()
    today = uses_now(house.judge, house.lake, book.of(VENDOR), VENDOR, [MONDAY, TUESDAY], as_of=LATE)
    assert set(today["verdict"].to_pylist()) == {"on_hold"}
    contract, one = book.in_force(VENDOR, TUESDAY), house.methods().versions[0]
    assert contract is not None
    method = replace(one, scoring=replace(one.scoring, slope_beyond=1))
    asked = (house.engine, house.lake, house.catalogue, VENDOR, contract)
    pilot = pilot_of(*asked, method, contracts=book.of(VENDOR), as_of=LATE)
    # two leads of each day on two channels; all uses wait for the decision alone; 2 of 4 leads have a bad postal code
    assert (pilot.delivery_count, pilot.leads_count, pilot.uses_count, pilot.fit_count) == (2, 4, 8, 8)
    assert {score.dimension: score.rate for score in pilot.above_tolerance} == {"quality": 0.5}
    renewed = [replace(contract, renewal_on=TUESDAY), replace(contract, valid_from=TUESDAY)]
    second = pilot_of(*asked, replace(method, window=CONTRACT), contracts=renewed, as_of=LATE)
    assert (second.since, second.delivery_count, second.leads_count, second.uses_count) == (TUESDAY, 1, 2, 4)
    # a tenth of that is tolerated: 80 points, and one less at each doubling
    assert pilot.above_tolerance[0].points == pytest.approx(80 - log2(10))


def test_from_the_decision_on_a_live_contract_is_used_scored_and_claimed(tmp_path: Path) -> None:
    market = piloted(tmp_path, decided(EXCEPTION, TUESDAY, "comité du 8"), then="live")
    assert {use[0] for use, verdict in market.verdicts().items() if verdict == "usable"} == {"L-3", "L-4"}
    assert {lead_id for _, lead_id in of_rule(market)} == {"L-1", "L-2"}
    house = market.house
    assert (scored_leads(house), live_and_claimed(house), told(house)) == (2, ([False, True], 1), [])


def test_a_refused_vendor_is_blocked_at_our_account_and_its_deliveries_are_told(tmp_path: Path) -> None:
    """Its contract was live on Monday already, and nobody had decided."""
    market = piloted(tmp_path, decided(REFUSED, TUESDAY, "pilote insuffisant"), stage="live")
    assert {use[0]: verdict for use, verdict in market.verdicts().items()} == {
        **dict.fromkeys(("L-1", "L-2"), "on_hold"),
        **dict.fromkeys(("L-3", "L-4"), "blocked"),
    }
    assert of_rule(market)[TUESDAY, "L-3"] == ("fail", "advertiser", None)
    house = market.house
    (refused_on, refused), (undecided_on, undecided) = told(house)
    assert (refused_on, undecided_on) == (TUESDAY, MONDAY)
    assert "was refused" in refused
    assert "nobody has decided" in undecided
    assert (scored_leads(house), live_and_claimed(house)) == (0, ([False, False], 0))
