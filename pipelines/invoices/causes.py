"""Why an amount is disputed or open, and what an invoice's answer is called in the French reform.

Statuses are those of the invoice's life cycle (external specifications of the DGFiP; AFNOR XP Z12-012), reason codes
those that XP Z12-012 allows for each status, rule BR-FR-CDV-CL-09.
"""

from dataclasses import dataclass
from typing import Final

PARTLY, DISPUTED, SUSPENDED, REFUSED = "206", "207", "208", "210"
"""Approved in part, disputed, suspended, refused."""
APPROVED: Final = "205"
"""No message of ours: whoever pays approves."""
_OTHER: Final = "AUTRE"


@dataclass(frozen=True)
class Cause:
    """One way in which an invoice and what is owed differ."""

    code: str
    reason: str
    """As a message says it that disputes."""
    reason_in_part: str = _OTHER
    """The same where the rest is approved: fewer codes are allowed."""
    is_open: bool = False
    """Whether it may still be owed: it waits for something."""
    refuses: bool = False
    """Whether nothing of the invoice can be owed."""


CAUSES: Final = {
    cause.code: cause
    for cause in (
        Cause("number_repeated", "DOUBLON", refuses=True),
        Cause("advertiser_other", "DEST_ERR", refuses=True),
        Cause("currency_other", "NON_CONFORME", refuses=True),
        Cause("price_above", "PU_ERR", "PU_ERR"),
        Cause("quantity_above", "QTE_ERR", "QTE_ERR"),
        Cause("not_ordered", "CMD_ERR", "CMD_ERR"),
        Cause("claimable", "QUALITE_ERR", "QUALITE_ERR"),
        Cause("delivered_twice", "QUALITE_ERR", "QUALITE_ERR"),
        Cause("invoiced_twice", "DOUBLE_FACT"),
        Cause("not_delivered", "LIVR_INCOMP", "LIVR_INCOMP"),
        Cause("period_other", _OTHER),
        Cause("line_total", "CALCUL_ERR"),
        Cause("charge_unagreed", "MONTANTTOTAL_ERR"),
        Cause("sum_of_lines", "MONTANTTOTAL_ERR"),
        Cause("net_total", "MONTANTTOTAL_ERR"),
        Cause("tax_total", "TX_TVA_ERR"),
        Cause("payable_total", "MONTANTTOTAL_ERR"),
        Cause("not_ordered_yet", "CMD_ERR", "CMD_ERR", is_open=True),
        Cause("not_final", "JUSTIF_ABS", is_open=True),
        Cause("price_unknown", "REF_CT_ABSENT", "REF_CT_ABSENT", is_open=True),
        Cause("period_missing", "REF_ERR", "REF_ERR", is_open=True),
    )
}
"""By code, the gravest first. A code is published in `claims.csv`, a promise."""
REFUSING: Final = frozenset(code for code, cause in CAUSES.items() if cause.refuses)
"""Codes of causes for which nothing of an invoice can be owed."""
DUPLICATE_RULE: Final = "lead_duplicate"
"""The rule by which a lead was delivered twice."""
