"""Each lead is keyed under the forms that others are likely to have hashed, and only where anybody hashed anything."""

import hashlib
from pathlib import Path

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.identifiers.emails import canonical_emails, email_aliases
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.identifiers.other_forms import email_forms, phone_forms
from pipelines.identifiers.phones import canonical_phones
from tests.support.houses import house_at, import_oppositions
from tests.support.intake_boxes import Box, contract, csv_bytes, lead, rows

SECRET = b"a secret of the house, long enough"
HASHER = IdentityHasher(SECRET, is_keying_other_forms=True)


def forms_of_phone(text: str) -> set[str]:
    texts = pa.array([text])
    return {form[0].as_py() for form in phone_forms(canonical_phones(texts), texts)} - {None}


def forms_of_email(text: str) -> set[str]:
    texts = pa.array([text])
    return {form[0].as_py() for form in email_forms(canonical_emails(texts), texts)} - {None}


def with_line_ends(*forms: str) -> set[str]:
    return {form + end for form in forms for end in ("\n", "\r\n")}


MOBILE = {
    *("0612345678", "612345678", "33612345678", "0033612345678", "06 12 34 56 78", "330612345678"),
    *with_line_ends("+33612345678", "0612345678"),
}


@pytest.mark.parametrize(
    ("delivered", "forms"),
    [
        ("0612345678", MOBILE),
        ("+33612345678", MOBILE),
        ("06-12-34-56-78", {*MOBILE, "06-12-34-56-78"}),
        (
            "0692123456",
            {"0692123456", "692123456", "262692123456", "00262692123456", "06 92 12 34 56"}
            | {"+33692123456", "33692123456", "0033692123456", "2620692123456"}
            | with_line_ends("+262692123456", "0692123456"),
        ),
        (
            "0508412345",
            {"0508412345", "508412345", "00508412345", "05 08 41 23 45"}
            | {"+33508412345", "33508412345", "0033508412345", "5080508412345"}
            | with_line_ends("+508412345", "0508412345"),
        ),
        (
            "+44 20 7946 0958",
            {"442079460958", "00442079460958", "+44 20 7946 0958", *with_line_ends("+442079460958")},
        ),
        ("nothing", set()),
    ],
)
def test_a_number_has_these_other_forms(delivered: str, forms: set[str]) -> None:
    assert forms_of_phone(delivered) == forms


@pytest.mark.parametrize(
    ("delivered", "canonical", "forms"),
    [
        ("ana.roy@x.fr", "ana.roy@x.fr", {"ANA.ROY@X.FR", "Ana.roy@x.fr"}),
        ("Ana.Roy@X.fr", "ana.roy@x.fr", {"ANA.ROY@X.FR", "Ana.roy@x.fr", "Ana.Roy@X.fr"}),
        (
            "a.roy+x@gmail.com",
            "a.roy+x@gmail.com",
            {"A.ROY+X@GMAIL.COM", "A.roy+x@gmail.com", "a.roy@gmail.com"}
            | {"aroy+x@gmail.com", "aroy@googlemail.com", "a.roy+x@googlemail.com"},
        ),
        (
            "ana@exämple.fr",
            "ana@xn--exmple-cua.fr",
            {"ANA@XN--EXMPLE-CUA.FR", "Ana@xn--exmple-cua.fr", "ana@exämple.fr", "ana@exa\u0308mple.fr"},
        ),
        ("é@x.fr", "é@x.fr", {"É@X.FR", "É@x.fr", "e\u0301@x.fr"}),
    ],
)
def test_an_address_has_these_other_forms(delivered: str, canonical: str, forms: set[str]) -> None:
    md5 = hashlib.md5(canonical.encode()).hexdigest()
    assert forms_of_email(delivered) == {*forms, md5, *with_line_ends(canonical)}


def test_what_is_no_address_has_no_other_form() -> None:
    assert forms_of_email("nothing") == set()


