"""The list of vendors: what it shows of each, and how a reader filters and orders it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipelines.contracts.contract import Contract
from pipelines.governance.due_diligence import CRITICALITIES
from pipelines.reviews.decision_table import RECOMMENDATIONS
from pipelines.reviews.own_findings import AGAINST
from pipelines.reviews.routes import notice_by
from pipelines.reviews.written_dossiers import DossierNote
from pipelines.scores.grades import GRADES
from pipelines.scores.records import PublishedScore
from pipelines.vocabulary.clock import paris_date

UNSET: Final = "none"
ORDERS: Final = ("criticality", "score", "renewal", "name")
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "criticality": (*CRITICALITIES, UNSET),
    "grade": (*GRADES, UNSET),
    "advice": (*RECOMMENDATIONS, UNSET),
    "order": ORDERS,
}
_LAST_POINTS: Final = 1000.0
MOST_CHARACTERS: Final = 64


@dataclass(frozen=True)
class VendorLine:
    """One vendor in the list; None where nothing is known or said."""

    vendor: str
    name: str
    criticality: str | None
    grade: str | None
    points: float | None
    leads: int | None
    advice: str | None
    dossier_on: date | None
    renewal_on: date | None
    notice_by: date | None
    waits: tuple[str, ...]
    """Kinds of what the advertiser owes itself here."""


@dataclass(frozen=True)
class Wanted:
    """What a reader asks for; empty: everything, the most critical first."""

    words: str = ""
    criticality: str = ""
    grade: str = ""
    advice: str = ""
    order: str = ORDERS[0]
    is_waiting: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return any((self.words, self.criticality, self.grade, self.advice, self.is_waiting))


def wanted_of(query: Mapping[str, str]) -> Wanted:
    """What an address asks for; words that are none of ours ask for nothing."""
    chosen = {name: query[name] for name, known in CHOICES.items() if query.get(name) in known}
    words = " ".join(query.get("words", "").split())[:MOST_CHARACTERS]
    return Wanted(words=words, is_waiting=query.get("waiting") == "1", **chosen)


def listed(lines: Iterable[VendorLine], wanted: Wanted) -> list[VendorLine]:
    """The lines asked for, in the order asked for."""
    return sorted((one for one in lines if _is_wanted(one, wanted)), key=lambda one: _rank_of_line(one, wanted.order))


def vendor_line(
    vendor: str,
    *,
    contract: Contract | None,
    criticality: str | None,
    note: DossierNote | None,
    score: PublishedScore | None,
    waits: tuple[str, ...],
) -> VendorLine:
    """A line from the contract in force, the vendor's latest dossier, and the score as of that dossier."""
    return VendorLine(
        vendor=vendor,
        name=(contract.vendor_name if contract else None) or vendor,
        criticality=criticality,
        grade=score.grade if score and score.grade in GRADES else None,
        points=score.points if score else None,
        leads=score.leads_received if score else None,
        advice=note.recommendation if note else None,
        dossier_on=paris_date(note.as_of) if note else None,
        renewal_on=contract.renewal_on if contract else None,
        notice_by=notice_by(contract),
        waits=tuple(kind for kind in dict.fromkeys(waits) if kind != AGAINST),
    )


def _is_wanted(one: VendorLine, wanted: Wanted) -> bool:
    said = f"{one.name}\n{one.vendor}".casefold()
    return (
        wanted.words.casefold() in said
        and _is_chosen(one.criticality, wanted.criticality)
        and _is_chosen(one.grade, wanted.grade)
        and _is_chosen(one.advice, wanted.advice)
        and (bool(one.waits) or not wanted.is_waiting)
    )


def _is_chosen(value: str | None, choice: str) -> bool:
    return not choice or (value or UNSET) == choice


def _rank_of_line(one: VendorLine, order: str) -> tuple[object, ...]:
    levels = (*CRITICALITIES, None)
    points = _LAST_POINTS if one.points is None else one.points
    ranks: dict[str, object] = {
        "criticality": (levels.index(one.criticality), points),
        "score": (points, levels.index(one.criticality)),
        "renewal": (one.renewal_on or date.max, points),
        "name": one.name.casefold(),
    }
    return ranks[order], one.vendor
