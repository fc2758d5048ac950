"""Invoices that were checked before, so that nothing is paid twice: each keeps its parts beside its page.

An invoice is known by the digest of its file: checking it again replaces what was kept, and keeps its turn. Whoever
removes its folder takes it back.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.invoices.causes import REFUSING
from pipelines.invoices.invoice import EXACT, InvoicedPeriod
from pipelines.invoices.matching import Part
from pipelines.storage.folders import PRIVATE, replacing

LINES_FILE: Final = "invoice_lines.parquet"
_AMOUNT: Final = pa.decimal128(28, 2)
_PLACES: Final = Decimal("1e-10")
_EXACT: Final = pa.decimal128(38, 10)
SCHEMA: Final = pa.schema(
    [
        ("line_id", pa.string()),
        ("lead_id", pa.string()),
        ("delivery_date", pa.date32()),
        ("channel", pa.string()),
        ("cause", pa.string()),
        ("rules", pa.list_(pa.string())),
        ("quantity", _EXACT),
        ("taken", _EXACT),
        ("price", _EXACT),
        ("agreed_price", _EXACT),
        ("amount", _AMOUNT),
    ]
)
"""One row a part. `cause` null: due."""
_NUMBER, _TURN = b"opposable.invoice_number", b"opposable.invoice_turn"
_FOLDER: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class KeptPart:
    """Leads that an earlier invoice took."""

    lead_id: str | None
    day: date
    channel: str | None
    taken: Decimal

    @property
    def period(self) -> InvoicedPeriod:
        """The day of their delivery."""
        return InvoicedPeriod(self.day, self.day)


@dataclass(frozen=True)
class KeptInvoice:
    """An invoice that was checked before."""

    number: str
    turn: int
    """Which it was among the vendor's, from 1."""
    parts: tuple[KeptPart, ...]
    is_refused: bool
    """Whether it was answered that nothing of it can be owed: its number is free for its corrected copy."""


def folder_of(folder: Path, vendor: str, digest: str) -> Path:
    """Where what is told of an invoice lies. `digest`: SHA-256 of its file, lower-case hex."""
    return folder / vendor / digest[:16]


def earlier_invoices(folder: Path, vendor: str, digest: str) -> list[KeptInvoice]:
    """Invoices of a vendor that were checked before that of a digest, by turn."""
    own, others = folder_of(folder, vendor, digest), list(_kept_files(folder / vendor))
    turn = next((_turn_of(path) for path in others if path.parent == own), None)
    found = (_kept_invoice(path) for path in others if path.parent != own)
    return sorted((kept for kept in found if turn is None or kept.turn < turn), key=lambda kept: kept.turn)


def next_turn(folder: Path, vendor: str, digest: str) -> int:
    """The turn of an invoice: its own where it was checked before, else the one after the last."""
    own = folder_of(folder, vendor, digest) / LINES_FILE
    if own.is_file():
        return _turn_of(own)
    return max(map(_turn_of, _kept_files(folder / vendor)), default=0) + 1


def keep(path: Path, number: str, turn: int, parts: Sequence[Part]) -> None:
    """Write the parts of an invoice; the file is replaced whole."""
    table = parts_table(parts).replace_schema_metadata({_NUMBER: number.encode(), _TURN: str(turn).encode()})
    with replacing(path.parent, path, PRIVATE) as target:
        pq.write_table(table, target)


def parts_table(parts: Sequence[Part]) -> pa.Table:
    """Parts as `SCHEMA`, in their order."""
    lines = [part.line for part in parts]
    columns = {
        "line_id": [line and line.line_id for line in lines],
        "lead_id": [part.lead_id for part in parts],
        "delivery_date": [part.day for part in parts],
        "channel": [line and line.channel for line in lines],
        "cause": [part.cause for part in parts],
        "rules": [list(part.rules) for part in parts],
        "quantity": [part.quantity for part in parts],
        "taken": [part.taken for part in parts],
        "price": [line and _to_ten_places(line.price) for line in lines],
        "agreed_price": [part.agreed for part in parts],
        "amount": [part.amount for part in parts],
    }
    return pa.table(columns, schema=SCHEMA)


def _to_ten_places(price: Decimal) -> Decimal:
    """A price as the table has it; one that has no end as a decimal is cut."""
    return EXACT.quantize(price, _PLACES)


def _kept_files(folder: Path) -> Iterator[Path]:
    yield from (path for path in folder.glob(f"*/{LINES_FILE}") if _FOLDER.fullmatch(path.parent.name))


def _turn_of(path: Path) -> int:
    return int(pq.read_schema(path).metadata[_TURN])


def _kept_invoice(path: Path) -> KeptInvoice:
    table = pq.read_table(path, columns=["lead_id", "delivery_date", "channel", "taken", "cause"])
    rows = (row for row in table.to_pylist() if row["taken"])
    parts = tuple(KeptPart(row["lead_id"], row["delivery_date"], row["channel"], row["taken"]) for row in rows)
    is_refused = not REFUSING.isdisjoint(table["cause"].unique().to_pylist())
    return KeptInvoice(pq.read_schema(path).metadata[_NUMBER].decode(), _turn_of(path), parts, is_refused)
