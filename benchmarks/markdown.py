"""Markdown that is made: rows of tables, and blocks of pages whose rest belongs to who writes the page."""

from collections.abc import Iterable
from typing import Final

_FROM: Final = "<!-- {name}: from here -->"
_TO: Final = "<!-- {name}: to here -->"


def table_row(cells: Iterable[str]) -> str:
    """One row of a table."""
    return f"| {' | '.join(cells)} |"


def with_block(page: str, name: str, lines: Iterable[str]) -> str:
    """The page with other lines in the block of a name.

    Raises:
        ValueError: its marks are not there, once each and in order.
    """
    start, end = _FROM.format(name=name), _TO.format(name=name)
    before, found, rest = page.partition(start)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise ValueError(f"expected the lines `{start}` and `{end}`, one after the other")
    return "\n".join((before + start, *lines, end)) + after
