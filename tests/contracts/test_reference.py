"""The reference of contracts: what is read is described, what is described is read, and the lint is quoted truly."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from pipelines.contracts import lint
from pipelines.contracts.contract_term import ContractTerm
from pipelines.contracts.reading import read_document
from pipelines.contracts.reference import (
    TERM_GROUPS,
    ExplainedTerm,
    TermGroup,
    element_of,
    example_document,
    explained,
    is_needed,
    issues_of,
    replaced,
    without,
)
from pipelines.vocabulary.fields import CANONICAL_FIELDS
from pipelines.vocabulary.words import CHANNELS, RATED_DIMENSIONS
from tests.support.contract_files import shipped_catalogue

Asked = dict[str, set[str]]
"""By place, as the groups write it, the keys that readers asked for."""

NAMED = (
    "servers[].customProperties",
    "schema[].properties[].customProperties",
    "customProperties[]",
    "slaProperties[]",
)
"""Groups whose terms are names of a list's elements, not keys."""
SHAPES = {
    "servers[].customProperties[]": {"property", "value", "vendor"},
    "schema[].properties[].customProperties[]": {"property", "value", "vendor"},
    "customProperties[]": {"property", "value", "vendor"},
    "slaProperties[]": {"property", "value", "unit", "scheduler", "schedule"},
    "team": {"members"},
    "schema[].properties[].items": {"enum"},
}
"""Keys that are described where their holder is: the shape of elements, and keys on the way to others."""
OPEN = {"pricePerChannel": set(CHANNELS), "toleratedDefectRates": set(RATED_DIMENSIONS)}
"""Keys that are words of ours."""


class Noting(dict[str, Any]):
    """A mapping that notes the keys it is asked for."""

    def __init__(self, value: dict[str, Any], asked: set[str]) -> None:
        super().__init__(value)
        self.asked = asked

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)


def noting(value: Any, place: str, asked: Asked) -> Any:
    if isinstance(value, list):
        return [noting(one, f"{place}[]", asked) for one in value]
    if not isinstance(value, dict):
        return value
    if place.endswith("ustomProperties[]"):
        below = {key: noting(one, value["property"], asked) for key, one in value.items()}
    else:
        below = {key: noting(one, f"{place}.{key}" if place else key, asked) for key, one in value.items()}
    return Noting(below, asked[place or "The document"])


@pytest.fixture(scope="module")
def asked() -> Asked:
    found: Asked = defaultdict(set)
    document = noting(example_document(), "", found)
    assert issues_of(document, shipped_catalogue(), is_against_standard=False) == ()
    return {place: keys for place, keys in found.items() if keys}


@pytest.fixture(scope="module")
def everything() -> list[ExplainedTerm]:
    return [one for group in TERM_GROUPS for one in explained(group, shipped_catalogue())]


@pytest.mark.parametrize("group", [one for one in TERM_GROUPS if one.place not in NAMED], ids=lambda group: group.place)
def test_the_keys_that_are_read_in_a_place_are_those_that_are_described(group: TermGroup, asked: Asked) -> None:
    of_their_own = {"customProperties"} if f"{group.place}.customProperties" in NAMED else set()
    assert asked[group.place] - of_their_own == {term.key for term in group.terms if term.is_read}


def test_nothing_is_read_in_places_that_are_not_described(asked: Asked) -> None:
    described = {group.place for group in TERM_GROUPS if group.place not in NAMED}
    undescribed = {place: set(keys) for place, keys in asked.items() if place not in described}
    words = "schema[].properties[].items.enum[]"
    assert undescribed.pop(words) == asked["schema[].properties[].enum[]"]
    assert all(undescribed.pop(place) <= keys for place, keys in OPEN.items())
    assert undescribed == SHAPES


def named_terms() -> Iterator[tuple[TermGroup, ContractTerm]]:
    return ((group, term) for group in TERM_GROUPS if group.place in NAMED for term in group.terms)


@pytest.mark.parametrize(("group", "term"), list(named_terms()), ids=[term.key for _, term in named_terms()])
def test_a_named_term_is_read(group: TermGroup, term: ContractTerm) -> None:
    """Something that is no value of it is noticed by our own reading."""
    element = element_of(group, term)
    value = element if group.place == "slaProperties[]" else (*element, "value")
    wrongs = [{"property": term.key, "value": []}] if group.place == "slaProperties[]" else [[], {}]
    documents = [replaced(value, wrong) for wrong in wrongs]
    assert any(issues_of(document, shipped_catalogue(), is_against_standard=False) for document in documents)


def test_a_term_either_must_be_given_or_says_what_holds_without_it(everything: list[ExplainedTerm]) -> None:
    for one in everything:
        is_asked_for = bool(one.when_missing) and one.when_missing[0].startswith("error: ")
        assert is_asked_for == (not one.term.absent), one.term.key


def test_every_fault_is_told(everything: list[ExplainedTerm]) -> None:
    silent = [(one.term.key, fault) for one in everything for fault, said in one.faults if not said]
    assert silent == []


def test_every_rule_of_the_lint_is_shown() -> None:
    documents = [
        document
        for group in TERM_GROUPS
        for term in group.terms
        for element in [element_of(group, term)]
        for document in [
            without(element),
            *(replaced((*element, *group.value_steps), fault) for fault in term.faults),
        ]
    ]
    readings = [read_document(one, vendor="exemple-leads", valid_from=date(2026, 1, 1), digest="") for one in documents]
    silent = [rule.__name__ for rule in lint._RULES if not any(list(rule(reading.terms)) for reading in readings)]
    assert silent == []


def test_what_is_taken_is_said_in_the_lints_words(everything: list[ExplainedTerm]) -> None:
    taken = {one.term.key: one.takes for one in everything}
    assert taken["audience"] == "one of consumer, professional, legal_person"
    assert taken["retention"] == "`value`: a number from 0; `unit`: a unit: d or h or y"
    assert taken["mentions"] == "a list; each: one of identity, choice, duration, withdrawal, proof_access"
    assert taken["recipients"] == "a list; each: a text"
    assert taken["pricePerChannel"] == "keys and values; each: a number from 0"


def test_the_lint_asks_for_the_fields_without_which_every_row_is_rejected() -> None:
    needed = {role: [name for name in names if is_needed(role, name)] for role, names in CANONICAL_FIELDS.items()}
    assert needed == {
        "leads": ["lead_id", "collected_at"],
        "consent_proofs": ["consent_id", "channels", "decision", "consent_at"],
    }
