"""What we decided ourselves before we use a vendor."""

from tests.support.plain_judge.cases import Case
from tests.support.plain_judge.readings import Ruling, of_use


@of_use()
def vendor_gone_live(case: Case) -> Ruling:
    """RGPD, art. 5, 2 and 24; CNIL, SAN-2022-021 and SAN-2024-003: who begins as a candidate waits for our decision."""
    return Ruling(case.contract["vendor_stage"] is not None, case.contract["is_vendor_live"])
