"""The page of what is advised at a renewal, `docs/decision-table.md`."""

from collections.abc import Mapping

from pipelines.handbook.markdown import filled, table
from pipelines.reviews.decision_table import FACTS, decision_table
from pipelines.scores.points import scoring_method


def decision_table_page() -> str:
    """The whole page."""
    published = decision_table()
    return filled(
        "decision_table.md.j2",
        published=published,
        critical=", ".join(scoring_method().critical),
        rows=table(
            ("", "when", "recommendation", "because"),
            (
                (str(number), _conditions_said(row.when), f"`{row.recommendation}`", row.says.en)
                for number, row in enumerate(published.rows, start=1)
            ),
        ),
    )


def _conditions_said(when: Mapping[str, bool]) -> str:
    return "; ".join(FACTS[name].en if holds else f"not: {FACTS[name].en}" for name, holds in when.items())
