"""What the intake publishes of a reason: its words in English, and beside them its code and its figures."""

import hashlib
import json
from typing import Any

import pandas as pd
import pytest

from pipelines.contracts.contract import FieldTerms
from pipelines.formats.limits import Limits
from pipelines.intake.values import kind_of
from pipelines.vocabulary.fields import CANONICAL_FIELDS
from pipelines.vocabulary.reasons import reason_of, reason_of_text
from pipelines.wording.reasons import published
from tests.support.intake_boxes import LEAD_COLUMNS, Box, PublishedTables, contract, csv_bytes, file_terms, lead, rows

FIELDS = sorted({field for fields in CANONICAL_FIELDS.values() for field in fields})


def delivery() -> PublishedTables:
    """Files that are refused, left out and read, with a manifest that does not agree with what came."""
    good = csv_bytes([lead(1), lead(2)])
    announced = [
        {"name": "leads-1.csv", "rows": 1200, "sha256": hashlib.sha256(good).hexdigest()},
        {"name": "leads-3.csv", "sha256": "0" * 64},
        {"name": "leads-8.csv"},
        {"name": "leads-9.csv"},
    ]
    return Box(
        **{
            "leads-1.csv": good,
            "leads-2.csv": good,
            "leads-3.csv": csv_bytes([lead(3), lead(4, Date="hier"), lead(3, Cible="")], delimiter=";") + b"L5;x\r\n",
            "leads-4.csv": "Réf,Dates,Courriel\nL9,2026-08-10,a@x.fr\n".encode(),
            "manifest.json": json.dumps({"files": announced}).encode(),
            "z.txt": b"x",
        }
    ).take(contract(leads=file_terms("leads", LEAD_COLUMNS, delimiter=",")))


def noted(texts: Any) -> list[tuple[str, dict[str, Any]]]:
    """Code and figures of each cause of a list column; none for NULL."""
    found = [reason_of_text(text) for text in (texts if texts is not None else [])]
    return [(reason.code, dict(reason.figures)) for reason in found]


def test_what_became_of_a_file_is_published_in_words_and_with_its_causes() -> None:
    intake = delivery()
    told = rows(intake.deliveries, "file_name", "reason", "causes")
    globs = {"leads": "leads*.csv", "consent_proofs": "consent_proofs*.csv"}
    assert [(name, reason, noted(causes)) for name, reason, causes in told] == [
        ("leads-1.csv", None, []),
        ("leads-2.csv", "the same bytes as an earlier file", [("file_repeated", {})]),
        ("leads-3.csv", None, []),
        (
            "leads-4.csv",
            "column_missing",
            [("columns_missing", {"columns": ("Date",), "near": (("Dates", "Date"),)})],
        ),
        (
            "manifest.json",
            "leads-1.csv: 1,200 rows announced, 2 found; leads-3.csv: not the announced SHA-256; "
            "2 announced files are not there",
            [
                ("manifest_rows", {"file": "leads-1.csv", "announced": 1200, "found": 2}),
                ("manifest_digest", {"file": "leads-3.csv"}),
                ("manifest_files_absent", {"count": 2}),
            ],
        ),
        ("z.txt", "file_unclaimed", [("name_unclaimed", globs)]),
    ]


def test_differences_of_format_are_published_in_words_and_with_their_causes() -> None:
    told = rows(delivery().deliveries, "file_name", "format_differences", "format_causes")
    assert {name: (words, noted(causes)) for name, words, causes in told if words} == {
        "leads-3.csv": (
            ["contract says delimiter `,`, found `;`"],
            [("delimiter_differs", {"stated": ",", "found": ";"})],
        )
    }
    assert [name for name, words, causes in told if (words is None) != (causes is None)] == []


def test_a_superseded_file_names_the_manifest_that_replaces_it() -> None:
    box = {
        "leads-1.csv": csv_bytes([lead(1)]),
        "leads-2.csv": csv_bytes([lead(2)]),
        "manifest-2.json": b'{"files": [{"name": "leads-2.csv"}]}',
    }
    ((reason, causes),) = [
        (reason, noted(causes))
        for name, reason, causes in rows(Box(**box).take(contract()).deliveries, "file_name", "reason", "causes")
        if name == "leads-1.csv"
    ]
    assert reason == "replaced by the files that manifest-2.json lists"
    assert causes == [("file_replaced", {"manifest": "manifest-2.json"})]


def test_each_reason_of_a_row_has_its_cause() -> None:
    of_rows = delivery().rejected_rows.dropna(subset=["row_number"])
    assert sorted(rows(of_rows, "row_number", "reason", "column", "cause", "figures"), key=str) == [
        (2, "required_invalid", "collected_at", "value_instant_iso", "{}"),
        (3, "lead_id_repeated", "lead_id", "reference_repeated", "{}"),
        (4, "row_malformed", None, "row_of_fields", '{"fields":7}'),
    ]


@pytest.mark.parametrize("limits", [Limits(), Limits(rows=1), Limits(columns=3), Limits(cell_characters=5)])
def test_the_words_are_those_of_the_cause(limits: Limits) -> None:
    intake = Box(**{"leads-1.csv": csv_bytes([lead(1), lead(2, Date="")])}).take(contract(), limits=limits)
    for frame in (intake.rejected_rows, delivery().rejected_rows):
        assert len(frame)
        for cause, figures, expected in rows(frame, "cause", "figures", "expected"):
            assert published(reason_of(cause, figures)) == expected


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_says_what_it_should_hold(field: str) -> None:
    plain = FieldTerms(name=field, physical_name=field)
    dated = FieldTerms(name=field, physical_name=field, format="dd/MM/yyyy HH:mm")
    listed = FieldTerms(name=field, physical_name=field, enum={"oui": "true", "non": "false"}, list_separators=(";",))
    for terms in (plain, dated, listed):
        assert "required_invalid" in kind_of(field).expected(terms).declared.reject_reasons


def test_no_figure_holds_a_delivered_value() -> None:
    """A figure comes from the contract, from our vocabularies, or from a name as it may be shown."""
    box = {"leads-1.csv": csv_bytes([lead(1, Date="06 39 98 12 34", Cible="jean@exemple.fr", Réf="jean@exemple.fr")])}
    box["jean@exemple.fr.csv"] = b"x"
    intake = Box(**box).take(contract())
    frames: list[pd.DataFrame] = [intake.deliveries, intake.rejected_rows]
    text = "".join(str(frame.to_dict("list")) for frame in frames)
    assert "jean" not in text
    assert "39 98 12 34" not in text
