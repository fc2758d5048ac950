"""One meaning is read, whatever stands around it; what is left open is found, to be compared with the oppositions."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.identifiers.contained import MOST, contained_emails, contained_in, contained_phones, latin_emails
from pipelines.identifiers.decorations import OF_EMAILS, OF_PHONES, undecorated, undecorated_texts
from pipelines.identifiers.emails import canonical_email, canonical_emails
from pipelines.identifiers.letters_alike import in_latin_letters
from pipelines.identifiers.other_forms import Identifiers
from pipelines.identifiers.phones import canonical_phone, canonical_phones
from tests.support.intake_boxes import HASHER, Box, contract, csv_bytes, key_of, lead, rows
from tests.support.paths import ROOT

FOLDER = ROOT / "tests" / "data" / "spellings"


def cases(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((Path(FOLDER) / name).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("case", cases("emails.yaml"), ids=lambda case: case["delivered"])
def test_an_address_is_read_or_found_in_every_spelling(case: dict[str, Any]) -> None:
    text = case["delivered"]
    assert canonical_email(text) == case.get("read")
    assert canonical_emails(pa.array([text])).to_pylist() == [case.get("read")]
    assert set(case.get("holds", ())) <= set(contained_emails(text))


@pytest.mark.parametrize("case", cases("phones.yaml"), ids=lambda case: case["delivered"])
def test_a_number_is_read_or_found_in_every_spelling(case: dict[str, Any]) -> None:
    text = case["delivered"]
    assert canonical_phone(text) == case.get("read")
    assert canonical_phones(pa.array([text])).to_pylist() == [case.get("read")]
    assert set(case.get("holds", ())) <= set(contained_phones(text))


@pytest.mark.parametrize(
    ("text", "not_held"),
    [
        ("d'hauteroche@x.fr", "hauteroche@x.fr"),
        ("o'neil@x.fr", "neil@x.fr"),
        ("é@x.fr", "e@x.fr"),
        ("jean-dupont@x.fr", "dupont@x.fr"),
    ],
)
def test_an_ordinary_address_is_nobody_elses(text: str, not_held: str) -> None:
    assert canonical_email(text) is not None
    assert not_held not in set(contained_emails(text))


@pytest.mark.parametrize(
    "text",
    ["jеan.dupont@mail.example", "JЕАN.DUPONT@mail.example", "jean.dupont@mаil.example", "ϳean.dupont@mail.example",
     "jean.dupont@xn--mil-6cd.example"],
)  # fmt: skip
def test_letters_that_look_like_latin_ones_are_compared_as_these(text: str) -> None:
    assert "jean.dupont@mail.example" in set(contained_emails(text))
    texts = pa.array([text])
    assert latin_emails(texts, canonical_emails(texts)).to_pylist() == ["jean.dupont@mail.example"]


def test_latin_letters_stay_as_they_are() -> None:
    assert in_latin_letters("Éric-O'Néil@x.fr") == "Éric-O'Néil@x.fr"


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["mailto:", "<", "«", "'", "=", "%20", "E-mail : ", "(", "[", '"', " "]), max_size=3),
    st.lists(st.sampled_from([">", "»", "'", ",", ";", "%20", ")", "]", '"', " "]), max_size=3),
)
def test_whatever_stands_around_an_address_it_is_the_same(before: list[str], behind: list[str]) -> None:
    text = f"{''.join(before)}jean.dupont@mail.example{''.join(behind)}"
    assert canonical_email(text) == "jean.dupont@mail.example"
    assert canonical_emails(pa.array([text])).to_pylist() == ["jean.dupont@mail.example"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["tel:", "p:", "«", "'", "=", "Mobile : ", "N° ", "[", '"', " "]), max_size=3),
    st.sampled_from(["", " (mobile)", " - perso"]),
    st.lists(st.sampled_from(["»", "'", ",", ";", "]", '"', " "]), max_size=3),
)
def test_whatever_stands_around_a_number_it_is_the_same(before: list[str], label: str, behind: list[str]) -> None:
    text = f"{''.join(before)}0612345678{label}{''.join(behind)}"
    assert canonical_phone(text) == "+33612345678"
    assert canonical_phones(pa.array([text])).to_pylist() == ["+33612345678"]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30), st.sampled_from([OF_EMAILS, OF_PHONES]))
def test_a_column_loses_what_a_text_loses(text: str, steps: Any) -> None:
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    assert undecorated_texts(pa.array([text]), steps).to_pylist() == [undecorated(text, steps)]


@pytest.mark.fault(area="personal", fault="Any text at all", promise="The search for identifiers never fails on it.")
@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_no_text_stops_the_search(text: str) -> None:
    list(contained_emails(text))
    list(contained_phones(text))


def test_a_long_cell_is_left_alone() -> None:
    text = ";, " * 5000 + "@" * 50
    assert canonical_email(text) is None
    page = pa.array([", ".join(f"a{number}@x.fr" for number in range(500))])
    nothing = pa.nulls(1, pa.string())
    assert len(contained_in(Identifiers(nothing, page), Identifiers(nothing, nothing)).emails) == MOST


def test_ordinary_texts_are_not_searched() -> None:
    texts = pa.array(["a@x.fr", None, "B.C+d@x.fr"])
    phones = pa.array(["06 12 34 56 78", "+33 6 12 34 56 79", None])
    found = contained_in(Identifiers(canonical_emails(texts), texts), Identifiers(canonical_phones(phones), phones))
    assert (list(found.emails), list(found.phones)) == ([], [])


def test_a_lead_carries_the_keys_of_what_its_texts_hold_in_either_field() -> None:
    told = [
        lead(1),
        lead(2, Courriel="Jean j.ean+x@gmail.com"),
        lead(3, Courriel="", Tél="0612345678 poste 2 a@x.fr"),
        lead(4, Courriel="a@x.fr", Tél="0612345678 poste 2"),
        lead(5, Courriel="=A@x.fr"),
        lead(6, Courriel="mailto:a@x.fr", Tél="p:+33612345678"),
    ]
    taken = Box(**{"leads.csv": csv_bytes(told)}).take(contract(), hasher=HASHER)
    held = {row[0]: row[1] for row in rows(taken.leads, "lead_id", "contained_keys")}
    assert held["L1"] is None
    assert {key_of("j.ean+x@gmail.com"), key_of("jean@gmail.com")} <= set(held["L2"])
    assert "L3" not in held  # no valid identifier: no lead
    assert held["L4"] == [key_of("+33612345678")]
    assert held["L5"] == [key_of("=a@x.fr")]  # what version 1 keyed it under
    assert held["L6"] is None
