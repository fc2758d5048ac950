"""How scores, grades and recommendations are made, on one page: the numbers of the published methods, and the table."""

from datetime import datetime

from pipelines.dossiers.pages import render_page
from pipelines.reviews.decision_table import FACTS, decision_table
from pipelines.scores.measured import measured
from pipelines.scores.method import Methods


def render_method(methods: Methods, *, language: str, as_of: datetime) -> str:
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
        methods=methods.versions,
        measured=measured(),
    )
