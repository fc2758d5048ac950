"""A step of the judgement: a statement, in portions where it joins all that is known of many leads, and who reads what.

What the statements say is in `judgement`; they are run by `verdicts`.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

EVERY: Final = "true"
"""The portion that is the whole."""
_READ: Final = re.compile(r"\b(?:from|join)\s+([a-z_]+)")


@dataclass(frozen=True)
class Portions:
    """How a step is done for some of its leads at a time: joining needs memory for each."""

    rows_of: str
    """The table whose rows, of a `lead_no` each, say how many portions there are to be, and of which leads."""
    statement: Callable[[str], str]
    """The query for a portion: takes a condition on `lead_no`."""

    def statements(self, cuts: Sequence[int]) -> list[str]:
        """The queries of the portions between some values of `lead_no`, in order; their rows together are those of the
        step. Ranges, of which an engine expects many rows and not few."""
        bounds = [f"lead_no >= {cut}" for cut in cuts]
        ends = [f"lead_no < {cut}" for cut in cuts]
        pairs = zip((None, *bounds), (*ends, None), strict=True)
        return [self.statement(" and ".join(filter(None, pair)) or EVERY) for pair in pairs]


@dataclass(frozen=True)
class Step:
    """A temporary table, or a view where the rows are only passed through."""

    name: str
    sql: str
    is_view: bool = False
    is_of_files: bool = False
    """Whether a reader of the view reads files, which may be others by then."""
    portions: Portions | None = None
    over_kept: str | None = None
    """The same query where views before it are kept, if it is cheaper to ask them than to make a part of them again."""


def portioned_step(name: str, statement: Callable[[str], str], *, rows_of: str, over_kept: str | None = None) -> Step:
    """A step that can be done in portions."""
    return Step(name, statement(EVERY), portions=Portions(rows_of, statement), over_kept=over_kept)


def last_reads(steps: Sequence[Step], kept: Collection[str]) -> dict[str, list[str]]:
    """By step, the tables that none after it reads, also through a view; `kept`: tables that are read at the end.

    A word that only looks like a table's name keeps it longer, never shorter.
    """
    reads = {step.name: _tables_read(step) for step in steps}
    views = {step.name for step in steps if step.is_view}
    last: dict[str, str | None] = {}
    for step in steps:
        if not step.is_view:
            last |= dict.fromkeys((step.name, *_through_views(reads[step.name], reads, views)), step.name)
    last |= dict.fromkeys(_through_views(frozenset(kept), reads, views))
    found: dict[str, list[str]] = {}
    for table, step_name in last.items():
        if step_name is not None and table not in views:
            found.setdefault(step_name, []).append(table)
    return found


def _tables_read(step: Step) -> frozenset[str]:
    return frozenset(_READ.findall(step.sql))


def _through_views(names: frozenset[str], reads: dict[str, frozenset[str]], views: set[str]) -> frozenset[str]:
    """Tables behind some names, those names among them."""
    behind = [_through_views(reads[name], reads, views) for name in names & views]
    return names.union(*behind)
