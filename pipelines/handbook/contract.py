"""The page of a contract's terms, as their readers describe them and the lint speaks of them.

Both are asked in `contracts.reference`.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from pipelines.contracts.reference import EXAMPLE, TERM_GROUPS, ExplainedTerm, TermGroup, explained, is_needed
from pipelines.handbook.markdown import filled, short_yaml_code, table, yaml_code
from pipelines.rulebook.catalogue import Catalogue, load_catalogue
from pipelines.vocabulary.channel_columns import CHANNEL_COLUMNS
from pipelines.vocabulary.fields import FIELDS

_FIELD_HEADINGS: Final = ("field", "means", "holds", "without it", "example")
_SHAPES: Final[Mapping[type, str]] = {dict: "keys and values", list: "a list"}


def contract_page() -> str:
    """The reference of a contract: every term, every canonical field, what the lint says, and a whole example."""
    catalogue = load_catalogue()
    return filled(
        "contract.md.j2",
        groups=[_group_described(group, catalogue) for group in TERM_GROUPS],
        fields={
            role: table(("field", "means", "holds", "without it", "example"), _fields_described(role))
            for role in FIELDS
        },
        channel_columns=table(("field", "means", "example"), _parts_described()),
        example=EXAMPLE.read_text(encoding="utf-8"),
        example_name=f"{EXAMPLE.parent.name}/{EXAMPLE.name}",
    )


def _group_described(group: TermGroup, catalogue: Catalogue) -> dict[str, object]:
    terms = list(explained(group, catalogue))
    rows = (
        (f"`{one.term.key}`", one.term.meaning, _takes(one), _without_it(one), short_yaml_code(one.example))
        for one in terms
    )
    return {
        "place": group.place,
        "about": group.about,
        "terms": table(("term", "means", "takes", "without it", "example"), rows),
        "faults": [fault for one in terms for fault in _faults_described(one)],
    }


def _takes(one: ExplainedTerm) -> str:
    return one.takes or _SHAPES[type(one.example)]


def _without_it(one: ExplainedTerm) -> str:
    """What holds then; else the first thing that the lint says, which is an error."""
    return one.term.absent or one.when_missing[0]


def _faults_described(one: ExplainedTerm) -> Iterator[str]:
    if one.term.absent:
        yield from (f"without `{one.term.key}`: {said}" for said in one.when_missing)
    for fault, sayings in one.faults:
        yield from (f"`{one.term.key}`: {yaml_code(fault)}: {said}" for said in sayings)


def _parts_described() -> Iterator[tuple[str, ...]]:
    return ((f"`{part.name}`", part.description, f"`{part.example}`") for part in CHANNEL_COLUMNS)


def _fields_described(role: str) -> Iterator[tuple[str, ...]]:
    """The canonical fields of a role: their meaning, what they hold, what stands for them, an example."""
    for field in FIELDS[role]:
        holds = ", ".join(f"`{word}`" for word in field.words) or field.kind.type
        without = "the row is rejected" if is_needed(role, field.name) else field.default
        yield f"`{field.name}`", field.description, holds, without, f"`{field.example}`"
