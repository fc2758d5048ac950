import io
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts.contract import FieldTerms
from pipelines.deliveries.files import Delivery
from pipelines.identifiers.errors_without_values import IntakeFaultError
from pipelines.intake.opened_files import counting_digests
from pipelines.vocabulary import words
from pipelines.vocabulary.fields import CANONICAL_FIELDS
from pipelines.vocabulary.tables import SORT_KEYS, arrow_schema
from tests.support.intake_boxes import (
    DAY,
    LEAD_COLUMNS,
    REFUSED,
    Box,
    contract,
    csv_bytes,
    file_terms,
    lead,
    rows,
    take_leads,
    taken_in,
)

VALUES = {
    "Réf": st.sampled_from(["L1", "L2", "L3", " L1 ", "", "jean@x.fr"]),
    "Date": st.sampled_from(["2026-08-10T09:00:00Z", "2026-08-10", "hier", ""]),
    "Courriel": st.sampled_from(["a@x.fr", "B@X.fr", "a@@x.fr", ""]),
    "Tél": st.sampled_from(["0612345678", "0692123456", "0612", ""]),
    "CP": st.sampled_from(["75001", "7", ""]),
    "Canaux": st.sampled_from(["email", "email|phone", "fax", ""]),
    "Cible": st.sampled_from(["consumer", "?", ""]),
}
LEADS = st.lists(st.fixed_dictionaries(VALUES).filter(lambda row: any(row.values())), max_size=12)
"""A row of empty fields alone is no data row."""
TORN = st.sets(st.integers(0, 11), max_size=3)


def torn(content: bytes, numbers: set[int]) -> bytes:
    header, *lines = content.split(b"\r\n")
    return b"\r\n".join(
        [header, *(b"torn" if number in numbers and line else line for number, line in enumerate(lines))]
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(LEADS, TORN), min_size=1, max_size=3))
def test_every_row_received_is_accepted_or_rejected_with_a_reason(
    files: list[tuple[list[dict[str, str]], set[int]]],
) -> None:
    box = Box(
        **{f"leads-{n}.csv": torn(csv_bytes(leads, list(VALUES)), numbers) for n, (leads, numbers) in enumerate(files)}
    )
    intake = box.take(contract())
    accepted = rows(intake.leads, "file_digest", "row_number")
    rejected = set(rows(intake.rejected_rows, "file_digest", "row_number"))
    assert len(set(accepted)) == len(accepted)
    assert not rejected & set(accepted)
    for name, digest, status, received in rows(
        intake.deliveries, "file_name", "file_digest", "status", "rows_received"
    ):
        if status not in REFUSED:
            count = len(files[int(name[6])][0])
            ours = {number for other, number in rejected | set(accepted) if other == digest}
            assert received == count
            assert ours == set(range(1, count + 1))
    assert set(rows(intake.rejected_rows, "reason")) <= {(reason,) for reason in words.REJECT_REASONS}


