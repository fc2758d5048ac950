"""The lines of a call list: whom they are about, until when they hold, and the file that a call centre reads.

One line a person on the channel, whoever sold the lead: that of the usable use that was delivered first. Nothing here
touches the disk.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from pipelines.arrays.spreadsheet_cells import BYTE_ORDER_MARK, neutralised, neutralised_texts
from pipelines.storage.secrets.vault import Vault
from pipelines.vocabulary.words import PARIS

LASTS: Final = timedelta(hours=24)
"""How long a list, or an answer, may be used: oppositions come every day."""


@dataclass(frozen=True)
class CallLine:
    """A person who may be contacted, for a call centre."""

    entry: str
    """Stands for the line in what is said of it later, in place of an identifier."""
    identifier: str
    first_name: str | None
    last_name: str | None
    vendor: str
    lead_id: str
    product: str | None
    consent_proof: str | None
    valid_until: datetime
    """Aware."""
    use: Mapping[str, Any]
    """What was judged; columns `USES_NOW`."""


def identifier_of(channel: str) -> str:
    """What is used on a channel: the field `email` or `phone`."""
    return "email" if channel == "email" else "phone"


def valid_until(usable_until: datetime | None, at: datetime, law_changes_at: datetime | None) -> datetime:
    """Until when what was judged at an instant may be used: a day, unless something ends it sooner.

    Args:
        usable_until: of the use; zone-less UTC.
        at: aware.
        law_changes_at: aware.
    """
    ends = usable_until.replace(tzinfo=UTC) if usable_until is not None else None
    return min(end for end in (ends, law_changes_at, at + LASTS) if end is not None)


def usable_by_person(uses: pa.Table, channel: str) -> dict[str, dict[str, Any]]:
    """By identity key on a channel, the usable use that was delivered first; columns `USES_NOW`."""
    is_listed = pc.and_(pc.equal(uses["channel"], channel), pc.equal(uses["verdict"], "usable"))
    order = [(name, "ascending") for name in ("delivered_at", "vendor", "delivery_date", "lead_id")]
    found: dict[str, dict[str, Any]] = {}
    for use in uses.filter(is_listed).sort_by(order).to_pylist():
        found.setdefault(use[f"{identifier_of(channel)}_key"], use)
    return found


def vault_rows(uses: pa.Table, vault: Vault, vendor: str, channel: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The vault's row of each usable lead of a vendor on a channel, by vendor, date and reference."""
    listed = usable_by_person(uses, channel).values()
    wanted = {(use["delivery_date"], use["lead_id"]) for use in listed}
    days = sorted({day for day, _ in wanted})
    rows = ((day, row) for day in days for row in vault.read(vendor, day).to_pylist())
    return {(vendor, day, row["lead_id"]): row for day, row in rows if (day, row["lead_id"]) in wanted}


def call_lines(
    uses: Iterable[Mapping[str, Any]],
    values: Mapping[tuple[Any, ...], Mapping[str, Any]],
    channel: str,
    ends: Callable[[datetime | None], datetime],
    new_entry: Callable[[], str],
) -> list[CallLine]:
    """A line for each chosen use whose person the vault holds, in no telling order: by entry."""
    lines = []
    for use in uses:
        person = values.get((use["vendor"], use["delivery_date"], use["lead_id"]))
        if person is not None and person[identifier_of(channel)]:
            line = CallLine(
                entry=new_entry(),
                identifier=person[identifier_of(channel)],
                first_name=person["first_name"],
                last_name=person["last_name"],
                vendor=use["vendor"],
                lead_id=use["lead_id"],
                product=use["product"],
                consent_proof=use["proof_consent_id"],
                valid_until=ends(use["usable_until"]),
                use=use,
            )
            lines.append(line)
    return sorted(lines, key=lambda line: line.entry)


def call_list_csv(lines: Iterable[CallLine], channel: str) -> bytes:
    """The list as CSV: comma, UTF-8, header; no cell is a formula. Instants are on the clock of Paris."""
    rows = list(lines)
    texts = {
        name: pa.array([getattr(line, name) for line in rows], pa.string())
        for name in ("identifier", "first_name", "last_name", "vendor", "lead_id", "product", "consent_proof")
    }
    identifiers = texts.pop("identifier")
    if channel == "email":
        identifiers = neutralised_texts(identifiers)  # a number is `+` and digits: an apostrophe would spoil it
    until = [line.valid_until.astimezone(PARIS).isoformat(timespec="seconds") for line in rows]
    columns = {
        "entry": pa.array([line.entry for line in rows], pa.string()),
        identifier_of(channel): identifiers,
        **dict(zip(texts, neutralised(pa.table(texts)).columns, strict=True)),
        "valid_until": pa.array(until, pa.string()),
    }
    return csv_bytes(pa.table(columns))


def csv_bytes(table: pa.Table) -> bytes:
    """A table as the bytes of a CSV, in memory alone."""
    clear = pa.BufferOutputStream()
    csv.write_csv(table, clear)
    return BYTE_ORDER_MARK + bytes(clear.getvalue().to_pybytes())
