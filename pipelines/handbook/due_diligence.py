"""The page of what is asked of a vendor and of a contract, `docs/due-diligence.md`."""

from pipelines.governance.checklist import checklist
from pipelines.governance.due_diligence import AUDIT_MONTHS
from pipelines.handbook.markdown import filled, table


def due_diligence_page() -> str:
    """The whole page."""
    asked = checklist()
    return filled(
        "due_diligence.md.j2",
        audit_months=AUDIT_MONTHS,
        questions=table(
            ("id", "question", "evidence", "weight", "stands for", "rests on"),
            (
                (f"`{one.id}`", one.asks.en, one.evidence.en, str(one.weight), f"{one.months} months", one.basis)
                for one in asked.questions
            ),
        ),
        clauses=table(
            ("id", "clause", "weight", "terms that carry it", "rests on"),
            (
                (f"`{one.id}`", one.says.en, str(one.weight), ", ".join(f"`{term}`" for term in one.terms), one.basis)
                for one in asked.clauses
            ),
        ),
    )
