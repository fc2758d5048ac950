"""Proofs overwritten after the deadline were known all the same: hindsight adds to that, and takes none away."""

from datetime import timedelta
from pathlib import Path

from tests.comparisons.test_corrections import correct, essentials
from tests.support.clean_market import LATE, MONDAY, CleanMarket, lead, proof

AFTER = LATE - timedelta(hours=2)
REUSED = "proof_reused_across_persons"


def test_overwriting_proofs_after_the_deadline_corrects_no_verdict_that_rested_on_them(tmp_path: Path) -> None:
    """1 was proven, 2 was not, 3 was refused; 4, which names no consent, and 5 shared one. Then 2 alone is proven."""
    market = CleanMarket(tmp_path, {"channels": ["email"]}, first=MONDAY)
    shared = [lead(4, consent_id=""), lead(5, consent_id="C-4")]
    market.deliver([lead(1), lead(2), lead(3), *shared], "leads.csv")
    market.deliver([proof(1), proof(3), proof(3, consent_id="C-3b", decision="refused"), proof(4)], "proofs.csv")
    market.reconcile(LATE)
    verdicts = {lead_id: verdict for (lead_id, _), verdict in market.verdicts().items()}
    assert verdicts == {"L-1": "usable", **dict.fromkeys(("L-2", "L-3", "L-4", "L-5"), "blocked")}
    assert [number for number in range(1, 6) if REUSED in market.failed()[f"L-{number}", "email"]] == [4, 5]
    market.deliver([proof(2), proof(3)], "proofs.csv", at=AFTER)
    market.take_in()
    assert essentials(correct(market, LATE)) == [("L-2", "email", "late_proof", "blocked", "usable", "vendor")]
    assert correct(market, LATE + timedelta(days=1)) == []