@settings(deadline=None)
@given(st.integers(100_000_000, 799_999_999))
def test_every_form_of_a_french_number_is_the_same_number_and_none_is_canonical(digits: int) -> None:
    canonical = canonical_phones(pa.array([f"0{digits}"]))[0].as_py()
    for form in forms_of_phone(f"0{digits}"):
        assert form != canonical
        assert str(phonenumbers.parse(canonical).national_number) in "".join(filter(str.isdigit, form))


@settings(deadline=None)
@given(st.lists(st.sampled_from(["Ana.Roy@X.fr", "a.b+c@gmail.com", "bob@x.fr", "é@exämple.fr", "x"]), min_size=1))
def test_forms_of_an_address_differ_from_each_other_its_canonical_form_and_its_alias(texts: list[str]) -> None:
    canonicals = canonical_emails(pa.array(texts))
    columns = [canonicals, email_aliases(canonicals), *email_forms(canonicals, pa.array(texts))]
    for canonical, alias, *forms in zip(*(column.to_pylist() for column in columns), strict=True):
        found = [form for form in forms if form is not None]
        assert len(found) == len(set(found))
        assert not {canonical, alias} & set(found)


@pytest.mark.parametrize("delivered", ["06-12-34-56-78", "0692123456", "+44 20 7946 0958", "nothing"])
def test_a_number_has_the_same_other_forms_alone_and_among_others(delivered: str) -> None:
    texts = pa.array([delivered, "0639981234"])
    columns = phone_forms(canonical_phones(texts), texts)
    assert {form for column in columns if (form := column[0].as_py())} == forms_of_phone(delivered)


@pytest.mark.parametrize("delivered", ["Ana.Roy@X.fr", "a.roy+x@gmail.com", "ana@exämple.fr", "nothing"])
def test_an_address_has_the_same_other_forms_alone_and_among_others(delivered: str) -> None:
    texts = pa.array([delivered, "bob@gmail.com"])
    columns = email_forms(canonical_emails(texts), texts)
    assert {form for column in columns if (form := column[0].as_py())} == forms_of_email(delivered)


def test_a_lead_carries_the_sorted_keys_of_its_other_forms() -> None:
    told = [lead(1, Courriel="ana@x.fr", Tél="0612345678"), lead(2, Courriel="", Tél="+44 20 7946 0958")]
    taken = Box(**{"leads.csv": csv_bytes(told)}).take(contract(), hasher=HASHER)
    md5 = hashlib.md5(b"ana@x.fr").hexdigest()
    british = ["442079460958", "00442079460958", "+44 20 7946 0958", *with_line_ends("+442079460958")]
    forms = [["ANA@X.FR", "Ana@x.fr", md5, *with_line_ends("ana@x.fr"), *MOBILE], british]
    digests = [[hashlib.sha256(form.encode()).hexdigest() for form in each] for each in forms]
    keys = [sorted(HASHER.keys_of_digests(pa.array(each)).to_pylist()) for each in digests]
    assert rows(taken.leads, "probe_keys") == [(each,) for each in keys]


def test_without_digests_in_the_registry_no_lead_is_probed() -> None:
    taken = Box(**{"leads.csv": csv_bytes([lead(1)])}).take(contract(), hasher=IdentityHasher(SECRET))
    assert rows(taken.leads, "probe_keys") == [(None,)]


def test_a_house_probes_as_soon_as_its_registry_holds_a_digest(tmp_path: Path) -> None:
    house = house_at(tmp_path)
    header = "identifier,kind,channel,opposed_at,recorded_at,origin"
    clear, hashed = tmp_path / "clear.csv", tmp_path / "hashed.csv"
    clear.write_text(f"{header}\n0612345678,phone,all,2026-08-01,2026-08-02,group\n", encoding="utf-8")
    hashed.write_text(f"{header}\n{'0' * 64},phone_sha256,all,2026-08-01,2026-08-02,group\n", encoding="utf-8")
    import_oppositions([clear], house)
    assert not house.hasher.is_keying_other_forms
    import_oppositions([hashed], house)
    assert house.hasher.is_keying_other_forms
