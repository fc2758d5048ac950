"""One line of an opposition file: an opposition, or a refusal that says why."""

import hashlib
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.oppositions.lines import HeaderError, LineFault, OppositionLine, RefusedLine, read_header, to_instant
from tests.support.opposition_files import HEADER, key_of, read, read_good, utc

GOOD = "ada@example.fr,email,all,2026-08-01T10:00:00Z,2026-08-02T10:00:00Z,web,,,"


def refusal_of(line: str) -> tuple[LineFault, ...]:
    (refused,) = read(line)
    assert isinstance(refused, RefusedLine)
    return refused.faults


def test_a_line_becomes_a_key_and_utc_instants() -> None:
    line = (
        "Ada@Example.FR , email ,phone,2026-08-01T10:00:00+02:00,2026-01-02T10:00,web form,acme|zed,2026-08-03T00:00Z,"
    )
    assert read_good(line) == [
        OppositionLine(
            identity_key=key_of("ada@example.fr"),
            kind="email",
            channel="phone",
            opposed_at=utc("2026-08-01T08:00"),
            recorded_at=utc("2026-01-02T09:00"),  # Europe/Paris in winter
            origin="web form",
            shared_with=("acme", "zed"),
            shared_at=utc("2026-08-03T00:00"),
            revoked_at=None,
        )
    ]


@pytest.mark.parametrize(
    ("identifier", "kind", "canonical"),
    [
        ("ada@example.fr", "email", "ada@example.fr"),
        ("06 12 34 56 78", "phone", "+33612345678"),
        ("+33612345678", "phone", "+33612345678"),
        ("0692 12 34 56", "phone", "+262692123456"),
        (hashlib.sha256(b"ada@example.fr").hexdigest(), "email_sha256", "ada@example.fr"),
        (hashlib.sha256(b"+33612345678").hexdigest(), "phone_sha256", "+33612345678"),
    ],
)
def test_clear_and_hashed_identifiers_meet_in_one_key(identifier: str, kind: str, canonical: str) -> None:
    (line,) = read_good(f"{identifier},{kind},all,2026-08-01,2026-08-01,web,,,")
    assert line.identity_key == key_of(canonical)


def test_a_date_alone_blocks_from_its_start_and_blames_from_its_end() -> None:
    (line,) = read_good("ada@example.fr,email,all,2026-08-11,2026-08-12,web,acme,2026-08-13,2026-08-14")
    assert line.opposed_at == utc("2026-08-10T22:00")
    assert line.recorded_at == utc("2026-08-11T22:00")
    assert line.shared_at == utc("2026-08-13T22:00")
    assert line.revoked_at == utc("2026-08-14T22:00")


def test_the_last_day_of_winter_time_ends_by_the_summer_clock() -> None:
    assert to_instant("2026-03-29", is_late=False) == utc("2026-03-28T23:00")
    assert to_instant("2026-03-29", is_late=True) == utc("2026-03-29T22:00")


def test_an_hour_that_occurs_twice_blocks_early_and_blames_late() -> None:
    assert to_instant("2026-10-25T02:30", is_late=False) == utc("2026-10-25T00:30")
    assert to_instant("2026-10-25T02:30", is_late=True) == utc("2026-10-25T01:30")


@given(st.datetimes(datetime(1970, 1, 2), datetime(2099, 12, 30)))
def test_the_late_reading_is_never_the_earlier(local: datetime) -> None:
    early, late = (to_instant(local.isoformat(), is_late=is_late) for is_late in (False, True))
    assert timedelta(0) <= late - early <= timedelta(hours=1)
    day = local.date().isoformat()
    assert timedelta(hours=23) <= to_instant(day, is_late=True) - to_instant(day, is_late=False) <= timedelta(hours=25)


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        ("not an address,email,all,2026-08-01,2026-08-01,web,,,", "identifier", "an e-mail address"),
        ("12,phone,all,2026-08-01,2026-08-01,web,,,", "identifier", "a phone number"),
        ("ada@example.fr,email_sha256,all,2026-08-01,2026-08-01,web,,,", "identifier", "64 hex digits"),
        (",email,all,2026-08-01,2026-08-01,web,,,", "identifier", "an e-mail address"),
        ("ada@example.fr,mail,all,2026-08-01,2026-08-01,web,,,", "kind", "one of email, phone"),
        ("ada@example.fr,email,fax,2026-08-01,2026-08-01,web,,,", "channel", "one of all, email, sms"),
        ("ada@example.fr,email,all,01/08/2026,2026-08-01,web,,,", "opposed_at", "an ISO 8601 instant"),
        ("ada@example.fr,email,all,0206-08-01,2026-08-01,web,,,", "opposed_at", "between 1970 and 2099"),
        ("ada@example.fr,email,all,0001-01-01T00:00+14:00,2026-08-01,web,,,", "opposed_at", "between 1970 and 2099"),
        ("ada@example.fr,email,all,2026-08-01,,web,,,", "recorded_at", "an ISO 8601 instant"),
        ("ada@example.fr,email,all,2026-08-01,2026-08-01,web,Acme,2026-08-02,", "shared_with", "vendor keys"),
        ("ada@example.fr,email,all,2026-08-01,2026-08-01,web,acme|*,2026-08-02,", "shared_with", "or * alone"),
        ("ada@example.fr,email,all,2026-08-01,2026-08-01,web,acme,,", "shared_at", "when the share was acknowledged"),
        ("ada@example.fr,email,all,2026-08-01,2026-08-01,web,,2026-08-02,", "shared_at", "nothing"),
        ("ada@example.fr,email,all,2026-08-01,2026-08-01,web,acme,2026-07-01,", "shared_at", "not before opposed_at"),
        ("ada@example.fr,email,all,2026-08-01,2026-08-01,web,,,2026-07-01", "revoked_at", "not before opposed_at"),
        ("ada@example.fr,email,all,2026-08-01,2026-08-01,web", None, "9 cells"),
        ("ada@example.fr;email;all;2026-08-01;2026-08-01;web;;;", None, "9 cells"),
        ('ada@example.fr,email,all,2026-08-01,2026-08-01,"web,,,', None, "every quote closed"),
        ("ada@example.fr,email,all,2026-08-01,2026-08-01,caf\udce9,,,", None, "UTF-8"),
    ],
)
def test_a_bad_line_is_refused_by_column_and_expectation(line: str, column: str | None, expected: str) -> None:
    (fault,) = refusal_of(line)
    assert fault.column == column
    assert expected in fault.expected


