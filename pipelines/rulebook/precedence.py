"""Consent against opposition, case by case: dated facts and what becomes of the lead, as counsel reads it.

Data: `precedence.yaml`, which also says when the lead of all cases is delivered. That the product judges so is a test.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import ConfigDict, TypeAdapter

from pipelines.rulebook.yaml_files import Model, read_yaml_file
from pipelines.vocabulary.bilingual import Bilingual

PRECEDENCE: Final = Path(__file__).with_name("precedence.yaml")
Channel = Literal["email", "phone"]


class SaidNo(Model):
    """An objection in the registry. Instants and dates are of Paris, as an opposition file has them."""

    by: Literal["email", "phone", "alias"] = "email"
    """By which identifier of the person; `alias`: another spelling of its mailbox."""
    channel: Literal["all", "email", "phone"] = "all"
    at: str
    recorded: str
    shared_with: str | None = None
    acknowledged: str | None = None
    revoked: str | None = None


class SaidYes(Model):
    """A consent that the vendor proves; the first of a case is the one that the lead names."""

    at: str
    channels: tuple[Channel, ...] = ("email", "phone")
    is_for_us: bool = True
    withdrawn: str | None = None


class Outcome(Model):
    """What becomes of the lead on a channel."""

    verdict: Literal["usable", "blocked"]
    answers: Literal["vendor", "nobody"] | None = None
    """For the delivery of a blocked lead."""
    examine: bool = False
    """Whether a new consent waits for our examination."""


class PrecedenceCase(Model):
    """One row of the table."""

    case: Bilingual
    objections: tuple[SaidNo, ...] = ()
    consents: tuple[SaidYes, ...]
    email: Outcome
    phone: Outcome
    why: Bilingual


@cache
def precedence_cases() -> Mapping[str, PrecedenceCase]:
    """Every case by its name, in the order of the table."""
    reader = TypeAdapter(dict[str, PrecedenceCase], config=ConfigDict(strict=False))
    return reader.validate_python(read_yaml_file(PRECEDENCE).data)
