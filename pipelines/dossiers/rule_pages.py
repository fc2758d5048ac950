"""The rulebook for people: every rule on one page, to be searched, printed, and annexed to a contract.

The page reads without script; what it has of it finds rules by their words, and is the only one that its policy runs.
"""

import functools
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from pipelines.dossiers.model import VendorDossier
from pipelines.dossiers.pages import render_page
from pipelines.dossiers.rule_chart import rule_periods
from pipelines.rulebook.card import Card
from pipelines.rulebook.catalogue import Catalogue
from pipelines.verdicts.changes_said import change_said
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.words import CHANNELS, DIMENSIONS, SEVERITIES
from pipelines.wording.periods import period_said
from pipelines.wording.words import words


def render_rules(
    catalogue: Catalogue, *, language: str, as_of: datetime, counts: Mapping[str, int] | None = None
) -> str:
    """The rules as a page in French or English (`fr`, `en`), in order of dimension and severity.

    Args:
        catalogue: the rules and their parameters.
        language: `fr` or `en`.
        as_of: instant, timezone-aware: up to when the drawing of the years goes.
        counts: findings by rule; None for a page that says nothing of anybody's leads, as for a contract's annex.

    Raises:
        ValueError: another language.
    """
    spoken = words(language)
    script = _search_script()
    digest = b64encode(sha256(script.encode()).digest()).decode()
    return render_page(
        "rules.html.j2",
        language,
        as_of=as_of,
        catalogue=catalogue,
        changes=catalogue.changes,
        cards=sorted(catalogue.cards, key=_rank_of_card),
        counts=counts,
        periods=rule_periods(catalogue.cards, paris_date(as_of), spoken),
        legend=[(severity, spoken(f"severity.{severity}")) for severity in SEVERITIES],
        in_force=lambda card: period_said(card.in_force.from_, card.in_force.to, spoken),
        change_said=functools.partial(change_said, say=spoken),
        given=_given,
        CHANNELS=CHANNELS,
        script=Markup(script),  # noqa: S704 - a file of ours, without anything from outside
        script_source=f"sha256-{digest}",
    )


def findings_by_rule(dossiers: Iterable[VendorDossier]) -> Mapping[str, int]:
    """How often each rule was found not to hold, or waits on a fact, over the periods of some dossiers."""
    counts: Counter[str] = Counter()
    for dossier in dossiers:
        counts.update({finding.rule_id: finding.count for finding in dossier.findings})
    return counts


def _rank_of_card(card: Card) -> tuple[int, int, str]:
    return DIMENSIONS.index(card.dimension), SEVERITIES.index(card.severity), card.id


def _given(value: Any) -> str:
    """A fact of an example as SQL would write it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)


@functools.cache
def _search_script() -> str:
    return files("pipelines.dossiers").joinpath("templates/search.js").read_text(encoding="utf-8")
