"""Many small files that are read together must come out exactly as each of them does alone."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts.contract import FileTerms
from pipelines.deliveries.files import DeliveredFile, Delivery
from pipelines.formats.delimited import together as csv_together
from pipelines.formats.delimited.together import read_csv_together
from pipelines.formats.limits import FileRefusal, Limits
from pipelines.formats.raw import AlikeFiles, FoundFormat, RawFile
from tests.support.csv_cases import Content, content_of, read, terms
from tests.support.intake_boxes import DAY, Box, contract, csv_bytes, lead, statuses, taken_in

COLUMNS = ("Réf", "Téléphone", "Nom", "Date collecte")
TERMS = terms(COLUMNS, delimiter=";")
HEADER = "Réf;Téléphone;Nom;Date collecte"


def together(contents: Sequence[bytes], agreed: FileTerms, limits: Limits | None = None) -> dict[int, Content]:
    """What was read of those files that were read together, by place."""
    found: dict[int, Content] = {}
    for alike in read_csv_together(enumerate(contents), agreed, limits or Limits()):
        start = 0
        for place, row_count in zip(alike.places, alike.row_counts, strict=True):
            part = replace(alike.chunk.part(start, row_count), malformed_sheet_rows=alike.chunk.malformed)
            found[place] = content_of(RawFile(alike.columns, lambda part=part: iter([part]), found=FoundFormat("csv")))  # type: ignore[misc]
            start += row_count
        assert start == alike.chunk.row_count
    return found


def assert_same(contents: Sequence[bytes], agreed: FileTerms, limits: Limits | None = None) -> dict[int, Content]:
    """Whatever is read together is as read alone; what came out together."""
    found = together(contents, agreed, limits)
    for place, content in found.items():
        assert content == read(contents[place], agreed, limits=limits), contents[place]
    return found


def rows_of(number: int, count: int = 3) -> list[str]:
    return [f"L{number}-{row};06{number:04d}{row:04d};Zoé;2026-08-11" for row in range(count)]


def file_of(lines: Sequence[str], end: str = "\n", encoding: str = "utf-8") -> bytes:
    return "".join(line + end for line in lines).encode(encoding)


@pytest.fixture(autouse=True)
def even_two_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_together, "_FEW", 1)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("encoding", "stated"), [("utf-8", None), ("utf-8-sig", "UTF-8"), ("cp1252", "cp1252")])
def test_plain_files_are_read_together(end: str, encoding: str, stated: str | None) -> None:
    contents = [file_of([HEADER, *rows_of(number)], end, encoding) for number in range(20)]
    assert len(assert_same(contents, replace(TERMS, encoding=stated))) == 20


def test_a_file_in_another_encoding_than_the_contract_says_is_read_alone() -> None:
    contents = [file_of([HEADER, *rows_of(number)], encoding="cp1252") for number in range(4)]
    assert assert_same(contents, replace(TERMS, encoding="UTF-8")) == {}


def test_quoted_files_are_read_together_and_a_single_odd_one_alone() -> None:
    contents = [file_of([HEADER.replace("Nom", '"Nom"'), f'L{n};06;"l\'ami; dit ""Jo""";1']) for n in range(20)]
    contents[7] = contents[7].replace(b'""";1', b'"";1')
    assert assert_same(contents, TERMS).keys() == {*range(20)} - {7}


ODD = (
    b"\n",
    b";;;\n",
    b" \n",
    b"Total;3;;\n",
    b"Total;3;4;5\n",
    "Réf;Téléphone;Nom;Date collecte\n".encode(),
    b"L1;06;a\n",
    b"L1;06;a;b;c\n",
    b"L1;06;a;b;\n",
    b'L1;06;"a\nb";c\n',
    b'L1;06;"a;c\n',
    b'";06;a;c\n',
    b'L1;06;a"b;c\n',
    b"L1;06;'a;b';c\n",
    b"'L1';'06';'a';'c'\n",
    b"L1;06;a\\;c\n",
    b'L1;06;"a\\"b";c\n',
    b"L1;06;\xe9;c\n",
    b"L1;06;\xc3;c\n",
    b"L1;06;\0;c\n",
    b"\xef\xbb\xbfL1;06;a;c\n",
    b"L1;06;a;c\r\n",
    b"L1;06;a\r;c\n",
    b"L1;06;a;c",
    b"a;b;c;d\n",
    b"x;collecte;y;z\n",
    "a,E-mail,Réf,Nom\n".encode(),
    b"E-mail;1;2;3\n",
    b'"E-"mail;1;2;3\n',
    b"L1;06;a,b,c,d;e\n",
    b"L1;06;" + b"x" * 300 + b";e\n",
    b"nom;prenom;ville;date\n",
    b"",
)
DIALECTS = (
    TERMS,
    terms(COLUMNS),
    terms(COLUMNS, delimiter=";", quote='"', encoding="cp1252"),
    terms(COLUMNS, delimiter=",", encoding="utf-8"),
    terms((*COLUMNS, "E-mail"), delimiter=";"),
    terms((*COLUMNS, "Date envoi", "K"), delimiter=";", quote="'"),
)
HEADERS = (HEADER, "Réf;Téléphone;Nom;Date", '"Réf";"Téléphone";"Nom";"Date collecte"', "Réf;;Nom;Date collecte")