@settings(max_examples=12, deadline=None)
@given(st.lists(LEADS, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_days_and_files_makes_no_difference(days: list[list[dict[str, str]]], rng: random.Random) -> None:
    contents = {f"leads-{n}.csv": csv_bytes(leads, list(VALUES)) for n, leads in enumerate(days)}
    box = Box(**contents)
    deliveries = [
        Delivery(DAY + timedelta(days=n // 2), contract(), tuple(box.files()[n : n + 2]))
        for n in range(0, len(days), 2)
    ]
    whole = taken_in(deliveries, read=box.read)
    shuffled = [
        replace(d, files=tuple(rng.sample(d.files, len(d.files)))) for d in rng.sample(deliveries, len(deliveries))
    ]
    again = taken_in(shuffled, read=box.read)
    for table in SORT_KEYS.keys() & vars(whole).keys():
        pd.testing.assert_frame_equal(getattr(whole, table), getattr(again, table))
    first_days: dict[str, date] = {}
    for delivery in deliveries:
        for digest in counting_digests(delivery):
            first_days.setdefault(digest, delivery.day)
    for delivery in deliveries:
        alone = taken_in([delivery], read=box.read, first_delivered_on=first_days)
        for table, every in vars(whole).items():
            ours = every[every["delivery_date"] == delivery.day].reset_index(drop=True)
            pd.testing.assert_frame_equal(ours, getattr(alone, table))


@settings(max_examples=12, deadline=None)
@given(
    st.integers(1, 6),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_another_dialect_gives_the_same_leads(
    count: int, delimiter: str, encoding: str, end: str, is_blank: bool
) -> None:
    leads = [lead(number, Réf=f"É{number}", CP="75 001", Canaux="email") for number in range(count)]
    text = csv_bytes(leads, delimiter=delimiter).decode().replace("\r\n", end + end * is_blank)
    clean = take_leads(*leads).leads.drop(columns=["file_digest", "sheet_row"])
    other = Box(**{"leads.csv": text.encode(encoding)}).take(contract())
    pd.testing.assert_frame_equal(other.leads.drop(columns=["file_digest", "sheet_row"]), clean)


def test_the_frames_have_the_published_columns_types_and_order() -> None:
    intake = take_leads(lead(2), lead(1), lead(3, Date="x"))
    for table in ("deliveries", "leads", "consent_proofs", "rejected_rows"):
        assert pa.Schema.from_pandas(getattr(intake, table), preserve_index=False).equals(arrow_schema(table))
    assert rows(intake.leads, "lead_id", "row_number") == [("L1", 2), ("L2", 1)]


@pytest.mark.fault(
    area="personal",
    fault="Refused rows and files are written about",
    promise="No delivered value is in what is written.",
)
def test_nothing_that_was_delivered_is_found_in_refusals_or_records() -> None:
    marked = {name: f"canari{place}" for place, name in enumerate(LEAD_COLUMNS.values())}
    files = {
        "leads-1.csv": csv_bytes([marked, {**lead(1), "Courriel": "canari@x.fr", "Tél": "0612345678"}]),
        "leads-2.csv": b"canari,canari2\ncanari3,canari4\n",
        "leads-3.csv": csv_bytes([{"canari@x.fr": "canari", **lead(2)}]),
    }
    intake = Box(**files).take(contract())
    rejected = intake.rejected_rows
    published = [table.to_csv() for table in (intake.deliveries, rejected.drop(columns=["lead_id"]), intake.leads)]
    assert not [text for text in published if "canari" in text]
    assert set(rejected["lead_id"].dropna()) <= {"canari0"}  # the vendor's own reference, which names nobody


@pytest.mark.fault(
    area="personal",
    fault="The program itself fails on a row",
    promise="The message says where, without any delivered value.",
)
def test_a_fault_of_ours_is_told_without_values(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("could not read canari@x.fr")

    monkeypatch.setattr("pipelines.intake.values.canonical_emails", fail)
    with pytest.raises(IntakeFaultError, match="failed with ValueError") as error:
        take_leads(lead(1))
    assert "canari" not in str(error.value)


def test_rows_that_the_schema_refuses_are_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = contract(audience="canari")
    with pytest.raises(IntakeFaultError, match=r"leads: .*audience.*\(1 times\)") as error:
        take_leads(lead(1, Cible=""), terms=terms)
    assert "canari" not in str(error.value)


def as_json_lines(leads: Sequence[Mapping[str, str]]) -> bytes:
    return "".join(json.dumps({name: value or None for name, value in row.items()}) + "\n" for row in leads).encode()


def as_xlsx(leads: Sequence[Mapping[str, str]]) -> bytes:
    book = openpyxl.Workbook()
    for row in (list(LEAD_COLUMNS.values()), *([row[name] for name in LEAD_COLUMNS.values()] for row in leads)):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def as_parquet(leads: Sequence[Mapping[str, str]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(row) for row in leads]), sink)
    return sink.getvalue()


@settings(max_examples=10, deadline=None)
@given(LEADS.filter(bool))
def test_every_format_gives_the_same_rows_and_reasons(leads: list[dict[str, str]]) -> None:
    numbered = [{**row, "CP": f"{row['CP']}", "Cible": row["Cible"] or "consumer"} for row in leads]
    contents = {
        "csv": csv_bytes(numbered),
        "jsonl": as_json_lines(numbered),
        "xlsx": as_xlsx(numbered),
        "parquet": as_parquet(numbered),
    }
    found = []
    for format_, content in contents.items():
        terms = contract(leads=file_terms("leads", LEAD_COLUMNS, format=format_))
        intake = Box(**{"leads.csv": content}).take(terms)
        refused = intake.rejected_rows.drop(columns=["file_digest", "sheet_row"])
        found.append((intake.leads.drop(columns=["file_digest", "sheet_row"]), refused))
    for leads_frame, refused in found[1:]:
        pd.testing.assert_frame_equal(leads_frame, found[0][0])
        pd.testing.assert_frame_equal(refused, found[0][1])


def test_dates_in_cells_are_dates_whatever_the_contracts_pattern() -> None:
    columns = {"lead_id": "Réf", "collected_at": "Date", "email": "Courriel"}
    fields = tuple(FieldTerms(name, column, format="dd/MM/yyyy HH:mm") for name, column in columns.items())
    terms = contract(leads=file_terms("leads", {}, fields=fields, format="xlsx"))
    book = openpyxl.Workbook()
    for row in (columns.values(), ("1", datetime(2026, 8, 11, 10), "a@x.fr"), ("2", "11/08/2026 10:00", "b@x.fr")):
        book.active.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    intake = Box(**{"leads.csv": buffer.getvalue()}).take(terms)
    assert rows(intake.leads, "collected_at") == [(datetime(2026, 8, 11, 8),)] * 2


ANY_TEXT = st.one_of(
    st.text(max_size=12),
    st.text("0123456789+@.-:/|[]{}\"' éａＡ²\u0660\u200b\ufeffa\u0301İßǅ", max_size=16),
    st.sampled_from(
        ["a@" + "é" * 70 + ".fr", "=" * 300, "[" * 2000, '["a", null, 1, {"b": 2}]', "9" * 400, "a@xn--.fr"]
    ),
)


@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.lists(ANY_TEXT, min_size=23, max_size=35).filter(lambda row: any(map(str.isalnum, "".join(row[:23])))),
        min_size=6,
        max_size=8,
    )
)
def test_no_value_raises_in_any_field(table: list[list[str]]) -> None:
    for role, fields in CANONICAL_FIELDS.items():
        terms = contract(
            **{of: file_terms(of, dict(zip(names, names, strict=True))) for of, names in CANONICAL_FIELDS.items()}
        )
        delivered = [
            {name: value.encode("utf-8", "replace").decode() for name, value in zip(fields, row * 2, strict=False)}
            for row in table
        ]
        intake = Box(**{f"{role}.csv": csv_bytes(delivered)}).take(terms)
        assert rows(intake.deliveries, "rows_received")[0] == (len(table),)
