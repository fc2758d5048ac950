"""Whether the values of a table stand one column further on than their names: its header is one name short.

Asked where rows are one field wider than their header. Told by what the values look like, and by nothing else; how they
are read is in `intake.values`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from pipelines.contracts.contract import FileTerms
from pipelines.identifiers.likeness import looks_like_person
from pipelines.vocabulary import field_kinds as kinds
from pipelines.vocabulary.column_names import column_name
from pipelines.vocabulary.field_kinds import FieldKind
from pipelines.vocabulary.fields import FIELD_NAMED
from pipelines.vocabulary.reasons import Reason

HEADER_SHORT: Final = Reason("header_short")
_LEAST_GAIN: Final = 0.5  # of one column's values, net of those that would fit worse
_POSTAL: Final = re.compile(r"\d{5}")
_FITS: Final[Mapping[FieldKind, Callable[[str], object]]] = {
    kinds.EMAIL: lambda cell: "@" in cell,
    kinds.PHONE: re.compile(r"\+?[\d\s().-]{8,}").fullmatch,
    kinds.POSTAL_CODE: _POSTAL.fullmatch,
    kinds.INSTANT: re.compile(r"\d{1,4}[-/.]\d\d?[-/.]\d{1,4}.*").fullmatch,
    kinds.SIREN: re.compile(r"\d{9}").fullmatch,
    kinds.DIGEST: re.compile(r"[0-9A-Fa-f]{64}").fullmatch,
    kinds.HASHED: re.compile(r"[0-9A-Fa-f]{64}").fullmatch,
    kinds.PAGE: re.compile(r"(?:https?:|www\.|/).*").match,
    kinds.LINK: re.compile(r"(?:https?:|www\.|/).*").match,
    kinds.REFERENCE: lambda cell: re.search(r"\d", cell) and not looks_like_person(cell, "cell"),
}
"""What values of a kind look like, at a glance; other kinds tell nothing."""


def are_shifted(names: Sequence[str], rows: Sequence[Sequence[str]], terms: FileTerms) -> bool:
    """Whether, from some name on, the values of the next column fit the declared ones better than their own.

    Args:
        names: the header's, without the nameless ones at its end.
        rows: some of them, each at least one cell wider than the header.
        terms: what the contract declares.
    """
    declared = {
        column_name(field.physical_name): FIELD_NAMED[field.name].kind
        for field in terms.fields
        if field.name in FIELD_NAMED
    }
    gain = best = 0.0
    for place in range(len(names) - 1, -1, -1):
        kind = declared.get(names[place])
        if kind is not None and kind in _FITS:
            here, beside = ([row[at].strip() for row in rows] for at in (place, place + 1))
            gain += _share_fitting(beside, kind) - _share_fitting(here, kind)
            best = max(best, gain)
    return best > _LEAST_GAIN


def _share_fitting(cells: Sequence[str], kind: FieldKind) -> float:
    if kind == kinds.REFERENCE and looks_like_postal_codes(cells):
        return 0.0
    return sum(bool(cell and _FITS[kind](cell)) for cell in cells) / max(1, len(cells))


def looks_like_postal_codes(cells: Sequence[str]) -> bool:
    """Whether most values have five digits, and some more than once: numbers that only count do not repeat."""
    found = [cell for cell in cells if _POSTAL.fullmatch(cell)]
    return 2 * len(found) > len(cells) and len({*found}) < len(found)
