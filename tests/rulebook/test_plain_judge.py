"""The rules against a second reading of the law, case by case; and what holds whatever the law says."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any, Final

import pytest

from pipelines.rulebook.card import Card
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.rulebook.lead_dossier import COLUMNS, DELIVERED
from tests.support.judged_cases import blank_outcomes, judged_cases, judged_deliveries
from tests.support.plain_judge.cases import Case, Facts, Noted
from tests.support.plain_judge.outcomes import (
    outcomes_of_delivery,
    outcomes_of_lead,
    outcomes_of_use,
    settled,
    verdict,
)
from tests.support.plain_judge.paris import a_year_after, easter_sunday, end_of_fifth_working_day
from tests.support.plain_judge.readings import BY_DELIVERY, BY_LEAD, BY_USE
from tests.support.random_cases import MENTIONS, random_cases, random_deliveries, valid_proof

CATALOGUE: Final = load_catalogue()
CASES: Final = 20_000
FEW: Final = 400
LEAST: Final = 25
"""How often each outcome of each rule is in the sample."""
RANKS: Final = ("usable", "on_hold", "blocked")
FOUND_BY_US: Final = "what we count or compare is never missing"
NEVER: Final[Mapping[tuple[str, str], str]] = {
    ("proof_individual_record", "fail"): "the record of a refusal is not looked at as a proof; the card has an example",
    **{
        (rule, "unknown"): FOUND_BY_US
        for rule in (
            *("opp_vendor_redelivery", "proof_field_invalid", "field_invalid", "lead_duplicate", "phone_unallocated"),
            *("value_placeholder", "lead_too_old_at_delivery", *BY_DELIVERY),
        )
    },
}
OF_PROOF: Final = ("action", "box_prechecked", "recipients", "mentions", "form_id", "consent_at", "chain", "channels")
OF_LEAD: Final = ("claimed_basis", "audience", "job_function", "informed_at_collection", "channels")
"""Not the SIREN: without it the lead is a consumer, to whom more rules apply, and some pass."""
Judged = dict[str, Any]


def read_plainly(case: Case) -> dict[str, str]:
    return outcomes_of_use(case) | outcomes_of_lead(case)


def disagreements(case: Case, judged: Judged) -> list[str]:
    """What the product says otherwise: rule, both outcomes, and the columns that the rule reads; or the verdict."""
    read, cards = read_plainly(case), CATALOGUE.by_id
    of_rules = [
        f"{rule}: the text says {said}, the card {judged[f'outcome.{rule}']}; {told(case, cards[rule])}"
        for rule, said in read.items()
        if said != judged[f"outcome.{rule}"]
    ]
    said = verdict(settled({rule: read[rule] for rule in BY_USE}, cards), cards)
    return of_rules or ([] if said == judged["verdict"] else [f"{case.lead['lead_id']}: {said}, {judged['verdict']}"])


def told(case: Case, card: Card) -> str:
    """The act, whom it is about, and the columns of a use's dossier that the card names."""
    text = " ".join([card.pass_when, card.applies_when or "", *card.evidence])
    of_use = [column.name for column in COLUMNS if "lead_use" in column.grains]
    names = [name for name in of_use if name in ("used_at", "channel", "audience", "unread_fields") or name in text]
    (row,) = judged_cases(CATALOGUE, [case], names)
    return ", ".join(f"{name}={row[name]}" for name in names)


def test_a_plain_reading_of_the_law_agrees_on_every_case() -> None:
    cases = random_cases(seed=20_261_129, count=CASES)
    judged = judged_cases(CATALOGUE, cases)
    assert len(judged) == CASES
    found = (line for case, row in zip(cases, judged, strict=True) for line in disagreements(case, row))
    assert list(islice(found, 3)) == []
    tally = Counter((rule, row[f"outcome.{rule}"]) for row in judged for rule in (*BY_USE, *BY_LEAD))
    assert_not_vacuous(tally, [*BY_USE, *BY_LEAD])
    assert min(Counter(row["verdict"] for row in judged)[rank] for rank in RANKS) >= LEAST


def assert_not_vacuous(tally: Counter[tuple[str, str]], rules: Sequence[str]) -> None:
    """Every rule passes, fails and has no answer often enough, but for what can't be; each exception is one."""
    answers = [(rule, said) for rule in rules for said in ("pass", "fail", "unknown")]
    assert {answer for answer in answers if tally[answer] < LEAST} == {one for one in NEVER if one in answers}
    assert [answer for answer in NEVER if tally[answer]] == []


def test_a_plain_reading_agrees_on_every_delivery() -> None:
    deliveries = random_deliveries(seed=20_261_129, count=2_000)
    judged = judged_deliveries(CATALOGUE, deliveries)
    assert [outcomes_of_delivery(one) for one in deliveries] == judged
    assert_not_vacuous(Counter((rule, said) for row in judged for rule, said in row.items()), [*BY_DELIVERY])


def test_every_card_is_read() -> None:
    """And a text is in force from the same day, on the same channels and for the same persons."""
    readings = {**BY_USE, **BY_LEAD, **BY_DELIVERY}
    assert readings.keys() == CATALOGUE.by_id.keys()
    for rule, reading in readings.items():
        card = CATALOGUE.by_id[rule]
        assert (rule, reading.since) == (rule, card.in_force.from_)
        assert set(reading.channels or card.channels) == set(card.channels), rule
        assert set(reading.audiences or card.audiences) == set(card.audiences), rule


