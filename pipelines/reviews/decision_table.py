"""The published table of recommendations, as data (`decision_table.yaml`): its rows, and the numbers beside them."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from pipelines.vocabulary.bilingual import Bilingual

TABLE_FILE: Final = Path(__file__).with_name("decision_table.yaml")
RECOMMENDATIONS: Final = ("renew", "renew_with_conditions", "suspend", "do_not_renew", "not_enough_evidence")
FACTS: Final = {
    "is_scored": Bilingual("un score existe", "there is a score"),
    "is_graded": Bilingual("assez de leads pour une classe", "enough leads for a grade"),
    "has_severe_breach": Bilingual(
        "manquement établi, grave, dans une dimension critique", "severe breach shown in a critical dimension"
    ),
    "has_critical_breach": Bilingual(
        "manquement établi dans une dimension critique", "breach shown in a critical dimension"
    ),
    "has_breach": Bilingual("manquement établi", "breach shown"),
    "is_gated": Bilingual("classe plafonnée par un fait grave", "grade capped by a grave fact"),
    "is_above": Bilingual("taux au-delà d'une tolérance, non établi", "a rate above its tolerance, not shown"),
    "has_unjudged": Bilingual("une dimension n'a pas pu être jugée", "a dimension could not be judged"),
    "has_gaps": Bilingual(
        "il manque au dossier ou au contrat une pièce de poids", "the file or the contract lacks something of weight"
    ),
    "is_shown": Bilingual("conformité établie partout", "conformity shown everywhere"),
}
"""What a row may ask for, in words."""


@dataclass(frozen=True)
class TableRow:
    """A row: the facts that it asks for, and what it then advises."""

    id: str
    when: Mapping[str, bool]
    recommendation: str
    says: Bilingual

    def __post_init__(self) -> None:
        """Refuse what is no word of the table."""
        if not self.when or not set(self.when) <= set(FACTS):
            raise ValueError(f"row {self.id}: when: expected facts among {', '.join(FACTS)}")
        if self.recommendation not in RECOMMENDATIONS:
            raise ValueError(f"row {self.id}: recommendation: expected one of {', '.join(RECOMMENDATIONS)}")


@dataclass(frozen=True)
class NoticeMark:
    """How long a notice the length of a relationship asks for, in months; the law has no scale."""

    months_per_year: int
    most_months: int


@dataclass(frozen=True)
class DecisionTable:
    """A dated version of the table; spans in days."""

    version: str
    in_force_from: date
    severe_multiple: float
    measured_days: int
    answer_days: int
    cure_days: int
    notice: NoticeMark
    rows: tuple[TableRow, ...]

    def row_for(self, facts: Mapping[str, bool]) -> TableRow:
        """The first row whose facts all are as given; the last two rows leave nothing over."""
        return next(row for row in self.rows if all(facts[name] == value for name, value in row.when.items()))


@functools.cache
def decision_table(path: Path = TABLE_FILE) -> DecisionTable:
    """The table as written in a file.

    Raises:
        ValueError: a key is missing, unknown or not what it should be, or some facts have no row.
    """
    written: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        rows = tuple(TableRow(**{**row, "says": Bilingual(**row["says"])}) for row in written["rows"])
        table = DecisionTable(**{**written, "rows": rows, "notice": NoticeMark(**written["notice"])})
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name}: expected exactly the keys of a decision table ({error})") from None
    if [row.when for row in rows[-2:]] != [{"is_shown": False}, {"is_shown": True}]:
        raise ValueError(f"{path.name}: rows: expected the last two to ask for is_shown alone, false and true")
    return table
