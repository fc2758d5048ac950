"""The intake's published tables: what files and rows became, in the columns, types and order of the schemas."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandera.errors import SchemaErrors

from pipelines.domain.clock import as_lake
from pipelines.domain.delivered_files import Delivery
from pipelines.domain.intake_files import FileCase, delivered_at, is_due, manifest_remarks
from pipelines.domain.schemas import SORT_KEYS, TABLES, arrow_schema

CHUNK: Final = 250_000
"""Rows that are mapped, or validated, at a time."""


class IntakeFaultError(RuntimeError):
    """A fault of ours in the intake. Names table, column and check, or the kind of error; never a value."""


@contextmanager
def values_kept_back(work: str) -> Iterator[None]:
    """Turn any error into one without the original's words, which may quote a delivered value.

    Raises:
        IntakeFaultError: with the traceback of the original.
    """
    try:
        yield
    except Exception as error:
        fault = IntakeFaultError(f"{work} failed with {type(error).__name__}")
        raise fault.with_traceback(error.__traceback__) from None


@dataclass(frozen=True)
class RowCounts:
    """Accepted and distinct rejected rows by file."""

    accepted: npt.NDArray[np.int64]
    rejected: npt.NDArray[np.int64]


def count_rows(accepted: Iterable[pa.Table], refused: pa.Table, file_count: int) -> RowCounts:
    """Count what became of the rows of each file, from tables with a column `file`."""
    rows = refused.filter(pc.is_valid(refused["row_number"])).group_by(["file", "row_number"]).aggregate([])
    kept = np.zeros(file_count, np.int64)
    for table in accepted:
        kept += np.bincount(table["file"].to_numpy(), minlength=file_count)
    return RowCounts(kept, np.bincount(rows["file"].to_numpy(), minlength=file_count))


def deliveries_table(deliveries: Sequence[Delivery], cases: Sequence[FileCase], counts: RowCounts) -> pa.Table:
    """One row a file, and one for each day that was due and brought no lead file. Without `vendor`."""
    numbered: dict[date, dict[int, FileCase]] = {delivery.day: {} for delivery in deliveries}
    for place, case in enumerate(cases):
        numbered[case.delivery.day][place] = case
    rows: list[dict[str, Any]] = []
    for delivery in deliveries:
        ours = list(numbered[delivery.day].values())
        complete_at = delivered_at(ours)
        same = {"delivered_at": complete_at and as_lake(complete_at)}
        rows += ({**_file(case, ours, counts, place), **same} for place, case in numbered[delivery.day].items())
        if complete_at is None and is_due(delivery.contract, delivery.day):
            rows.append({"delivery_date": delivery.day, "status": "no_delivery"})
    schema = arrow_schema("deliveries")
    return pa.Table.from_pylist(rows, schema=schema.remove(schema.get_field_index("vendor")))


def _file(case: FileCase, ours: Sequence[FileCase], counts: RowCounts, place: int) -> dict[str, Any]:
    accepted, rejected = int(counts.accepted[place]), int(counts.rejected[place])
    is_accepted = case.status == "accepted"
    received = case.row_count
    return {
        "delivery_date": case.delivery.day,
        "file_digest": case.file.digest,
        "file_name": case.file.name,
        "role": case.role,
        "rows_received": received if is_accepted else None,
        "rows_accepted": accepted if is_accepted else None,
        "rows_rejected": rejected if is_accepted else None,
        "received_at": as_lake(case.received_at),
        "is_received_at_assumed": case.file.received_at is None,
        "columns": case.columns,
        "undeclared_columns": case.undeclared,
        "format_differences": list(case.raw.format_differences) if case.raw else None,
        "ambiguous_dates": None,
        "sequence": case.file.manifest.sequence if case.file.manifest else None,
        "status": "accepted_with_rejects" if is_accepted and rejected else case.status,
        "reason": case.reason or manifest_remarks(case, ours),
    }


class Stamps:
    """What every row takes from its file and delivery."""

    def __init__(self, cases: Sequence[FileCase]) -> None:
        complete = {day: delivered_at(list(ours)) for day, ours in groupby(cases, key=lambda case: case.delivery.day)}
        whens = [complete[case.delivery.day] for case in cases]
        self._columns = {
            "delivery_date": pa.array([case.delivery.day for case in cases], pa.date32()),
            "file_digest": pa.array([case.file.digest for case in cases], pa.string()),
            "received_at": pa.array([as_lake(case.received_at) for case in cases], pa.timestamp("us")),
            "delivered_at": pa.array([when and as_lake(when) for when in whens], pa.timestamp("us")),
        }

    def on(self, rows: pa.Table, table: str) -> pa.Table:
        """Rows of a published table with the columns that come from their file, instead of `file`."""
        files = rows["file"]
        stamped = rows.drop_columns(["file"])
        for name in arrow_schema(table).names:
            if name in self._columns:
                stamped = stamped.append_column(name, self._columns[name].take(files))
        return stamped


def published(table: str, vendor: str, *parts: pa.Table) -> pd.DataFrame:
    """A published table's frame: its columns in order, sorted by day and its sort keys, validated.

    Raises:
        IntakeFaultError: the rows are not what the schema says.
    """
    schema = arrow_schema(table)
    whole = pa.concat_tables([_complete(rows, vendor, schema) for rows in parts] or [schema.empty_table()])
    frame: pd.DataFrame = _sorted(whole, SORT_KEYS[table]).to_pandas(types_mapper=pd.ArrowDtype)
    for start in range(0, len(frame), CHUNK):
        _validate(table, frame.iloc[start : start + CHUNK])
    return frame


def _sorted(rows: pa.Table, keys: Sequence[str]) -> pa.Table:
    order = pc.sort_indices(rows, sort_keys=[(name, "ascending") for name in ("delivery_date", *keys)])
    is_sorted = np.array_equal(order.to_numpy(), np.arange(rows.num_rows))
    return rows.combine_chunks() if is_sorted else rows.take(order).combine_chunks()


def _complete(rows: pa.Table, vendor: str, schema: pa.Schema) -> pa.Table:
    vendors = pa.repeat(pa.scalar(vendor), rows.num_rows)
    return rows.append_column("vendor", vendors).select(schema.names).cast(schema)


def _validate(table: str, frame: pd.DataFrame) -> None:
    try:
        TABLES[table].validate(frame, lazy=True)
    except SchemaErrors as errors:
        failed = errors.failure_cases[["column", "check"]].astype(str).value_counts()
        faults = ", ".join(f"{column} {check} ({count} times)" for (column, check), count in failed.items())
    else:
        return
    raise IntakeFaultError(f"{table}: the intake made rows that its schema refuses: {faults}")
