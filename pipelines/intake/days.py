"""The intake of one vendor's deliveries: files in, the published tables out. Nothing a vendor sends raises.

Set-based, and bounded in memory: the files of all days are read block by block, across files and days; the rows are
mapped, judged and validated, and sorted by day. Bytes are read in `deliveries` and `formats`, tables written in
`storage.lake`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Final, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.in_order import in_order
from pipelines.arrays.sorted_rows import DAY, SetAside, cut_by_day
from pipelines.deliveries.files import Delivery
from pipelines.formats.limits import Limits
from pipelines.identifiers.errors_without_values import errors_without_values
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.intake.acceptance import Taken, take_consent_proofs, take_leads
from pipelines.intake.blocks import Block, blocks
from pipelines.intake.date_orders import ambiguous_fields
from pipelines.intake.files import FileCase, Read, ReadTogether, mark_duplicates
from pipelines.intake.opened_files import open_cases
from pipelines.intake.refused_references import RefusedReferences
from pipelines.intake.rows import IntakeRows
from pipelines.intake.tables import deliveries_table, validate
from pipelines.intake.unknown_words import note_unknown_words
from pipelines.storage.secrets.keys import KeysError
from pipelines.storage.secrets.vault import VaultError
from pipelines.vocabulary.fields import PERSONAL

_WORK: Final = "{vendor}: taking in rows"
_HANDED_OVER: Final = ("lead_id", *PERSONAL, "file_digest", "row_number")


class KeepsIdentifiers(Protocol):
    """Where the identifiers of accepted leads go, and nothing else does."""

    def add(self, vendor: str, day: date, identifiers: pa.Table) -> None:
        """Keep identifiers for a day: `lead_id`, the fields of `PERSONAL`, `file_digest`, `row_number`."""

    def publish(self, vendor: str, day: date) -> None:
        """Let what was added for a day stand in the place of what was there."""


class IntakeDay:
    """What one delivery became."""

    def __init__(
        self,
        vendor: str,
        delivery: Delivery,
        cases: Mapping[int, FileCase],
        rows: IntakeRows,
        refused: RefusedReferences,
    ) -> None:
        """`cases` are the delivery's files by their place among those of the run."""
        self.day, self.delivery = delivery.day, delivery
        self._refused = refused
        self._vendor, self._cases, self._rows = vendor, cases, rows
        self._row_counts: Counter[str] = Counter()
        self._reasons: Counter[tuple[str | None, str]] = Counter()
        self._files: pa.Table | None = None

    @property
    def tables(self) -> dict[str, Iterator[pa.Table]]:
        """Streams of sorted tables, in the order of publishing, in which they have to be read, once."""
        return {
            "leads": self._counted("leads", self._rows.leads(self.day)),
            "consent_proofs": self._counted(
                "consent_proofs", self._refused.cut_from(self.day, self._rows.consent_proofs(self.day))
            ),
            "unread_objections": self._rows.unread_objections(self.day),
            "rejected_rows": self._rejected_rows(),
            "deliveries": self._deliveries(),
        }

    def counts(self, role: str) -> dict[str, int | str]:
        """What became of the day's files of a role. Known when the tables were read.

        Raises:
            ValueError: they were not.
        """
        if self._files is None:
            raise ValueError(f"{self._vendor} {self.day}: counts are asked for before the tables are read")
        files = self._files.filter(pc.equal(self._files["role"], role))
        counts: dict[str, int | str] = {
            "dagster/row_count": self._row_counts[role],
            "files": files.num_rows,
            "rows rejected": pc.sum(files["rows_rejected"]).as_py() or 0,
        }
        statuses = sorted(set(self._files["status"].to_pylist()) - {"accepted"})
        if statuses:
            counts["not simply accepted"] = ", ".join(statuses)
        reasons = sorted((reason, count) for (of, reason), count in self._reasons.items() if of == role)
        return counts | {f"reason {reason}": count for reason, count in reasons}

    @property
    def is_repeatable(self) -> bool:
        """Whether the same inputs make the same day: time, memory or a reader that broke may have had a file refused,
        or left out unread. Known when the tables were read."""
        cases = self._cases.values()
        return self._files is not None and not any(
            case.status == "refused" or case.is_repeated_unread for case in cases
        )

    def _counted(self, role: str, stream: Iterator[pa.Table]) -> Iterator[pa.Table]:
        for rows in stream:
            self._row_counts[role] += rows.num_rows
            yield rows

    def _rejected_rows(self) -> Iterator[pa.Table]:
        for rows in self._rows.rejected_rows(self.day):
            counted = rows.select(["role", "reason"]).append_column("count", pc.fill_null(rows["row_count"], 1))
            for found in counted.group_by(["role", "reason"]).aggregate([("count", "sum")]).to_pylist():
                self._reasons[found["role"], found["reason"]] += found["count_sum"]
            yield rows

    def _deliveries(self) -> Iterator[pa.Table]:
        self._files = deliveries_table(self._vendor, [self.delivery], {self.day: self._cases}, self._rows.counts)
        yield self._files


