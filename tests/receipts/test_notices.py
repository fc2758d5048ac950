"""When a vendor counts as notified, what may be recorded of a receipt, and the clause of the contract that says so."""

import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.contracts.contract import NoticeClause
from pipelines.receipts.notices import (
    Acknowledgement,
    Notice,
    NoticeRefusedError,
    PreparedReceipt,
    check_reference,
    notified_at,
    read_acknowledgement,
)
from pipelines.receipts.outbox import Outbox
from pipelines.receipts.records import (
    pick_up_acknowledgements,
    record_acknowledged,
    record_prepared,
    record_sent,
    standing_receipts,
)
from pipelines.storage.registry.database import open_registry
from tests.support.contract_files import FIXTURE, changed, examine, only_problem, place, read_contract
from tests.support.exemple import sign
from tests.support.postgres import postgres_server, postgres_url, registry_url  # noqa: F401
from tests.support.receipt_lake import receipts_of

DAY = date(2026, 9, 1)
PREPARED = datetime(2026, 9, 2, 4, tzinfo=UTC)
SENT = PREPARED + timedelta(hours=1)
ANSWERED = PREPARED + timedelta(hours=30)
NOW = PREPARED + timedelta(days=10)
DIGEST, OTHER = "a" * 64, "b" * 64
RECEIPT = PreparedReceipt(vendor="acme", delivery_date=DAY, digest=DIGEST, is_final=False, line_count=3)
NOTICE = Notice(vendor="acme", delivery_date=DAY, digest=DIGEST, is_final=False, line_count=3, prepared_at=PREPARED)
DEEMED = NoticeClause("email", "conformite@acme.example", timedelta(days=2))
REQUIRED = NoticeClause("email", "conformite@acme.example")
BY_MAIL = replace(NOTICE, sent_at=SENT, sent_by_means="email")


@pytest.fixture
def registry(registry_url: str) -> sa.Engine:  # noqa: F811
    engine = open_registry(registry_url)
    record_prepared(engine, [RECEIPT], {}, prepared_at=PREPARED)
    return engine


# When a vendor is notified


@pytest.mark.parametrize(
    ("clause", "notice", "expected"),
    [
        (None, NOTICE, None),
        (DEEMED, NOTICE, None),
        (None, BY_MAIL, None),
        (REQUIRED, BY_MAIL, None),
        (DEEMED, BY_MAIL, SENT + timedelta(days=2)),
        (DEEMED, replace(BY_MAIL, sent_by_means="portal"), None),
        (None, replace(NOTICE, acknowledged_at=ANSWERED), ANSWERED),
        (REQUIRED, replace(BY_MAIL, acknowledged_at=ANSWERED), ANSWERED),
        (DEEMED, replace(BY_MAIL, acknowledged_at=ANSWERED), ANSWERED),
        (DEEMED, replace(BY_MAIL, acknowledged_at=SENT + timedelta(days=9)), SENT + timedelta(days=2)),
    ],
    ids=[
        "a receipt in a folder notifies nobody",
        "nor where the clause would deem it received once sent",
        "without a clause sending is not enough",
        "nor where the acknowledgement is required",
        "deemed two days after sending",
        "sent by other means than the clause's",
        "an acknowledgement notifies without a clause",
        "and where it is required",
        "and before the clause would deem it",
        "a late one does not undo what was deemed",
    ],
)
def test_a_vendor_is_notified_as_its_contract_says(
    clause: NoticeClause | None, notice: Notice, expected: datetime | None
) -> None:
    assert notified_at(clause, notice) == expected


def test_a_receipt_is_prepared_then_sent_then_acknowledged() -> None:
    states = (NOTICE, BY_MAIL, replace(BY_MAIL, acknowledged_at=ANSWERED))
    assert [notice.state for notice in states] == ["prepared", "sent", "acknowledged"]


# What an acknowledgement may say


@pytest.mark.parametrize("by", ["compliance-desk", "MSG-2026-08-11/17", "ticket:4711", "dpo"])
def test_a_role_or_a_message_number_is_a_reference(by: str) -> None:
    check_reference(by)


@pytest.mark.parametrize(
    "by",
    [
        "marie@acme.example",
        "Marie Dupont",
        "0612345678",
        "+33612345678",
        "06.12.34.56.78",
        "0033612345678",
        "tel:33612345678",
        "",
        "x" * 101,
    ],
)
def test_a_person_is_none_and_is_not_repeated(by: str) -> None:
    with pytest.raises(NoticeRefusedError, match="a role or a message's number") as caught:
        check_reference(by)
    assert not by or by not in str(caught.value)


