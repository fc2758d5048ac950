"""What looks like a person's identifier, wherever it is asked: purposes, names of files and columns, notices, cells.

The answers were written from the numbering plan and the spellings that people use, before they were asked for.
"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.identifiers.likeness import is_persons_mailbox, looks_like_person
from pipelines.identifiers.shown_names import shown_file_names, shown_name
from pipelines.storage.secrets.vault_readings import check_purpose

PERSONS = (
    "06 39 98 12 34",
    "(06) 39 98 12 34",
    "06_39_98_12_34",
    "06.39.98.12.34",
    "06-39-98-12-34",
    "06/39/98/12/34",
    "0639981234",
    "+33639981234",
    "+33 6 39 98 12 34",
    "+33 (0)6 39 98 12 34",
    "0033639981234",
    "00 33 6 39 98 12 34",
    "06\u202f39\u202f98\u202f12\u202f34",
    "０６３９９８１２３４",
    "01 42 00 12 34",
    "0692 12 34 56",
    "+262 692 12 34 56",
    "jean@example.org",
    "jean.dupont@example.org",
    "jean(at)example.org",
    "jean[at]example.org",
    "jean (at) example.org",
    "jean%40example.org",
    "jean＠example.org",
    "mailto:jean@example.org",
)
NOBODY = (
    "2026-08-01",
    "20260801",
    "2026-08-01_2026-08-20",
    "20260801_20260820",
    "01-08-2026",
    "01/08/2026 au 20/08/2026",
    "1er août 2026",
    "2026-08-01T06:00:00Z",
    "20260801T060000",
    "TICKET-4711",
    "audit 2026",
    "demande 12/2026",
    "v1.10.2",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
)


@pytest.mark.parametrize("text", PERSONS)
def test_a_purpose_with_a_persons_identifier_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="identifiers") as told:
        check_purpose(f"rappeler le {text} demain")
    assert text not in str(told.value)


@pytest.mark.parametrize("text", NOBODY)
def test_a_purpose_without_one_is_taken(text: str) -> None:
    check_purpose(f"dossier du {text} clos")


@pytest.mark.parametrize("text", PERSONS)
def test_a_column_named_after_a_person_is_told_by_its_place(text: str) -> None:
    assert shown_name(text, 3) == "column 3"


@pytest.mark.parametrize("text", NOBODY)
def test_a_column_named_after_nobody_keeps_its_name(text: str) -> None:
    assert shown_name(text, 3) == text


@pytest.mark.parametrize("text", [text for text in PERSONS if "/" not in text])
def test_a_file_named_after_a_person_is_masked(text: str) -> None:
    name = f"leads {text}.csv"
    shown = shown_file_names([name])[name]
    assert "[phone]" in shown or "[email]" in shown
    assert text not in shown


@pytest.mark.parametrize("text", [text for text in NOBODY if "/" not in text])
def test_a_file_named_after_a_day_or_a_counter_keeps_its_name(text: str) -> None:
    name = f"leads_{text}.csv"
    assert shown_file_names([name]) == {name: name}


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_no_date_and_no_range_of_dates_is_taken_for_a_person(first: date, last: date) -> None:
    for pattern in ("%Y-%m-%d", "%Y%m%d", "%d-%m-%Y", "%d.%m.%Y", "%Y_%m_%d"):
        one, other = first.strftime(pattern), last.strftime(pattern)
        for text in (one, f"leads_{one}_{other}", f"leads {one} au {other}"):
            assert not looks_like_person(text, "name"), text


@given(st.sampled_from("1234567"), st.text("0123456789", min_size=8, max_size=8))
def test_every_french_number_is_seen_however_its_pairs_are_set_apart(plan: str, rest: str) -> None:
    pairs = [f"0{plan}", *(rest[place : place + 2] for place in (0, 2, 4, 6))]
    for gap in ("", " ", ".", "-", "_", "/", "\u202f", "\u00a0"):
        assert looks_like_person(gap.join(pairs), "name"), gap
    assert looks_like_person(f"+33 {plan} {' '.join(pairs[1:])}", "name")


@pytest.mark.parametrize(
    ("address", "is_person"),
    [("qualite@vendor.example", False), ("jean.dupont@vendor.example", True), ("06 39 98 12 34", True)],
)
def test_notices_go_to_a_house_and_not_to_a_person(address: str, is_person: bool) -> None:
    assert is_persons_mailbox(address) == is_person
