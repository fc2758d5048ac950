"""Identifiers of persons in fields that are for something else are found in any spelling, and nothing else is."""

import base64
import hashlib
import json
import random
import time
import uuid
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.arrays.values import TEXT_LIST
from pipelines.identifiers.hidden import Persons, impersonal
from pipelines.identifiers.spellings import NOBODY, Person, without_identifiers_in
from pipelines.identifiers.uses import Use
from tests.support.intake_boxes import (
    LEAD_COLUMNS,
    PROOF_COLUMNS,
    Box,
    contract,
    csv_bytes,
    file_terms,
    lead,
    proof,
    refusals,
    rows,
    take_leads,
    with_leads,
)

ADDRESS, NUMBER = "jean.dupont@x.fr", "+33612345678"
JEAN = Person(ADDRESS, NUMBER, "Jean-Noël", "Dupont")

EMAILS = (
    ADDRESS,
    "JEAN.DUPONT@X.FR",
    "jean.dupont%40x.fr",
    "jean%2Edupont%2540x%2Efr",
    "jean.dupont&#64;x.fr",
    "jean.dupont\\u0040x.fr",
    "jean.dupont＠x.fr",
    "jean.dupont (at) x.fr",
    "jean.dupont[arobase]x.fr",
    "jean.dupont at x.fr",
    "jean.dupont at x dot fr",
    "jean.dupont [at] x [point] fr",
)
NUMBERS = (
    "0612345678",
    "06 12 34 56 78",
    "06.12.34.56.78",
    "06-12-34-56-78",
    "06/12/34/56/78",
    "0612 345 678",
    "+33612345678",
    "+33 (0)6 12 34 56 78",
    "0033 6 12 34 56 78",
    "33612345678",
    "612345678",
    "%2B33612345678",
    "06%2012%2034%2056%2078",
    "０６１２３４５６７８",
    "06\u202f12\u202f34\u202f56\u202f78",
)
CODES = (base64.b64encode(ADDRESS.encode()).decode(), ADDRESS.encode().hex())
DIGESTS = (hashlib.md5(ADDRESS.encode()).hexdigest(), hashlib.sha256(NUMBER.encode()).hexdigest())


def cut(text: str, use: Use = "text", person: Person = JEAN) -> str:
    return without_identifiers_in(text, person, use)


@pytest.mark.parametrize("use", ["text", "web", "label"])
@pytest.mark.parametrize("email", EMAILS)
def test_an_address_is_cut_in_every_spelling(email: str, use: Use) -> None:
    assert cut(f"see {email}, please", use) == "see [email], please"
    assert cut(f"see {email}, please", use, NOBODY) == "see [email], please"


@pytest.mark.parametrize("use", ["text", "web", "label"])
@pytest.mark.parametrize("number", NUMBERS)
def test_the_own_number_is_cut_in_every_spelling(number: str, use: Use) -> None:
    assert cut(f"call {number} now", use).split() == ["call", "[phone]", "now"]


@pytest.mark.parametrize(
    "number", ["06 98 76 54 32", "0698765432", "+33 6 98 76 54 32", "0033698765432", "+44 20 7946 0958"]
)
def test_anothers_number_is_cut_from_a_text(number: str) -> None:
    assert cut(f"ou appeler le {number}").split() == ["ou", "appeler", "le", "[phone]"]


@pytest.mark.fault(
    area="personal", fault="An address is hidden encoded or hashed in a text", promise="It is found and cut."
)
@pytest.mark.parametrize("code", [*CODES, *DIGESTS])
def test_the_own_address_is_cut_where_it_is_encoded_or_hashed(code: str) -> None:
    assert cut(f"id {code}", "label").rstrip("=") == "id [email]"
    assert cut(f"id {code}", "label", NOBODY) == f"id {code}"


def test_the_own_names_are_cut_from_texts_word_by_word() -> None:
    assert cut("Monsieur DUPONT Jean Noel, maison jaune") == "Monsieur [name] [name] [name], maison jaune"
    assert cut("dupontel, jeannot") == "dupontel, jeannot"
    assert cut("Li Xu, maison", person=Person(first_name="Li", last_name="Xu")) == "Li Xu, maison"


def test_a_label_or_an_address_on_the_web_may_share_one_word_with_a_name_but_not_both() -> None:
    assert cut("dupont-assurances", "label") == "dupont-assurances"
    assert cut("https://x.fr/merci/jean/dupont", "web") == "https://x.fr/merci/[name]/[name]"


