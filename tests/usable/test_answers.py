"""May this number be contacted: the answers are those of the call list, and each is logged without a value."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.house import House
from pipelines.storage.registry.tables import CONTACT_ANSWERS
from pipelines.usable.answers import answers
from pipelines.usable.call_list import LASTS, usable_by_person
from pipelines.usable.open_answers import open_answers
from pipelines.usable.today import Today, look
from pipelines.verdicts.explain import ExplainedUse, explained_uses
from pipelines.verdicts.judge import delivered_days
from tests.support.clean_market import VENDOR, CleanMarket, lead, proof
from tests.support.houses import reconcile
from tests.support.usable_market import oppose, write_usable_market

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return write_usable_market(tmp_path_factory.mktemp("home"), NOW)


def test_every_lead_is_answered_as_the_call_list_has_it_and_everybody_else_is_unknown(house: House) -> None:
    today = look(house, NOW)
    said = [answer.said for answer in answers(today, [f"06 12 00 00 0{number}" for number in range(1, 9)], "phone")]
    assert said == ["yes", "yes", "no", "no", "no", "no", "unknown", "unknown"]
    usable = {
        use["lead_id"] for vendor in today.vendors() for use in usable_by_person(today.uses(vendor), "phone").values()
    }
    assert usable == {"L-1", "L-2"}
    by_mail = answers(today, [f"Personne{number}@mail.example" for number in range(1, 8)], "email")
    assert [answer.said for answer in by_mail] == ["yes", "yes", "no", "yes", "no", "no", "unknown"]


def test_answers_about_random_persons_are_those_of_judging_and_of_explaining_every_lead(tmp_path: Path) -> None:
    """200 leads of 100 persons, with defects and objections by chance; each number and address is asked about."""
    chance = Random(20261129)
    day = NOW.date() - timedelta(days=9)
    changes: list[dict[str, str]] = [
        *({}, {}, {"channels": "phone"}, {"mentions": "identity"}, {"box_prechecked": "true"}),
        *({"withdrawn_at": f"{day}T12:00:00+02:00"}, {"recipients": "Autre SA", "recipient_sirens": ""}),
    ]
    leads, proofs = [], []
    for number in range(1, 201):
        person = {"phone": f"+3361200{chance.randrange(100):04}", "email": f"p{chance.randrange(100)}@mail.example"}
        leads.append(lead(number, day, **person, channels=chance.choice(["email|phone", "phone", "email"])))
        if chance.random() < 0.8:
            proofs.append(proof(number, day, **{**person, **chance.choice(changes)}))
    market = CleanMarket(tmp_path)
    market.deliver(leads, "leads.csv", day)
    market.deliver(proofs, "proofs.csv", day)
    house = market.house
    reconcile(house, [VENDOR], [day], NOW)
    for who in (
        "+33612000003,phone,phone",
        "+33612000005,phone,all",
        "p7@mail.example,email,all",
        "p2@mail.example,email,sms",
    ):
        oppose(house, tmp_path, who, NOW - timedelta(hours=5))
    today = look(house, NOW)
    uses = today.uses(VENDOR).to_pylist()
    explained = explained_by_use(today, day, [f"L-{number}" for number in range(1, 201)])
    assert explained == {
        use: found
        for use, found in {(one["lead_id"], one["channel"]): told_of(one) for one in uses}.items()
        if use in explained
    }
    for channel, column, asked in (
        ("phone", "phone_key", [f"+3361200{number:04}" for number in range(101)]),
        ("email", "email_key", [f"p{number}@mail.example" for number in range(101)]),
    ):
        found = answers(today, asked, channel)
        verdicts = [
            {use["verdict"] for use in uses if use["channel"] == channel and use[column] == answer.identity_key}
            for answer in found
        ]
        expected = ["unknown" if not every else "yes" if "usable" in every else "no" for every in verdicts]
        opposed = {"phone": (3, 5), "email": (7,)}[channel]
        expected = ["no" if number in opposed else said for number, said in enumerate(expected)]
        assert [answer.said for answer in found] == expected
        assert {"yes", "no", "unknown"} == set(expected)
        assert open_answers(house, channel, NOW).answers(asked, NOW) == found


def told_of(use: dict[str, Any]) -> tuple[str, list[str]]:
    return use["verdict"], use["reasons"]


def explained_by_use(today: Today, day: date, lead_ids: list[str]) -> dict[tuple[str, str], tuple[str, list[str]]]:
    """Of some leads, by use: verdict, and the blocking rules that the explanation on the clock of now finds."""
    house, contracts = today.house, today.book.of(VENDOR)
    (delivered,) = delivered_days(VENDOR, contracts, house.lake.read("deliveries", VENDOR, [day]))
    with house.judge.session(VENDOR, [delivered], as_of=today.at, until="verdicts", is_today=True) as session:
        uses = list(explained_uses(session, house.judge, delivered.contract, lead_ids))
    explained = [use for use in uses if use.channel is not None]
    return {(use.lead_id, str(use.channel)): (use.verdict, blocking_rules_of(use)) for use in explained}


def blocking_rules_of(use: ExplainedUse) -> list[str]:
    cards = [one.rule.card for one in use.rules if one.is_found]
    return sorted(card.id for card in cards if (card.severity, card.grain) == ("blocking", "lead_use"))


def test_an_answer_says_until_when_and_what_stands_against_it(house: House) -> None:
    today = look(house, NOW)
    yes, unproven, opposed, stranger, bad = answers(
        today, ["+33612000001", "+33612000003", "+33612000004", "+33 6 99 99 99 99", "Ada"], "phone"
    )
    assert yes.until == NOW + LASTS
    assert "proof_individual_record" in unproven.rules
    assert (opposed.is_opposed, opposed.rules) == (True, ("opp_vendor_redelivery",))
    assert (stranger.said, stranger.is_opposed, stranger.rules) == ("no", True, ())  # objected, and no lead of ours
    assert (bad.said, bad.identity_key) == ("unreadable", None)
    (before,) = answers(look(house, NOW - timedelta(days=2)), ["+33699999999"], "phone")
    assert before.said == "unknown"
    (call,) = answers(today, ["+33612000004"], "sms")
    assert (call.said, call.is_opposed) == (
        "unknown",
        False,
    )  # the contract sells no SMS, and the objection is to calls


def test_the_command_answers_in_order_without_values_and_logs_each(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    home: Path = house.settings.home
    monkeypatch.setenv("OPPOSABLE_HOME", str(home))
    told = CliRunner().invoke(app, ["may-call"], input="0612000001\n0612000004\n0645454545\n", catch_exceptions=False)
    assert told.exit_code == 1, told.output
    lines = told.output.splitlines()
    assert [line.split()[0].strip(":") for line in lines] == ["yes", "no", "unknown"]
    assert lines[1] == "no: the person objected"
    assert "12000" not in told.output
    with house.registry.connect() as connection:
        noted = list(connection.execute(sa.select(CONTACT_ANSWERS).order_by(CONTACT_ANSWERS.c.id)).mappings())
    assert [(row["answer"], row["channel"], len(row["identity_key"])) for row in noted] == [
        *(("yes", "phone", 32), ("no", "phone", 32), ("unknown", "phone", 32)),
    ]
    french = CliRunner().invoke(app, ["may-call", "--lang", "fr"], input="0612000001\n")
    assert (french.exit_code, french.output[:10]) == (0, "oui jusqu’")
    assert CliRunner().invoke(app, ["may-call"], input="0645454545\n").exit_code == 3
    assert CliRunner().invoke(app, ["may-call"], input="Ada\n").exit_code == 2
    assert CliRunner().invoke(app, ["may-call"], input="\n").exit_code == 2
    clear = [path for path in home.rglob("*") if path.is_file() and "inbox" not in path.parts]
    assert [path for path in clear if b"612000001" in path.read_bytes()] == []


@pytest.mark.parametrize("arguments", [[], ["--stream"]])
def test_what_cannot_be_judged_is_told_in_words(
    house: House, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """A file of the lake that somebody damaged: no traceback, and no answer."""
    monkeypatch.setenv("OPPOSABLE_HOME", str(house.settings.home))
    (path,) = (house.lake.root / "leads" / f"vendor={VENDOR}").rglob("*.parquet")
    content = path.read_bytes()
    path.write_bytes(b"PAR1 damaged PAR1")
    try:
        told = CliRunner().invoke(app, ["may-call", *arguments], input="0612000001\n")
    finally:
        path.write_bytes(content)
    assert (told.exit_code, type(told.exception)) == (2, SystemExit)
    assert "yes" not in told.output
