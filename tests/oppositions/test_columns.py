"""Many lines read at once are what they are one by one."""

import hashlib
from datetime import UTC

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.oppositions import columns
from pipelines.oppositions.columns import dates_in_paris, event_digests, parse_in_columns, read_in_columns
from pipelines.oppositions.columns import table_of_lines as in_table
from pipelines.oppositions.lines import LineFault, OppositionLine, RefusedLine, event_digest, read_header, read_lines
from pipelines.vocabulary.clock import paris_date
from tests.support.opposition_files import HEADER, SECRET, line_of, one_by_one, read

DIGEST = hashlib.sha256(b"ada@example.fr").hexdigest()
IDENTIFIERS = (
    "ada@example.fr",
    " Ada@Example.fr",
    "+33612345678",
    "06 12 34 56 78",
    DIGEST,
    DIGEST.upper(),
    "",
    "é@x.fr",
)
KINDS = ("email", "phone", "email_sha256", "phone_sha256", "mail", " email ")
INSTANTS = (
    *("", "2026-08-01", "2026-08-01T10:00:00Z", "2026-08-01 10:00:00+02:00", "2026-08-01T10:00:00.123Z", "2026-13-01"),
    *("2026-10-25T02:30:00", "2026-02-30T10:00:00Z", "1969-12-31T23:00:00Z", "1970-01-01T00:00:00+02:00", "20260801"),
    *("2026-08-01T10:00:00.12Z", "2100-01-01T00:00:00Z", "2026-08-01T24:00:00Z", "2026-08-01T10:00:00+19:00", "x"),
)
CELLS = st.tuples(
    st.sampled_from(IDENTIFIERS),
    st.sampled_from(KINDS),
    st.sampled_from(("all", "sms", "fax")),
    st.sampled_from(INSTANTS),
    st.sampled_from(INSTANTS),
    st.sampled_from(("web", "", '"a, b"', 'a"b', "ada@example.fr", "\x1cweb", "a\tb", "\udcff", "x" * 300)),
    st.sampled_from(("", "*", "zed|acme", "ACME", "acme|")),
    st.sampled_from(INSTANTS),
    st.sampled_from(INSTANTS),
)


def by_kind(lines: list[OppositionLine | RefusedLine]) -> tuple[list[str], list[str]]:
    """Good lines in any order, refused ones in theirs."""
    good = sorted(repr(line) for line in lines if isinstance(line, OppositionLine))
    return good, [repr(line) for line in lines if isinstance(line, RefusedLine)]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.one_of(CELLS.map(",".join), st.sampled_from(("", "  ", "a,b", line_of()))), max_size=12))
@example([line_of(), "", '"', line_of(who="bob", shared="acme|zed,2026-08-03", revoked="2026-08-09"), "é,,,,,,,,"])
def test_lines_read_at_once_are_those_read_one_by_one(lines: list[str]) -> None:
    header, hasher = read_header(HEADER), IdentityHasher(SECRET)
    at_once = one_by_one(read_in_columns([f"{line}\n" for line in lines], header, hasher))
    assert by_kind(at_once) == by_kind(list(read_lines(lines, header, hasher)))


def test_plain_lines_are_read_as_columns_and_chunks_number_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "CHUNK", 2)
    lines = [line_of(who="ada"), line_of(who="bob"), "s3cret", line_of(who="cyd"), "s3cret"]
    found = list(read_in_columns(lines, read_header(HEADER), IdentityHasher(SECRET)))
    assert [len(one) if isinstance(one, pa.Table) else one.line_number for one in found] == [2, 1, 4, 0, 6]  # type: ignore[union-attr]


def test_rows_of_other_files_are_refused_by_the_numbers_that_they_have() -> None:
    cells = pa.table({name: ["", ""] for name in HEADER.split(",")})
    found = [one for one in parse_in_columns([7, 9], cells, IdentityHasher(SECRET)) if isinstance(one, RefusedLine)]
    assert [line.line_number for line in found] == [7, 9]
    assert LineFault("channel", found[0].faults[1].expected) in found[0].faults


def test_events_and_their_days_are_those_of_single_lines() -> None:
    lines = [
        line
        for line in read(
            line_of(recorded="2026-08-10T21:59:59Z", revoked="2026-08-12T10:00:00.123456Z"),
            line_of(opposed="2026-01-01T22:59:59.999999Z", recorded="2026-01-31T23:00:00Z", revoked="2026-02-01"),
        )
        if isinstance(line, OppositionLine)
    ]
    assert len(lines) == 2
    table = in_table(lines)
    told = [(line.identity_key, line.kind, line.channel, line.opposed_at) for line in lines]
    assert event_digests(table).to_pylist() == [event_digest(*one) for one in told]
    assert event_digests(table, is_revocation=True).to_pylist() == [
        event_digest(*one, line.revoked_at) for one, line in zip(told, lines, strict=True)
    ]
    assert dates_in_paris(table["recorded_at"]).to_pylist() == [
        paris_date(line.recorded_at.astimezone(UTC)) for line in lines
    ]