def test_answers_stay_json() -> None:
    told = {"mail": ADDRESS, "06 12 34 56 78": [612345678, 33612345678.0, 1.5, True, None], "n": {"deep": "M. Dupont"}}
    assert json.loads(cut(json.dumps(told))) == {
        "mail": "[email]",
        "[phone]": ["[phone]", "[phone]", 1.5, True, None],
        "n": {"deep": "M. [name]"},
    }


def test_user_info_is_cut_from_a_web_address() -> None:
    assert cut("https://jean:secret@x.fr/a", "web") == "https://[email]@x.fr/a"


@pytest.mark.parametrize(
    "text",
    [
        '{"surface": 120, "date": "01/08/2026 09:00", "siret": "12345678900011", "prix": 1250.50}',
        "https://fibre.example/offre/2026-08-11/v1.2.3/@page/article.html",
        "rendez-vous at home, 2026-08-11T09:00:00+02:00, 10000000000",
        "FormulaireFibreOptique2026",
        "3f2a9c01-0000-4000-8000-000000000001",
        "pierre et rose",
    ],
)
@pytest.mark.parametrize("use", ["text", "web", "label"])
def test_what_identifies_nobody_stays_as_it_was(text: str, use: Use) -> None:
    assert cut(text, use) == text


BAD_REFERENCES = (
    "ref-jean.dupont%40x.fr",
    "jean.dupont-17",
    "JEAN_DUPONT_17",
    "dupont-jean-17",
    "dupontjean17",
    "202608110612345678",
    "L-0612345678",
    "L 06.12.34.56.78",
    "L/33612345678",
    "L-612345678",
    "L-+44 20 7946 0958",
    "L-0033698765432",
    *CODES,
    *DIGESTS,
)
GOOD_REFERENCES = (
    "L-20260811-000123",
    "L-0698765432",  # somebody's number or a counter: not the own one
    "9612345678",  # holds the nine digits by chance, and not behind a prefix
    "0000012345",
    "0012345678901",
    "0044207946095",
    "dupont-17",
    "3f2a9c01-0000-4000-8000-000000000001",
    hashlib.sha256(b"something else").hexdigest(),
)


def columns_of(person: Person, count: int) -> dict[str, pa.Array]:
    values = {
        "email": person.email,
        "phone": person.phone,
        "first_name": person.first_name,
        "last_name": person.last_name,
    }
    return {name: pa.array([value] * count, pa.string()) for name, value in values.items()}


def test_a_reference_that_names_its_person_is_none() -> None:
    texts = pa.array([*BAD_REFERENCES, *GOOD_REFERENCES, None])
    kept = impersonal(texts, Persons(columns_of(JEAN, len(texts))))
    assert kept.to_pylist() == [None] * len(BAD_REFERENCES) + [*GOOD_REFERENCES, None]


@given(st.lists(st.sampled_from([*BAD_REFERENCES, *GOOD_REFERENCES, None]), max_size=8), st.integers(0, 3))
def test_columns_are_judged_text_by_text_wherever_they_were_cut(texts: list[str | None], start: int) -> None:
    """The filters before the reading of a text let no text by that reading would change."""
    column = pa.array(texts, pa.string()).slice(start)
    kept = impersonal(column, Persons(columns_of(JEAN, len(column)))).to_pylist()
    assert kept == [text and (text if cut(text, "reference") == text else None) for text in texts[start:]]


@given(st.text(alphabet='0123456789 abcdefXYZ-./@+(){}"', max_size=40))
def test_cutting_twice_changes_nothing_more(text: str) -> None:
    once = cut(text)
    assert cut(once) == once


