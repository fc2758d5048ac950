"""Consent against opposition: the product judges every case of the table as counsel reads it."""

import re
from typing import Any

import pytest

from pipelines.rulebook.precedence import SaidNo, SaidYes, precedence_cases
from tests.support.clean_market import LATE, CleanMarket, Row, lead, proof
from tests.support.houses import import_oppositions
from tests.support.paths import ROOT

HEADER = "identifier,kind,channel,opposed_at,recorded_at,origin,shared_with,shared_at,revoked_at"
NUMBERS = {name: number for number, name in enumerate(precedence_cases(), start=1)}
WITHHOLDING = ("opp_vendor_redelivery", "consent_withdrawn")
NOT_US = {"recipients": "Autre Enseigne SA", "recipient_sirens": ""}


def objection_lines(number: int, said: SaidNo) -> list[str]:
    """Lines of an opposition file: the objection with its share, then its revocation, if any."""
    identifier = {
        "email": f"personne{number}@mail.example",
        "alias": f"Personne{number}+jeux@mail.example",
        "phone": f"+33612{number:06d}",
    }[said.by]
    kind = "phone" if said.by == "phone" else "email"
    start = f"{identifier},{kind},{said.channel},{said.at}"
    told = [f"{start},{said.recorded},web,{said.shared_with or ''},{said.acknowledged or ''},"]
    return [*told, f"{start},{said.revoked},web,,,{said.revoked}"] if said.revoked else told


def proof_of(number: int, place: int, said: SaidYes) -> Row:
    """The proof of a consent; the lead names the first one, the others are found by the person."""
    changes = {"channels": "|".join(said.channels), "consent_at": paris(said.at), "withdrawn_at": ""}
    changes |= {} if said.is_for_us else NOT_US
    changes |= {"withdrawn_at": paris(said.withdrawn)} if said.withdrawn else {}
    changes |= {"consent_id": f"C-{number}-{place}", "lead_id": f"X-{number}"} if place else {}
    return proof(number, **changes)


def paris(local: str) -> str:
    return f"{local}:00+02:00"  # summer


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, Any]]:
    """(lead, channel) -> verdict, who answers for what withholds it, whether a new consent is to be examined.

    One lead a case, delivered at ten in Paris.
    """
    market = CleanMarket(tmp_path_factory.mktemp("precedence"))
    cases = [(NUMBERS[name], one) for name, one in precedence_cases().items()]
    market.deliver([lead(number) for number, _ in cases], "leads.csv")
    proofs = [proof_of(number, place, said) for number, one in cases for place, said in enumerate(one.consents)]
    market.deliver(proofs, "proofs.csv")
    lines = [line for number, one in cases for said in one.objections for line in objection_lines(number, said)]
    registry = market.home / "oppositions.csv"
    registry.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    import_oppositions([registry], market.house)
    market.reconcile(LATE)
    return outcomes_of(market)


def outcomes_of(market: CleanMarket) -> dict[tuple[str, str], dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {
        key: {"verdict": verdict, "answers": None, "examine": False} for key, verdict in market.verdicts().items()
    }
    for row in market.rows("findings"):
        outcome, said = found.get((row["lead_id"], row["channel"]), {}), (row["rule_id"], row["outcome"])
        if row["rule_id"] in WITHHOLDING and row["outcome"] == "fail":
            outcome["answers"] = row["attributable_to"]
        if said == ("opp_new_consent_after_opposition", "unknown"):
            outcome["examine"] = row["pending_on"] == "advertiser"
    return found


@pytest.mark.parametrize("channel", ["email", "phone"])
@pytest.mark.parametrize("name", precedence_cases())
def test_every_case_is_judged_as_the_table_says(
    judged: dict[tuple[str, str], dict[str, Any]], name: str, channel: str
) -> None:
    one = precedence_cases()[name]
    expected = one.email if channel == "email" else one.phone
    assert judged[f"L-{NUMBERS[name]}", channel] == expected.model_dump()


def test_a_case_that_blocks_says_who_answers() -> None:
    outcomes = [outcome for one in precedence_cases().values() for outcome in (one.email, one.phone)]
    assert all((outcome.verdict == "blocked") == (outcome.answers is not None) for outcome in outcomes)


def test_the_page_has_every_case_in_both_languages() -> None:
    page = (ROOT / "docs" / "precedence.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?!---|case |cas )", page, re.MULTILINE)
    assert len(rows) == 2 * len(precedence_cases())
