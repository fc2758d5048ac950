"""A vendor's answers: taken in once, what is no dispute told with its reason, late ones marked, nothing leaked."""

import csv
import io
import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
import sqlalchemy as sa

from pipelines.comparisons.corrections import Corrector
from pipelines.comparisons.ladder import Ladder, judges_of
from pipelines.disputes import answers
from pipelines.disputes.answer_rows import REJECTIONS
from pipelines.disputes.decisions import DisputeRefusedError
from pipelines.disputes.records import record_decided, recorded_disputes
from pipelines.disputes.replies import write_replies
from pipelines.disputes.told_findings import DamagedDaysError
from pipelines.receipts.notices import Acknowledgement
from pipelines.receipts.records import record_acknowledged, standing_receipts
from pipelines.scores.corrected import corrected_counts
from pipelines.scores.points import LeadCounts
from pipelines.wording.words import LANGUAGES, words
from tests.support.clean_market import LATE, MONDAY, VENDOR, CleanMarket, lead, proof
from tests.support.disputing_vendor import NOT_PROVEN, NOW, DisputingVendor, answer
from tests.support.houses import import_oppositions

FAR = datetime.now(UTC) + timedelta(days=1_000)
LATER = NOW + timedelta(minutes=10)
PERSON = "claire.durand@mail.example"


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> DisputingVendor:
    """Three leads whose proof never came, and one that is opposed; their receipt was acknowledged on 21 September."""
    market = CleanMarket(tmp_path_factory.mktemp("disputed") / "home")
    market.deliver([lead(number) for number in (1, 2, 3, 4)], "leads.csv")
    market.deliver([proof(4)], "proofs.csv")
    opposed = market.home / "oppositions.csv"
    opposed.write_text(
        "identifier,kind,channel,opposed_at,recorded_at,origin\n"
        "personne4@mail.example,email,email,2026-09-01T10:00:00+02:00,2026-09-01T10:00:00+02:00,courrier\n"
    )
    import_oppositions([opposed], market.house)
    market.reconcile(LATE)
    house = market.house
    contracts = house.contracts().of(VENDOR)
    house.receipts.prepare(VENDOR, contracts, [MONDAY], as_of=LATE)
    [receipt] = [one for one in standing_receipts(house.registry, VENDOR) if one.delivery_date == MONDAY]
    said = Acknowledgement(receipt.digest, datetime(2026, 9, 21, 8, tzinfo=UTC), "compliance-desk")
    record_acknowledged(house.registry, VENDOR, MONDAY, said, source="command", now=NOW)
    return DisputingVendor(market)


def test_an_answer_becomes_a_dispute_with_its_words_and_evidence_kept_encrypted(vendor: DisputingVendor) -> None:
    shown = vendor.put("preuve-1.pdf", b"%PDF-1.7 capture")
    vendor.answers([answer(1, channel="phone", evidence=shown.name, statement=f"Voir {PERSON}")])
    taken = vendor.taken()
    assert (len(taken.files), taken.disputes_count, taken.files[0].rejected) == (1, 1, ())
    dispute = recorded_disputes(vendor.market.house.registry, VENDOR)[0]
    assert (dispute.delivery_date, dispute.lead_id, dispute.channel, dispute.rule) == (
        MONDAY,
        "L-1",
        "phone",
        NOT_PROVEN,
    )
    kept = vendor.market.house.kept_answers
    assert kept.read(VENDOR, dispute.statement_digest) == f"Voir {PERSON}".encode()
    assert kept.read(VENDOR, dispute.evidence_digests[0]) == b"%PDF-1.7 capture"
    for path in vendor.market.home.rglob("*"):
        if path.is_file() and vendor.folder not in path.parents:
            assert PERSON.encode() not in path.read_bytes()
    assert vendor.taken().files == []


def test_the_period_to_reply_runs_from_the_notification(vendor: DisputingVendor) -> None:
    dispute = recorded_disputes(vendor.market.house.registry, VENDOR)[0]
    acknowledged = datetime(2026, 9, 21, 8, tzinfo=UTC)
    assert (dispute.notified_at, dispute.due_at) == (acknowledged, acknowledged + timedelta(days=30))
    assert not dispute.is_late


