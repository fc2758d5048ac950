"""Further phone numbers of a lead: keyed, never kept, searched for in texts; none becomes the lead's phone."""

import hashlib
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.identifiers.phones import canonical_phone
from tests.support.intake_boxes import (
    HASHER,
    LEAD_COLUMNS,
    Box,
    PublishedTables,
    csv_bytes,
    key_of,
    lead,
    refusals,
    take_leads,
    with_leads,
)

AGREED = with_leads({**LEAD_COLUMNS, "other_phones": "Autres", "product": "Offre"})


def taken(others: str, **changes: str) -> PublishedTables:
    return take_leads(lead(1, Autres=others, Offre="", **changes), terms=AGREED)


def only_lead(others: str, **changes: str) -> dict[str, Any]:
    intake = taken(others, **changes)
    (row,) = pa.Table.from_pandas(intake.leads, preserve_index=False).to_pylist()
    found: dict[str, Any] = row
    return found


def keys(*canonicals: str) -> list[str]:
    return sorted(map(key_of, canonicals))


@pytest.mark.parametrize(
    ("text", "canonicals"),
    [
        ("01 44 55 40 00", ["+33144554000"]),
        ("01 44 55 40 00|+33 1 44 55 41 00", ["+33144554000", "+33144554100"]),
        ('["0144554000", "06 12 34 56 99"]', ["+33144554000", "+33612345699"]),
        (" | 0692 12 34 56 |", ["+262692123456"]),
        ("0144554000|01.44.55.40.00", ["+33144554000"]),
        ("+32 470 12 34 56", ["+32470123456"]),
        ("144554000.0", ["+33144554000"]),
    ],
)
def test_each_number_is_keyed_in_its_canonical_form(text: str, canonicals: list[str]) -> None:
    row = only_lead(text)
    assert row["other_phone_keys"] == keys(*canonicals)
    assert row["invalid_fields"] == []
    assert row["phone_key"] == key_of("+33612345601")


@pytest.mark.parametrize("text", ["", "|", "[]", "null", "n/a"])
def test_none_are_no_fault(text: str) -> None:
    row = only_lead(text)
    assert (row["other_phone_keys"], row["invalid_fields"]) == (None, [])


@pytest.mark.parametrize(
    ("text", "canonicals"),
    [("01 44 55 40 00|0612", ["+33144554000"]), ("0612", None), ("non communiqué|0144554000", ["+33144554000"])],
)
def test_a_part_that_cant_be_read_is_told_and_the_others_count(text: str, canonicals: list[str] | None) -> None:
    row = only_lead(text)
    assert row["other_phone_keys"] == (canonicals and keys(*canonicals))
    assert row["invalid_fields"] == ["other_phones"]


def test_what_an_unreadable_part_may_mean_is_compared_too() -> None:
    row = only_lead("le soir O6 12 34 56 99|01 44 55 40 00")
    assert row["other_phone_keys"] == keys("+33144554000")
    assert row["contained_keys"] is None or key_of("+33144554000") not in row["contained_keys"]
    assert only_lead("06 12 34 56 99 poste 12|01 44 55 40 00")["contained_keys"] == keys("+33612345699")


def test_a_number_is_read_in_the_territory_of_the_postal_code() -> None:
    row = only_lead("76 54 32|0144554000", CP="98800")
    assert row["other_phone_keys"] == keys("+687765432", "+33144554000")


@pytest.mark.parametrize("phone", ["", "0612"])
def test_no_further_number_takes_the_place_of_the_phone(phone: str) -> None:
    row = only_lead("06 12 34 56 99", Tél=phone)
    assert (row["phone_key"], row["phone_kind"]) == (None, None)
    assert row["other_phone_keys"] == keys("+33612345699")
    assert row["email_key"]
    alone = taken("06 12 34 56 99", Tél=phone, Courriel="")
    assert refusals(alone) == [(1, "no_valid_identifier", None)]


def test_a_further_number_of_the_person_is_cut_where_it_does_not_belong() -> None:
    row = lead(1, Autres="01 44 55 40 00", Offre="fibre, rappeler au 01.44.55.40.00")
    intake = take_leads(row, terms=AGREED)
    assert intake.leads["product"].to_list() == ["fibre, rappeler au [phone]"]
    assert list(intake.leads["invalid_fields"][0]) == ["product"]


@pytest.mark.parametrize(
    "reference",
    [
        "L-144554000",
        "L/33144554000",
        hashlib.sha256(b"+33144554000").hexdigest(),
        hashlib.md5(b"0144554000").hexdigest(),
    ],
)
def test_a_reference_that_holds_a_further_number_is_bad(reference: str) -> None:
    row = lead(1, Autres="06 98 76 54 32|01 44 55 40 00", Offre="") | {"Réf": reference}
    assert refusals(take_leads(row, terms=AGREED)) == [(1, "required_invalid", "lead_id")]
    assert refusals(take_leads(row | {"Autres": ""}, terms=AGREED)) == []


def test_the_other_forms_of_a_further_number_are_keyed_as_those_of_the_phone_are() -> None:
    row = lead(1, Autres="01 44 55 40 00", Offre="")
    [found] = take_leads(row, terms=AGREED, hasher=HASHER.with_other_forms(True)).leads["probe_keys"]
    assert set(keys("0144554000", "33144554000", "0033144554000", "01 44 55 40 00")) <= set(found)


def test_a_file_without_further_numbers_has_no_keys_of_any() -> None:
    row = pa.Table.from_pandas(take_leads(lead(1)).leads, preserve_index=False).to_pylist()[0]
    assert (row["other_phone_keys"], row["contained_keys"]) == (None, None)


NUMBERS = st.integers(10**7, 10**8 - 1).map(lambda tail: f"06{tail}")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.one_of(NUMBERS, st.just("0612")), max_size=4), min_size=1, max_size=4))
def test_each_row_has_the_keys_of_its_own_numbers(lists: list[list[str]]) -> None:
    rows = [lead(place, Autres="|".join(others)) for place, others in enumerate(lists)]
    leads = Box(**{"leads.csv": csv_bytes(rows)}).take(with_leads({**LEAD_COLUMNS, "other_phones": "Autres"})).leads
    found = pa.Table.from_pandas(leads, preserve_index=False).sort_by("row_number").to_pylist()
    for row, others in zip(found, lists, strict=True):
        numbers = {other: canonical_phone(other) for other in others}
        assert (row["other_phone_keys"] or []) == keys(*{number for number in numbers.values() if number})
        assert ("other_phones" in row["invalid_fields"]) == (None in numbers.values())
