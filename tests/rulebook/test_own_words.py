"""Cards that decide by their own words, or ask what another one asks, are refused: always, never, unknown, twice."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.rulebook.card import Card, read_card
from pipelines.rulebook.catalogue import SHIPPED_CARDS, load_catalogue
from pipelines.rulebook.own_words import check_own_words
from pipelines.rulebook.yaml_files import CatalogueError
from tests.support.rule_cards import SIMPLE, write_card

USE: dict[str, Any] = {
    "grain": "lead_use",
    "examples": [{"why": one, "given": {"channel": "sms"}, "expect": one} for one in ("pass", "fail")],
}
PHONE_FROM_AUGUST: dict[str, Any] = {
    **USE, "channels": ["phone"], "in_force": {"from": date(2026, 8, 11), "to": date(2026, 12, 31)},
}  # fmt: skip


def said(*cards: Card) -> list[str]:
    return [f"{one.file.name}:{one.line}: {one.message}" for one in check_own_words(cards, {})]


def constant_cards() -> Iterator[tuple[str, dict[str, Any], str, str]]:
    yield "true", {"pass_when": "true"}, "pass_when", "`pass_when` reads no column of the dossier"
    yield "false", {"pass_when": "1 > 2"}, "pass_when", "`pass_when` reads no column of the dossier"
    yield "applies to all", {"applies_when": "1 = 1"}, "applies_when", "leave the key out if the rule always applies"
    yield (
        "a party for everybody",
        {"attributable_to": {"vendor": "1 = 1", "otherwise": "nobody"}},
        "attributable_to",
        "`attributable_to` reads no column of the dossier",
    )
    yield "or not", {"pass_when": "is_duplicate or not is_duplicate"}, "pass_when", "passes by its own words"
    yield "and not", {"pass_when": "is_duplicate and not is_duplicate"}, "pass_when", "fails by its own words"
    yield (
        "what it applies to",
        {"applies_when": "country = 'FR'", "pass_when": "country in ('FR')"},
        "pass_when",
        "passes by its own words",
    )
    yield (
        "never what it applies to",
        {"applies_when": "country = 'FR'", "pass_when": "not is_duplicate and country = 'BE'"},
        "pass_when",
        "fails by its own words",
    )
    yield (
        "a circle of instants",
        {"applies_when": "used_on > date '2026-09-01' and used_on < date '2026-09-01'"},
        "applies_when",
        "is never in force",
    )
    yield (
        "another channel than its own",
        {**PHONE_FROM_AUGUST, "applies_when": "channel in ('sms', 'email')", "pass_when": "is_opposed"},
        "applies_when",
        "is never in force",
    )
    yield (
        "another year than its own",
        {**PHONE_FROM_AUGUST, "applies_when": "used_on >= date '2027-01-01'", "pass_when": "is_opposed"},
        "applies_when",
        "is never in force",
    )


@pytest.mark.parametrize(
    ("change", "key", "message"), [pytest.param(*case[1:], id=case[0]) for case in constant_cards()]
)
def test_a_card_that_decides_by_its_own_words_is_said_at_its_key(
    tmp_path: Path, change: dict[str, Any], key: str, message: str
) -> None:
    card = read_card(write_card(tmp_path, **change))
    (problem,) = said(card)
    assert problem.startswith(f"own_rule.yaml:{card.line_of(key)}: own_rule: ")
    assert message in problem
    assert "expected" in problem


@pytest.mark.parametrize("pass_when", ["not (is_duplicate and null)", "country = null", "country in ('FR', null)"])
def test_a_card_that_compares_with_null_is_unknown_by_its_own_words(tmp_path: Path, pass_when: str) -> None:
    write_card(tmp_path, pass_when=pass_when)
    with pytest.raises(CatalogueError, match="unknown by its own words: nothing compares with NULL; use given"):
        load_catalogue(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"pass_when": "given(country)"},  # true or unknown: a missing fact that is owed is not proven
        {"pass_when": "case when country = 'FR' then not is_duplicate end"},
        {**PHONE_FROM_AUGUST, "applies_when": "used_on < date '2026-09-01'", "pass_when": "is_opposed"},
    ],
)
def test_a_card_that_some_facts_decide_is_not_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    assert said(read_card(write_card(tmp_path, **change))) == []


def test_no_shipped_card_decides_by_its_words_or_asks_what_another_asks() -> None:
    shipped = load_catalogue()
    assert len(shipped.cards) == len(list(SHIPPED_CARDS.rglob("*.yaml")))
    assert list(check_own_words(shipped.cards, shipped.parameters)) == []


# The same asked twice

ASKED = {**USE, "applies_when": "consent_at > used_at", "pass_when": "channel in ('sms', 'email') and not is_opposed"}
AGAIN = {
    **USE, "applies_when": "(used_at < consent_at)", "pass_when": "NOT is_opposed AND (channel in ('email', 'sms'))",
}  # fmt: skip


def pair(folder: Path, first: dict[str, Any], second: dict[str, Any]) -> tuple[Card, Card]:
    return read_card(write_card(folder, "a_rule", **first)), read_card(write_card(folder, "b_rule", **second))


def test_two_cards_that_ask_the_same_in_other_words_are_said_at_the_later(tmp_path: Path) -> None:
    first, second = pair(tmp_path, ASKED, AGAIN)
    (problem,) = said(first, second)
    assert problem.startswith(f"b_rule.yaml:{second.line_of('pass_when')}: b_rule: asks what `a_rule` asks")
    assert problem.endswith("leave one out, or give this one the other's id to replace it")


YEAR = {"in_force": {"from": date(2026, 1, 1), "to": date(2026, 12, 31)}}


@pytest.mark.parametrize(
    ("first", "second", "is_said"),
    [
        (YEAR, {"in_force": {"from": date(2026, 12, 31), "to": None}}, True),  # one day is both's
        (YEAR, {"in_force": {"from": date(2027, 1, 1), "to": None}}, False),
        ({"channels": ["sms", "email"]}, {"channels": ["email", "phone"]}, True),
        ({"channels": ["sms"]}, {"channels": ["email"]}, False),
        ({"audiences": ["consumer"]}, {"audiences": ["professional"]}, False),
        ({}, {"dated_by": "consent_at"}, False),  # the law of another day
        ({}, {"severity": "major"}, True),
    ],
)
def test_only_cards_that_can_meet_are_duplicates(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any], is_said: bool
) -> None:
    assert bool(said(*pair(tmp_path, ASKED | first, AGAIN | second))) is is_said


def test_an_own_card_that_asks_what_a_shipped_one_asks_is_said_when_it_is_loaded(tmp_path: Path) -> None:
    write_card(tmp_path, pass_when="(not is_duplicate)")
    with pytest.raises(CatalogueError, match=r"own_rule: asks what `lead_duplicate` asks, of the same leads"):
        load_catalogue(tmp_path)


# The rest of what the compiler refuses


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pass_when": "is_duplicat"}, "did you mean `is_duplicate`?"),
        ({"pass_when": "country"}, "expected a condition that is true or false"),
        ({"pass_when": "regexp_matches(country, 'F')"}, "is not portable; use one of given, coalesce"),
        ({"in_force": {"from": date(2026, 2, 1), "to": date(2026, 1, 1)}}, "`to` lies before `from`"),
        ({"basis": []}, "`basis`: expected at least one"),
        ({"basis": ...}, "`basis` is missing"),
        ({"basis": [{"cite": ""}]}, "`basis.0.cite`: expected text, not nothing"),
    ],
)
def test_what_a_card_can_not_say_is_refused_with_a_mend(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    write_card(tmp_path, **change)
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path)
    assert any(message in problem.message for problem in caught.value.problems), str(caught.value)


def test_the_simple_card_of_these_tests_holds_together(tmp_path: Path) -> None:
    assert yaml.safe_load(write_card(tmp_path).read_text())["pass_when"] == SIMPLE["pass_when"]
    assert "own_rule" in load_catalogue(tmp_path).by_id
