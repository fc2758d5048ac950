"""Channels delivered as one yes/no column each: a cell that can't be read is never a yes and never left out."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import pyarrow as pa
import pytest

from pipelines.contracts.contract import FieldTerms, FileTerms
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
)

PARTS = {"channels_phone": "optin_tel", "channels_email": "optin_email", "channels_sms": "optin_sms"}
NO_WORD = "yes, no or nothing in each of the columns optin_tel, optin_email, optin_sms"


def mapped(role: str, columns: Mapping[str, str], **changes: Mapping[str, Any]) -> FileTerms:
    """The terms of a role with yes/no columns in the place of the list."""
    named = {name: column for name, column in columns.items() if name != "channels"} | PARTS
    fields = tuple(replace(FieldTerms(name, column), **changes.get(name, {})) for name, column in named.items())
    return file_terms(role, {}, fields=fields)


def taken(row: Mapping[str, str], **changes: Mapping[str, Any]) -> PublishedTables:
    """What became of a lead and a proof with the same cells."""
    leads, proofs = mapped("leads", LEAD_COLUMNS, **changes), mapped("consent_proofs", PROOF_COLUMNS, **changes)
    lead_row = {**lead(1), **row}
    proof_row = {**proof(1), **row}
    del lead_row["Canaux"], proof_row["channels"]
    box = Box(**{"leads.csv": csv_bytes([lead_row]), "consent_proofs.csv": csv_bytes([proof_row])})
    return box.take(contract(leads=leads, consent_proofs=proofs))


def cells(email: str, sms: str, phone: str) -> dict[str, str]:
    return {"optin_email": email, "optin_sms": sms, "optin_tel": phone}


def rows(frame: Any, *columns: str) -> list[tuple[Any, ...]]:
    table = pa.Table.from_pandas(frame, preserve_index=False).select(list(columns)).to_pydict()
    return list(zip(*table.values(), strict=True))


@pytest.mark.parametrize(
    ("row", "channels"),
    [
        (cells("oui", "non", "1"), ["email", "phone"]),
        (cells("X", "", ""), ["email"]),
        (cells("0", "VRAI", "o"), ["sms", "phone"]),
        (cells("", "n/a", "yes"), ["phone"]),
    ],
)
def test_a_yes_is_a_channel_and_an_empty_cell_is_none(row: dict[str, str], channels: list[str]) -> None:
    intake = taken(row)
    assert rows(intake.leads, "channels", "invalid_fields") == [(channels, [])]
    assert rows(intake.consent_proofs, "channels", "invalid_fields") == [(channels, [])]


@pytest.mark.parametrize("bad", ["peut-être", "2", "#VALEUR!", "☒"])
def test_a_cell_that_cannot_be_read_makes_the_whole_list_unread(bad: str) -> None:
    intake = taken(cells("oui", bad, ""))
    assert rows(intake.leads, "channels", "invalid_fields") == [(None, ["channels"])]
    assert len(intake.consent_proofs) == 0
    rejected = rows(intake.rejected_rows, "reason", "column", "cause", "expected")
    assert rejected == [("required_invalid", "channels", "value_flags", NO_WORD)]


def test_where_all_are_empty_nobody_said_yes() -> None:
    """Some vendors mark a yes alone: silence is none."""
    intake = taken(cells("", "-", ""))
    assert rows(intake.leads, "channels", "invalid_fields") == [([], [])]
    rejected = rows(intake.rejected_rows, "reason", "column", "expected")
    assert rejected == [("required_missing", "channels", NO_WORD)]


def test_where_all_say_no_nothing_was_chosen() -> None:
    intake = taken(cells("non", "0", "N"))
    assert rows(intake.leads, "channels", "invalid_fields") == [([], [])]
    assert rows(intake.rejected_rows, "reason", "column") == [("required_invalid", "channels")]


def test_a_no_whose_channels_cannot_be_read_is_a_no_to_any() -> None:
    intake = taken({**cells("oui", "?", "non"), "decision": "refused"})
    assert rows(intake.unread_objections, "is_refusal", "channels") == [(True, None)]


def test_the_contracts_words_are_the_only_ones() -> None:
    words = {"enum": {"abonné": "true", "désabonné": "false"}}
    row = cells("abonné", "désabonné", "oui")
    intake = taken(row, channels_email=words, channels_sms=words)
    assert rows(intake.leads, "channels") == [(["email", "phone"],)]
    assert rows(taken(row, channels_email=words).leads, "channels", "invalid_fields") == [(None, ["channels"])]


def test_an_empty_cell_that_is_owed_cannot_be_read() -> None:
    owed = {"is_required": True}
    assert rows(taken(cells("oui", "", "non"), channels_sms=owed).leads, "channels", "invalid_fields") == [
        (None, ["channels"])
    ]
    assert rows(taken(cells("", "", ""), channels_sms=owed).leads, "channels", "invalid_fields") == [
        (None, ["channels"])
    ]


def test_proofs_that_lack_one_of_the_columns_are_refused_and_leads_have_no_such_channel() -> None:
    leads, proofs = mapped("leads", LEAD_COLUMNS), mapped("consent_proofs", PROOF_COLUMNS)
    row = {"optin_email": "oui", "optin_tel": "non"}
    lead_row, proof_row = {**lead(1), **row}, {**proof(1), **row}
    del lead_row["Canaux"], proof_row["channels"]
    box = Box(**{"leads.csv": csv_bytes([lead_row]), "consent_proofs.csv": csv_bytes([proof_row])})
    intake = box.take(contract(leads=leads, consent_proofs=proofs))
    assert rows(intake.leads, "channels") == [(["email"],)]
    [refused] = rows(intake.rejected_rows, "row_number", "reason", "column", "expected")
    assert refused == (None, "column_missing", "optin_sms", "the column optin_sms")


def test_every_mix_of_cells_is_exactly_its_yeses_or_unread() -> None:
    mixes = list(product(("oui", "non", "", "bof"), repeat=3))
    leads = [{**lead(number), **cells(*mix)} for number, mix in enumerate(mixes)]
    for row in leads:
        del row["Canaux"]
    intake = Box(**{"leads.csv": csv_bytes(leads)}).take(contract(leads=mapped("leads", LEAD_COLUMNS)))
    found = {
        name: (channels, flawed)
        for name, channels, flawed in rows(intake.leads, "lead_id", "channels", "invalid_fields")
    }
    for number, mix in enumerate(mixes):
        said = [channel for channel, cell in zip(("email", "sms", "phone"), mix, strict=True) if cell == "oui"]
        unread = "bof" in mix
        expected = None if unread else said
        assert found[f"L{number}"] == (expected, ["channels"] if unread else []), mix