@pytest.mark.fault(
    area="files",
    fault="Long texts made to keep the search for identifiers busy",
    promise="They are read in bounded time.",
)
@pytest.mark.parametrize(
    "filler", ["a", "0", " ", ".", "@", "a@", "(at)", "06 ", "+3", "%40", "\\u0040", "{", "[", "//", "é"]
)
def test_hostile_texts_are_read_in_bounded_time(filler: str) -> None:
    started = time.process_time()
    cut(filler * (60_000 // len(filler)) + "0612345678")
    assert time.process_time() - started < 3


def test_random_references_are_never_bad_by_chance() -> None:
    draw = random.Random(20260811)
    count = 20_000
    ids = [
        draw.choice([str(uuid.UUID(int=draw.getrandbits(128))), f"{draw.randrange(10**12):012d}"]) for _ in range(count)
    ]
    people = {
        "email": [f"prenom.nom{number}@mail.example" for number in range(count)],
        "phone": [f"+336{draw.randrange(10**8):08d}" for _ in range(count)],
        "first_name": [draw.choice(["Ana", "Ada", "Fabe", "Dea"]) for _ in range(count)],
        "last_name": [draw.choice(["Abad", "Decaf", "Roy"]) for _ in range(count)],
    }
    kept = impersonal(pa.array(ids), Persons({name: pa.array(values) for name, values in people.items()}))
    assert kept.null_count == 0


EVERY_COLUMN = {
    **LEAD_COLUMNS,
    **{name: name for name in ("first_name", "last_name", "consent_id", "form_id", "product", "answers", "source_url")},
}
OWN = {"Courriel": ADDRESS, "Tél": "06 12 34 56 78", "first_name": "Jean", "last_name": "Dupont"}


def leads(*changes: dict[str, str]) -> list[dict[str, Any]]:
    told = [lead(number, **{**OWN, **change}) for number, change in enumerate(changes, 1)]
    taken = take_leads(*told, terms=with_leads(EVERY_COLUMN))
    assert refusals(taken) == []
    names = ("consent_id", "form_id", "product", "answers", "source_url", "invalid_fields")
    return [dict(zip(names, row, strict=True)) for row in rows(taken.leads, *names)]


def test_a_lead_is_kept_without_them_and_its_vendor_is_told() -> None:
    plain, told = leads(
        {
            "form_id": "f-1",
            "product": "fibre",
            "answers": '{"a": 1}',
            "source_url": "https://x.fr/a?q=1",
            "consent_id": "C-1",
        },
        {
            "form_id": "f 06.12.34.56.78",
            "product": f"fibre {ADDRESS}",
            "answers": '{"nom": "dupont"}',
            "source_url": f"https://x.fr/{ADDRESS}?q=1",
            "consent_id": "jean.dupont",
        },
    )
    assert plain == {
        "consent_id": "C-1",
        "form_id": "f-1",
        "product": "fibre",
        "answers": '{"a": 1}',
        "source_url": "https://x.fr/a",
        "invalid_fields": [],
    }
    assert told == {
        "consent_id": None,
        "form_id": "f [phone]",
        "product": "fibre [email]",
        "answers": '{"nom": "[name]"}',
        "source_url": "https://x.fr/[email]",
        "invalid_fields": ["consent_id", "form_id", "product", "source_url"],
    }


@pytest.mark.fault(
    area="personal",
    fault="The vendor's reference of a lead is the person's address or number",
    promise="The lead is rejected: the reference goes no further.",
)
@pytest.mark.parametrize("reference", ["jean.dupont-1", "Dupont Jean", "L0612345678"])
def test_a_lead_whose_reference_names_its_person_is_rejected(reference: str) -> None:
    taken = take_leads(lead(1, **OWN, Réf=reference), terms=with_leads(EVERY_COLUMN))
    assert refusals(taken) == [(1, "required_invalid", "lead_id")]


def test_proofs_are_cut_too_and_lists_by_their_elements() -> None:
    names = ("email", "recipients", "goods_services", "chain", "snapshot_uri", "proof_sha256", "lead_id")
    columns = {**PROOF_COLUMNS, **{name: name for name in names}}
    told = proof(
        1,
        email=ADDRESS,
        recipients=f"Acme|{ADDRESS}",
        goods_services="fibre pour jean.dupont",
        chain="A > 0033612345678",
        snapshot_uri=f"https://s.fr/p?m={ADDRESS}",
        proof_sha256=ADDRESS,
        lead_id=ADDRESS,
    )
    box = Box(**{"consent_proofs.csv": csv_bytes([told])})
    taken = box.take(contract(consent_proofs=file_terms("consent_proofs", columns)))
    assert rows(taken.consent_proofs, *names[1:]) == [
        (["Acme", "[email]"], "fibre pour [email]", "A > [phone]", "https://s.fr/p?m=[email]", None, None)
    ]


def test_lists_of_rows_without_any_keep_their_shape() -> None:
    columns = {**PROOF_COLUMNS, "recipients": "recipients"}
    told = [proof(1, recipients=ADDRESS), proof(2), proof(3, recipients=f"A|B {ADDRESS}|C")]
    box = Box(**{"consent_proofs.csv": csv_bytes(told, [*told[0]])})
    taken = box.take(contract(consent_proofs=file_terms("consent_proofs", columns)))
    assert rows(taken.consent_proofs, "recipients") == [(["[email]"],), (None,), (["A", "B [email]", "C"],)]
    assert pa.array([["x"]], TEXT_LIST).type == TEXT_LIST
