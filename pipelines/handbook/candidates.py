"""The page of how a vendor goes from candidate to live, `docs/candidates.md`."""

from pipelines.candidates.go_live import go_live_conditions
from pipelines.governance.tender_grid import tender_grid
from pipelines.handbook.markdown import filled, table


def candidates_page() -> str:
    """The whole page."""
    return filled(
        "candidates.md.j2",
        criteria=table(
            ("id", "criterion", "evidence", "weight", "knock-out", "where silent", "asked by", "rests on"),
            (
                (
                    f"`{one.id}`",
                    one.asks.en,
                    one.evidence.en,
                    str(one.weight),
                    "yes" if one.knock_out else "",
                    f"`{one.question}`" if one.question else "",
                    one.asked_by or "",
                    one.basis,
                )
                for one in tender_grid().criteria
            ),
        ),
        conditions=table(
            ("id", "condition", "weight from", "deliveries from", "leads from", "rests on"),
            (
                (
                    f"`{one.id}`",
                    one.says.en,
                    str(one.least_weight) if one.least_weight > 1 else "",
                    str(one.least_deliveries or ""),
                    str(one.least_leads or ""),
                    one.basis,
                )
                for one in go_live_conditions()
            ),
        ),
    )