def take_in_days(
    vendor: str,
    deliveries: Sequence[Delivery],
    *,
    read: Read,
    first_delivered_on: Mapping[str, date],
    hasher: IdentityHasher,
    limits: Limits | None = None,
    set_aside: SetAside | None = None,
    vault: KeepsIdentifiers | None = None,
    read_together: ReadTogether | None = None,
    threads: int = 1,
    run_bytes: int | None = None,
) -> Iterator[IntakeDay]:
    """Take in some days of a vendor, at most one delivery a day, in any order; they come in order.

    Args:
        vendor: its key.
        deliveries: the folders, empty ones included, with the contract in force on each day.
        read: gives a file's text, or why it can't be read.
        first_delivered_on: digest -> the vendor's earliest folder with those bytes (`counting_digests`); those of
            the deliveries themselves may be left out.
        hasher: makes the identity keys.
        limits: how much a file may hold.
        set_aside: keeps sorted rows that do not fit in memory; never an identifier of a person.
        vault: takes the identifiers of accepted leads.
        read_together: reads small files many at a time; it changes nothing but how long that takes.
        threads: how many work on rows that were read, a block each; the same.
        run_bytes: rows of one table that are gathered before they are set aside; the same.

    Raises:
        IntakeFaultError, KeysError, VaultError: a fault of ours.
    """
    ordered = sorted(deliveries, key=lambda delivery: delivery.day)
    cases = [case for delivery in ordered for case in open_cases(delivery)]
    mark_duplicates(cases, first_delivered_on, read)
    limits = limits or Limits()
    rows = IntakeRows(vendor, cases, set_aside, limits.rejected_rows, run_bytes)
    refused = RefusedReferences(cases)
    taken = in_order(
        partial(_taken_block, vendor, hasher, limits.rejected_rows), blocks(cases, read, limits, read_together), threads
    )
    _keep_rows(vendor, cases, rows, taken, vault, refused)
    by_day: dict[date, dict[int, FileCase]] = {delivery.day: {} for delivery in ordered}
    for place, case in enumerate(cases):
        by_day[case.delivery.day][place] = case
    # Repeated references still turn accepted rows into rejected ones, which a schema does not mind.
    validate("deliveries", deliveries_table(vendor, ordered, by_day, rows.counts))
    for delivery in ordered:
        if vault is not None:
            vault.publish(vendor, delivery.day)
        yield IntakeDay(vendor, delivery, by_day[delivery.day], rows, refused)


def _taken_block(vendor: str, hasher: IdentityHasher, most: int, block: Block) -> tuple[Block, Taken | None]:
    """What became of the rows of a block, of which there may be none."""
    with errors_without_values(_WORK.format(vendor=vendor), KeysError, VaultError):
        take = take_leads if block.rows.terms.role == "leads" else take_consent_proofs
        return block, take(block.rows, hasher, most) if block.rows.count else None


def _keep_rows(
    vendor: str,
    cases: Sequence[FileCase],
    rows: IntakeRows,
    taken_blocks: Iterator[tuple[Block, Taken | None]],
    vault: KeepsIdentifiers | None,
    refused: RefusedReferences,
) -> None:
    """Keep what became of every row; the cases know what became of the files."""
    orders: list[pa.Table] = []
    unknown: list[pa.Table] = []
    for block, taken in taken_blocks:
        with errors_without_values(_WORK.format(vendor=vendor), KeysError, VaultError):
            rows.refuse_malformed(block.malformed)
            if taken is None:
                continue
            rows.add(block.rows.terms.role, taken)
            if taken.refused_references is not None:
                refused.add(taken.refused_references)
            if vault is not None and taken.identifiers is not None:
                _hand_over(vault, vendor, taken.identifiers, cases)
            if taken.date_orders is not None:
                orders.append(taken.date_orders)
            if taken.unknown_words is not None:
                unknown.append(taken.unknown_words)
    rows.end_reading()
    _note_ambiguous_dates(cases, orders)
    note_unknown_words(cases, unknown)


def _hand_over(vault: KeepsIdentifiers, vendor: str, identifiers: pa.Table, cases: Sequence[FileCase]) -> None:
    """Give the vault the identifiers of a block, day by day."""
    days = pa.array([case.delivery.day for case in cases], pa.date32()).take(identifiers["file"])
    digests = pa.array([case.file.digest for case in cases], pa.string()).take(identifiers["file"])
    stamped = identifiers.drop_columns(["file"]).append_column("file_digest", digests)
    for day, rows in cut_by_day(stamped.append_column(DAY, days)).items():
        vault.add(vendor, day, rows.select([*_HANDED_OVER]))


def _note_ambiguous_dates(cases: Sequence[FileCase], orders: Sequence[pa.Table]) -> None:
    """Sum the readings of dates over each file, and write down which fields read both ways."""
    found: dict[int, list[str]] = {}
    if orders:
        whole = pa.concat_tables(orders)
        counts = [name for name in whole.column_names if name not in ("file", "field")]
        summed = whole.group_by(["file", "field"]).aggregate([(name, "sum") for name in counts])
        found = ambiguous_fields(summed.rename_columns(["file", "field", *counts]))
    for place, case in enumerate(cases):
        if case.is_to_be_read:
            case.ambiguous_dates = sorted(found.get(place, []))