@st.composite
def polluted_files(draw: st.DrawFn) -> list[bytes]:
    """Files of few headers, most of them plain, some with odd lines at any place."""
    header, end = draw(st.sampled_from(HEADERS)), draw(st.sampled_from([b"\n", b"\n", b"\r\n"]))
    contents = []
    for number in range(draw(st.integers(2, 7))):
        lines = [(line + "\n").encode() for line in rows_of(number, draw(st.integers(0, 4)))]
        for odd in draw(st.lists(st.sampled_from(ODD), max_size=2) if draw(st.booleans()) else st.just([])):
            lines.insert(draw(st.integers(0, len(lines))), odd)
        mark = b"\xef\xbb\xbf" if draw(st.integers(0, 9)) == 0 else b""
        title = b"Export du jour\n" if draw(st.integers(0, 9)) == 0 else b""
        text = title + (header + "\n").encode() + b"".join(lines)
        contents.append(mark + text.replace(b"\n", end))
    return contents


@settings(max_examples=400, deadline=None)
@given(polluted_files(), st.sampled_from(DIALECTS), st.sampled_from([Limits(), Limits(cell_characters=200, rows=3)]))
def test_whatever_is_read_together_is_as_read_alone(contents: list[bytes], agreed: FileTerms, limits: Limits) -> None:
    assert_same(contents, agreed, limits)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.text("abé1@;,\"'\\\r\n\t K", max_size=12), max_size=4), min_size=2, max_size=5))
def test_random_lines_are_read_together_as_alone(files: list[list[str]]) -> None:
    contents = [file_of(["a;b1;é", *lines]) for lines in files]
    assert_same(contents, terms(("a", "b1", "é", "c 1"), delimiter=";"))


@pytest.mark.parametrize("place", [0, 1, 3])
@pytest.mark.parametrize("odd", ODD)
def test_no_odd_line_gets_by(odd: bytes, place: int) -> None:
    for agreed in DIALECTS:
        lines = [(line + "\n").encode() for line in rows_of(1)]
        polluted = (HEADER + "\n").encode() + b"".join([*lines[:place], odd, *lines[place:]])
        plain = [file_of([HEADER, *rows_of(number)]) for number in range(3)]
        assert_same([*plain, polluted], agreed)
        assert_same([polluted, *plain], agreed)


def test_a_refused_file_and_one_of_another_size_or_form_is_left_to_be_read_alone() -> None:
    plain = [file_of([HEADER, *rows_of(number)]) for number in range(4)]
    large = file_of([HEADER, *rows_of(9, 5000)])
    assert assert_same([*plain, large, b"", b"\n\n", HEADER.encode()], TERMS).keys() == {0, 1, 2, 3}
    assert assert_same(plain, replace(TERMS, format="csv"), Limits(rows=2)) == {}
    assert isinstance(read(plain[0], TERMS, limits=Limits(rows=2)), (FileRefusal, Content))


def small_days() -> tuple[Box, list[Delivery]]:
    """Forty days of small files: good and bad rows, repeated references and bytes, odd files, missing columns."""
    good = {f"leads-{n:02d}.csv": csv_bytes([lead(n % 7), lead(50 + n, Date="hier")]) for n in range(30)}
    poor = {f"leads-{n:02d}.csv": csv_bytes([{"Réf": f"L{n}", "Courriel": "a@x.fr"}]) for n in range(30, 36)}
    odd = csv_bytes([lead(1)]) + b"Total;\r\n"
    again = csv_bytes([lead(3), lead(53, Date="hier")])
    box = Box(**good, **poor, **{"leads-36.csv": odd, "leads-37.csv": again, "leads-38.csv": b"", "leads-39.csv": b"x"})
    days = [Delivery(DAY + timedelta(days=n), contract(), (file,)) for n, file in enumerate(box.files())]
    return box, days


def test_the_intake_of_small_files_is_the_same_together_and_alone() -> None:
    box, days = small_days()
    read_together_count = 0

    def read_together(files: Sequence[DeliveredFile], agreed: FileTerms) -> Iterator[AlikeFiles]:
        nonlocal read_together_count
        contents = [box.contents[file.name] for file in files]
        for alike in read_csv_together(enumerate(contents), agreed, Limits()):
            read_together_count += len(alike.places)
            yield alike

    alone = taken_in(days, read=box.read, first_delivered_on={})
    joined = taken_in(days, read=box.read, first_delivered_on={}, read_together=read_together)
    assert read_together_count >= 30
    for table in ("deliveries", "leads", "consent_proofs", "rejected_rows"):
        pd.testing.assert_frame_equal(getattr(alone, table), getattr(joined, table))
    assert set(statuses(alone).values()) >= {"accepted", "accepted_with_rejects", "refused"}