def test_what_comes_too_late_is_marked_and_can_be_decided(vendor: DisputingVendor) -> None:
    vendor.answers([answer(3)], "disputes-tard.csv")
    late = datetime(2026, 10, 21, 8, 0, 1, tzinfo=UTC)
    [row] = vendor.reply(vendor.taken(late))
    assert (row["state"], row["is_late"], row["due_on"]) == ("pending", "true", "2026-10-21")
    assert "hors" not in row["said_en"]
    assert "après le délai" in row["said_fr"]
    registry = vendor.market.house.registry
    number = max(one.id for one in recorded_disputes(registry, VENDOR))
    record_decided(registry, VENDOR, number, "refused", by="A. Martin", reason="No proof was shown.", at=late)
    assert recorded_disputes(registry, VENDOR)[-1].state == "refused"


@pytest.mark.fault(
    area="folders",
    fault="A file of answers names leads and rules that its vendor was never told of, links, and files elsewhere",
    promise="Each such row is rejected with a reason that says nothing of ours; nothing outside the folder is read.",
)
def test_a_row_that_is_no_dispute_is_rejected_with_its_reason(vendor: DisputingVendor) -> None:
    secret = vendor.market.home / "secret.txt"
    secret.write_text("keys")
    link = vendor.folder / "lien.pdf"
    link.symlink_to(secret)
    os.utime(link, (1, 1), follow_symlinks=False)
    vendor.answers(
        [
            answer(99),
            answer(2, rule="opp_suppression_before_use"),
            answer(4, rule="opposed"),
            answer(2, delivery_date="7 septembre"),
            answer(2, channel="fax"),
            answer(2, statement=""),
            answer(2, evidence="../../../secret.txt"),
            answer(2, evidence="lien.pdf"),
            answer(2, evidence="absent.pdf"),
            answer(1, channel="phone", evidence="preuve-1.pdf", statement=f"Voir {PERSON}"),
            answer(2, statement="=cmd|' /C calc'!A1 " + "x" * 4_000),
            answer(4),
        ],
        "disputes-2.csv",
    )
    taken = vendor.taken()
    assert taken.files[0].rejected == (
        (1, "not_told"),
        (2, "not_told"),
        (4, "date_unreadable"),
        (5, "channel_unknown"),
        (6, "value_missing"),
        (7, "evidence_named_badly"),
        (8, "evidence_missing"),
        (9, "evidence_missing"),
        (10, "said_before"),
        (11, "statement_too_long"),
        (12, "not_told"),
    )
    rows = vendor.reply(taken)
    assert [row["state"] for row in rows].count("pending") == 1
    assert rows[2]["rule"] == "opposed"
    assert all(row["said_fr"] and row["said_en"] for row in rows)
    assert not any(row["lead_id"] for row in rows if row["state"] == "rejected")


def test_a_file_that_cannot_be_read_is_refused_in_both_languages(vendor: DisputingVendor) -> None:
    vendor.put("disputes-3.csv", b"lead_id;statement\nL-1;non\n")
    taken = vendor.taken()
    [row] = vendor.reply(taken)
    assert (row["state"], row["row_number"]) == ("rejected", "")
    assert "delivery_date" in row["said_fr"]
    assert "delivery_date" in row["said_en"]


def test_a_file_that_was_just_changed_waits(vendor: DisputingVendor) -> None:
    path = vendor.answers([answer(2)], "disputes-4.csv")
    moment = (NOW - timedelta(seconds=5)).timestamp()
    os.utime(path, (moment, moment))
    intake, later = vendor.market.house.answers, NOW + timedelta(seconds=60)
    assert vendor.taken().files == []
    assert intake.waiting(VENDOR, now=NOW) == []
    assert intake.waiting(VENDOR, now=later) == [sha256(path.read_bytes()).hexdigest()]
    assert vendor.taken(later).disputes_count == 1
    assert intake.waiting(VENDOR, now=later) == []


