"""Kinds of numbers and addresses, fillers, numbers that nobody has: what a lead's values say of themselves."""

from importlib.metadata import version

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.identifiers.allocations import LISTED_ON, is_unallocated
from pipelines.identifiers.email_kinds import email_kinds
from pipelines.identifiers.emails import canonical_email
from pipelines.identifiers.phone_kinds import phone_kinds, phone_regions
from pipelines.identifiers.phones import canonical_phone, canonical_phones
from pipelines.identifiers.placeholders import is_placeholder_email, is_placeholder_name, is_placeholder_phone
from pipelines.intake.attributes import lead_attributes
from pipelines.intake.fields import Fields, Rows
from pipelines.rulebook.card import read_card
from pipelines.rulebook.catalogue import SHIPPED_CARDS
from tests.support.intake_boxes import contract, file_terms


@pytest.mark.parametrize(
    ("number", "kind", "region"),
    [
        ("+33612345678", "mobile", "FR"),
        ("+33712345678", "mobile", "FR"),
        ("+33123456789", "geographic", "FR"),
        ("+33512345678", "geographic", "FR"),
        ("+33912345678", "non_geographic", "FR"),
        ("+33800123456", "non_geographic", "FR"),  # free
        ("+33806123456", "non_geographic", "FR"),  # at the price of a call
        ("+33810123456", "premium", "FR"),
        ("+33825123456", "premium", "FR"),
        ("+33891123456", "premium", "FR"),
        ("+262692123456", "mobile", "RE"),
        ("+262262201234", "geographic", "RE"),
        ("+262976221234", "non_geographic", "RE"),
        ("+262639001234", "mobile", "YT"),
        ("+262269612345", "geographic", "YT"),
        ("+590690123456", "mobile", "GP"),
        ("+590590821234", "geographic", "GP"),
        ("+594694201234", "mobile", "GF"),
        ("+596596601234", "geographic", "MQ"),
        ("+596947761234", "non_geographic", "MQ"),
        ("+508708401234", "mobile", "PM"),
        ("+687765432", "mobile", "NC"),
        ("+687253412", "geographic", "NC"),
        ("+68987123456", "mobile", "PF"),
        ("+681721234", None, "WF"),  # fixed or mobile
        ("+32470123456", "mobile", "BE"),
        ("+3222345678", "geographic", "BE"),
        ("+390612345678", "geographic", "IT"),
        ("+448001234567", "non_geographic", "GB"),
        ("+12125552368", None, "US"),  # fixed or mobile
        ("+15145551234", None, "CA"),
        ("+80012345678", "non_geographic", None),
        (None, None, None),
    ],
)
def test_a_number_has_a_kind_and_a_region(number: str | None, kind: str | None, region: str | None) -> None:
    column = pa.array([None, number], pa.string())
    assert phone_kinds(column).to_pylist() == [None, kind]
    assert phone_regions(column).to_pylist() == [None, region]


