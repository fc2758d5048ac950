"""How scores, grades and recommendations are made, on one page: the numbers of the published methods, and the table."""

from datetime import datetime

from pipelines.dossiers.pages import render_page
from pipelines.reviews.decision_table import FACTS, decision_table
from pipelines.scores.grades import grading_method
from pipelines.scores.points import scoring_method


def render_method(*, language: str, as_of: datetime) -> str:
    """The page in French or English (`fr`, `en`), as of an instant (timezone-aware).

    Raises:
        ValueError: another language.
    """
    return render_page(
        "method.html.j2",
        language,
        as_of=as_of,
        table=decision_table(),
        facts=FACTS,
        scoring=scoring_method(),
        grading=grading_method(),
    )
