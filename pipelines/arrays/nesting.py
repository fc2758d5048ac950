"""How deep parsed JSON may nest: one bound, wherever it is read.

Without one it depends on the depth of our own calls which value a parser takes, and at which a walk through it fails.
"""

from collections.abc import Iterable
from typing import Any, Final

MOST_NESTED: Final = 64
"""Objects and lists in one another; the sentences of the reasons `row_of_json` and `element_of_json` name it."""


def is_too_deep(value: Any, text: str | bytes) -> bool:
    """Whether a value nests deeper than may be. `text`: what it was parsed from, which mostly tells at once."""
    opened = text.count("[") + text.count("{") if isinstance(text, str) else text.count(b"[") + text.count(b"{")
    if opened <= MOST_NESTED:
        return False
    inner, depth = _holders([value]), 0
    while inner and depth < MOST_NESTED:
        inner, depth = _holders(part for one in inner for part in _parts_inside(one)), depth + 1
    return bool(inner)


def _holders(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, (dict, list))]


def _parts_inside(holder: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return holder.values() if isinstance(holder, dict) else holder
