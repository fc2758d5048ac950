"""All terms of a contract, with what their readers take and what the lint says of them, found out by asking both.

The descriptions stand beside the readers. They are asked with one contract that has every term, and changes of it.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from pipelines.contracts.approved_forms import FORM_TERMS
from pipelines.contracts.contract_term import ContractTerm
from pipelines.contracts.document import Issue, Steps
from pipelines.contracts.file_terms import (
    FIELD_PROPERTIES,
    FIELD_TERMS,
    OBJECT_TERMS,
    OPTION_TERMS,
    SERVER_PROPERTIES,
    SERVER_TERMS,
    WORD_TERMS,
)
from pipelines.contracts.lint import lint
from pipelines.contracts.notice_clause import NOTICE_TERMS
from pipelines.contracts.particulars import ADVERTISER_TERMS, COLLECTOR_TERMS, PARTICULARS, VENDOR_TERMS
from pipelines.contracts.positioned_yaml import parse_yaml
from pipelines.contracts.reading import DOCUMENT_TERMS, MEMBER_TERMS, PRICE_TERMS, read_document
from pipelines.contracts.service_levels import SERVICE_LEVELS
from pipelines.contracts.standard import standard_issues
from pipelines.rulebook.catalogue import Catalogue

EXAMPLE: Final = Path(__file__).parent / "example" / "exemple-leads" / "2026-01-01.odcs.yaml"
"""A contract with every term, right in every respect, filed as a home files it."""

_IS_NOT: Final = " is not "


@dataclass(frozen=True)
class TermGroup:
    """Terms that stand side by side."""

    place: str
    """Where, as people write it."""
    about: str
    terms: tuple[ContractTerm, ...]
    holders: tuple[Steps, ...]
    """Places of the example that may have the keys, or named elements with them; the first that has one shows it."""
    value_steps: Steps = ()
    """From the element that a term names to its value."""


@dataclass(frozen=True)
class ExplainedTerm:
    """A term as a reference tells it."""

    term: ContractTerm
    example: Any
    takes: str
    """What its reader takes, in the lint's words; empty where no value is wrong by itself."""
    when_missing: tuple[str, ...]
    """What the lint says of a contract without it."""
    faults: tuple[tuple[Any, tuple[str, ...]], ...]
    """Values, and what the lint says of them."""


_SERVERS: Final[tuple[Steps, ...]] = (("servers", "leads"), ("servers", "consent_proofs"))
_OBJECTS: Final[tuple[Steps, ...]] = (("schema", "leads"), ("schema", "consent_proofs"))
_FIELDS: Final[tuple[Steps, ...]] = (
    ("schema", "leads", "properties", "collected_at"),
    ("schema", "leads", "properties", "channels"),
    ("schema", "consent_proofs", "properties", "decision"),
)
_CUSTOM: Final = "customProperties"
_NAMED: Final = (
    "Each as `{property: <term>, value: …}`. One with the standard's key `vendor` is another tool's, and not read."
)

TERM_GROUPS: Final = (
    TermGroup("The document", "The keys at the top of the file.", DOCUMENT_TERMS, ((),)),
    TermGroup("servers[]", "One for `leads`, one for `consent_proofs`: how their files look.", SERVER_TERMS, _SERVERS),
    TermGroup(
        "servers[].customProperties",
        _NAMED,
        SERVER_PROPERTIES,
        tuple((*one, _CUSTOM) for one in _SERVERS),
        ("value",),
    ),
    TermGroup("schema[]", "One for `leads`, one for `consent_proofs`: their columns.", OBJECT_TERMS, _OBJECTS),
    TermGroup("schema[].properties[]", "One column: which field it holds, and how.", FIELD_TERMS, _FIELDS),
    TermGroup(
        "schema[].properties[].customProperties",
        _NAMED,
        FIELD_PROPERTIES,
        tuple((*one, _CUSTOM) for one in _FIELDS),
        ("value",),
    ),
    TermGroup(
        "schema[].properties[].logicalTypeOptions",
        "How an instant is written.",
        OPTION_TERMS,
        tuple((*one, "logicalTypeOptions") for one in _FIELDS),
    ),
    TermGroup(
        "schema[].properties[].enum[]",
        "One of the vendor's words; a text alone stands for itself. Of a list they may stand in `items.enum`.",
        WORD_TERMS,
        tuple((*one, "enum", 0) for one in _FIELDS),
    ),
    TermGroup("price", "What a lead costs.", PRICE_TERMS, (("price",),)),
    TermGroup("team.members[]", "Whom to talk to at the vendor.", MEMBER_TERMS, (("team", "members", 0),)),
    TermGroup(
        "slaProperties[]",
        "Deadlines and spans of time, each as `{property: <term>, …}`.",
        SERVICE_LEVELS,
        (("slaProperties",),),
    ),
    TermGroup("customProperties[]", _NAMED, PARTICULARS, ((_CUSTOM,),), ("value",)),
    TermGroup("advertiser", "Who buys the leads.", ADVERTISER_TERMS, ((_CUSTOM, "advertiser", "value"),)),
    TermGroup("vendor", "Who sells the leads.", VENDOR_TERMS, ((_CUSTOM, "vendor", "value"),)),
    TermGroup("collectors[]", "Who collects them.", COLLECTOR_TERMS, ((_CUSTOM, "collectors", "value", 0),)),
    TermGroup(
        "noticeClause",
        "How the vendor is told of a receipt, and when that counts. With errors in it, too, the contract "
        "does not judge.",
        NOTICE_TERMS,
        ((_CUSTOM, "noticeClause", "value"),),
    ),
    TermGroup(
        "approvedForms[]",
        "One version of a form as we reviewed it. Of two reviews of a version the later one counts.",
        FORM_TERMS,
        ((_CUSTOM, "approvedForms", "value", 0),),
    ),
)


