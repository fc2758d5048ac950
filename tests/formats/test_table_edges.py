"""The edges of a table: one rule, and the same rows from the same content in every format that has them."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.formats.delimited.reader import read_csv
from pipelines.formats.limits import Limits
from pipelines.formats.raw import RawFile
from pipelines.formats.source import BytesSource
from pipelines.formats.table_edges import (
    FOOTER,
    HEADER_REACH,
    REPEATED,
    TITLES,
    TOTALS,
    TWO_LINES,
    Header,
    find_place,
    header_at,
    is_blank,
)
from tests.formats.test_readers import read_any, rows_of, terms
from tests.support.format_files import ods, xls, xlsx

COLUMNS = ("Réf", "Téléphone", "Nom", "Ville")
TERMS = {"lead_id": "Réf", "phone": "Téléphone", "last_name": "Nom", "city": "Ville"}
Row = Sequence[str]
Rows = Sequence[Row]


def header_of(rows: Rows, sought: Iterable[str]) -> Header:
    filled = [(number, row) for number, row in enumerate(rows) if not is_blank(row)]
    place = find_place(filled, frozenset(sought))
    assert place
    return header_at(place, [row for row in filled if row[0] > place.last])


@pytest.mark.parametrize(
    ("rows", "numbers", "titles"),
    [
        ([["Réf", "Nom"], ["1", "a"]], [0], 0),
        ([["Titre"], ["Réf", "Nom"], ["1", "a"]], [1], 1),
        ([["Titre"], [""], ["Réf", "Nom"], ["1", "a"]], [2], 1),
        ([["Réf", "Canal"], ["1", "Nom"]], [0], 0),
        ([["autre", "Canal"], ["1", "Nom"]], [0], 0),
        ([["Réf", "Personne", ""], ["", "Nom", "Téléphone"], ["1", "a", "06"]], [0, 1], 0),
        ([["Groupe", "", ""], ["Réf", "Nom", "Téléphone"]], [1], 1),
        ([["Lead", "Personne", ""], ["Réf", "Nom", "Téléphone"]], [0, 1], 0),
        ([["Agence", "Rhône"], ["", ""], ["Réf", "Nom"], ["1", "a"]], [2], 1),
        ([["Le 11/08", "à 12:00"], ["Réf", "Nom"], ["1", "a"]], [1], 1),
        ([["x"], ["y"]], [0], 0),
        ([*[["titre"]] * 49, ["Réf", "Nom"]], [49], 49),
        ([*[["titre"]] * 50, ["Réf", "Nom"]], [0], 0),
        ([*[["titre"], [" "]] * 49, ["Réf", "Nom"]], [98], 49),
    ],
)
def test_a_header_is_found_and_never_taken_from_the_rows(rows: Rows, numbers: list[int], titles: int) -> None:
    header = header_of(rows, COLUMNS)
    assert ([number for number, _ in header.lines], header.title_count) == (numbers, titles)
    assert header.differences == ((TITLES,) if titles else ()) + ((TWO_LINES,) if len(numbers) > 1 else ())


def test_two_lines_join_to_the_names_that_the_contract_has() -> None:
    rows = [["Réf", "Téléphone", "", "Nom"], ["", "fixe", "portable", ""], ["1", "01", "06", "a"]]
    assert header_of(rows, ["Réf", "Téléphone portable", "Nom"]).names == (
        "Réf", "fixe", "Téléphone portable", "Nom",
    )  # fmt: skip


def test_rows_of_words_below_the_header_explain_it_where_all_others_hold_digits() -> None:
    rows = [["Réf", "Tél", "Date"], ["texte", "nombre", "jour"], *[[f"L{n}", f"06{n}", f"{n}/08"] for n in range(4)]]
    assert [number for number, _ in header_of(rows, ["Réf", "Tél"]).lines] == [0, 1]
    assert [number for number, _ in header_of(rows[:4], ["Réf", "Tél"]).lines] == [0]  # two rows tell nothing


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["Total", "", "12"], True),
        (["", "TOTAL :", "", "", "12,50 €"], True),
        (["Somme", "4"], True),
        (["Sous-totaux", "4", ""], True),
        (["Grand total", "", "4"], True),
        (["Nombre de leads : 12", "", ""], True),
        (["Fin de l’export", "", ""], True),
        (["fin du fichier"], True),
        (["EOF"], True),
        (["Total", "Jean", "0612345678"], False),
        (["Total", "Jean", "Paris", "x"], False),
        (["Totale", "", ""], False),
        (["Sommeil", "", ""], False),
        (["Nbaye", "", ""], False),
        (["Total", "a@b.fr", "", ""], False),
        (["Total\ngénéral", "4", "", ""], False),
        (["", "", ""], False),
    ],
)
def test_a_total_line_begins_with_a_word_for_it_and_identifies_nobody(cells: Row, expected: bool) -> None:
    assert header_of([COLUMNS], COLUMNS).is_total(cells) is expected


def test_a_total_fills_fewer_cells_than_there_are_columns() -> None:
    assert not header_of([["Nom"]], ["Nom"]).is_total(["Total"])
    assert not header_of([["Nom", "Réf"]], ["Nom"]).is_total(["Total", "4"])
    assert header_of([["Nom", "Réf"]], ["Nom"]).is_total(["Total", "", ""])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["Réf", "Nom", "Ville"], True),
        ([" Re\u0301f", "Nom ", "Ville", "", " "], True),
        (["Lead", "", "Lieu"], True),
        (["Réf", "Nom"], False),
        (["Réf", "Nom", "Ville", "x"], False),
        ([], False),
    ],
)
def test_a_line_of_the_header_again_is_told_by_its_names(cells: Row, expected: bool) -> None:
    assert header_of([["Lead", "", "Lieu"], ["Réf", "Nom", "Ville"]], COLUMNS).is_repeated_by(cells) is expected


# The same content in every format


@dataclass(frozen=True)
class Writing:
    """How a table is written as delimited text."""

    delimiter: str = ";"
    quoting: int = csv.QUOTE_MINIMAL
    is_ragged: bool = False
    """Whether the empty cells at the end of a line that is no row are left out."""


def delimited(rows: Rows, writing: Writing | None = None) -> bytes:
    how = writing or Writing()
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=how.delimiter, quoting=how.quoting)  # type: ignore[arg-type]
    for row in rows:
        cells = list(row) if how.is_ragged else [*row, *[""] * (len(COLUMNS) - len(row))]
        writer.writerow(cells)
    return buffer.getvalue().encode()


SHEETS: dict[str, Callable[..., bytes]] = {"xlsx": xlsx, "xls": xls, "ods": ods}


def sheet(format_: str, rows: Rows) -> bytes:
    return SHEETS[format_](("Leads", [[cell or None for cell in row] for row in rows]))


def read_as(format_: str, content: bytes) -> tuple[list[list[str | None]], tuple[str, ...]]:
    """The rows, "" as None, and the differences."""
    raw = read_any(content, terms(format_, TERMS))
    assert isinstance(raw, RawFile), raw
    return [[cell or None for cell in row] for row in rows_of(raw)], raw.format_differences


def in_every_format(rows: Rows, writing: Writing | None = None) -> dict[str, tuple[list[list[str | None]], object]]:
    found = {format_: read_as(format_, sheet(format_, rows)) for format_ in SHEETS}
    return {"csv": read_as("csv", delimited(rows, writing)), **found}


DATA = [[f"L{number}", f"06{number:08d}", "Petit", "Foix"] for number in range(1, 5)]
TEXTS: list[list[str | None]] = [list(row) for row in DATA]


FIVE = [["Total", "4"], ["Sous-total", "4"], ["Nombre", "4"], ["Fin de fichier"], ["EOF"]]


@pytest.mark.parametrize("is_ragged", [False, True])
@pytest.mark.parametrize(
    ("rows", "differences"),
    [
        ([COLUMNS, *DATA, ["Somme", "4"]], (TOTALS,)),
        ([COLUMNS, *DATA, *FIVE], (TOTALS,)),
        ([COLUMNS, *DATA, *[[f"Total {number}", "4"] for number in range(500)]], (TOTALS,)),
        ([COLUMNS, *DATA, ["Total", "4"], *[[]] * 2000, ["EOF"]], (TOTALS,)),
        ([*[[f"Titre {number}"] for number in range(40)], COLUMNS, *DATA], (TITLES,)),
        ([["Lead", "", "Lieu"], COLUMNS, *DATA[:2], COLUMNS, ["Lead", "", "Lieu"], *DATA[2:]], (TWO_LINES, REPEATED)),
        ([[], COLUMNS, [" "], *DATA, ["\u00a0", "", "\u3000"]], ()),
    ],
    ids=["somme", "five_totals", "many_totals", "far_total", "forty_titles", "repeats", "blank"],
)
def test_four_rows_are_four_in_every_format(rows: Rows, differences: tuple[str, ...], is_ragged: bool) -> None:
    found = in_every_format(rows, Writing(is_ragged=is_ragged))
    assert found == dict.fromkeys(found, (TEXTS, differences))


SALESFORCE = [
    ["Leads de la semaine"],
    ["Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."],
    ["Informations confidentielles - Ne pas diffuser"],
    ["Généré par : Service Ventes 11/08/2026 09:05"],
    ["Exemple SAS"],
]


@pytest.mark.parametrize("is_ragged", [False, True])
@pytest.mark.parametrize(
    ("foot", "differences"),
    [
        ([[], *SALESFORCE], (FOOTER,)),
        ([[], [], *SALESFORCE[:2], [], *SALESFORCE[2:], [], []], (FOOTER,)),
        ([["Total", "4"], [], *SALESFORCE], (TOTALS, FOOTER)),
        ([["Total", "4"], *SALESFORCE], (TOTALS, FOOTER)),
        ([[], *SALESFORCE, ["Total", "4"]], (TOTALS, FOOTER)),
    ],
)
def test_the_foot_of_a_report_is_no_row_in_any_format(foot: Rows, differences: object, is_ragged: bool) -> None:
    found = in_every_format([COLUMNS, *DATA, *foot], Writing(is_ragged=is_ragged))
    assert found == dict.fromkeys(found, (TEXTS, differences))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("block_bytes", [1 << 23, 64, 1])
def test_the_foot_of_a_report_is_found_however_the_text_is_cut(end: str, block_bytes: int) -> None:
    text = delimited([COLUMNS, *DATA, [], *SALESFORCE], Writing(is_ragged=True)).decode().replace("\r\n", end)
    raw = read_csv(BytesSource(text.encode()), terms("csv", TERMS), Limits(), block_bytes=block_bytes)
    assert isinstance(raw, RawFile)
    assert (rows_of(raw), raw.format_differences) == ([list(row) for row in DATA], (FOOTER,))


def test_a_single_cell_is_no_foot_without_a_blank_row_before_it_or_where_it_is_somebodys() -> None:
    for rows in ([["Mention"]], [[], ["a@exemple.fr"]], [[], ["Mention"], DATA[0]], [[], ["0639980001"]]):
        for _, differences in in_every_format([COLUMNS, *DATA, *rows]).values():
            assert differences == ()


def test_the_end_alone_has_totals_and_a_repeated_header_ends_them() -> None:
    total = ["Total", "2", None, None]
    middle = in_every_format([COLUMNS, *DATA[:2], ["Total", "2"], *DATA[2:]])
    assert middle == dict.fromkeys(middle, ([*TEXTS[:2], total, *TEXTS[2:]], ()))
    last = in_every_format([COLUMNS, *DATA, ["Total", "2"], COLUMNS])
    assert last == dict.fromkeys(last, ([*TEXTS, total], (REPEATED,)))


def test_a_header_below_the_reach_is_none_in_any_format() -> None:
    rows = [*[[f"Titre {number}"] for number in range(HEADER_REACH)], COLUMNS, *DATA]
    for format_, (found, _) in in_every_format(rows).items():
        assert found == [], format_


WORDS = st.sampled_from(["", "Petit", "L’Œuvre", "5 €", "a;b", 'dit "le Grand"', "d'Arc", "x\ny", "Total", "-", "2"])
TITLE_ROWS = st.sampled_from([["Export du jour"], ["Agence L'Ours"], ["", "Le 11/08/2026", "12"], [], ["Titre ; 2"]])
NO_ROWS = st.sampled_from([[], list(COLUMNS), [" "], ["Réf ", "Téléphone", "Nom", "Ville"]])
FOOT = st.sampled_from([["Total", "2"], ["Somme", "", "4"], [], ["", "Nombre de lignes : 12"], ["EOF"], ["TOTAUX"]])


@dataclass(frozen=True)
class Written:
    """A table with its edges, and what of it are rows."""

    rows: list[list[str]]
    data: list[list[str]]


@st.composite
def tables(draw: st.DrawFn) -> Written:
    texts = draw(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=6))
    data = [[f"L{number}", f"06{number:08d}", *words] for number, words in enumerate(texts)]
    rows = (
        draw(st.lists(TITLE_ROWS, max_size=12)) + draw(st.sampled_from([[], [["Lead", "", "Lieu"]]])) + [list(COLUMNS)]
    )
    for row in data:
        rows += [*draw(st.lists(NO_ROWS, max_size=2)), row]
    return Written(rows + draw(st.lists(FOOT, max_size=8)), data)


QUOTINGS = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
WRITINGS = st.builds(Writing, st.sampled_from(";,\t|#:"), QUOTINGS, st.booleans())


@settings(max_examples=150, deadline=None)
@given(tables(), WRITINGS)
def test_any_table_gives_the_same_rows_and_differences_in_every_format(table: Written, writing: Writing) -> None:
    texts = [[cell or None for cell in row] for row in table.data]
    found = in_every_format(table.rows, writing)
    assert {format_: rows for format_, (rows, _) in found.items()} == dict.fromkeys(found, texts)
    assert len({words for _, words in found.values()}) == 1
    objects = [dict(zip(COLUMNS, row, strict=True)) for row in table.data]
    for format_, text in {"json": json.dumps(objects), "jsonl": "\n".join(map(json.dumps, objects))}.items():
        assert read_as(format_, text.encode()) == (texts, ())