@pytest.mark.parametrize(
    ("consented", "ends"),
    [
        (datetime(2026, 8, 12, 9), datetime(2027, 8, 12, 9)),
        (datetime(2028, 2, 29, 9), datetime(2029, 2, 28, 9)),
        (datetime(2027, 3, 1, 9), datetime(2028, 3, 1, 9)),  # 366 days
        (datetime(2025, 10, 25, 0, 30), datetime(2026, 10, 25, 0, 30)),  # 02:30 in Paris comes twice: the first
        (datetime(2026, 3, 28, 1, 30), datetime(2027, 3, 28, 1, 30)),  # 02:30 is skipped: 03:30
    ],
)
def test_a_year_is_one_on_the_calendar_of_paris(consented: datetime, ends: datetime) -> None:
    assert a_year_after(consented) == ends


def test_five_working_days_pass_over_sundays_and_holidays() -> None:
    asked = datetime(2026, 4, 1, 9)  # Wednesday; Good Friday is the 3rd, Easter Monday the 6th
    assert easter_sunday(2026) == date(2026, 4, 5)
    assert end_of_fifth_working_day(asked, is_in_alsace_moselle=False) == datetime(2026, 4, 8, 22)
    assert end_of_fifth_working_day(asked, is_in_alsace_moselle=True) == datetime(2026, 4, 9, 22)


@pytest.fixture(scope="module")
def few() -> list[Case]:
    """Some cases, then the same of other persons: with a proof more, an opposition more, a cell spoilt."""
    chance = Random(11)
    return [
        *again(0),
        *map(standing, again(1)),
        *(replace(standing(case), more_records=(valid_proof(case),)) for case in again(2)),
        *(replace(case, oppositions=(*case.oppositions, one_more(case, chance))) for case in again(3)),
        *(without_one_field(case, chance) for case in again(4)),
    ]


@pytest.fixture(scope="module")
def judged(few: list[Case]) -> list[Judged]:
    return judged_cases(CATALOGUE, few)


def again(time: int) -> list[Case]:
    return random_cases(seed=7, count=FEW, first=time * FEW)


def judged_part(judged: Sequence[Judged], time: int) -> Sequence[Judged]:
    return judged[time * FEW : (time + 1) * FEW]


def moved(judged: Sequence[Judged], one: int, other: int) -> Counter[int]:
    """How many verdicts moved, by how far: up is worse."""
    pairs = zip(judged_part(judged, one), judged_part(judged, other), strict=True)
    return Counter(RANKS.index(new["verdict"]) - RANKS.index(old["verdict"]) for old, new in pairs)


def test_the_order_of_rows_changes_nothing(few: list[Case], judged: list[Judged]) -> None:
    assert judged_cases(CATALOGUE, few, shuffled_by=Random(3)) == judged


def test_an_added_valid_proof_never_makes_a_verdict_worse(judged: list[Judged]) -> None:
    by = moved(judged, 1, 2)
    assert by[1] + by[2] == 0
    assert by[-1] + by[-2] >= LEAST


def test_a_later_opposition_never_makes_a_verdict_better(judged: list[Judged]) -> None:
    by = moved(judged, 0, 3)
    assert by[-1] + by[-2] == 0
    assert by[1] + by[2] >= LEAST


def test_what_nobody_can_read_makes_nothing_pass(few: list[Case], judged: list[Judged]) -> None:
    """One field more that can't be read: no rule passes that did not, whatever the vendor hid in the cell."""
    better = [
        (rule, told(case, CATALOGUE.by_id[rule]))
        for case, old, new in zip(few[4 * FEW :], judged[:FEW], judged[4 * FEW :], strict=True)
        for rule, said in settled_of(new).items()
        if said == "pass" and settled_of(old)[rule] != "pass"
    ]
    assert better == []


def settled_of(judged: Judged) -> dict[str, str]:
    return settled({rule: judged[f"outcome.{rule}"] for rule in (*BY_USE, *BY_LEAD)}, CATALOGUE.by_id)


def standing(case: Case) -> Case:
    """Nothing stands against the person's consent but its record: who withdrew it can't prove it, nor who shares it.

    Our review of the version that a valid proof names, if there is one, finds no fault.
    """
    record = case.record and case.record | {"withdrawn_at": None, "invalid_fields": kept(case.record)}
    seen = case.seen | {"is_consent_of_other_person": False}
    return replace(case, record=record, seen=seen, withdrawals=(), form=case.form and without_fault(case.form))


def kept(record: Facts) -> list[str]:
    return [name for name in record["invalid_fields"] if name != "withdrawn_at"]


def without_fault(form: Facts) -> Facts:
    good = dict.fromkeys(form, True) | dict.fromkeys(("box_prechecked", "participation_requires_consent"), False)
    told = {"mentions": [*MENTIONS], "form_id": "devis", "form_version": "3"}
    return good | told | {"reviewed_on": form["reviewed_on"], "text_digest": "3f0a", "named_since": None}


def one_more(case: Case, chance: Random) -> Noted:
    """An opposition to every channel, after the consent, before or after the act."""
    consented = case.of_proof("consent_at") or case.used_at - timedelta(days=9)
    said_at = chance.choice((consented + timedelta(seconds=1), case.used_at, case.used_at - timedelta(hours=1)))
    return Noted(None, said_at, case.known_at)


def without_one_field(case: Case, chance: Random) -> Case:
    if case.record is not None and chance.random() < 0.7:
        return replace(case, record=unread(case.record, chance.choice(OF_PROOF)))
    return replace(case, lead=unread(case.lead, chance.choice(OF_LEAD)))


def unread(facts: Facts, name: str) -> Facts:
    return facts | {name: None, "invalid_fields": sorted({*facts["invalid_fields"], name})}


def test_nothing_delivered_and_nothing_reviewed_never_passes() -> None:
    """All that a vendor delivers and all that we review is NULL: a rule that asks for any of it can't pass."""
    origins = (*DELIVERED, "review")
    for rule, outcomes in blank_outcomes(CATALOGUE, origins).items():
        assert "pass" not in outcomes, rule