def test_what_is_decided_stays_and_the_vendor_reads_why(vendor: DisputingVendor) -> None:
    registry, market = vendor.market.house.registry, vendor.market
    dispute = next(one for one in recorded_disputes(registry, VENDOR) if one.lead_id == "L-2")
    record_decided(registry, VENDOR, dispute.id, "refused", by="A. Martin", reason="Nothing was shown.", at=NOW)
    record_decided(registry, VENDOR, dispute.id, "accepted", by="A. Martin", reason="=The record was ours.", at=NOW)
    with pytest.raises(DisputeRefusedError, match="nothing takes that back"):
        record_decided(registry, VENDOR, dispute.id, "refused", by="A. Martin", reason="No.", at=NOW)
    with pytest.raises(DisputeRefusedError, match="--reason"):
        record_decided(registry, VENDOR, 1, "refused", by="A. Martin", reason=f"See {PERSON}", at=NOW)
    write_replies(registry, market.house.outbox, VENDOR, now=NOW, also=[dispute.file_digest])
    rows = [
        row
        for path in (market.home / "outbox" / VENDOR).rglob("disputes-*.csv")
        for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    ]
    [line] = [row for row in rows if row["state"] == "accepted"]
    assert (line["lead_id"], line["decided_on"], line["reason"]) == ("L-2", "2026-09-25", "'=The record was ours.")
    assert "A. Martin" not in str(rows)


def test_what_is_accepted_counts_against_the_vendor_no_more_and_the_verdict_stays(vendor: DisputingVendor) -> None:
    at = NOW + timedelta(days=1)
    assert proof_defects(vendor, at) == 3
    rows = correct(vendor, at)
    assert [(row["lead_id"], row["channel"]) for row in rows] == [("L-2", "email"), ("L-2", "phone")]
    for row in rows:
        assert (row["cause"], row["attributable_to"]) == ("accepted_dispute", "advertiser")
        assert (row["from_verdict"], row["to_verdict"]) == ("blocked", "blocked")
        assert (row["released_rules"], row["charged_rules"]) == ([NOT_PROVEN], [])
        assert set(row["released_dimensions"]) == {"all", "proof"}
    assert proof_defects(vendor, at) == 2
    assert correct(vendor, at + timedelta(days=1)) == []


def proof_defects(vendor: DisputingVendor, at: datetime) -> int:
    """Leads that count against the vendor for want of a proof."""
    house = vendor.market.house
    total = house.lake.read("dimension_scorecards", VENDOR, [MONDAY]).to_pylist()
    [counts] = [row for row in total if row["dimension"] == "proof"]
    published = {"proof": {MONDAY: LeadCounts(counts["leads_received"], counts["leads_vendor_defective"])}}
    return corrected_counts(house.engine, house.lake, VENDOR, published, at)["proof"][MONDAY].leads_vendor_defective


def correct(vendor: DisputingVendor, at: datetime) -> list[dict[str, Any]]:
    """What the asset does for the vendor."""
    house = vendor.market.house
    with house.lake.writing(VENDOR):
        ladder = Ladder(
            house.engine, house.lake.as_found(), VENDOR, house.catalogue, judges_of(house.engine, house.lake)
        )
        disputes = recorded_disputes(house.registry, VENDOR, before=at)
        corrector = Corrector(ladder, house.lake, house.kept_law, house.contracts().of(VENDOR))
        found = corrector.publish(at, disputes)
    return found.sort_by([("lead_id", "ascending"), ("channel", "ascending")]).to_pylist()


@pytest.mark.parametrize("table", ["disputes", "dispute_files", "dispute_decisions"])
@pytest.mark.parametrize("deed", ["update {} set vendor = 'x'", "delete from {}"])
def test_no_statement_changes_what_was_said(vendor: DisputingVendor, table: str, deed: str) -> None:
    statement = deed.format(table).replace("vendor", "vendor" if table != "dispute_decisions" else "reason")
    with vendor.market.house.registry.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="append-only"):
        connection.execute(sa.text(statement))


def test_both_languages_say_every_reason() -> None:
    for language in LANGUAGES:
        assert all(words(language).has(f"dispute_rejected.{code}") for code in REJECTIONS)


def test_an_old_finding_is_given_back_too(vendor: DisputingVendor) -> None:
    """Accepted when its delivery lies further back than corrections look."""
    registry, at = vendor.market.house.registry, NOW + timedelta(days=500)
    dispute = next(one for one in recorded_disputes(registry, VENDOR) if (one.lead_id, one.channel) == ("L-1", "phone"))
    assert [row["cause"] for row in correct(vendor, at)] == []
    record_decided(registry, VENDOR, dispute.id, "accepted", by="A. Martin", reason="The record was ours.", at=at)
    assert [(row["lead_id"], row["channel"]) for row in correct(vendor, at)] == [("L-1", "phone")]
    assert correct(vendor, at + timedelta(days=1)) == []