def test_a_file_dropped_back_is_read() -> None:
    content = {"digest": DIGEST.upper(), "acknowledged_at": "2026-09-03T12:00:00+02:00", "by": "dpo"}
    assert read_acknowledgement(json.dumps(content).encode("utf-8-sig")) == Acknowledgement(DIGEST, ANSWERED, "dpo")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff", "a JSON object in UTF-8"),
        (b"[" * 100_000, "a JSON object in UTF-8"),
        (b"[]", "exactly digest, acknowledged_at, by"),
        (b'{"digest": "x", "acknowledged_at": "x"}', "exactly digest, acknowledged_at, by"),
        (b'{"digest": 1, "acknowledged_at": "x", "by": "x"}', "texts only"),
        (b'{"digest": "1", "acknowledged_at": "x", "by": "x"}', "64 hex digits"),
        (b'{"digest": "%s", "acknowledged_at": "2026-09-03", "by": "dpo"}' % DIGEST.encode(), "with its zone"),
        (b'{"digest": "%s", "acknowledged_at": "soon", "by": "dpo"}' % DIGEST.encode(), "with its zone"),
        (
            b'{"digest": "%s", "acknowledged_at": "9999-12-31T23:59:59-12:00", "by": "dpo"}' % DIGEST.encode(),
            "with its zone",
        ),
    ],
)
def test_a_malformed_file_is_told_by_what_was_expected(content: bytes, expected: str) -> None:
    with pytest.raises(NoticeRefusedError, match=expected):
        read_acknowledgement(content)


# The registry, on both databases


def acknowledged(digest: str = DIGEST, at: datetime = ANSWERED, by: str = "dpo") -> Acknowledgement:
    return Acknowledgement(digest, at, by)


def test_preparing_the_same_again_changes_nothing(registry: sa.Engine) -> None:
    assert record_prepared(registry, [RECEIPT], {}, prepared_at=NOW) == 0
    assert standing_receipts(registry) == [NOTICE]


def test_a_receipt_that_returns_is_a_new_one(registry: sa.Engine) -> None:
    record_sent(registry, "acme", DAY, at=SENT, means="email", now=NOW)
    for digest in (OTHER, DIGEST):
        assert record_prepared(registry, [replace(RECEIPT, digest=digest)], {}, prepared_at=NOW) == 1
    assert [(one.digest, one.state) for one in receipts_of(registry, "acme", DAY)] == [
        (DIGEST, "sent"),
        (OTHER, "prepared"),
        (DIGEST, "prepared"),
    ]


def test_sending_and_acknowledging_are_recorded_with_when_we_learned_of_it(registry: sa.Engine) -> None:
    record_sent(registry, "acme", DAY, at=SENT, means="email", now=NOW)
    record_acknowledged(registry, "acme", DAY, acknowledged(), source="command", now=NOW)
    expected = replace(BY_MAIL, sent_recorded_at=NOW, acknowledged_at=ANSWERED, acknowledged_by="dpo")
    assert standing_receipts(registry, "acme") == [replace(expected, acknowledgement_recorded_at=NOW, source="command")]
    assert standing_receipts(registry, "other") == []


def test_the_same_said_twice_is_said_once(registry: sa.Engine) -> None:
    for _ in range(2):
        assert record_sent(registry, "acme", DAY, at=SENT, means="email", now=NOW).state == "sent"
    assert record_acknowledged(registry, "acme", DAY, acknowledged(), source="file", now=NOW) is not None
    assert record_acknowledged(registry, "acme", DAY, acknowledged(), source="file", now=NOW) is None


def test_the_first_word_stands(registry: sa.Engine) -> None:
    record_sent(registry, "acme", DAY, at=SENT, means="email", now=NOW)
    record_acknowledged(registry, "acme", DAY, acknowledged(), source="file", now=NOW)
    with pytest.raises(NoticeRefusedError, match="already sent at 2026-09-02T05:00:00"):
        record_sent(registry, "acme", DAY, at=SENT, means="portal", now=NOW)
    with pytest.raises(NoticeRefusedError, match="already acknowledged at 2026-09-03T10:00:00"):
        record_acknowledged(registry, "acme", DAY, acknowledged(by="legal"), source="file", now=NOW)


@pytest.mark.fault(
    area="folders",
    fault="An acknowledgement dated before the receipt, or in the future",
    promise="Refused: nobody was told before there was something to tell.",
)
def test_nothing_is_received_before_it_was_prepared_nor_in_time_to_come(registry: sa.Engine) -> None:
    for at, expected in ((PREPARED - timedelta(seconds=1), "when the receipt was prepared"), (NOW, "that has passed")):
        now = NOW - timedelta(seconds=1)
        with pytest.raises(NoticeRefusedError, match=expected):
            record_acknowledged(registry, "acme", DAY, acknowledged(at=at), source="file", now=now)
        with pytest.raises(NoticeRefusedError, match=expected):
            record_sent(registry, "acme", DAY, at=at, means="email", now=now)
    assert standing_receipts(registry) == [NOTICE]


