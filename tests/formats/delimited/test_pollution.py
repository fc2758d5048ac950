"""A clean file polluted in one way must give its clean content back, or a reason: never wrong content silently."""

import csv
import io
import re
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.formats.limits import FileRefusal
from tests.support.csv_cases import Content, accepted, read, terms

COLUMNS = ("Réf", "Téléphone", "E-mail", "Date", "Nom", "Commentaire")
TERMS = terms(COLUMNS, delimiter=";", encoding="UTF-8")
WORDS = st.sampled_from(
    ["", "a", "Zoé", "L’Œuvre", "5 €", "x;y", 'dit "le Grand"', "a\nb", "c\r\nd;e", ";", '"', "d'Arc", "\\", " b "]
)
TEXTS = st.lists(WORDS, max_size=3).map(" ".join).filter(lambda text: text != "\\")
Table = list[list[str]]


@st.composite
def tables(draw: st.DrawFn, least: int = 1) -> Table:
    texts = draw(st.lists(st.tuples(TEXTS, TEXTS), min_size=least, max_size=8))
    return [
        [f"L{n:03d}", f"06{n:08d}", f"p{n}@example.fr", "2026-08-11", name, comment]
        for n, (name, comment) in enumerate(texts, start=1)
    ]


@st.composite
def clean_files(draw: st.DrawFn) -> tuple[Table, list[str]]:
    """A table and its records as text, in the contract's dialect."""
    table = draw(tables())
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    return table, [written([row], quoting=quoting) for row in table]


def written(rows: Sequence[Sequence[str]], *, end: str = "", **dialect: object) -> str:
    """Rows as text; without a line end, one row that stands alone."""
    buffer = io.StringIO()
    csv.writer(buffer, **{"delimiter": ";", "lineterminator": end or "\r\n", **dialect}).writerows(rows)  # type: ignore[arg-type]
    return buffer.getvalue() if end else buffer.getvalue().removesuffix("\r\n")


def numbered(table: Table) -> dict[int, list[str]]:
    return dict(enumerate(table, start=1))


HEADER = written([COLUMNS])


def lines(*records: str, end: str = "\n") -> str:
    return "".join(record + end for record in records)


@settings(max_examples=150, deadline=None)
@given(
    tables(), st.sampled_from(";,\t|:^~#"), st.sampled_from("\"'"), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans()
)
def test_another_dialect_gives_the_same_content_and_is_told(
    table: Table, delimiter: str, quote: str, end: str, is_escaped: bool
) -> None:
    assume(not is_escaped or "\\" not in f"{table}" or any(quote in text for row in table for text in row))
    escape = {"doublequote": False, "escapechar": "\\"} if is_escaped else {}
    text = written([COLUMNS, *table], end=end, delimiter=delimiter, quotechar=quote, quoting=csv.QUOTE_ALL, **escape)
    assume(not is_escaped or f"\\{quote}" not in text or re.search(rf"\\{quote}[^{quote}{delimiter}\r\n]", text))
    found = accepted(text, terms(COLUMNS, delimiter=";", quote='"'))
    assert (found.rows, found.malformed) == (numbered(table), [])
    assert any("delimiter" in text for text in found.differences) == (delimiter != ";")
    assert any("quote" in text for text in found.differences) == (quote != '"')


@settings(max_examples=150, deadline=None)
@given(tables(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]))
def test_another_encoding_gives_the_same_content_and_is_told(table: Table, encoding: str) -> None:
    found = accepted(written([COLUMNS, *table], end="\r\n").encode(encoding), TERMS)
    assert (found.rows, found.malformed) == (numbered(table), [])
    assert bool(found.differences) == (not encoding.startswith("utf-8"))


@settings(max_examples=100, deadline=None)
@given(
    clean_files(),
    st.lists(
        st.sampled_from(["Export", "Agence L'Ours;;", 'Le "Grand" jour', "", ";;;;;", "11/08/2026;12"]), max_size=6
    ),
)
def test_lines_above_the_header_change_nothing(clean: tuple[Table, list[str]], titles: list[str]) -> None:
    table, records = clean
    found = accepted(lines(*titles, HEADER, *records), TERMS)
    assert (found.rows, found.malformed) == (numbered(table), [])
    assert found.sheet_rows == {number: number + 1 + len(titles) for number in found.rows}
    assert bool(found.differences) == any(title.strip(";") for title in titles)


