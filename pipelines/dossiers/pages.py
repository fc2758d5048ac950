"""From the report model to pages: one self-contained HTML string each, without script.

Everything that comes from outside is escaped, and the page's own policy forbids it to load or run anything. Sentences
belong to `words`, drawings to `charts` and `marks`.
"""

import functools
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipelines.contracts.calendar import CUT_OFF
from pipelines.dossiers import charts, conclusions, marks
from pipelines.dossiers.disputes_shown import MOST_LINES
from pipelines.dossiers.model import MAX_REFERENCES, Portfolio, ScoreMove, ScoreMovePart, VendorDossier, grade_or_none
from pipelines.dossiers.recommended import recommendation
from pipelines.governance.accepted_risks import risk_subject
from pipelines.governance.checklist import checklist
from pipelines.scores import contributions
from pipelines.scores.standings import STATES
from pipelines.verdicts.changes_said import change_said
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.words import RATED_DIMENSIONS, VERDICTS
from pipelines.wording.words import Words, words

METHOD_PAGES: Final = {"fr": "method.html", "en": "method.en.html"}
"""At the root of the folder of all pages."""
EVENTS: Final = 40
"""Events that are listed, the latest first."""
LATEST: Final = 31
"""Rows of the table of publications; the chart shows them all."""
EXPIRING: Final = 12
"""Dates at which something expires that are listed."""
MOST_CAUSES: Final = 2
"""Of a change of score, in the portfolio."""
HUNDREDTH: Final = Decimal("0.01")
WEB_ADDRESS: Final = re.compile(r"https?://[^\s]+", re.IGNORECASE)


def render_dossier(model: VendorDossier, *, language: str) -> str:
    """The vendor's dossier as a page in French or English (`fr`, `en`).

    Raises:
        ValueError: another language.
    """
    return render_page(
        "dossier.html.j2",
        language,
        dossier=model,
        changes=model.changes,
        change_said=functools.partial(change_said, say=words(language)),
        advised=recommendation(model),
        in_state=functools.partial(conclusions.in_state, model),
        decisions=conclusions.decisions_due(model),
        missing=conclusions.missing_for_decision(model),
        risk_subject=risk_subject,
        findings=conclusions.by_gravity(model.findings),
        most=max((finding.count for finding in model.findings), default=0),
        claims=model.claims,
        clauses={clause.id: clause for clause in checklist().clauses},
        amounts_listed=functools.partial(_amounts_listed, words(language)),
        notice_by=conclusions.notice_by(model),
        listed=conclusions.worth_listing(model.deliveries),
        incidents=conclusions.with_incident(model.deliveries),
        contributions=shown_parts(model.move) if model.move else [],
        least_tolerance=model.scoring.least_tolerance,
    )


def render_portfolio(model: Portfolio, *, language: str) -> str:
    """All vendors on one page, those that need a decision first, in French or English (`fr`, `en`).

    Raises:
        ValueError: another language.
    """
    lines = conclusions.by_urgency(model)
    urgent = sum(conclusions.situation(line.dossier) in ("breach_shown", "gated") for line in lines)
    return render_page(
        "portfolio.html.j2",
        language,
        portfolio=model,
        lines=lines,
        today=paris_date(model.as_of),
        leads=sum(line.dossier.total.leads_received for line in lines if line.dossier.total),
        claimable=conclusions.claimable(model),
        urgent=urgent,
        names={line.dossier.vendor: line.dossier.name for line in lines},
        renewals=len(conclusions.renewals_near(model)),
        notice_by=conclusions.notice_by,
        states_of=_states,
        moved=lambda dossier: _move_said(words(language), dossier.move) if dossier.move else "",
        advised_of=lambda dossier: recommendation(dossier).word,
    )


def render_page(template: str, language: str, **model: Any) -> str:
    """A template of ours in French or English (`fr`, `en`), with what it shows.

    Raises:
        ValueError: another language.
    """
    return _environment().get_template(template).render(w=words(language), **model)


def _amounts_listed(say: Words, amounts: Mapping[str, Decimal]) -> str:
    return say.enumerate([say.money(amount, currency) for currency, amount in amounts.items()])


def _states(dossier: VendorDossier) -> dict[str, str | None]:
    return {score.dimension: score.state for score in dossier.dimensions}


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pipelines.dossiers"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"css_string": _css_string, "web_address": _web_address, "paris_date": paris_date}
    environment.globals |= {
        "charts": charts,
        "marks": marks,
        "STATES": STATES,
        "RATED_DIMENSIONS": RATED_DIMENSIONS,
        "VERDICTS": VERDICTS,
        "grade_or_none": grade_or_none,
        "cause_named": cause_named,
        "LATEST": LATEST,
        "EVENTS": EVENTS,
        "EXPIRING": EXPIRING,
        "METHOD_PAGES": METHOD_PAGES,
        "CUT_OFF": CUT_OFF,
        "MAX_REFERENCES": MAX_REFERENCES,
        "MOST_LINES": MOST_LINES,
    }
    return environment


def _css_string(text: str) -> Markup:
    """A CSS string in which every character that could end it, or the style sheet, is an escape."""
    safe = "".join(char if char.isalnum() or char == " " else f"\\{ord(char):x} " for char in text)
    return Markup(f'"{safe}"')  # noqa: S704 - only letters, digits, spaces and escapes are left


def _web_address(address: str | None) -> str | None:
    """The address if a link may carry it; another scheme could run script."""
    return address if address and WEB_ADDRESS.fullmatch(address) else None


def _move_said(say: Words, move: ScoreMove) -> str:
    """A change of score in a sentence, with the causes that weigh most; nothing where the score stayed."""
    parts = shown_parts(move)
    if not parts:
        return ""
    most = [f"{cause_named(say, part)} {say.change(points)}" for part, points in parts[:MOST_CAUSES]]
    change = sum((points for _, points in parts), Decimal(0))
    return say("move.said", change=say.change(change), since=say.short_day(move.since), causes=say.enumerate(most))


def cause_named(say: Words, part: ScoreMovePart) -> str:
    """A cause in the pages' language: the fault that a rule finds, or the word for another cause."""
    if part.fault:
        return say.say(part.fault)
    return say(f"cause.{part.cause}") if say.has(f"cause.{part.cause}") else part.cause


def shown_parts(move: ScoreMove) -> list[tuple[ScoreMovePart, Decimal]]:
    """Contributions in hundredths that sum to the change as shown, the greatest first; zeros are left out."""
    before, after = (Decimal(str(points)).quantize(HUNDREDTH) for points in (move.points_before, move.points_after))
    exact = [
        contributions.Contribution(part.dimension, part.cause, Fraction(part.points)) for part in move.contributions
    ]
    parts = zip(move.contributions, contributions.rounded(exact, after - before), strict=True)
    return sorted((pair for pair in parts if pair[1]), key=lambda pair: -abs(pair[1]))
