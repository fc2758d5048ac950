"""Candidates in words and on a page: one self-contained HTML string, in the manner of the dossiers."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from pipelines.candidates.comparison import Candidate
from pipelines.candidates.go_live import criterion_words
from pipelines.candidates.pilot import Pilot
from pipelines.dossiers.pages import render_page
from pipelines.dossiers.svg import decoration, element
from pipelines.governance.tender import CriterionResult
from pipelines.governance.tender_grid import TenderGrid
from pipelines.wording.words import Words


def render_candidates(candidates: Sequence[Candidate], grid: TenderGrid, *, language: str, as_of: datetime) -> str:
    """Candidates side by side as a page in French or English (`fr`, `en`). `as_of`: aware.

    Raises:
        ValueError: another language.
    """
    return render_page(
        "candidates.html.j2",
        language,
        as_of=as_of,
        candidates=candidates,
        criteria=grid.criteria,
        pilot_words=pilot_words,
        answer_words=answer_words,
        total_bar=total_bar,
        criterion_words=criterion_words,
    )


def total_bar(total: float) -> Markup:
    """A total on the scale of 100."""
    track = element("rect", x="0", y=".25em", width="100%", height=".25em", class_="track")
    return decoration("band", track, element("rect", x="0", y=".25em", width=total, height=".25em", class_="usable"))


def pilot_words(pilot: Pilot, spoken: Words) -> str:
    """What a pilot showed, in one phrase."""
    if not pilot.leads_count:
        return spoken("candidates.no_pilot")
    share = spoken.percent(pilot.fit_count / pilot.uses_count) if pilot.uses_count else "–"
    said = spoken("candidates.pilot_said", n=pilot.leads_count, count=spoken.number(pilot.leads_count), share=share)
    if pilot.since is not None:
        said += spoken("candidates.pilot_since", on=pilot.since)
    above = [spoken(f"dimension.{score.dimension}") for score in pilot.above_tolerance]
    return said + (spoken("candidates.pilot_above", dimensions=", ".join(above)) if above else "")


def answer_words(result: CriterionResult, spoken: Words) -> str:
    """What an answer is, in a word or two."""
    if not result.applies:
        return spoken("candidates.answer.not_applicable")
    return spoken(f"candidates.answer.{result.fault or 'satisfied'}")
