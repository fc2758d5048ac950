"""Values that are nobody's: one answer each, found by looking at the lead or at its neighbours."""

from tests.support.plain_judge.cases import Case
from tests.support.plain_judge.readings import Ruling, of_lead


@of_lead()
def lead_duplicate(case: Case) -> Ruling:
    """Contract (duplicateWindow)."""
    return Ruling(True, not case.seen["is_duplicate"])


@of_lead()
def phone_unallocated(case: Case) -> Ruling:
    """RGPD, art. 5, 1, d); Arcep's list of blocks."""
    return Ruling(True, not case.lead["unallocated_fields"])


@of_lead()
def value_placeholder(case: Case) -> Ruling:
    """RGPD, art. 5, 1, d); Arcep, décision 2018-0881, annexe 1."""
    return Ruling(True, not case.lead["placeholder_fields"])