@settings(max_examples=500, deadline=None)
@example("+262268800000")  # one block for two islands
@example("+262268900000")
@given(st.integers(100_000_000, 999_999_999).map(lambda number: canonical_phone(f"0{number}")))
def test_regions_and_mobiles_are_those_of_phonenumbers(number: str | None) -> None:
    if number is None:
        return
    parsed = phonenumbers.parse(number)
    assert phone_regions(pa.array([number])).to_pylist() == [phonenumbers.region_code_for_number(parsed)]
    is_mobile = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE
    is_either = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE
    assert is_either or (phone_kinds(pa.array([number])).to_pylist() == ["mobile"]) == is_mobile


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("jean.dupont@orange.fr", "ordinary"),
        ("jean@yopmail.com", "disposable"),
        ("jean@box.yopmail.com", "disposable"),
        ("contact@yopmail.com", "disposable"),
        ("jean@notyopmail.com.fr", "ordinary"),
        ("contact@exemple.fr", "role"),
        ("service.client@exemple.fr", "role"),
        ("service-clients@exemple.fr", "role"),
        ("no-reply@exemple.fr", "role"),
        ("ne_pas_repondre@exemple.fr", "role"),
        ("info+paris@exemple.fr", "role"),
        ("sav@exemple.fr", "role"),
        ("rh@exemple.fr", "role"),
        ("info.jean@exemple.fr", "ordinary"),
        ("infos2@exemple.fr", "ordinary"),
        ("jean@info.fr", "ordinary"),
        ("martine+info@exemple.fr", "ordinary"),
        (None, None),
    ],
)
def test_an_address_is_thrown_away_a_functions_or_a_persons(address: str | None, kind: str | None) -> None:
    assert email_kinds(pa.array([None, address], pa.string())).to_pylist() == [None, kind]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("test@test.fr", True),
        ("test@orange.fr", True),
        ("azerty@orange.fr", True),
        ("qsdf@orange.fr", True),
        ("aaa@orange.fr", True),
        ("xxxxx@orange.fr", True),
        ("no-reply@orange.fr", True),
        ("a@a.fr", True),
        ("abc@abc.com", True),
        ("xyz@mail.xyz.com", True),
        ("toto@gmail.com", True),
        ("jean@example.com", False),
        ("jean@jean.fr", False),  # his own domain
        ("a@b.fr", False),
        ("com@a.com", False),
        ("lea@orange.fr", False),
        ("test.jean@orange.fr", False),
        ("reza@orange.fr", False),
        ("azer@orange.fr", False),
        ("lll@orange.fr", False),
        (None, None),
    ],
)
def test_an_address_may_be_a_filler(address: str | None, expected: bool | None) -> None:
    assert is_placeholder_email(pa.array([None, address], pa.string())).to_pylist() == [None, expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0600000000", True),
        ("0611111111", True),
        ("01 23 45 67 89", True),
        ("+33 6 66 66 66 66", True),
        ("0100000000", True),
        ("0612345678", False),  # somebody's number
        ("0606060606", False),
        ("0600000001", False),
        ("0123456780", False),
        ("+32 470 00 00 00", False),
        # kept for films (Arcep, décision n° 2018-0881, annexe 1, 2.5.12)
        ("01 99 00 12 34", True),
        ("+33 2 61 91 12 34", True),
        ("0033353011234", True),
        ("04.65.71.12.34", True),
        ("33 5 36 49 12 34", True),
        ("+33 (0)6 39 98 12 34", True),
        ("639981234.0", True),
        ("01 99 01 12 34", False),
        ("06 39 97 12 34", False),
        # where automatic systems call from (the same, 2.3.7)
        ("01 62 12 34 56", True),
        ("0163123456", True),
        ("+33270123456", True),
        ("0271123456", True),
        ("03 77 12 34 56", True),
        ("0378123456", True),
        ("0424123456", True),
        ("0425123456", True),
        ("0568123456", True),
        ("0569123456", True),
        ("0948123456", True),
        ("0949123456", True),
        ("09475 12345", True),
        ("+594 9476 12345", True),
        ("09477 12345", True),
        ("09478 01234", True),
        ("09479 12345", True),
        ("0161123456", False),
        ("0426123456", False),
        ("0950123456", False),
    ],
)
def test_a_number_may_be_a_filler(text: str, expected: bool) -> None:
    assert is_placeholder_phone(canonical_phones(pa.array([text]))).to_pylist() == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("06 12 34 56 78", False),
        ("01 44 55 40 00", False),  # offices in Paris
        ("07 00 00 00 01", None),  # a block of longer numbers
        ("01 10 12 34 56", True),  # of no operator
        ("+33 1 12 12 34 56", True),
        ("0596 60 12 34", False),  # overseas is not asked about,
        ("+32 470 12 34 56", False),  # nor is abroad,
        ("0899 99 99 99", False),  # nor a number with a price
        ("no number", None),
    ],
)
def test_a_number_may_lie_in_no_allocated_block(text: str, expected: bool | None) -> None:
    numbers = canonical_phones(pa.array([text, "06 12 34 56 78", None, text]))
    assert is_unallocated(numbers).to_pylist() == [expected, False, None, expected]


