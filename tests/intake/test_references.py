"""References and names of columns: rounded ones and repeated ones are refused, in every format that can hold them."""

import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.support.format_files import ods, parquet, xls, xlsx
from tests.support.intake_boxes import (
    LEAD_COLUMNS,
    PROOF_COLUMNS,
    Box,
    PublishedTables,
    contract,
    csv_bytes,
    file_terms,
    lead,
    proof,
    rows,
    take_leads,
)  # fmt: skip

WORKBOOKS = {"xlsx": xlsx, "xls": xls, "ods": ods}
ROUNDED = "the reference as text: exported as a number, it was rounded"


def told(intake: PublishedTables) -> list[tuple[Any, ...]]:
    return rows(intake.rejected_rows, "row_number", "reason", "column", "expected")


def content_of(format_: str, leads: list[dict[str, Any]]) -> bytes:
    """Rows as a file of a format; `columns` may hold a name twice."""
    if format_ == "csv":
        return csv_bytes([{name: str(value) for name, value in row.items()} for row in leads], delimiter=";")
    if format_ == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in leads).encode()
    if format_ == "parquet":
        return parquet({name: pa.array([row[name] for row in leads]) for name in leads[0]})
    return WORKBOOKS[format_](("Leads", [list(leads[0]), *(list(row.values()) for row in leads)]))


@pytest.mark.fault(
    area="objections",
    fault="A spreadsheet rounded the references of leads",
    promise="Rounded references are refused: no proof is joined to the wrong person.",
)
@pytest.mark.parametrize("reference", ["1,23457E+15", "1.23457E+15", "1.2e15", "4E+12", "-1,5e+11"])
def test_every_rounded_reference_is_refused_as_one(reference: str) -> None:
    intake = take_leads(lead(1, Réf=reference), lead(2, Réf=reference.lower()), lead(3))
    assert intake.leads["lead_id"].tolist() == ["L3"]
    assert told(intake) == [(n, "required_invalid", "lead_id", ROUNDED) for n in (1, 2)]


@pytest.mark.parametrize("reference", ["12E5", "1E15", "3e8f", "123456789012345678", "1.5", "E+15", "52e10a"])
def test_a_reference_that_is_no_rounded_number_stays(reference: str) -> None:
    assert take_leads(lead(1, Réf=reference)).leads["lead_id"].tolist() == [reference]


@pytest.mark.parametrize("format_", ["jsonl", "parquet", "xlsx", "xls", "ods"])
def test_a_reference_that_was_a_large_binary_number_is_refused(format_: str) -> None:
    rows: list[dict[str, Any]] = [{**lead(n), "Réf": value} for n, value in ((1, 1234567890123450.0), (2, 123456.0))]
    agreed = contract(leads=file_terms("leads", LEAD_COLUMNS, format=format_, path="*"))
    intake = Box(leads=content_of(format_, rows)).take(agreed)
    assert intake.leads["lead_id"].tolist() == ["123456"]
    assert told(intake) == [(1, "required_invalid", "lead_id", ROUNDED)]


def test_single_precision_rounds_earlier() -> None:
    columns = {name: pa.array([lead(n)[name] for n in (1, 2)]) for name in lead(1)}
    columns["Réf"] = pa.array([16777216.0, 16777215.0], pa.float32())
    agreed = contract(leads=file_terms("leads", LEAD_COLUMNS, format="parquet", path="*"))
    assert Box(leads=parquet(columns)).take(agreed).leads["lead_id"].tolist() == ["16777215"]


def test_a_rounded_consent_id_of_a_lead_is_an_invalid_field_and_of_a_proof_a_refusal() -> None:
    agreed = contract(
        leads=file_terms("leads", LEAD_COLUMNS | {"consent_id": "Preuve"}),
        consent_proofs=file_terms("consent_proofs", PROOF_COLUMNS),
    )
    files = {
        "leads.csv": csv_bytes([lead(1, Preuve="1,23457E+15")]),
        "consent_proofs.csv": csv_bytes([proof(1, id="1,23457E+15")]),
    }
    intake = Box(**files).take(agreed)
    assert intake.leads["invalid_fields"].tolist() == [["consent_id"]]
    assert told(intake) == [(1, "required_invalid", "consent_id", ROUNDED)]


def test_a_reference_that_names_its_person_is_kept_by_no_proof_of_the_day_either() -> None:
    agreed = contract(
        leads=file_terms("leads", LEAD_COLUMNS | {"first_name": "Prénom", "last_name": "Nom"}),
        consent_proofs=file_terms("consent_proofs", PROOF_COLUMNS | {"lead_id": "Réf"}),
    )
    person = {"Prénom": "Jeanne", "Nom": "Dupont"}
    files = {
        "leads.csv": csv_bytes([lead(1, Réf="jeanne-dupont", **person), lead(2, **person)]),
        "consent_proofs.csv": csv_bytes([proof(1, Réf="jeanne-dupont"), proof(2, Réf="L2")]),
    }
    intake = Box(**files).take(agreed)
    assert intake.leads["lead_id"].tolist() == ["L2"]
    assert [name for name in intake.consent_proofs["lead_id"] if isinstance(name, str)] == ["L2"]
    assert len(intake.consent_proofs) == 2


@pytest.mark.fault(
    area="objections",
    fault="A header is one name short, or a column stands twice, so that values shift",
    promise="The file is refused: columns never shift.",
)
@pytest.mark.parametrize("format_", ["csv", "xlsx", "xls", "ods", "parquet"])
def test_a_declared_column_that_stands_twice_refuses_the_file(format_: str) -> None:
    names, row = [*lead(1), "CP", "Note", "Note"], [*lead(1).values(), "69001", "a", "b"]
    if format_ == "csv":
        content = ";".join(names) + "\n" + ";".join(row) + "\n"
        written = content.encode()
    elif format_ == "parquet":
        table = pa.Table.from_arrays([pa.array([value]) for value in row], names=names)
        sink = pa.BufferOutputStream()
        pa.parquet.write_table(table, sink)
        written = sink.getvalue().to_pybytes()
    else:
        written = WORKBOOKS[format_](("Leads", [names, row]))
    intake = Box(leads=written).take(contract(leads=file_terms("leads", LEAD_COLUMNS, format=format_, path="*")))
    assert told(intake) == [(None, "header_missing", "CP", "each column name once: CP stands there more than once")]


@pytest.mark.parametrize("format_", ["xlsx", "xls", "ods"])
def test_a_header_of_a_workbook_that_is_one_name_short_is_refused(format_: str) -> None:
    names = [name for name in lead(1) if name != "Courriel"]
    rows = [list(lead(n).values()) for n in range(1, 5)]
    agreed = contract(leads=file_terms("leads", LEAD_COLUMNS, format=format_, path="*"))
    intake = Box(leads=WORKBOOKS[format_](("Leads", [names, *rows]))).take(agreed)
    assert intake.rejected_rows["reason"].tolist() == ["header_missing"]
