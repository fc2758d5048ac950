"""Quotes, delimiters and names that are not as they should be: read right and told, or refused; columns never shift."""

import pytest

from pipelines.contracts.contract import FieldTerms, FileTerms
from pipelines.formats.limits import FileRefusal
from tests.support.csv_cases import accepted, read, terms

SPACED = "found blanks between quotes and delimiters"
ESCAPED = "found backslashes before quotes in values"
BEYOND = "found one more field at the end of each row than the header has names"
FIELDS = {
    "lead_id": "Réf", "phone": "Tél", "last_name": "Nom", "postal_code": "CP", "consent_id": "Preuve", "campaign": "Op",
}  # fmt: skip
LEADS = FileTerms("leads", "*.csv", "csv", fields=tuple(FieldTerms(*pair) for pair in FIELDS.items()))


@pytest.mark.parametrize("block_bytes", [1 << 23, 7])
@pytest.mark.parametrize(
    "text",
    [
        '"Réf"; "Téléphone"; "Nom"\n"1"; "06"; "a; ""b"""\n"2"; "07"; "c"\n',
        '"Réf" ;"Téléphone" ;"Nom"\r\n"1" ;"06"\t;"a; ""b"""\r\n "2";"07" ; "c" \r\n',
        'Réf;Téléphone;Nom\n1; "06"; "a; ""b"""\n2;07; "c"\n',
    ],
)
def test_blanks_beside_quotes_are_no_part_of_a_value(text: str, block_bytes: int) -> None:
    found = accepted(text, terms(delimiter=";"), block_bytes=block_bytes)
    assert (found.rows, found.malformed) == ({1: ["1", "06", 'a; "b"'], 2: ["2", "07", "c"]}, [])
    assert found.differences == (SPACED,)


def test_what_looks_like_blanks_beside_quotes_within_a_text_stays() -> None:
    text = 'Réf;Téléphone;Nom\n1;06;"a; "" ;b"\n2;07;"; ""x"";"\n'
    found = accepted(text, terms(delimiter=";"))
    assert (found.rows, found.differences) == ({1: ["1", "06", 'a; " ;b'], 2: ["2", "07", '; "x";']}, ())


@pytest.mark.parametrize("late", ['1; "06";a', '1;06 "a;b"', '1;06"a;b"', '1;06; "a;b"'])
def test_a_row_that_may_be_cut_in_two_ways_is_no_row(late: str) -> None:
    rows = [f'{n};"06";"x"' for n in range(40_000)]
    found = accepted("Réf;Téléphone;Nom\n" + "\n".join([*rows, late]) + "\n", terms(delimiter=";"))
    assert found.malformed == [40_001]


def test_a_delimiter_lost_before_a_quoted_field_moves_no_value() -> None:
    text = 'Réf;Téléphone;Nom;Ville\n1;06;a;Lyon\n2;07"Zoé; Marie";Nice\n3;08;dit "le Grand";Brest\n4;5" x 6";b;c\n'
    found = accepted(text, terms(["Réf", "Téléphone", "Nom", "Ville"], delimiter=";"))
    assert found.rows == {
        1: ["1", "06", "a", "Lyon"],
        3: ["3", "08", 'dit "le Grand"', "Brest"],
        4: ["4", '5" x 6"', "b", "c"],
    }
    assert found.malformed == [2]


@pytest.mark.parametrize("block_bytes", [1 << 23, 3])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_slashes_that_php_adds_to_quotes_are_no_part_of_a_value(encoding: str, block_bytes: int) -> None:
    text = 'Réf;Téléphone;Nom\n1;06;l\\\'été dit \\"bel\\" été\n2;07;"d\\\'Arc"\n'
    found = accepted(text.encode(encoding), terms(delimiter=";"), block_bytes=block_bytes)
    assert found.rows == {1: ["1", "06", 'l\'été dit "bel" été'], 2: ["2", "07", "d'Arc"]}
    assert found.differences == (ESCAPED,)


def test_a_text_whose_quotes_are_all_escaped_is_read_without_the_slashes() -> None:
    found = accepted('Réf;Nom\n"1";"l\\\'été dit \\"bel; beau\\" a"\n', terms(["Réf", "Nom"], delimiter=";"))
    assert found.rows == {1: ["1", 'l\'été dit "bel; beau" a']}


def rows_of_leads(count: int, *, end: str) -> str:
    return "".join(f"L{n};06 39 98 00 {n:02};Zoé;6900{n % 4};C{n};été{end}\n" for n in range(count))


def test_a_header_one_name_short_of_its_rows_is_refused() -> None:
    for header in ("Réf;Nom;CP;Preuve;Op", "Réf;Tél;Nom;Preuve;Op", "Réf;Tél;CP;Preuve;Op"):
        for end, last in ((";", ""), ("", ";")):
            shifted = rows_of_leads(9, end="").replace(";été", "") if end else rows_of_leads(9, end="")
            text = f"{header}{last}\n" + (shifted.replace("\n", ";\n") if end else shifted)
            found = read(text, LEADS)
            assert isinstance(found, FileRefusal), (text, found)
            assert found.cause.code == "header_short"


def test_a_delimiter_at_the_end_of_all_rows_shifts_nothing_and_is_told() -> None:
    found = accepted("Réf;Tél;Nom;CP;Preuve;Op\n" + rows_of_leads(9, end=";"), LEADS)
    assert found.rows[9] == ["L8", "06 39 98 00 08", "Zoé", "69000", "C8", "été"]
    assert found.differences == (BEYOND,)


def test_rows_wider_than_their_header_are_no_rows() -> None:
    found = accepted("Réf;Tél;Nom;Preuve;Op\n" + rows_of_leads(9, end="") + "L9;06;Zoé;C9;été\n", LEADS)
    assert (found.rows, found.malformed) == ({10: ["L9", "06", "Zoé", "C9", "été"]}, list(range(1, 10)))
