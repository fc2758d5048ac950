"""The intake of one vendor's deliveries: files in, the four published tables out. Nothing a vendor sends raises.

Set-based: the files of all days are read, then mapped, judged and validated together, per contract and role, in bounded
chunks. Reading bytes and writing tables belong to the storage.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa

from pipelines.domain.contracts import Contract
from pipelines.domain.delivered_files import DeliveredFile, Delivery, RawChunk, column_name
from pipelines.domain.identities import IdentityHasher
from pipelines.domain.intake_files import ROLES_READ, FileCase, Read, mark_duplicates, open_cases
from pipelines.domain.intake_tables import (
    CHUNK,
    Stamps,
    count_rows,
    deliveries_table,
    published,
    values_kept_back,
)
from pipelines.domain.mapping import Rows
from pipelines.domain.refusals import REFUSALS, refusals
from pipelines.domain.row_acceptance import Taken, repeated_leads, take_consent_proofs, take_leads
from pipelines.domain.schemas import INTAKE_TABLES, arrow_schema, cut_by_day


@dataclass(frozen=True)
class Intake:
    """The four tables of some days, each sorted by day and its sort keys."""

    deliveries: pd.DataFrame
    leads: pd.DataFrame
    consent_proofs: pd.DataFrame
    rejected_rows: pd.DataFrame

    def tables_by_day(self, days: Sequence[date]) -> Iterator[tuple[date, dict[str, pa.Table]]]:
        """The Arrow tables of each day, in the order in which they are to be published."""
        parts = {table: cut_by_day(_as_arrow(table, getattr(self, table))) for table in INTAKE_TABLES}
        for day in days:
            yield day, {table: parts[table].get(day, arrow_schema(table).empty_table()) for table in INTAKE_TABLES}


def take_in(
    vendor: str,
    day: date,
    contract: Contract | None,
    files: Sequence[DeliveredFile],
    *,
    read: Read,
    earlier_digests: frozenset[str],
    hasher: IdentityHasher,
) -> Intake:
    """Take in one delivery. `earlier_digests`: of the vendor's files in earlier folders (`counting_digests`)."""
    earlier = dict.fromkeys(earlier_digests, date.min)
    delivery = Delivery(day, contract, tuple(files))
    return take_in_days(vendor, [delivery], read=read, first_delivered_on=earlier, hasher=hasher)


def take_in_days(
    vendor: str,
    deliveries: Sequence[Delivery],
    *,
    read: Read,
    first_delivered_on: Mapping[str, date],
    hasher: IdentityHasher,
) -> Intake:
    """Take in some days of a vendor, at most one delivery a day, in any order.

    Args:
        vendor: its key.
        deliveries: the folders, empty ones included, with the contract in force on each day.
        read: gives a file's text, or why it can't be read.
        first_delivered_on: digest -> earliest folder with those bytes, for the vendor's other folders
            (`counting_digests`).
        hasher: makes the identity keys.

    Raises:
        IntakeFaultError: a fault of ours.
    """
    ordered = sorted(deliveries, key=lambda delivery: delivery.day)
    cases = _read_cases(ordered, read, first_delivered_on)
    with values_kept_back(f"{vendor}: taking in rows"):
        taken = {role: list(_take_rows(role, cases, hasher)) for role in ROLES_READ}
    accepted = {role: [part.accepted for part in parts] for role, parts in taken.items()}
    refused = pa.concat_tables([*_refused(cases), *(part.refused for parts in taken.values() for part in parts)])
    stamps = Stamps(cases)
    counts = count_rows([table for tables in accepted.values() for table in tables], refused, len(cases))
    return Intake(
        deliveries=published("deliveries", vendor, deliveries_table(ordered, cases, counts)),
        leads=published("leads", vendor, *(stamps.on(table, "leads") for table in accepted["leads"])),
        consent_proofs=published(
            "consent_proofs", vendor, *(stamps.on(table, "consent_proofs") for table in accepted["consent_proofs"])
        ),
        rejected_rows=published("rejected_rows", vendor, stamps.on(refused, "rejected_rows")),
    )


def _read_cases(ordered: Sequence[Delivery], read: Read, first_delivered_on: Mapping[str, date]) -> list[FileCase]:
    """Every file with what has become of it, read where it is to be read; by day and name."""
    cases = [case for delivery in ordered for case in open_cases(delivery)]
    mark_duplicates(cases, first_delivered_on, read)
    for case in cases:
        if case.is_to_be_read:
            case.read(read)
    return cases


def _take_rows(role: str, cases: Sequence[FileCase], hasher: IdentityHasher) -> Iterator[Taken]:
    """Rows of a role, contract by contract, in chunks."""
    places: dict[tuple[date, str], list[int]] = {}
    for place, case in enumerate(cases):
        if case.role == role and case.chunks:
            places.setdefault((case.contract.valid_from, case.contract.digest), []).append(place)
    days = pa.array([case.delivery.day for case in cases], pa.date32())
    for chosen in places.values():
        rows = _rows({place: cases[place].chunks for place in chosen}, cases[chosen[0]])
        is_repeated = repeated_leads(rows, days.take(rows.files)) if role == "leads" else None
        for start in range(0, rows.count, CHUNK):
            chunk = rows.slice(start, CHUNK)
            if is_repeated is None:
                yield take_consent_proofs(chunk, hasher)
            else:
                yield take_leads(chunk, is_repeated[start : start + CHUNK], hasher)


def _rows(read: Mapping[int, Sequence[RawChunk]], like: FileCase) -> Rows:
    """The rows of several files under one contract, as one."""
    columns = {field.name: column_name(field.physical_name) for field in like.terms.fields}
    chunks = [(place, chunk) for place, found in read.items() for chunk in found]
    texts = [_canonical(chunk.table, columns) for _, chunk in chunks]
    files = [pa.repeat(pa.scalar(place, pa.int64()), chunk.table.num_rows) for place, chunk in chunks]
    row_numbers = pa.concat_arrays([chunk.row_numbers for _, chunk in chunks])
    sheet_rows = pa.concat_arrays([_or_nulls(chunk.sheet_rows, chunk.table.num_rows) for _, chunk in chunks])
    return Rows(like.contract, like.terms, pa.concat_tables(texts), pa.concat_arrays(files), row_numbers, sheet_rows)


def _or_nulls(rows: pa.Array | None, count: int) -> pa.Array:
    return pa.nulls(count, pa.int64()) if rows is None else rows


def _canonical(table: pa.Table, columns: Mapping[str, str]) -> pa.Table:
    delivered = set(table.column_names)
    nothing = pa.nulls(table.num_rows, pa.string())
    return pa.table({name: table[column] if column in delivered else nothing for name, column in columns.items()})


def _refused(cases: Sequence[FileCase]) -> Iterator[pa.Table]:
    """Refused files, and the malformed rows of the others."""
    yield REFUSALS.empty_table()
    for place, case in enumerate(cases):
        if case.refusal is not None:
            file, whole = pa.array([place], pa.int64()), pa.nulls(1, pa.int64())
            yield refusals(file, whole, whole, case.refusal.reason, case.refusal.column, case.refusal.expected)
        for chunk in case.chunks:
            files = pa.repeat(pa.scalar(place, pa.int64()), len(chunk.malformed))
            sheet_rows = _or_nulls(chunk.malformed_sheet_rows, len(chunk.malformed))
            expected = case.raw.well_formed if case.raw else ""
            yield refusals(files, chunk.malformed, sheet_rows, "row_malformed", None, expected)


def _as_arrow(table: str, frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, schema=arrow_schema(table), preserve_index=False)
