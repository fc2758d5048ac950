"""What grows, one thing at a time, by which steps, and what stays the same meanwhile."""

from dataclasses import dataclass, replace
from typing import Final

ALL_CARDS: Final = 0
"""A number of cards that stands for every card of the catalogue."""


@dataclass(frozen=True)
class Sizes:
    """How large the work is."""

    leads: int
    """Of each delivery; with as many proofs."""
    oppositions: int
    cards: int = ALL_CARDS
    days: int = 1
    vendors: int = 1
    workers: int | None = None
    """`OPPOSABLE_THREADS`; the product's own default unless given."""


@dataclass(frozen=True)
class Axis:
    """One thing that grows."""

    name: str
    """A field of `Sizes`, or `imported`."""
    title: str
    fixed: str
    """What is the same at every step, in words."""
    quick: tuple[int, ...]
    full: tuple[int, ...]
    largest: int | None
    """A last step that takes hours or dozens of gigabytes, measured only on demand."""
    quick_base: Sizes
    full_base: Sizes
    through_dagster: bool = False
    """A full run measures it through Dagster as well, and once more with bodies that do nothing."""

    def steps(self, kind: str, *, with_largest: bool) -> tuple[int, ...]:
        """What is measured of a kind of run, `quick` or `full`."""
        last = (self.largest,) if with_largest and self.largest is not None else ()
        return (*(self.quick if kind == "quick" else self.full), *last)

    def sizes(self, kind: str, step: int) -> Sizes:
        """How large the work of one step is."""
        base = self.quick_base if kind == "quick" else self.full_base
        if self.name == "leads":
            return replace(base, leads=step, oppositions=OPPOSITIONS_PER_LEAD * step)
        return base if self.name == IMPORTED else replace(base, **{self.name: step})


OPPOSITIONS_PER_LEAD: Final = 5
IMPORTED: Final = "imported"
_SMALL_DAY: Final = Sizes(leads=200, oppositions=10_000)
_A_DAY = "200 leads and 200 proofs of each vendor and day, 10,000 oppositions"

AXES: Final = (
    Axis(
        "leads",
        "leads of one delivery",
        "as many proofs, five times as many oppositions",
        quick=(10_000, 31_623, 100_000),
        full=(10_000, 31_623, 100_000, 316_228, 1_000_000),
        largest=10_000_000,
        quick_base=Sizes(0, 0),
        full_base=Sizes(0, 0),
    ),
    Axis(
        "oppositions",
        "oppositions in the registry",
        "one delivery",
        quick=(1_000_000, 2_000_000, 4_000_000),
        full=(1_000_000, 3_162_278, 10_000_000),
        largest=100_000_000,
        quick_base=Sizes(leads=10_000, oppositions=0),
        full_base=Sizes(leads=100_000, oppositions=0),
    ),
    Axis(
        "cards",
        "rule cards",
        "one delivery",
        quick=(15, 30, ALL_CARDS),
        full=(15, 30, 45, ALL_CARDS),
        largest=None,
        quick_base=Sizes(leads=10_000, oppositions=50_000),
        full_base=Sizes(leads=100_000, oppositions=500_000),
    ),
    Axis(
        "days",
        "days of one vendor",
        _A_DAY,
        quick=(1, 5, 25),
        full=(1, 10, 100, 365, 730),
        largest=None,
        quick_base=_SMALL_DAY,
        full_base=_SMALL_DAY,
        through_dagster=True,
    ),
    Axis(
        "vendors",
        "vendors on one day",
        _A_DAY,
        quick=(1, 3, 10),
        full=(1, 10, 50, 200),
        largest=None,
        quick_base=_SMALL_DAY,
        full_base=_SMALL_DAY,
        through_dagster=True,
    ),
    Axis(
        "workers",
        "workers (`OPPOSABLE_THREADS`)",
        "one delivery",
        quick=(1, 2, 4),
        full=(1, 2, 3, 4),
        largest=None,
        quick_base=Sizes(leads=30_000, oppositions=150_000),
        full_base=Sizes(leads=400_000, oppositions=2_000_000),
    ),
    Axis(
        IMPORTED,
        "oppositions imported into SQLite",
        "nothing else",
        quick=(10_000, 31_623, 100_000),
        full=(100_000, 316_228, 1_000_000),
        largest=10_000_000,
        quick_base=Sizes(0, 0),
        full_base=Sizes(0, 0),
    ),
)