def test_an_older_receipt_is_acknowledged_by_its_digest(registry: sa.Engine) -> None:
    record_prepared(registry, [replace(RECEIPT, digest=OTHER)], {}, prepared_at=PREPARED)
    record_acknowledged(registry, "acme", DAY, acknowledged(DIGEST), source="file", now=NOW)
    assert [one.state for one in receipts_of(registry, "acme", DAY)] == ["acknowledged", "prepared"]


@pytest.mark.fault(
    area="scores",
    fault="A receipt that was never written is acknowledged",
    promise="Refused: an acknowledgement counts for a receipt of ours alone.",
)
@pytest.mark.parametrize(("vendor", "digest"), [("acme", "c" * 64), ("other", "")])
def test_an_unknown_receipt_is_refused(registry: sa.Engine, vendor: str, digest: str) -> None:
    with pytest.raises(NoticeRefusedError, match="no receipt"):
        record_acknowledged(registry, vendor, DAY, acknowledged(digest), source="file", now=NOW)


# Files dropped back, and commands


def drop(outbox: Path, content: bytes | dict[str, str], day: str = "2026-09-01") -> None:
    path = outbox / "acme" / day / "acknowledgement.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


SAID = {"digest": DIGEST, "acknowledged_at": "2026-09-03T10:00:00Z", "by": "dpo"}