@cache
def example_document() -> Any:
    """The example as plain data; not to be changed."""
    return parse_yaml(EXAMPLE.read_text(encoding="utf-8")).data


def explained(group: TermGroup, catalogue: Catalogue) -> Iterator[ExplainedTerm]:
    """The terms of a group, explained. `catalogue`: the rules that the lint is to know."""
    for term in group.terms:
        element = element_of(group, term)
        value = (*element, *group.value_steps)
        yield ExplainedTerm(
            term=term,
            example=_part_of_example(value),
            takes=_taken(value),
            when_missing=_said(issues_of(without(element), catalogue)),
            faults=tuple((fault, _said(issues_of(replaced(value, fault), catalogue))) for fault in term.faults),
        )


def is_needed(role: str, field: str) -> bool:
    """Whether the lint asks for a canonical field to be mapped: the example maps all of these."""
    properties: Steps = ("schema", role, "properties")
    return _has(properties, field) and any(
        issue.severity == "error" for issue in issues_of(without(_indexed((*properties, field))))
    )


def element_of(group: TermGroup, term: ContractTerm) -> Steps:
    """Where the example has a term first: the key, or the element of that name.

    Raises:
        LookupError: it does not have it.
    """
    for holder in group.holders:
        if _has(holder, term.key):
            return _indexed((*holder, term.key))
    raise LookupError(f"{EXAMPLE}: nothing at {group.place} has {term.key}; the example should have every term")


def replaced(steps: Steps, value: Any) -> Any:
    """The example with another value in a place."""
    document = deepcopy(example_document())
    _follow(document, steps[:-1])[steps[-1]] = value
    return document


def without(steps: Steps) -> Any:
    """The example without a part."""
    document = deepcopy(example_document())
    del _follow(document, steps[:-1])[steps[-1]]
    return document


def issues_of(
    document: Any, catalogue: Catalogue | None = None, *, is_against_standard: bool = True
) -> tuple[Issue, ...]:
    """Everything that the lint says of a change of the example."""
    reading = read_document(document, vendor=EXAMPLE.parent.name, valid_from=date(2026, 1, 1), digest="")
    return lint(document, reading, catalogue=catalogue, by_standard=_said_by_standard(document, is_against_standard))


def _said_by_standard(document: Any, is_asked: bool) -> list[Issue]:
    return standard_issues(document) if is_asked and isinstance(document, dict) else []


def _taken(steps: Steps) -> str:
    """What may stand in a place, as the lint says it of what may not."""
    value = _part_of_example(steps)
    if isinstance(value, dict) and (parts := _taken_in_parts(value, steps)):
        return parts
    if isinstance(value, list) and (expected := _expected(replaced(steps, [[]]), (*steps, 0))):
        return f"a list; each: {expected}"
    wrong = replaced(steps, {} if isinstance(value, list) else [])
    return _expected(wrong, steps) or _expected(wrong, steps, is_against_standard=True)


def _taken_in_parts(value: dict[str, Any], steps: Steps) -> str:
    """Of a service level what each key takes; of other keys and values what each value takes, if all take the same."""
    expected = {key: _expected(replaced((*steps, key), []), (*steps, key)) for key in value}
    if "property" in value:
        return "; ".join(f"`{key}`: {words}" for key, words in expected.items() if words and key != "property")
    alike = set(expected.values())
    return f"keys and values; each: {alike.pop()}" if len(alike) == 1 and "" not in alike else ""


def _expected(document: Any, steps: Steps, *, is_against_standard: bool = False) -> str:
    """What the lint expects in a place of a document that has something wrong there."""
    issues = issues_of(document, is_against_standard=is_against_standard)
    messages = (issue.message for issue in issues if issue.path == steps)
    return next((message.partition(_IS_NOT)[2] for message in messages if _IS_NOT in message), "")


def _said(issues: tuple[Issue, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{issue.severity}: {issue.message} ({issue.remedy})" for issue in issues))


def _has(holder: Steps, key: str) -> bool:
    try:
        return _part_of_example((*holder, key)) is not None
    except (KeyError, StopIteration):
        return False


def _part_of_example(steps: Steps) -> Any:
    return _follow(example_document(), _indexed(steps))


def _follow(document: Any, steps: Steps) -> Any:
    for step in steps:
        document = document[step]
    return document


def _indexed(steps: Steps) -> Steps:
    """Steps into lists as numbers, where they are names of elements."""
    found: list[str | int] = []
    for step in steps:
        held = _follow(example_document(), tuple(found))
        found.append(_place_of_name(held, step) if isinstance(held, list) and isinstance(step, str) else step)
    return tuple(found)


def _place_of_name(elements: list[Any], name: str) -> int:
    keys = ("name", "server", "property")
    return next(place for place, one in enumerate(elements) if name in [one.get(key) for key in keys])
