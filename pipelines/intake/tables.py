"""The intake's published tables: what files and rows became, in the columns, types and order of the schemas."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays.sorted_rows import sorted_indices
from pipelines.contracts.calendar import is_due
from pipelines.deliveries.files import Delivery
from pipelines.identifiers.errors_without_values import IntakeFaultError
from pipelines.intake.clocks import LastWord, delivery_clock, own_clock
from pipelines.intake.files import FileCase, causes_of
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.reasons import Reason
from pipelines.vocabulary.tables import SORT_KEYS, arrow_schema
from pipelines.wording.reasons import PUBLISHED, published, sentences

VALIDATED_ROWS: Final = 250_000
"""Rows that are validated at a time."""


@dataclass(frozen=True)
class RowCounts:
    """Accepted and distinct rejected rows by file."""

    accepted: npt.NDArray[np.int64]
    rejected: npt.NDArray[np.int64]

    @classmethod
    def of_files(cls, count: int) -> "RowCounts":
        """Nothing counted yet."""
        return cls(np.zeros(count, np.int64), np.zeros(count, np.int64))

    def accept(self, files: pa.ChunkedArray) -> None:
        """Count accepted rows by their files."""
        self.accepted[:] += np.bincount(files.to_numpy(), minlength=len(self.accepted))

    def reject(self, files: pa.ChunkedArray, row_counts: pa.ChunkedArray | None = None) -> None:
        """Count rejected rows by their files, each once however many reasons it has; or lines of so many rows."""
        weights = None if row_counts is None else row_counts.to_numpy()
        counts = np.bincount(files.to_numpy(), weights, minlength=len(self.rejected))
        self.rejected[:] += counts.astype(np.int64)

    def reject_after_all(self, files: pa.ChunkedArray) -> None:
        """Count rows as rejected that had been counted as accepted."""
        self.reject(files)
        self.accepted[:] -= np.bincount(files.to_numpy(), minlength=len(self.accepted))


def deliveries_table(
    vendor: str, deliveries: Sequence[Delivery], cases: Mapping[date, Mapping[int, FileCase]], counts: RowCounts
) -> pa.Table:
    """One row a file, and one for each day that was due and brought no lead file; by day and sort keys.

    `cases` are by day and by place among the run's files.
    """
    rows: list[dict[str, Any]] = []
    for delivery in deliveries:
        numbered = cases.get(delivery.day, {})
        of_day = list(numbered.values())
        complete_at = delivery_clock(of_day, delivery)
        rows += (
            {"vendor": vendor, **_file_row(case, of_day, counts, place), **_clock_of(case, complete_at)}
            for place, case in numbered.items()
        )
        if complete_at is None and is_due(delivery.contract, delivery.day):
            rows.append({"vendor": vendor, "delivery_date": delivery.day, "status": "no_delivery"})
    table = pa.Table.from_pylist(rows, schema=arrow_schema("deliveries"))
    return table.take(sorted_indices(table, ("delivery_date", *SORT_KEYS["deliveries"])))


def _clock_of(case: FileCase, complete_at: datetime | None) -> dict[str, datetime | None]:
    clock = own_clock(case, complete_at)
    return {"delivered_at": clock and as_lake(clock)}


def _file_row(case: FileCase, of_day: Sequence[FileCase], counts: RowCounts, place: int) -> dict[str, Any]:
    accepted, rejected = int(counts.accepted[place]), int(counts.rejected[place])
    is_accepted = case.status == "accepted"
    received = case.row_count
    causes = causes_of(case, of_day)
    return {
        "delivery_date": case.delivery.day,
        "file_digest": case.file.digest,
        "file_name": case.shown_name,
        "file_number": case.number,
        "role": case.role,
        "rows_received": received if is_accepted else None,
        "rows_accepted": accepted if is_accepted else None,
        "rows_rejected": rejected if is_accepted else None,
        "received_at": as_lake(case.received_at),
        "replaced_at": _replaced_at(case),
        "is_received_at_assumed": case.file.received_at is None,
        "columns": case.columns,
        "undeclared_columns": case.undeclared,
        "format_differences": _each(published, case.format_differences),
        "format_causes": _each(Reason.as_text, case.format_differences),
        "ambiguous_dates": case.ambiguous_dates,
        "unknown_words": case.unknown_words,
        "sequence": case.file.manifest.sequence if case.file.manifest else None,
        "status": "accepted_with_rejects" if is_accepted and rejected else case.status,
        "reason": case.refusal.reason if case.refusal else sentences(causes, PUBLISHED) or None,
        "causes": _each(Reason.as_text, causes or None),
    }


def _replaced_at(case: FileCase) -> datetime | None:
    return case.file.replaced_at and as_lake(case.file.replaced_at)


def _corrected_at(case: FileCase, last_word: LastWord) -> datetime | None:
    """When the file was replaced, if its delivery could still be corrected."""
    at = case.file.replaced_at
    return as_lake(at) if at and case.delivery.contract and last_word.is_in_time(at, case.role) else None


def _each(told: Callable[[Reason], str], reasons: Sequence[Reason] | None) -> list[str] | None:
    return None if reasons is None else [told(reason) for reason in reasons]


class FileColumns:
    """What every row takes from its file and delivery."""

    def __init__(self, vendor: str, cases: Sequence[FileCase]) -> None:
        """Take what is known of the files now: a delivery is complete later than thought if a file is refused."""
        self._vendor = vendor
        by_day = {day: list(of_day) for day, of_day in groupby(cases, key=lambda case: case.delivery.day)}
        complete = {day: _complete_at(of_day) for day, of_day in by_day.items()}
        whens = [own_clock(case, complete[case.delivery.day]) for case in cases]
        last_words = {day: LastWord(of_day, of_day[0].delivery) for day, of_day in by_day.items()}
        corrected = [_corrected_at(case, last_words[case.delivery.day]) for case in cases]
        self._columns = {
            "delivery_date": pa.array([case.delivery.day for case in cases], pa.date32()),
            "file_digest": pa.array([case.file.digest for case in cases], pa.string()),
            "role": pa.array([case.role for case in cases], pa.string()),
            "received_at": pa.array([as_lake(case.received_at) for case in cases], pa.timestamp("us")),
            "replaced_at": pa.array([_replaced_at(case) for case in cases], pa.timestamp("us")),
            "corrected_at": pa.array(corrected, pa.timestamp("us")),
            "delivered_at": pa.array([when and as_lake(when) for when in whens], pa.timestamp("us")),
        }

    def days(self, files: pa.ChunkedArray) -> pa.ChunkedArray:
        """The delivery of each row."""
        return self._columns["delivery_date"].take(files)

    def on(self, rows: pa.Table, table: str) -> pa.Table:
        """Rows as the published table has them: with what comes from their file, in the columns of its schema."""
        schema, files = arrow_schema(table), rows["file"]
        columns = {"vendor": pa.repeat(pa.scalar(self._vendor), rows.num_rows)}
        for name in schema.names:
            if name != "vendor":
                columns[name] = self._columns[name].take(files) if name in self._columns else rows[name]
        return pa.table(columns).cast(schema)


def _complete_at(of_day: Sequence[FileCase]) -> datetime | None:
    return delivery_clock(of_day, of_day[0].delivery)


def validate(table: str, rows: pa.Table) -> None:
    """Check rows of a published table against its schema.

    Raises:
        IntakeFaultError: the rows are not what the schema says.
    """
    from pipelines.vocabulary.table_models import refused_by_model

    for start in range(0, rows.num_rows, VALIDATED_ROWS):
        faults = refused_by_model(table, rows.slice(start, VALIDATED_ROWS))
        if faults:
            raise IntakeFaultError(f"{table}: the intake made rows that its schema refuses: {', '.join(faults)}")