def test_all_that_is_wrong_with_a_line_is_said_at_once() -> None:
    faults = refusal_of("nobody,email,fax,soon,2026-08-01,web,ACME,,later")
    assert [fault.column for fault in faults] == ["identifier", "channel", "opposed_at", "shared_with", "revoked_at"]


def test_a_bad_line_spoils_no_other() -> None:
    parsed = read(GOOD, 'x,"', "", GOOD, "caf\udce9", GOOD)
    assert [line.line_number for line in parsed if isinstance(line, RefusedLine)] == [3, 6]
    assert sum(isinstance(line, OppositionLine) for line in parsed) == 3


@pytest.mark.fault(
    area="personal",
    fault="Any text in a list of oppositions",
    promise="It is read or refused; the refusal does not quote it.",
)
@given(st.lists(st.text(st.characters(exclude_characters="\r\n")), max_size=5))
def test_no_text_stops_the_reading_or_shows_in_a_refusal(lines: list[str]) -> None:
    marked = [f"s3cret{line}" for line in lines]
    parsed = read(*marked)
    assert len(parsed) == len(marked)
    assert "s3cret" not in repr(parsed)


def test_quotes_and_commas_in_an_origin_are_text() -> None:
    (line,) = read_good('ada@example.fr,email,all,2026-08-01,2026-08-01,"by ""letter"", Paris",,,')
    assert line.origin == 'by "letter", Paris'


@pytest.mark.parametrize(
    ("origin", "kept"),
    [
        ("", None),
        ("call centre  12", "call centre 12"),
        ("mailbox of dpo@advertiser.fr", "mailbox of [email]"),
        ("called from +33 6 12 34 56 78 today", "called from [phone] today"),
        (f"digest {'ab' * 32}", "digest [hash]"),
        ("x" * 300, "x" * 200),
    ],
)
def test_an_origin_keeps_no_identifier(origin: str, kept: str | None) -> None:
    (line,) = read_good(f"ada@example.fr,email,all,2026-08-01,2026-08-01,{origin},,,")
    assert line.origin == kept


@pytest.mark.parametrize(
    "header",
    [
        "identifier,kind,channel,opposed_at,recorded_at,origin",
        "\ufeffidentifier,kind,channel,opposed_at,recorded_at,origin\r\n",
        "kind,identifier,channel,opposed_at,recorded_at,origin,revoked_at",
    ],
)
def test_optional_columns_may_be_left_out_and_columns_may_change_places(header: str) -> None:
    assert set(read_header(header)) >= {"identifier", "kind", "channel", "opposed_at", "recorded_at", "origin"}


@pytest.mark.parametrize(
    "header",
    [
        "",
        "ada@example.fr,email,all,2026-08-01,2026-08-01,web",
        HEADER.replace(",", ";"),
        f"{HEADER},comment",
        f"{HEADER},kind",
        HEADER.replace("recorded_at,", ""),
    ],
)
def test_a_wrong_header_is_refused_and_not_quoted(header: str) -> None:
    with pytest.raises(HeaderError, match="expected the header identifier,kind") as caught:
        read_header(header)
    assert "ada@" not in str(caught.value)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(HeaderError, match="missing: recorded_at"):
        read_header("identifier,kind,channel,opposed_at,origin")
