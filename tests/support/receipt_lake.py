"""A judged delivery written into the lake by hand, and its receipt read back."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from pipelines.house import House
from pipelines.receipts.notices import Notice
from pipelines.storage.registry.vendor_tables import RECEIPTS
from pipelines.vocabulary.reasons import Reason
from pipelines.vocabulary.tables import INTAKE_TABLES, VERDICT_TABLES, arrow_schema
from pipelines.wording.reasons import published
from tests.support.contract_files import shipped_catalogue
from tests.support.exemple import sign
from tests.support.houses import house_at

VENDOR = "exemple-leads"
DAY = date(2026, 9, 1)
DELIVERED_AT = datetime(2026, 9, 1, 8)
PROVISIONAL = datetime(2026, 9, 2, 4, tzinfo=UTC)
FINAL = datetime(2026, 9, 4, 8, tzinfo=UTC)
"""The contract's proof deadline is 72 hours."""

Row = dict[str, Any]
VALUE = Reason("value")


def signed_house(home: Path) -> House:
    sign(home, VENDOR)
    house = house_at(home)
    house.__dict__["catalogue"] = shipped_catalogue()  # reading it takes longer than most of these tests
    return house


def receipts_of(registry: sa.Engine, vendor: str, day: date) -> list[Notice]:
    """Every receipt of one delivery, oldest first."""
    columns = [column for column in RECEIPTS.c if column.name != "id"]
    query = sa.select(*columns).where(RECEIPTS.c.vendor == vendor, RECEIPTS.c.delivery_date == day)
    with registry.connect() as connection:
        return [Notice(**row) for row in connection.execute(query.order_by(RECEIPTS.c.id)).mappings()]


def file(name: str, role: str | None = "leads", status: str = "accepted", **more: Any) -> Row:
    return {"file_digest": f"{name:x<64}", "file_name": name, "role": role, "status": status, **more}


def accepted(name: str, rows: int, rejected: int = 0, role: str = "leads") -> Row:
    status = "accepted_with_rejects" if rejected else "accepted"
    counts = {"rows_received": rows, "rows_accepted": rows - rejected, "rows_rejected": rejected}
    return file(name, role, status, delivered_at=DELIVERED_AT, **counts)


def reject(name: str, row: int | None, reason: str, column: str | None = None, cause: Reason = VALUE) -> Row:
    sheet_row = None if row is None else row + 1
    told = {"expected": published(cause), "cause": cause.code, "figures": cause.figures_text()}
    refused = {"reason": reason, "column": column, **told}
    role = None if row is None else "leads"
    place = {"file_digest": f"{name:x<64}", "role": role, "row_number": row, "sheet_row": sheet_row}
    return {**place, **one_row(row), **refused}


def one_row(row: int | None) -> Row:
    """What a line of one row, or of a whole file, says of how many rows it stands for."""
    counts = ("row_count", "reason_row_count", "rejected_row_count")
    return {"last_row_number": row, **dict.fromkeys(counts, None if row is None else 1)}


def lead(lead_id: str, row: int, name: str = "leads_1.csv") -> Row:
    keys = {"lead_id": lead_id, "file_digest": f"{name:x<64}", "row_number": row, "sheet_row": row + 1}
    lists: Row = {"audience": "consumer", "invalid_fields": [], "placeholder_fields": [], "unallocated_fields": []}
    return keys | lists | {"collected_at": DELIVERED_AT, "delivered_at": DELIVERED_AT}


def use(lead_id: str, channel: str, verdict: str = "usable") -> Row:
    lists: Row = {"failed_rules": [], "unknown_rules": []}
    keys = {"lead_id": lead_id, "channel": channel, "verdict": verdict, "catalogue_digest": "c" * 64}
    return keys | lists | {"is_final": True, "known_at": DELIVERED_AT}


def found(rule_id: str, lead_id: str | None, channel: str | None = None, **more: Any) -> Row:
    """A proven breach that the vendor answers for, unless said otherwise."""
    plain = {"outcome": "fail", "is_proven": True, "severity": "blocking", "attributable_to": "vendor"}
    keys = {"rule_id": rule_id, "lead_id": lead_id, "channel": channel, "dimension": "consent", "facts": "{}"}
    return {**keys, **plain, **more}


def opposed(lead_id: str, channel: str, rule_id: str = "opp_vendor_redelivery", **more: Any) -> Row:
    return found(rule_id, lead_id, channel, dimension="opposition", **more)


def unknown(rule_id: str, lead_id: str, channel: str, pending_on: str) -> Row:
    nothing: Row = {"is_proven": None, "attributable_to": None}
    return found(rule_id, lead_id, channel, outcome="unknown", pending_on=pending_on, **nothing)


def judged(house: House, tables: Mapping[str, Sequence[Row]], day: date = DAY, vendor: str = VENDOR) -> None:
    """Publish the tables of one day; those not given are empty."""

    def table(name: str) -> pa.Table:
        rows = [{"vendor": vendor, "delivery_date": day, **row} for row in tables.get(name, [])]
        return pa.Table.from_pylist(rows, schema=arrow_schema(name))

    with house.lake.writing(vendor):
        house.lake.publish(vendor, day, {name: table(name) for name in INTAKE_TABLES})
        house.lake.publish(vendor, day, {name: table(name) for name in VERDICT_TABLES})


def prepare(house: House, *days: date, as_of: datetime = FINAL) -> int:
    return house.receipts.prepare(VENDOR, house.contracts().of(VENDOR), days or (DAY,), as_of=as_of)


def files_of(house: House, day: date = DAY) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in house.outbox.folder(VENDOR, day).iterdir()}


def rows_of(house: House, day: date = DAY, name: str = "receipt.csv") -> list[dict[str, str]]:
    with (house.outbox.folder(VENDOR, day) / name).open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


def document_of(house: House, day: date = DAY) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((house.outbox.folder(VENDOR, day) / "receipt.json").read_bytes())
    return document
