"""What is overwritten after the proof deadline changes no final verdict; what is overwritten before is corrected."""

import hashlib
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.storage.secrets.kept_files import kept_files
from tests.support.clean_market import LATE, MONDAY, SOON, VENDOR, CleanMarket, lead, proof

AFTER = LATE - timedelta(hours=2)
"""Days after the deadline."""
TUESDAY = MONDAY + timedelta(days=1)
FOLDER = ("inbox", VENDOR, MONDAY.isoformat())


@pytest.fixture(scope="module")
def judged_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two leads, of which one has a proof: final."""
    market = CleanMarket(tmp_path_factory.mktemp("judged"), first=MONDAY)
    market.deliver([lead(1), lead(2)], "leads.csv")
    market.deliver([proof(1)], "proofs.csv")
    market.reconcile(LATE)
    assert emails(market) == {"L-1": "usable", "L-2": "blocked"}
    return market.home


@pytest.fixture
def market(judged_home: Path, tmp_path: Path) -> CleanMarket:
    """A copy of that home."""
    home = tmp_path / "home"
    shutil.copytree(judged_home, home)
    return CleanMarket(home, first=MONDAY)


def emails(market: CleanMarket) -> dict[str, str]:
    return {lead_id: verdict for (lead_id, channel), verdict in market.verdicts().items() if channel == "email"}


@pytest.mark.fault(
    area="folders",
    fault="A proof file is overwritten with more proofs after the proof deadline",
    promise="It has arrived again, with all that it holds: no final verdict gets better by it.",
)
@pytest.mark.fault(
    area="folders",
    fault="A proof file is overwritten after the proof deadline, and what it held before is gone from the inbox",
    promise="What was taken in is kept, encrypted, where no vendor writes: no final verdict gets worse by it.",
)
@pytest.mark.parametrize("has_transport", [True, False])
def test_proofs_overwritten_after_the_deadline_change_no_final_verdict(
    market: CleanMarket, has_transport: bool
) -> None:
    folder = market.home.joinpath(*FOLDER)
    record = (folder / ".received.json").read_bytes()
    market.deliver([proof(2)], "proofs.csv", at=AFTER)
    if not has_transport:
        (folder / ".received.json").write_bytes(record)
    market.reconcile(LATE)
    assert emails(market) == {"L-1": "usable", "L-2": "blocked"}
    files = {row["file_name"]: row for row in market.rows("deliveries") if row["role"] == "consent_proofs"}
    (old,) = files.keys() - {"proofs.csv"}
    assert old.startswith("proofs.csv (")
    assert files["proofs.csv"]["replaced_at"] is None
    if has_transport:
        assert files[old]["replaced_at"] == files["proofs.csv"]["received_at"] == AFTER.replace(tzinfo=None)


@pytest.mark.fault(
    area="folders",
    fault="A file is replaced by a link or by nothing, or overwritten after it was sealed",
    promise="What was taken in under its name still counts.",
)
def test_however_a_file_is_overwritten_what_was_taken_in_counts(market: CleanMarket) -> None:
    path = market.home.joinpath(*FOLDER, "proofs.csv")
    path.unlink()
    path.symlink_to("elsewhere.csv")
    market.take_in()
    assert [row["consent_id"] for row in market.rows("consent_proofs")] == ["C-1"]
    path.unlink()
    market.deliver([proof(2)], "proofs.csv", at=AFTER)
    for _ in ("the one", "the other, whose seal takes the place of the first"):
        market.take_in()
        assert market.house.retention.run(market.house.contracts(), as_of=SOON, now=SOON).sealed_count
        path.write_bytes(b"")
    market.reconcile(LATE)
    assert emails(market) == {"L-1": "usable", "L-2": "blocked"}


def test_proofs_overwritten_before_the_deadline_are_corrected(tmp_path: Path) -> None:
    market = CleanMarket(tmp_path, first=MONDAY)
    market.deliver([lead(1), lead(2)], "leads.csv")
    market.deliver([proof(1)], "proofs.csv")
    market.reconcile(SOON)
    market.deliver([proof(2)], "proofs.csv", at=SOON + timedelta(hours=1))
    market.reconcile(SOON)
    assert emails(market) == {"L-1": "usable", "L-2": "on_hold"}, "as of an instant at which it was not yet there"
    market.reconcile(LATE)
    assert emails(market) == {"L-1": "blocked", "L-2": "usable"}


@pytest.mark.parametrize(("again_at", "is_shared"), [(None, False), (AFTER, False), (SOON + timedelta(hours=1), True)])
def test_a_proof_that_was_replaced_in_time_ties_no_consent_to_a_lead_though_it_comes_again_too_late(
    tmp_path: Path, again_at: datetime | None, is_shared: bool
) -> None:
    """The second lead names no consent; for an hour a proof said that it was that of the first, another person."""
    market = CleanMarket(tmp_path, first=MONDAY)
    market.deliver([lead(1)], "leads-1.csv")
    market.deliver([lead(2, consent_id="")], "leads-2.csv", at=datetime(2026, 9, 7, 9, tzinfo=UTC))
    market.deliver([proof(1)], "proofs-1.csv")
    shared = proof(2, consent_id="C-1", lead_id="")
    market.deliver([shared], "proofs-2.csv")
    market.take_in()
    market.deliver([proof(2)], "proofs-2.csv", at=SOON)
    if again_at is not None:
        market.deliver([shared], "proofs.csv", TUESDAY, at=again_at)
    market.reconcile(LATE, until=TUESDAY)
    told = market.failed()[("L-2", "email")]
    assert ("proof_reused_across_persons" in told) is is_shared


@pytest.mark.fault(
    area="scores",
    fault="Refused consents are overwritten after the proof deadline",
    promise="They were known: no final verdict gets better.",
)
def test_a_no_that_is_overwritten_after_the_deadline_was_said(tmp_path: Path) -> None:
    market = CleanMarket(tmp_path, first=MONDAY)
    market.deliver([lead(1)], "leads.csv")
    market.deliver([proof(1), proof(1, decision="refused", consent_at="2026-09-07T08:30:00+02:00")], "proofs.csv")
    market.reconcile(LATE)
    before = market.failed()
    assert emails(market) == {"L-1": "blocked"}
    market.deliver([proof(1)], "proofs.csv", at=AFTER)
    market.reconcile(LATE)
    assert market.failed() == before


@pytest.mark.fault(
    area="scores",
    fault="A lead file full of defects is overwritten by a clean one after the proof deadline",
    promise="Its leads and their verdicts stay; those that came late are counted beside them.",
)
def test_leads_overwritten_after_the_deadline_stay(market: CleanMarket) -> None:
    market.deliver([lead(1), lead(3)], "leads.csv", at=AFTER)
    market.take_in()
    deadline = {row["lead_id"]: row["delivered_at"] for row in market.rows("leads")}
    in_time = datetime(2026, 9, 7, 8)
    assert deadline == {"L-1": in_time, "L-2": in_time, "L-3": AFTER.replace(tzinfo=None)}
    (repeated,) = market.rows("rejected_rows")
    assert (repeated["reason"], repeated["row_number"]) == ("lead_id_repeated", 1), "the later of two is refused"
    assert (
        repeated["file_digest"] == hashlib.sha256(market.home.joinpath(*FOLDER, "leads.csv").read_bytes()).hexdigest()
    )


def test_leads_overwritten_before_the_deadline_are_as_if_they_had_not_come(tmp_path: Path) -> None:
    market = CleanMarket(tmp_path, first=MONDAY)
    market.deliver([lead(1), lead(2)], "leads.csv")
    market.take_in()
    market.deliver([lead(1)], "leads.csv", at=SOON)
    market.take_in()
    assert [row["lead_id"] for row in market.rows("leads")] == ["L-1"]
    assert [row["file_name"] for row in market.rows("deliveries") if row["role"] == "leads"] == ["leads.csv"]


@pytest.mark.fault(
    area="folders",
    fault="Proofs in a later folder are overwritten when its own deadline has not passed, but that of the leads has",
    promise="They count for each lead as far as they were known at its deadline.",
)
def test_proofs_of_a_later_folder_count_as_they_were_known_at_the_deadline_of_the_leads(tmp_path: Path) -> None:
    market = CleanMarket(tmp_path, first=MONDAY)
    market.deliver([lead(1)], "leads.csv")
    market.deliver([lead(2, TUESDAY)], "leads.csv", TUESDAY)
    market.deliver([proof(1), proof(2, TUESDAY)], "proofs.csv", TUESDAY)
    market.take_in(until=TUESDAY)
    between = datetime(2026, 9, 10, 20, tzinfo=UTC)
    market.deliver([proof(3, TUESDAY)], "proofs.csv", TUESDAY, at=between)
    market.reconcile(LATE, until=TUESDAY)
    assert emails(market) == {"L-1": "usable", "L-2": "blocked"}


@pytest.mark.fault(
    area="scores",
    fault="A manifest that comes after the proof deadline leaves a lead file out",
    promise="It corrects nothing: what came in time stays.",
)
def test_a_manifest_that_comes_after_the_deadline_corrects_nothing(tmp_path: Path) -> None:
    market = CleanMarket(tmp_path, first=MONDAY)
    market.deliver([lead(1)], "leads-bad.csv")
    market.deliver([lead(2)], "leads-good.csv")
    market.take_in()
    market.announce(["leads-good.csv"], 1)
    market.arrived("manifest-1.json", AFTER)
    market.take_in()
    assert [row["lead_id"] for row in market.rows("leads")] == ["L-1", "L-2"]
    market.arrived("manifest-1.json", SOON)
    market.home.joinpath("state", VENDOR, MONDAY.isoformat(), "received.json").unlink()
    market.take_in()
    assert [row["lead_id"] for row in market.rows("leads")] == ["L-2"], "in time it does"


def test_what_is_kept_is_encrypted_and_goes_with_the_delivery_told_by_its_digest(market: CleanMarket) -> None:
    folder = market.house.inbox.folder(VENDOR, MONDAY)
    content = (folder / "proofs.csv").read_bytes()
    kept = kept_files(market.house.inbox, folder)
    assert len(kept) == 2, "leads and proofs"
    assert not any(b"personne" in file.path.read_bytes() for file in kept)
    assert content in [market.house.seals.open(file.path).read() for file in kept]
    market.deliver([proof(2)], "proofs.csv", at=AFTER)
    market.take_in()
    end = datetime(2027, 6, 1, 8, tzinfo=UTC)
    done = market.house.retention.run(market.house.contracts(), as_of=end, now=end)
    assert done.purged["delivered_file"] == 3
    assert [path.name for path in (market.home / "state" / VENDOR / str(MONDAY)).iterdir()] == ["purged.json"]
