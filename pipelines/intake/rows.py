"""What became of the rows of some days, in the order in which they are published; and which leads are repeated.

Rows come block by block and leave day by day, once. That a lead repeats an earlier one's reference shows where equal
ones are neighbours: among the sorted rows, where the rejected ones stand with their reference alone.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.sorted_rows import DAY, SetAside, SortedRows
from pipelines.arrays.values import Truth
from pipelines.intake.acceptance import STAMPS, Taken
from pipelines.intake.files import FileCase
from pipelines.intake.refusals import PLACE, refusals, row_refusals
from pipelines.intake.rejected_lines import told_lines
from pipelines.intake.tables import VALIDATED_ROWS, FileColumns, RowCounts, validate
from pipelines.vocabulary.reasons import Reason
from pipelines.vocabulary.tables import arrow_schema

RANK: Final = "digest_rank"
"""Stands for the digest and role of a row's file in the order of rows, being shorter."""
ONLY_ONCE: Final = Reason("reference_repeated")
_KEYS: Final = {
    "leads": ("lead_id", "file", "row_number"),
    "consent_proofs": ("consent_id", RANK, "row_number"),
    "unread_objections": (RANK, "row_number"),
    "rejected_rows": (RANK, "row_number", "reason", "column", "expected"),
}
"""Those of `SORT_KEYS`; equal references in the order of files, since the first counts, and only that one is left."""


