"""Which canonical field each column of a sample seems to be, by its name and by what it holds."""

from collections.abc import Mapping
from typing import Final

from pipelines.drafts.contents import Content, is_worded_as_flags
from pipelines.identifiers.shown_names import LONGEST_NAME
from pipelines.vocabulary import field_kinds as kinds
from pipelines.vocabulary.column_names import field_nearness, plain
from pipelines.vocabulary.field import Field
from pipelines.vocabulary.fields import COLUMN_FIELDS, FIELD_NAMED, FIELDS

EXACT: Final = 0.96
"""Nearness of a name from which on it is the field's own."""
_LEAST: Final = 0.6
"""Score below which a column is left undeclared."""
_NAMED: Final = 2.0
"""Score of a column that bears a field's own name: no other column takes the field."""
_SHOWS: Final = 0.8
_CERTAIN: Final = 0.9
_HALF: Final = 0.5
_BELIES: Final = 0.25
_TELLING: Final = frozenset(
    {kinds.EMAIL, kinds.PHONE, kinds.IP, kinds.USER_AGENT, kinds.WORD, kinds.WORDS, kinds.BASES}
    | {kinds.SIREN, kinds.SIRENS, kinds.JSON, kinds.WORDING, kinds.PAGE, kinds.POSTAL_CODE}
)
"""Kinds of fields that their content gives away."""
_VARIED: Final = frozenset({kinds.POSTAL_CODE, kinds.SIREN, kinds.SIRENS})
"""Those of which one value again and again may be anything."""
_LOOSE: Final = frozenset({kinds.NAME, kinds.COUNTRY, kinds.WORDING, kinds.JSON, kinds.PAGE, kinds.POSTAL_CODE})
"""Kinds whose readers take nearly anything: another content is odd, not impossible."""
_FOREIGN: Final = (kinds.EMAIL, kinds.PHONE, kinds.INSTANT)
"""What a free field does not hold."""
Assigned = tuple[str, float, float]
"""A field, the nearness of the column's name, the evidence of its content."""
_FEWEST: Final = 5
"""Filled, or different, values from which on a content tells anything."""


def assigned_fields(role: str, contents: Mapping[str, Content]) -> dict[str, Assigned | None]:
    """What each column seems to be; the best pairs first, each side once."""
    scored = []
    for place, (column, content) in enumerate(contents.items()):
        nearnesses = field_nearness(role, column) if len(column) <= LONGEST_NAME else {}
        for field in COLUMN_FIELDS[role]:
            near = nearnesses.get(field.name, 0.0)
            if not near and not _tells(field, content):
                continue
            evidence = _evidence(field, content)
            score = near + 0.5 * evidence if near else 0.7
            if near >= EXACT:  # what is named as a field is asked about, whatever it holds
                score = _NAMED if plain(column) == plain(field.name) else max(score, _LEAST)
            if score >= _LEAST:
                scored.append((-score, place, field.name, column, near, evidence))
    found: dict[str, Assigned | None] = dict.fromkeys(contents)
    taken: set[str] = set()
    for _, _, named, column, near, evidence in sorted(scored):
        if found[column] is None and named not in taken:
            found[column] = (named, near, evidence)
            taken.add(named)
    told = found if role != "leads" else _phones_told_apart(found, contents)
    return _list_or_parts(told)


def _phones_told_apart(
    found: Mapping[str, Assigned | None], contents: Mapping[str, Content]
) -> dict[str, Assigned | None]:
    """Of the columns of phone numbers the one by which leads are used, a mobile one where there is one, and another."""
    columns = {chosen[0]: column for column, chosen in found.items() if chosen}
    phone, other = columns.get("phone"), columns.get("other_phones")
    left = (column for column, chosen in found.items() if chosen is None and _are_phones(contents[column]))
    if phone is None:
        phone, other = other, next(left, None)
    elif other is None:
        other = next(left, None)
    if phone and other and contents[phone].mobile_share < _HALF < contents[other].mobile_share:
        phone, other = other, phone
    told = {column: name for column, name in ((phone, "phone"), (other, "other_phones")) if column}
    return {
        column: _assigned_to(told[column], column, contents[column]) if column in told else chosen
        for column, chosen in found.items()
    }


def _are_phones(content: Content) -> bool:
    return content.filled_count >= _FEWEST and (content.share(kinds.PHONES) or 0.0) >= _CERTAIN


def _assigned_to(name: str, column: str, content: Content) -> Assigned:
    near = field_nearness("leads", column).get(name, 0.0) if len(column) <= LONGEST_NAME else 0.0
    return name, near, _evidence(next(field for field in FIELDS["leads"] if field.name == name), content)


def _list_or_parts(chosen: dict[str, Assigned | None]) -> dict[str, Assigned | None]:
    """A list is one column, or yes/no columns: of both the list, if it holds what it should."""
    fields = {found[0]: found for found in chosen.values() if found is not None}
    wholes = {FIELD_NAMED[name].part_of for name in fields if FIELD_NAMED[name].part_of} & fields.keys()
    lists = {whole for whole in wholes if fields[whole][2] > 0}

    def is_left_out(name: str) -> bool:
        return FIELD_NAMED[name].part_of in lists or name in wholes - lists

    return {column: None if found and is_left_out(found[0]) else found for column, found in chosen.items()}


def _evidence(field: Field, content: Content) -> float:
    """1 where the content is that of the field, -1 where it is not, 0 where it says nothing."""
    if not content.filled_count:
        return 0.0
    share = content.share_of(field)
    if share is None:
        return -1.0 if any((content.share(kind) or 0.0) > _SHOWS for kind in _FOREIGN) else 0.5
    if share >= _SHOWS:
        return 1.0
    return -1.0 if share < _BELIES and field.kind not in _LOOSE else -0.2


def _tells(field: Field, content: Content) -> bool:
    """Whether the content alone gives the field away."""
    if field.kind not in _TELLING or content.filled_count < _FEWEST or (content.share_of(field) or 0.0) < _CERTAIN:
        return False
    is_common = field.kind in _VARIED or is_worded_as_flags(field)
    return not is_common or content.distinct_count > _FEWEST