def test_a_reply_that_a_kill_left_unwritten_is_written_after_a_late_decision(vendor: DisputingVendor) -> None:
    house, at = vendor.market.house, NOW + timedelta(days=500)
    [path] = [one for one in (vendor.market.home / "outbox").rglob("disputes-*.csv") if "L-3" in one.read_text()]
    path.unlink()
    dispute = next(one for one in recorded_disputes(house.registry, VENDOR) if one.lead_id == "L-3")
    record_decided(house.registry, VENDOR, dispute.id, "refused", by="A. Martin", reason="Not shown.", at=at)
    write_replies(house.registry, house.outbox, VENDOR, now=at + timedelta(days=6))
    assert "Not shown." in path.read_text(encoding="utf-8-sig")


def test_one_look_reads_a_bounded_number_of_new_files_and_counts_the_others(
    vendor: DisputingVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST_FILES", 1)
    paths = [vendor.put(f"disputes-a{number}.csv", f"x;{number}\n".encode()) for number in (1, 2, 3)]
    found = [vendor.taken(LATER) for _ in paths]
    assert [(len(taken.files), taken.beyond_count) for taken in found] == [(1, 4), (1, 3), (1, 2)]
    assert vendor.taken(LATER).files == []
    for path in paths:
        path.unlink()


def test_answers_about_a_damaged_day_wait_for_its_repair(vendor: DisputingVendor) -> None:
    path = vendor.market.house.lake.partition("findings", VENDOR, MONDAY)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    vendor.answers([answer(3, statement="Une autre preuve.")], "disputes-b.csv")
    taken = vendor.taken(LATER)
    assert (taken.files, taken.damaged_days) == ([], {MONDAY})
    with pytest.raises(DamagedDaysError, match="opposable lake repair"):
        taken.confirm_whole()
    done = vendor.market.house.retention.run(vendor.market.house.contracts(), as_of=FAR, now=NOW, is_dry_run=True)
    assert done.purged["taken_answer"] == 5  # kept, but not recorded: neither it nor what it may name
    path.write_bytes(whole)
    later = datetime.now(UTC) + timedelta(days=30)
    taken = vendor.taken(later)
    [file] = taken.files
    assert [row["state"] for row in vendor.reply(taken)] == ["pending"]  # told though it came long ago
    assert file.received_at < later - timedelta(days=29)


def test_answers_of_a_vendor_without_a_readable_contract_have_come_all_the_same(vendor: DisputingVendor) -> None:
    intake = vendor.market.house.answers
    vendor.answers([answer(3, statement="Encore une preuve.")], "disputes-c.csv")
    assert intake.note_arrivals(VENDOR, now=LATER) == 1
    later = datetime.now(UTC) + timedelta(days=30)
    [file] = vendor.taken(later).files
    assert file.received_at < later - timedelta(days=29)


def test_what_was_taken_in_leaves_the_inbox_and_what_is_kept_goes_after_its_span(vendor: DisputingVendor) -> None:
    """Evidence lies there for some days more: answers that name it again may be on the way. Dates are the system's."""
    house = vendor.market.house
    stray = vendor.put("lettre.txt", b"a file that no row names")
    unread = vendor.answers([answer(1, statement="Pas encore lu.")], "disputes-9.csv")
    kept = {path.parent.name for path in house.settings.disputes.rglob("*.age")}
    assert sha256(b"%PDF-1.7 capture").hexdigest() in kept
    done = house.retention.run(house.contracts(), as_of=FAR, now=NOW)
    assert done.purged["taken_answer"] == 7
    assert {path.name for path in vendor.folder.iterdir()} == {
        *("preuve-1.pdf", "lien.pdf", stray.name, unread.name),
    }
    unread.unlink()
    today = datetime.now(UTC)
    assert house.retention.run(house.contracts(), as_of=today + timedelta(days=5), now=NOW).purged["taken_answer"] == 0
    assert house.retention.run(house.contracts(), as_of=today + timedelta(days=8), now=NOW).purged["taken_answer"] == 1
    assert {path.name for path in vendor.folder.iterdir()} == {"lien.pdf", stray.name}
    later = datetime.now(UTC) + timedelta(days=1829)
    done = house.retention.run(house.contracts(), as_of=later, now=NOW)
    assert done.purged["kept_answer"] >= len(kept)
    assert [*vendor.folder.iterdir()] == []
    dispute = recorded_disputes(house.registry, VENDOR)[0]
    assert house.kept_answers.read(VENDOR, dispute.statement_digest) is None
