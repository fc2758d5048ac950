"""What true, false and unknown come to together (Kleene's strong logic): doubt is lifted by what decides alone."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, TypeVar

Answer = bool | None
Instant = TypeVar("Instant", date, datetime)


def both(*answers: Answer) -> Answer:
    """False where one is false, else unknown where one is unknown."""
    return False if False in answers else None if None in answers else True


def either(*answers: Answer) -> Answer:
    """True where one is true, else unknown where one is unknown."""
    return True if True in answers else None if None in answers else False


def contrary(answer: Answer) -> Answer:
    """Unknown stays unknown."""
    return None if answer is None else not answer


def is_there(value: Any) -> Answer:
    """True, or unknown: that a vendor left a thing out never shows that it does not exist (review.md, principle 4)."""
    return None if value is None else True


def same(one: Any, other: Any) -> Answer:
    """Whether two facts are equal; unknown where one is missing."""
    return None if one is None or other is None else one == other


def among(value: Any, known: Collection[Any] | None) -> Answer:
    """Whether a fact is one of some; unknown where either is missing."""
    return None if value is None or known is None else value in known


def not_after(one: Instant | None, other: Instant | None) -> Answer:
    """Whether an instant is at or before another; unknown where one is missing."""
    return None if one is None or other is None else one <= other


def earlier(one: Instant | None, other: Instant | None) -> Answer:
    """Whether an instant is before another; unknown where one is missing."""
    return None if one is None or other is None else one < other
