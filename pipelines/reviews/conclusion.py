"""A kind of conclusion and the figures of its sentence, so that each language can say it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.vocabulary.bilingual import Bilingual

Figure = int | str | date | Decimal


@dataclass(frozen=True)
class Conclusion:
    """A kind of conclusion and the figures of its sentence; `on` is the date by which it counts."""

    kind: str
    figures: tuple[tuple[str, Figure], ...] = ()
    dimensions: tuple[str, ...] = ()
    on: date | None = None
    owed_by: str | None = None
    rate: float | None = None
    """In [0, 1], where the sentence has one."""
    says: Bilingual | None = None
    """What the sentence quotes."""
