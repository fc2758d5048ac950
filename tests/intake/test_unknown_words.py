"""Words that nobody knows are counted, and shown only where they can hardly be a person's."""

import json
from typing import Any

import pytest

from pipelines.identifiers.shown_words import is_plain_word
from tests.support.intake_boxes import LEAD_COLUMNS, Box, contract, csv_bytes, lead, proof, with_leads

GOOD = 40
NAMED = {**LEAD_COLUMNS, "first_name": "Prénom", "over_18": "Majeur"}


def leads_file(column: str, *words: str, start: int = 0) -> bytes:
    """Forty good leads, and one more for each word, which stands in a column."""
    good = [lead(number, Prénom="Zoé", Majeur="oui") for number in range(start, start + GOOD)]
    bad = [
        lead(start + GOOD + number, **{"Prénom": "Zoé", "Majeur": "oui", column: word})
        for number, word in enumerate(words)
    ]
    return csv_bytes([*good, *bad])


def told(*files: bytes) -> list[list[dict[str, Any]]]:
    """What is told of each file, in the order of their names."""
    box = Box(**{f"leads-{number}.csv": content for number, content in enumerate(files)})
    deliveries = box.take(with_leads(NAMED)).deliveries.sort_values("file_name")
    return [[json.loads(text) for text in texts] for texts in deliveries["unknown_words"]]


def entry(field: str, column: str, rows: int, *words: str) -> list[dict[str, Any]]:
    return [{"field": field, "column": column, "rows": rows, "words": list(words)}]


def test_a_file_of_known_words_tells_nothing() -> None:
    assert told(leads_file("Majeur", "non", "X", "")) == [[]]


@pytest.mark.parametrize(
    ("column", "field", "words", "shown"),
    [
        ("Majeur", "over_18", ["Pt'être"] * 3, ["pt'être"]),
        ("Canaux", "channels", ["fax", "email|fax", "fax|phone|pigeon"], ["fax"]),
        ("Cible", "audience", ["Auto-entrepreneur"] * 4, ["auto-entrepreneur"]),
        ("Cible", "audience", ["artisan", "artisan", "ARTISAN", "ferme", "ferme", "ferme"], ["artisan", "ferme"]),
    ],
)
def test_a_frequent_plain_word_is_shown(column: str, field: str, words: list[str], shown: list[str]) -> None:
    assert told(leads_file(column, *words)) == [entry(field, column, len(words), *shown)]


@pytest.mark.parametrize(
    "words",
    [
        ["peut-être"] * 2,
        ["zq.kan@mail.example"] * 9,
        ["06 12 34 56 78"] * 9,
        ["612345678"] * 9,
        ["Zoé"] * 9,
        ["une phrase qui est bien trop longue"] * 9,
        ["#VALEUR!"] * 9,
        ["2026-08-11"] * 9,
        ["peut-être"] * (GOOD + 1),
        ["Marie"] * 3 + [f"Nom{'abcdefghijklmnopqrstuvwxyzéèê'[n]}" for n in range(29)],
    ],
    ids=["rare", "address", "number", "nine digits", "own name", "long", "error", "date", "most", "one of many"],
)
def test_any_other_word_is_only_counted(words: list[str]) -> None:
    assert told(leads_file("Majeur", *words)) == [entry("over_18", "Majeur", len(words))]


def test_the_files_of_a_delivery_are_counted_together_and_each_tells_its_own() -> None:
    one, two = leads_file("Majeur", "bof", "bof"), leads_file("Majeur", "bof", "hum", start=100)
    assert told(one, two) == [entry("over_18", "Majeur", 2, "bof"), entry("over_18", "Majeur", 2, "bof")]


def test_words_of_rejected_proofs_are_told_and_those_of_a_refused_file_are_not() -> None:
    good, bad = [proof(n) for n in range(9)], [proof(n, decision="boh") for n in range(9, 12)]
    box = Box(**{"consent_proofs-1.csv": csv_bytes([*good, *bad]), "other.csv": b"a,b\n1,2\n"})
    deliveries = box.take(contract()).deliveries.set_index("file_name")
    [text] = deliveries.loc["consent_proofs-1.csv", "unknown_words"]
    assert json.loads(text) == entry("decision", "decision", 3, "boh")[0]
    assert deliveries["unknown_words"].isna()["other.csv"]


def test_words_that_the_contract_maps_are_known() -> None:
    content = leads_file("Majeur", "bof", "bof", "bof")
    words = {"enum": {"oui": "true", "bof": "false"}}
    deliveries = Box(**{"leads-1.csv": content}).take(with_leads(NAMED, over_18=words)).deliveries
    assert [list(texts) for texts in deliveries["unknown_words"]] == [[]]


@pytest.mark.parametrize("word", ["oui", "7", "optin2", "désabonné", "non-consenti", "C'est non"])
def test_plain_words(word: str) -> None:
    assert is_plain_word(word)


@pytest.mark.parametrize("word", ["", "12", "a@b.fr", "x_y", "un deux trois quatre cinq", "a" * 25, "{}", "0612345678"])
def test_what_is_no_plain_word(word: str) -> None:
    assert not is_plain_word(word)