class IntakeRows:
    """The accepted and rejected rows of some days of a vendor."""

    def __init__(
        self,
        vendor: str,
        cases: Sequence[FileCase],
        set_aside: SetAside | None,
        most: int,
        run_bytes: int | None = None,
    ) -> None:
        """Prepare for the rows of files that are not read yet, which are in the order of their names.

        `most`: rejected rows of a file that are told one by one, and then as many runs.
        """
        self.most = most
        self.counts = RowCounts.of_files(len(cases))
        self._vendor, self._cases = vendor, cases
        self._sorted = {table: SortedRows(keys, set_aside, run_bytes) for table, keys in _KEYS.items()}
        self._file_columns = FileColumns(vendor, cases)
        self._ranks = _ranks_of_files(cases)
        self._is_refused: pa.Array | None = None
        self._unchecked: list[pa.Table] = []

    def add(self, role: str, taken: Taken) -> None:
        """Take what became of the rows of a block.

        Raises:
            IntakeFaultError: rows that their table's schema refuses.
        """
        if taken.accepted.num_rows:
            validate(role, self._file_columns.on(taken.accepted, role))
        self.counts.accept(taken.accepted["file"])
        self.counts.reject(taken.rejected["file"])
        self._keep(role, taken.accepted, is_accepted=True)
        if role == "leads":
            self._keep(role, taken.rejected.filter(pc.is_valid(taken.rejected["lead_id"])), is_accepted=False)
        if taken.objections is not None and taken.objections.num_rows:
            validate("unread_objections", self._file_columns.on(taken.objections, "unread_objections"))
            self._keep("unread_objections", taken.objections)
        self._refuse(taken.refused)

    def refuse_malformed(self, malformed: pa.Table) -> None:
        """Take the refusals of rows that are none."""
        self.counts.reject(malformed["file"], malformed["row_count"])
        self._refuse(malformed)

    def _refuse(self, refused: pa.Table) -> None:
        if refused.num_rows:
            self._unchecked.append(self._file_columns.on(refused, "rejected_rows"))
            self._keep("rejected_rows", refused)
        if sum(part.num_rows for part in self._unchecked) > VALIDATED_ROWS:
            self._check_refused()

    def _check_refused(self) -> None:
        """Validate the refusals of many blocks at once: a call takes long, however few they are."""
        if self._unchecked:
            validate("rejected_rows", pa.concat_tables(self._unchecked))
        self._unchecked = []

    def end_reading(self) -> None:
        """Take the refusals of whole files: no row of them counts. Now it is known when each delivery was complete.

        Raises:
            IntakeFaultError: refusals that their table's schema refuses.
        """
        refused = {place: case.refusal for place, case in enumerate(self._cases) if case.refusal is not None}
        parts = [
            refusals([pa.array([place], pa.int64())], why.reason, why.column, why.cause)
            for place, why in refused.items()
        ]
        if parts:
            self._refuse(pa.concat_tables(parts))
            self._is_refused = pa.array([place in refused for place in range(len(self._cases))])
        self._check_refused()
        self._file_columns = FileColumns(self._vendor, self._cases)

    def leads(self, day: date) -> Iterator[pa.Table]:
        """Accepted leads of a day. Those that repeat a reference are rejected on the way: before `rejected_rows`."""
        last: str | None = None
        for rows in self._of("leads", day):
            references = rows["lead_id"].combine_chunks()
            is_repeated, last = _repeats(references, last), references[-1].as_py()
            if is_repeated.any():
                self._refuse_repeated(rows.filter(pa.array(is_repeated)))
            is_kept = rows["is_accepted"].to_numpy() & ~is_repeated
            kept = rows if is_kept.all() else rows.filter(pa.array(is_kept))
            yield self._file_columns.on(kept, "leads")

    def consent_proofs(self, day: date) -> Iterator[pa.Table]:
        """Accepted proofs of a day."""
        for rows in self._of("consent_proofs", day):
            yield self._file_columns.on(rows, "consent_proofs")

    def unread_objections(self, day: date) -> Iterator[pa.Table]:
        """Rejected proof rows of a day that are or may be a NO."""
        for rows in self._of("unread_objections", day):
            yield self._file_columns.on(rows, "unread_objections")

    def rejected_rows(self, day: date) -> Iterator[pa.Table]:
        """Refusals of a day, as `rejected_lines` bounds them."""
        for rows in told_lines(self._of("rejected_rows", day), self.counts.rejected, self.most):
            yield self._file_columns.on(rows, "rejected_rows")

    def _of(self, table: str, day: date) -> Iterator[pa.Table]:
        """Rows of a day, in order, of files that were not refused; and the refusals of whole files."""
        for rows in self._sorted[table].of(day):
            counted = rows
            if self._is_refused is not None:
                counts = pc.invert(self._is_refused.take(rows["file"]))
                counted = rows.filter(pc.or_(counts, pc.is_null(rows["row_number"])))
            if counted.num_rows:
                yield counted

    def _refuse_repeated(self, repeated: pa.Table) -> None:
        rows = repeated.sort_by([("file", "ascending"), ("row_number", "ascending")])
        place = [rows[name].combine_chunks() for name in (*PLACE, "lead_id")]
        was_accepted = rows["is_accepted"].to_numpy()
        self.counts.reject_after_all(rows.filter(rows["is_accepted"])["file"])
        are_new = np.ones_like(was_accepted), was_accepted
        self._keep("rejected_rows", row_refusals(place, "lead_id_repeated", "lead_id", ONLY_ONCE, self.most, are_new))

    def _keep(self, table: str, rows: pa.Table, *, is_accepted: bool = True) -> None:
        """Rows with what orders them; columns that they have not are NULL."""
        made = {
            DAY: self._file_columns.days(rows["file"]),
            RANK: self._ranks.take(rows["file"]),
            "is_accepted": pa.repeat(pa.scalar(is_accepted), rows.num_rows),
        }
        names = {*rows.column_names}
        columns = [
            made[field.name] if field.name in made
            else rows[field.name].cast(field.type) if field.name in names
            else pa.nulls(rows.num_rows, field.type)
            for field in _SCHEMAS[table]
        ]  # fmt: skip
        self._sorted[table].add(pa.table(columns, schema=_SCHEMAS[table]))


def _ranks_of_files(cases: Sequence[FileCase]) -> pa.Array:
    """Places of the files in the order of digest and role, NULL last; the same where both are."""
    texts = [f"{case.file.digest} {case.role or chr(0x7F)}" for case in cases]
    return pc.rank(pa.array(texts, pa.string()), tiebreaker="dense").cast(pa.int32())


def _kept_schema(table: str) -> pa.Schema:
    """The table's columns without those that come from a row's file, and what orders and places a row."""
    places = {DAY: pa.date32(), "file": pa.int64(), "row_number": pa.int64(), "sheet_row": pa.int64()}
    special = {"is_accepted": pa.bool_()} if table == "leads" else {RANK: pa.int32()}
    own = {field.name: field.type for field in arrow_schema(table) if field.name not in STAMPS}
    return pa.schema(own | places | special)


_SCHEMAS: Final = {table: _kept_schema(table) for table in _KEYS}


def _repeats(references: pa.Array, last: str | None) -> Truth:
    """Where a reference is the one before it; `last` comes before the first."""
    same = pc.equal(references.slice(1), references.slice(0, len(references) - 1))
    is_repeated: Truth = np.concatenate([[references[0].as_py() == last], np.asarray(same)])
    return is_repeated
