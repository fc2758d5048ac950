"""Homes with lead files alone, of any size: what the intake is measured on."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from pyarrow import csv
from pyarrow import parquet as pq

from benchmarks.data import DAY, SEED, Numbers, contract_of, joined, persons_of, spelt_emails, spelt_phones, text_of
from benchmarks.data import write_key as write_key

VENDOR: Final = "acme"
_LEAD_COLUMNS: Final = (
    "lead_id",
    "collected_at",
    "email",
    "phone",
    "postal_code",
    "channels",
    "consent_id",
    "claimed_basis",
)
_PIECE: Final = 250_000
_COLLECTED_AT: Final = "2026-08-19T09:30:00Z"


ALMOST_EMAILS: Final = (("@", "..@"), (".", ","), (".com", "com"), ("@", "@@"))
"""What is put for what in an address, so that it misses validity by a sign."""


def write_one_file(
    home: Path, *, leads: int, bad: bool = False, is_almost: bool = False, written_as: str = "csv"
) -> None:
    """One delivery of one file, on `DAY`; where `bad`, every row lacks what it needs.

    `is_almost`: in turn the address or the number of a row, each of its own, misses validity by a sign; the other is
    right, so that all rows are accepted. `written_as`: `csv`, `jsonl` or `parquet`; the contract says so.
    """
    _write_contract(home, date(2025, 1, 1), written_as)
    folder = home / "inbox" / VENDOR / DAY.isoformat()
    _write_file(folder, np.arange(leads), bad=bad, is_almost=is_almost)
    if written_as != "csv":
        _rewrite(folder / "leads.csv", written_as)


def _rewrite(path: Path, written_as: str) -> None:
    """The same rows in another format."""
    everything_text = csv.ConvertOptions(column_types=dict.fromkeys(_LEAD_COLUMNS, pa.string()))
    rows = csv.read_csv(path, convert_options=everything_text)
    new = path.with_suffix(f".{written_as}")
    if written_as == "parquet":
        pq.write_table(rows, new)
    else:
        with new.open("w", encoding="utf-8") as file:
            for piece in rows.to_batches(max_chunksize=_PIECE // 5):
                file.writelines(f"{json.dumps(row)}\n" for row in piece.to_pylist())
    path.unlink()
    record = path.with_name(".received.json")
    record.write_text(record.read_text(encoding="utf-8").replace(path.name, new.name), encoding="utf-8")


def write_many_files(home: Path, *, days: Sequence[date], leads: int) -> None:
    """A delivery of one small file on each day."""
    _write_contract(home, min(days))
    for place, day in enumerate(days):
        _write_file(home / "inbox" / VENDOR / day.isoformat(), np.arange(place * leads, (place + 1) * leads))


def _write_contract(home: Path, valid_from: date, written_as: str = "csv") -> None:
    write_key(home)
    place = home / "contracts" / VENDOR / f"{valid_from.isoformat()}.odcs.yaml"
    place.parent.mkdir(parents=True, exist_ok=True)
    contract = contract_of(VENDOR)
    for server in contract["servers"] if written_as != "csv" else ():
        server["path"] = server["path"].replace("csv", written_as)
        server["format"] = written_as
        server.pop("delimiter", None)
    place.write_text(yaml.safe_dump(contract, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _write_file(folder: Path, numbers: Numbers, *, bad: bool = False, is_almost: bool = False) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pieces = [numbers[start : start + _PIECE] for start in range(0, len(numbers), _PIECE)]
    schema = _leads(pieces[0][:1], bad=bad, is_almost=is_almost).schema
    with csv.CSVWriter(folder / "leads.csv", schema) as writer:
        for piece in pieces:
            writer.write_table(_leads(piece, bad=bad, is_almost=is_almost))
    received_at = datetime(2026, 8, 20, 6, tzinfo=UTC).isoformat()
    record = {"files": [{"name": "leads.csv", "received_at": received_at}]}
    (folder / ".received.json").write_text(json.dumps(record), encoding="utf-8")


def _leads(numbers: Numbers, *, bad: bool, is_almost: bool = False) -> pa.Table:
    """About 130 bytes a lead; references in no order."""
    rng = np.random.default_rng([SEED, int(numbers[0]), len(numbers)])
    persons, size = persons_of(numbers), len(numbers)
    shuffled = numbers * 48_271 % 2_147_483_647  # a bijection below the prime: nothing repeats
    columns = {
        "lead_id": joined("L", text_of(shuffled)),
        "collected_at": pa.repeat("hier" if bad else _COLLECTED_AT, size),
        "email": pa.repeat("adresse@", size) if bad else spelt_emails(rng, persons.emails),
        "phone": pa.repeat("0612", size) if bad else spelt_phones(rng, persons.nationals),
        "postal_code": pa.array(["75015", "33000", "69003", "01000"]).take(pa.array(numbers % 4)),
        "channels": pa.repeat("email|phone", size),
        "consent_id": joined("C", text_of(numbers)),
        "claimed_basis": pa.repeat("consent", size),
    }
    if is_almost:
        is_address = pa.array(numbers % 2 == 0)
        emails, phones = _almost(persons.emails, numbers // 2), _short_or_long(persons.nationals, numbers // 2)
        columns["email"] = pc.if_else(is_address, emails, columns["email"])
        columns["phone"] = pc.if_else(is_address, columns["phone"], phones)
    return pa.table({name: pc.cast(values, pa.string()) for name, values in columns.items()})


def _almost(emails: pa.Array, numbers: Numbers) -> pa.Array:
    ways = [pc.replace_substring(emails, before, after) for before, after in ALMOST_EMAILS]
    return pc.choose(pa.array(numbers % len(ways)), *ways)


def _short_or_long(nationals: pa.Array, numbers: Numbers) -> pa.Array:
    """A digit too few, or one too many."""
    short, long = pc.utf8_slice_codeunits(nationals, 0, 8), pc.binary_join_element_wise("0", nationals, "1", "")
    return pc.choose(pa.array(numbers % 2), joined("0", short), long)
