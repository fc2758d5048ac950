"""Which readings there are, and when, where and for whom each text is in force."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from tests.support.plain_judge.answers import Answer
from tests.support.plain_judge.cases import Case, Facts

GDPR = date(2018, 5, 25)
"""RGPD, art. 99, 2."""
ELECTRONIC = ("email", "sms", "automated_call")
"""CPCE, art. L. 34-5: electronic mail, and automated calling systems."""
CALLS = ("phone", "automated_call")
MESSAGES = ("email", "sms")

Judged = TypeVar("Judged")


class Ruling(NamedTuple):
    """What a text says of a case: whether it is about it, and whether it is kept."""

    applies: Answer
    holds: Answer


@dataclass(frozen=True)
class Reading(Generic[Judged]):
    """One rule as the law has it."""

    rule: str
    rules_on: Callable[[Judged], Ruling]
    since: date | None
    """First day in Paris; None: a term of the contract, as old as it is."""
    channels: tuple[str, ...] | None
    audiences: tuple[str, ...] | None


BY_USE: dict[str, Reading[Case]] = {}
BY_LEAD: dict[str, Reading[Case]] = {}
BY_DELIVERY: dict[str, Reading[Facts]] = {}


def of_use(
    since: date | None = GDPR, channels: tuple[str, ...] | None = None, audiences: tuple[str, ...] | None = None
) -> Callable[[Callable[[Case], Ruling]], Callable[[Case], Ruling]]:
    """A reading about a lead on a channel, named after its rule; all channels and audiences where none is named."""

    def enter(reading: Callable[[Case], Ruling]) -> Callable[[Case], Ruling]:
        name = reading.__name__
        BY_USE[name] = Reading(name, reading, since, channels, audiences)
        return reading

    return enter


def of_lead(
    since: date | None = None, audiences: tuple[str, ...] | None = None
) -> Callable[[Callable[[Case], Ruling]], Callable[[Case], Ruling]]:
    """A reading about a lead, whatever its channels."""

    def enter(reading: Callable[[Case], Ruling]) -> Callable[[Case], Ruling]:
        name = reading.__name__
        BY_LEAD[name] = Reading(name, reading, since, None, audiences)
        return reading

    return enter


def of_delivery(since: date | None = None) -> Callable[[Callable[[Facts], Ruling]], Callable[[Facts], Ruling]]:
    """A reading about a delivery, of which `used_on` is the day."""

    def enter(reading: Callable[[Facts], Ruling]) -> Callable[[Facts], Ruling]:
        name = reading.__name__
        BY_DELIVERY[name] = Reading(name, reading, since, None, None)
        return reading

    return enter