def test_files_dropped_back_are_picked_up_once_and_bad_ones_are_told(registry: sa.Engine, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    drop(outbox.root, SAID)
    drop(outbox.root, b"{", day="2026-09-02")
    drop(outbox.root, b" " * 70_000, day="2026-09-03")
    drop(outbox.root, SAID, day="drafts")
    count, problems = pick_up_acknowledgements(registry, outbox, now=NOW)
    assert (count, len(problems)) == (1, 2)
    assert problems[0] == "acme/2026-09-02/acknowledgement.json: expected a JSON object in UTF-8"
    assert "at most 65,536 bytes" in problems[1]
    assert pick_up_acknowledgements(registry, outbox, "acme", now=NOW)[0] == 0
    assert standing_receipts(registry)[0].source == "file"


@pytest.mark.fault(area="folders", fault="An acknowledgement that is a link or a pipe", promise="Told and not read.")
def test_an_acknowledgement_that_is_a_link_or_a_pipe_is_told_and_not_read(registry: sa.Engine, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    drop(outbox.root, SAID, day="2026-09-02")
    link, pipe = (outbox.root / "acme" / day / "acknowledgement.json" for day in ("2026-09-01", "2026-09-03"))
    link.parent.mkdir()
    link.symlink_to("../2026-09-02/acknowledgement.json")
    pipe.parent.mkdir()
    os.mkfifo(pipe)
    (outbox.root / "acme" / "2026-09-04").symlink_to("2026-09-02")
    count, problems = pick_up_acknowledgements(registry, outbox, now=NOW)
    assert count == 0
    assert [words.partition(": ")[0] for words in problems] == [
        f"acme/2026-09-0{day}/acknowledgement.json" for day in (1, 2, 3)
    ]
    assert "can't be read" in problems[0]
    assert "no receipt with this digest" in problems[1]
    assert "can't be read: expected a plain file" in problems[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    sign(tmp_path, "acme")
    engine = open_registry(f"sqlite:///{tmp_path / 'registry.db'}")
    record_prepared(engine, [RECEIPT], {}, prepared_at=PREPARED)
    return tmp_path


def run(home: Path, *arguments: str) -> Result:
    environment = {"OPPOSABLE_HOME": str(home), "COLUMNS": "160"}
    return CliRunner().invoke(app, ["receipts", *arguments], env=environment, catch_exceptions=False)


def test_a_receipt_is_followed_from_the_terminal(home: Path) -> None:
    listed = run(home, "list", "--unnotified").output
    assert "acme" in listed
    assert "prepared" in listed
    sent = run(home, "sent", "acme", "2026-09-01", "--at", "2026-09-02T07:00:00+02:00", "--means", "email")
    assert (sent.exit_code, sent.output) == (0, "acme 2026-09-01 aaaaaaaaaaaa: sent; notified: 2026-09-05 05:00 UTC\n")
    said = run(home, "acknowledge", "acme", "2026-09-01", "--at", "2026-09-03T10:00:00Z", "--by", "dpo")
    assert said.output == "acme 2026-09-01 aaaaaaaaaaaa: acknowledged; notified: 2026-09-03 10:00 UTC\n"
    assert "no such receipt" in run(home, "list", "acme", "--unnotified").output
    assert "acknowledged" in run(home, "list", "acme").output


def test_a_vendors_file_is_acknowledged_by_its_digest_alone(home: Path) -> None:
    path = home / "answer.json"
    path.write_text(json.dumps(SAID))
    assert "acknowledged" in run(home, "acknowledge", "--file", str(path)).output
    assert run(home, "acknowledge", "--file", str(path)).output == "this acknowledgement was recorded before\n"
    path.write_text(json.dumps({**SAID, "digest": OTHER}))
    unknown = run(home, "acknowledge", "--file", str(path))
    assert (unknown.exit_code, "no receipt with this digest" in unknown.output) == (1, True)


def test_listing_picks_up_what_was_dropped_and_tells_what_can_not_be_read(home: Path) -> None:
    drop(home / "outbox", SAID)
    drop(home / "outbox", b"{", day="2026-09-02")
    listed = run(home, "list")
    assert listed.exit_code == 0
    assert "acknowledged" in listed.output
    assert "acme/2026-09-02/acknowledgement.json: expected a JSON object" in listed.output


@pytest.mark.parametrize(
    ("arguments", "status", "expected"),
    [
        (["sent", "acme", "2026-09-01", "--at", "2026-09-02", "--means", "email"], 2, "--at: expected an instant"),
        (["sent", "acme", "2026-09-01", "--at", "2026-09-02T07:00:00Z", "--means", "pigeon"], 2, "--means: expected"),
        (["sent", "acme", "2026-08-31", "--at", "2026-09-02T07:00:00Z", "--means", "email"], 1, "no receipt"),
        (["acknowledge", "acme", "2026-09-01", "--by", "dpo"], 2, "expected --at INSTANT and --by"),
        (["acknowledge", "--at", "2026-09-03T10:00:00Z", "--by", "dpo"], 2, "expected VENDOR and DATE"),
        (["acknowledge", "--file", "absent.json"], 2, "absent.json: No such file"),
        (
            ["acknowledge", "acme", "2026-09-01", "--at", "2026-09-03T10:00:00Z", "--by", "a@b.fr"],
            1,
            "by: expected a role",
        ),
    ],
)
def test_a_wrong_argument_is_refused_by_words(home: Path, arguments: list[str], status: int, expected: str) -> None:
    result = run(home, *arguments)
    assert result.exit_code == status
    assert expected in result.output
    assert "a@b.fr" not in result.output


# The clause

CLAUSE = "{means: email, address: conformite@exemple.example, acknowledgement: deemed, deemedAfter: P3D}"


def test_the_clause_is_read() -> None:
    expected = NoticeClause("email", "conformite@exemple.example", timedelta(days=3))
    assert read_contract(FIXTURE).notice_clause == expected


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("P2W", timedelta(weeks=2)),
        ("PT48H", timedelta(days=2)),
        ("P1DT12H", timedelta(hours=36)),
        ("P0D", timedelta(0)),
    ],
)
def test_a_period_is_of_weeks_days_and_hours(tmp_path: Path, period: str, expected: timedelta) -> None:
    contract = examine(tmp_path, changed(CLAUSE, CLAUSE.replace("P3D", period))).contract
    assert contract is not None
    assert contract.notice_clause is not None
    assert contract.notice_clause.deemed_after == expected


def test_without_a_word_the_acknowledgement_is_required(tmp_path: Path) -> None:
    contract = examine(tmp_path, changed(CLAUSE, "{means: portal}")).contract
    assert contract is not None
    assert contract.notice_clause == NoticeClause("portal")


@pytest.mark.parametrize(
    ("wrong", "needle", "severity", "message"),
    [
        ("article 12", "article 12", "error", "noticeClause is not keys and values"),
        ("{address: x@y.example}", "{address: x@", "error", "noticeClause.means is missing"),
        ("{means: pigeon}", "pigeon", "error", "noticeClause.means is not one of email"),
        ("{means: email}", "{means: email}", "error", "noticeClause.address is missing"),
        ("{means: portal, acknowledgement: deemed}", "{means: portal", "error", "noticeClause.deemedAfter is missing"),
        ("{means: portal, acknowledgement: deemed, deemedAfter: P1M}", "P1M", "error", "noticeClause.deemedAfter is"),
        ("{means: portal, deemedAfter: P3D}", "P3D}", "warning", "noticeClause.deemedAfter has no effect"),
        ("{means: portal, wether: fine}", "wether", "error", "unknown key 'wether' in noticeClause"),
        ("{means: email, address: marie.dupont@y.example}", "marie", "warning", "noticeClause.address looks like"),
    ],
)  # fmt: skip
def test_a_wrong_clause_is_told_with_its_place_and_only_errors_keep_the_contract_from_judging(
    tmp_path: Path, wrong: str, needle: str, severity: str, message: str
) -> None:
    text = changed(CLAUSE, wrong)
    examined = examine(tmp_path, text)
    problem = only_problem(examined)
    assert (examined.contract is None) == (severity == "error")
    assert (problem.line, problem.column) == place(text, needle)
    assert (problem.severity, problem.message[: len(message)]) == (severity, message)
