"""Proofs that are completed under the same name after the proof deadline make no final verdict better."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.clean_market import LATE, CleanMarket, lead, proof


@pytest.mark.fault(
    area="folders",
    fault="A proof file is overwritten with more proofs after the proof deadline",
    promise="It has arrived again, with all that it holds: no final verdict gets better by it.",
)
@pytest.mark.parametrize("has_transport", [True, False])
def test_proofs_overwritten_after_the_deadline_make_no_final_verdict_better(
    tmp_path: Path, has_transport: bool
) -> None:
    market = CleanMarket(tmp_path)
    market.deliver([lead(1), lead(2)], "leads.csv")
    market.deliver([proof(1)], "proofs.csv")
    market.reconcile(LATE)
    final = market.verdicts()
    assert [final["L-1", "email"], final["L-2", "email"]] == ["usable", "blocked"]
    folder = next((tmp_path / "inbox").glob("*/*"))
    record = (folder / ".received.json").read_bytes()
    market.deliver([proof(1), proof(2)], "proofs.csv", at=LATE - timedelta(hours=2))
    if not has_transport:
        (folder / ".received.json").write_bytes(record)
    market.reconcile(LATE)
    assert market.verdicts()["L-2", "email"] == "blocked"
