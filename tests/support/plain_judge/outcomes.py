"""From readings to outcomes, and from outcomes to a verdict."""

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol

from tests.support.plain_judge.answers import Answer
from tests.support.plain_judge.cases import Case, Facts
from tests.support.plain_judge.readings import BY_DELIVERY, BY_LEAD, BY_USE, Reading

for _subject in (
    *(
        "bases",
        "conformity",
        "consent",
        "electronic",
        "forms",
        "governance",
        "opposition",
        "phone",
        "proofs",
        "quality",
        "sectors",
    ),
):
    import_module(f"tests.support.plain_judge.{_subject}")
ALL_AUDIENCES = 3


class Structure(Protocol):
    """What a verdict takes from a card beside its law."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Rules without which this one says nothing."""

    @property
    def severity(self) -> str:
        """`blocking` ones decide."""


def outcomes_of_use(case: Case) -> dict[str, str]:
    """By rule, what each reading about a lead on a channel says."""
    return {rule: _outcome(reading, case) for rule, reading in BY_USE.items()}


def outcomes_of_lead(case: Case) -> dict[str, str]:
    """By rule, what each reading about a lead says."""
    return {rule: _outcome(reading, case) for rule, reading in BY_LEAD.items()}


def outcomes_of_delivery(facts: Facts) -> dict[str, str]:
    """By rule, what each reading about a delivery says."""
    return {
        rule: "not_applicable" if reading.since and facts["used_on"] < reading.since else _of(*reading.rules_on(facts))
        for rule, reading in BY_DELIVERY.items()
    }


def _outcome(reading: Reading[Case], case: Case) -> str:
    """Whom an audience that can't be read is takes no rule away from the person, and lets none pass."""
    is_anybody = reading.audiences is not None and case.is_unread("leads.audience")
    if reading.since and case.used_on < reading.since:
        return "not_applicable"
    if reading.channels and case.channel not in reading.channels:
        return "not_applicable"
    if reading.audiences and not is_anybody and case.audience not in reading.audiences:
        return "not_applicable"
    said = _of(*reading.rules_on(case))
    return "unknown" if said == "pass" and is_anybody else said


def _of(applies: Answer, holds: Answer) -> str:
    """Unknown whether it applies is unknown: leaving a field out switches no rule off (review.md, principle 4)."""
    if not applies:
        return "unknown" if applies is None else "not_applicable"
    return "unknown" if holds is None else "pass" if holds else "fail"


def settled(outcomes: Mapping[str, str], cards: Mapping[str, Structure]) -> dict[str, str]:
    """Outcomes once a rule says nothing where one that it needs did not pass (design, section 6, `needs`)."""
    done: dict[str, str] = {}

    def settle(rule: str) -> str:
        if rule not in done:
            stands = all(settle(needed) == "pass" for needed in cards[rule].needs)
            done[rule] = outcomes[rule] if stands else "not_applicable"
        return done[rule]

    return {rule: settle(rule) for rule in outcomes}


def verdict(outcomes: Mapping[str, str], cards: Mapping[str, Structure]) -> str:
    """Of settled outcomes, before the proof deadline: one blocking fail blocks, one unknown holds (design, words)."""
    said = {outcome for rule, outcome in outcomes.items() if cards[rule].severity == "blocking"}
    return "blocked" if "fail" in said else "on_hold" if "unknown" in said else "usable"