def test_a_number_that_is_a_filler_is_told_once() -> None:
    found = lead_attributes(fields_of(phone=["01 99 00 12 34", "01 10 12 34 56", "06 12 34 56 78", None]))
    assert found["placeholder_fields"].to_pylist() == [["phone"], [], [], []]
    assert found["unallocated_fields"].to_pylist() == [[], ["phone"], [], []]


def test_the_list_of_blocks_is_that_of_the_date_it_is_told_with() -> None:
    """A newer list has a newer date: `LISTED_ON`, the card and the dictionary say it."""
    assert version("fr-phonenumbers").startswith("0.1.")
    card = read_card(SHIPPED_CARDS / "quality" / "phone_unallocated.yaml")
    assert LISTED_ON.strftime("%-d October %Y") in card.remedy.en


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("aaa", True),
        ("XX", True),
        ("Azerty", True),
        ("azertyui", True),
        ("qsdf", True),
        ("ASDF", True),
        ("poiuy", True),
        ("Test", True),
        ("PRÉNOM", True),
        ("n/a", True),
        ("null", True),
        ("inconnu", True),
        ("A", False),  # an initial
        ("Anna", False),
        ("Reza", False),
        ("Azer", False),
        ("Wert", False),
        ("Testu", False),
        ("Totò", False),
        ("Nomine", False),
        ("Aada", False),
        (None, None),
    ],
)
def test_a_name_may_be_a_filler(name: str | None, expected: bool | None) -> None:
    assert is_placeholder_name(pa.array([None, name], pa.string())).to_pylist() == [None, expected]


def fields_of(**columns: list[str | None]) -> Fields:
    terms = file_terms("leads", {name: name for name in columns})
    count = len(next(iter(columns.values())))
    texts = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    places, nothing = pa.array(range(count), pa.int64()), pa.nulls(count, pa.int64())
    return Fields(Rows(contract(leads=terms), terms, texts, pa.repeat(pa.scalar(0), count), places, nothing))


def test_the_fields_with_a_filler_are_listed_by_name_and_their_values_stay() -> None:
    fields = fields_of(
        last_name=["Dupont", "xxx", None],
        first_name=["Jeanne", "toto", "Ali"],
        phone=["0612345678", "0600000000", "0000000000"],
        email=["jeanne@orange.fr", "test@test.fr", None],
    )
    found = {name: column.to_pylist() for name, column in lead_attributes(fields).items()}
    assert found == {
        "email_kind": ["ordinary", "ordinary", None],
        "phone_kind": ["mobile", "mobile", None],
        "phone_region": ["FR", "FR", None],
        "placeholder_fields": [[], ["email", "first_name", "last_name", "phone"], []],
        "unallocated_fields": [[], [], []],
    }
    assert fields.values("phone").to_pylist() == ["+33612345678", "+33600000000", None]


def test_fields_that_are_not_mapped_hold_nothing() -> None:
    found = lead_attributes(fields_of(email=["test@test.fr"]))
    assert {name: column.to_pylist() for name, column in found.items()} == {
        "email_kind": ["ordinary"],
        "phone_kind": [None],
        "phone_region": [None],
        "placeholder_fields": [["email"]],
        "unallocated_fields": [[]],
    }
    assert lead_attributes(fields_of(email=[]))["placeholder_fields"].to_pylist() == []


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text("abx.+-_@é0", max_size=12).map(canonical_email)), max_size=8))
def test_no_address_is_without_an_answer(addresses: list[str | None]) -> None:
    column = pa.array(addresses, pa.string())
    for answers in (email_kinds(column), is_placeholder_email(column)):
        assert [answer is None for answer in answers.to_pylist()] == [address is None for address in addresses]
