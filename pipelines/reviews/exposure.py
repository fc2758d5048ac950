"""What findings could cost an advertiser, by legal provision, as ranges with their assumptions: for counsel alone.

Provisions and amounts are data (`provisions.yaml`). Never a forecast, and never a sum: several authorities may look at
the same facts, and who was fined by one is not fined by all. Distinct provisions are counted, not rules: one bad form
fails several rules. What is counted is in `dossiers.annex`.
"""

import functools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import yaml

from pipelines.rulebook.card import Card
from pipelines.vocabulary.bilingual import Bilingual
from pipelines.vocabulary.words import CHANNELS

PROVISIONS_FILE: Final = Path(__file__).with_name("provisions.yaml")
UNITS: Final = ("communication", "article", "offence", "turnover")
"""What a text's maximum is of: each message, each article breached, an offence, the infringement as a whole."""
STATUSES_OF_TEXT: Final = ("verified", "secondary", "memory")


@dataclass(frozen=True)
class Provision:
    """A text and what it may cost a company; amounts in EUR, rates in [0, 1] of the yearly turnover."""

    id: str
    cite: str
    says: Bilingual
    covers: tuple[str, ...]
    """How citations begin that it sanctions."""
    unit: str
    most: Decimal
    status: str
    source: str
    channels: tuple[str, ...] = CHANNELS
    since: date | None = None
    until: date | None = None
    most_rate: Decimal | None = None
    practice: Mapping[str, Decimal] | None = None
    practice_source: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is no word of the table."""
        if self.unit not in UNITS or self.status not in STATUSES_OF_TEXT or not set(self.channels) <= set(CHANNELS):
            raise ValueError(f"{self.id}: unit, status or channels: expected words of the table")

    def articles_of(self, card: Card) -> set[str]:
        """The citations of a card that it sanctions, as the table writes them."""
        return {start for start in self.covers for basis in card.basis if _cites(basis.cite, start)}


@dataclass(frozen=True)
class ProvisionTable:
    """A dated version."""

    version: str
    in_force_from: date
    provisions: tuple[Provision, ...]


@dataclass(frozen=True)
class FoundBreaches:
    """What was found of one provision."""

    proven_count: int
    """Lead uses with a proven breach of a rule that rests on it."""
    count: int
    """Those and the ones that were not proven in time."""
    articles: int
    """Distinct articles."""
    rules: tuple[str, ...]
    first_on: date
    last_on: date


@dataclass(frozen=True)
class Exposure:
    """One provision's range. None: not known without the turnover."""

    provision: Provision
    found: FoundBreaches
    by_text: Decimal
    """The most that the text allows; it is counted over all that was found, proven or not."""
    practice_low: Decimal | None
    """What was imposed so far, and never more than the text allows."""
    practice_high: Decimal | None


def exposures(
    table: ProvisionTable, found: Mapping[str, FoundBreaches], turnover: Decimal | None
) -> tuple[Exposure, ...]:
    """Every provision of which something was found, in the table's order. `turnover`: of the last year, in EUR."""
    return tuple(_exposure(one, found[one.id], turnover) for one in table.provisions if one.id in found)


def _exposure(one: Provision, found: FoundBreaches, turnover: Decimal | None) -> Exposure:
    times = {"communication": found.count, "article": found.articles}.get(one.unit, 1)
    by_rate = turnover * one.most_rate if turnover is not None and one.most_rate is not None else Decimal(0)
    by_text = max(one.most * times, by_rate)
    practice = one.practice or {}
    if "least_rate" in practice:
        low, high = (None if turnover is None else turnover * practice[name] for name in ("least_rate", "most_rate"))
    elif practice:
        low, high = found.proven_count * practice["least_per_unit"], found.count * practice["most_per_unit"]
    else:
        low = high = None
    low, high = (None if amount is None else min(amount, by_text) for amount in (low, high))
    return Exposure(one, found, by_text, low, high)


@functools.cache
def provision_table(path: Path = PROVISIONS_FILE) -> ProvisionTable:
    """The table as written in a file.

    Raises:
        ValueError: a key is missing, unknown or not what it should be.
    """
    written: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        provisions = tuple(_provision_read(row) for row in written["provisions"])
        return ProvisionTable(written["version"], written["in_force_from"], provisions)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name}: expected exactly the keys of a table of provisions ({error})") from None


def rules_of(table: ProvisionTable, cards: Collection[Card]) -> dict[str, dict[str, set[str]]]:
    """By provision, the rules that rest on it with the articles of each."""
    found: dict[str, dict[str, set[str]]] = {}
    for one in table.provisions:
        found[one.id] = {card.id: articles for card in cards if (articles := one.articles_of(card))}
    return found


def _provision_read(row: Mapping[str, Any]) -> Provision:
    lists: Sequence[str] = ("covers", "channels")
    amounts = {name: Decimal(str(row[name])) for name in ("most", "most_rate") if name in row}
    plain = {name: value for name, value in row.items() if name not in ("from", "to", "says", "practice", *lists)}
    practice = {name: Decimal(str(value)) for name, value in row["practice"].items()} if "practice" in row else None
    return Provision(
        **{
            **plain,
            **amounts,
            **{name: tuple(row[name]) for name in lists if name in row},
            "says": Bilingual(**row["says"]),
            "practice": practice,
            "since": row.get("from"),
            "until": row.get("to"),
        }
    )


def _cites(cite: str, start: str) -> bool:
    """Whether a citation names an article: `art. 5` is not `art. 51`, `L. 223-1` not `L. 223-10`."""
    numbers = "" if start.endswith("-") else r"(?![\d-])"
    return re.search(re.escape(start) + numbers, cite) is not None