@settings(max_examples=150, deadline=None)
@given(clean_files(), st.data())
def test_blank_lines_repeated_headers_and_totals_are_no_rows(
    clean: tuple[Table, list[str]], data: st.DataObject
) -> None:
    table, records = clean
    noise = st.lists(st.sampled_from(["", ";;;;;", " ", HEADER]), max_size=2)
    polluted = [line for record in records for line in (*data.draw(noise), record)]
    totals = data.draw(st.lists(st.sampled_from(["Total;2", "", "Nombre de lignes : 12;;;;;", "TOTAL"]), max_size=3))
    found = accepted(lines(HEADER, *polluted, *totals), TERMS)
    assert (found.rows, found.malformed) == (numbered(table), [])
    assert ("found the header again among the rows" in found.differences) == (HEADER in polluted)
    assert ("found total lines after the rows" in found.differences) == any(totals)
    first = polluted.index(records[0]) + 2
    assert found.sheet_rows[1] == first


@settings(max_examples=150, deadline=None)
@given(clean_files(), st.integers(min_value=0), st.sampled_from(["short", "long"]))
def test_a_ragged_row_is_malformed_and_no_other(clean: tuple[Table, list[str]], place: int, how: str) -> None:
    table, records = clean
    place %= len(table)
    ragged = written([table[place][:-1] if how == "short" else [*table[place], "x"]])
    found = accepted(lines(HEADER, *records[:place], ragged, *records[place + 1 :]), TERMS)
    assert found.malformed == [place + 1]
    assert found.rows == {number: row for number, row in numbered(table).items() if number != place + 1}


@pytest.mark.fault(
    area="objections",
    fault="A stray quote mark or bytes of another encoding in one row",
    promise="Neighbouring rows keep their values: nobody gets another person's consent.",
)
@settings(max_examples=400, deadline=None)
@given(clean_files(), st.integers(min_value=0), st.integers(min_value=0))
def test_a_stray_quote_never_changes_another_row(clean: tuple[Table, list[str]], place: int, offset: int) -> None:
    table, records = clean
    place %= len(table)
    record = records[place]
    offset %= len(record) + 1
    polluted = record[:offset] + '"' + record[offset:]
    found = accepted(lines(HEADER, *records[:place], polluted, *records[place + 1 :]), TERMS)
    others = table[:place] + table[place + 1 :]
    read_rows = list(found.rows.values())
    strange = [row for row in read_rows if row not in others]
    assert len(strange) <= 1
    bare = str.maketrans("", "", '"\\')  # a backslash before the quote may be its escape
    for row in strange:  # the quote as text, or a field that ends there and leaves a rest that is no row
        assert "".join(row).translate(bare) == "".join(table[place]).translate(bare) or found.malformed
    assert all(row in read_rows for row in others) or found.malformed


@settings(max_examples=300, deadline=None)
@given(clean_files(), st.integers(min_value=0))
def test_a_file_that_was_cut_has_no_row_that_was_not_there(clean: tuple[Table, list[str]], size: int) -> None:
    table, records = clean
    whole = lines(HEADER, *records).encode()
    head = len(HEADER.encode()) + 1
    cut = whole[: head + size % (len(whole) - head + 1)]
    found = accepted(cut, TERMS)
    for number, row in found.rows.items():
        is_last = number == len(found.sheet_rows)
        assert row == table[number - 1] or (
            is_last and row[:-1] == table[number - 1][:-1] and table[number - 1][-1].startswith(row[-1].rstrip("\0"))
        )


@settings(max_examples=300, deadline=None)
@given(clean_files(), st.binary(min_size=1, max_size=2), st.integers(min_value=0))
def test_strange_bytes_change_no_other_row(clean: tuple[Table, list[str]], strange: bytes, offset: int) -> None:
    table, records = clean
    record = records[0].encode()
    offset %= len(record)
    content = (
        lines(HEADER).encode() + record[:offset] + strange + record[offset:] + b"\n" + lines(*records[1:]).encode()
    )
    found = read(content, terms(COLUMNS))
    if isinstance(found, FileRefusal):
        return
    wrong = [row for row in found.rows.values() if row not in table]
    assert len(wrong) <= 1 + strange.count(b"\n") + strange.count(b"\r")
    assert sum(row in found.rows.values() for row in table[1:]) == len(table) - 1 or found.malformed


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(clean_files().map(lambda clean: lines(HEADER, *clean[1]).encode()), st.binary(max_size=300)),
    st.integers(1, 200),
)
def test_the_size_of_blocks_changes_nothing(content: bytes, block_bytes: int) -> None:
    assert read(content, TERMS, block_bytes=block_bytes) == read(content, TERMS)


ALPHABET = st.lists(
    st.sampled_from(['"', ";", "\n", "\r", "a", "1", "\\", '""', '";"', "é", HEADER + "\n", "Total;1"]), max_size=40
)


@settings(max_examples=500, deadline=None)
@given(ALPHABET, st.integers(1, 30))
def test_the_size_of_blocks_changes_nothing_among_quotes(parts: list[str], block_bytes: int) -> None:
    content = HEADER + "\n" + "".join(parts)
    whole = accepted(content, TERMS)
    assert isinstance(whole, Content)
    assert read(content, TERMS, block_bytes=block_bytes) == whole
