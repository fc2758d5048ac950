"""What becomes of each delivered file: reading, repetition. Which count is in `opened_files`, rows in `acceptance`.

Reading bytes belongs to `deliveries` and `formats`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contracts.calendar import cut_off_at
from pipelines.contracts.contract import Contract, FileTerms
from pipelines.deliveries.files import DeliveredFile, Delivery
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import AlikeFiles, FoundFormat, RawChunk, RawFile
from pipelines.intake.headers import header_refusal, shown_columns, undeclared_columns
from pipelines.vocabulary.reasons import Reason
from pipelines.vocabulary.words import ROLES_READ

Read = Callable[[DeliveredFile, FileTerms], RawFile | FileRefusal]
ReadTogether = Callable[[Sequence[DeliveredFile], FileTerms], Iterator[AlikeFiles]]
"""Reads those of some files that it can read together with others; they come out as if each were read alone."""

SMALL: Final = 65_536
"""Bytes up to which a repeated file is opened to see whether it has data rows at all; a larger one has."""


@dataclass
class FileCase:
    """One delivered file in one role, and what has become of it so far; a file of leads and proofs has two cases."""

    delivery: Delivery
    file: DeliveredFile
    role: str | None = None
    status: str = "accepted"
    refusal: FileRefusal | None = None
    left_out: Reason | None = None
    """Why it is a duplicate, or superseded."""
    is_correction: bool = False
    number: int = 0
    """Its place among the files of the delivery, by name."""
    shown_name: str = ""
    """The file's name as it may be kept; distinct within the delivery."""
    row_count: int = 0
    """Data rows that were read, malformed ones included."""
    well_formed: Reason | None = None
    """What a row should look like; None where it was not read, or no row can be none."""
    columns: list[str] | None = None
    undeclared: list[str] | None = None
    format_differences: list[Reason] | None = None
    ambiguous_dates: list[str] | None = None
    unknown_words: list[str] | None = None
    is_repeated_unread: bool = False
    """Whether it is a duplicate of which nobody could read whether it has rows."""

    @property
    def is_to_be_read(self) -> bool:
        """True while nothing speaks against reading its rows."""
        return self.status == "accepted" and self.role in ROLES_READ

    @property
    def makes_duplicates(self) -> bool:
        """Whether other files with its bytes repeat it: those of proofs that were replaced counted until then alone."""
        return self.is_to_be_read and not (self.role == "consent_proofs" and self.file.replaced_at)

    @property
    def terms(self) -> FileTerms:
        """How the contract says the file looks."""
        contract = self.contract
        return contract.leads if self.role == "leads" else contract.consent_proofs

    @property
    def contract(self) -> Contract:
        """The contract in force."""
        if self.delivery.contract is None:
            raise ValueError(f"{self.file.name}: no contract in force on {self.delivery.day}")
        return self.delivery.contract

    @property
    def received_at(self) -> datetime:
        """UTC; the folder's date at the cut-off where our transport left no record."""
        if self.file.received_at:
            return self.file.received_at.astimezone(UTC)
        return cut_off_at(self.delivery.contract, self.delivery.day)

    @property
    def is_recorded(self) -> bool:
        """Whether our transport noted the arrival."""
        return self.file.received_at is not None

    def refuse(self, refusal: FileRefusal) -> None:
        """Close the case with a reason."""
        self.status, self.refusal = "refused", refusal
        self.format_differences = None

    def chunks(self, read: Read, limits: Limits) -> Iterator[RawChunk]:
        """Read the file. The case ends read, or refused: then the chunks that came until then do not count."""
        try:
            raw = self._opened(read, limits)
            if raw is None:
                return
            for chunk in raw.chunks():
                self.row_count += chunk.row_count
                limits.check("rows", self.row_count)
                limits.check("cell_characters", most_characters(chunk.table, limits.cell_characters))
                yield chunk
        except FileRefusedError as error:
            self.refuse(error.refusal)

    def _opened(self, read: Read, limits: Limits) -> RawFile | None:
        """The file with the header that the contract asks for; None when it is refused."""
        raw = read(self.file, self.terms)
        if isinstance(raw, FileRefusal):
            self.refuse(raw)
            return None
        return raw if self._has_header(raw, limits) else None

    def _has_header(self, raw: RawFile, limits: Limits) -> bool:
        limits.check("columns", len(raw.columns))
        refusal = header_refusal(raw, self.terms, self.contract)
        if refusal is None or refusal.reason != "header_missing":
            self.columns = shown_columns(raw, self.terms, self.contract)
            self.undeclared = undeclared_columns(raw, self.terms, self.contract)
        if refusal:
            self.refuse(refusal)
            return False
        self.well_formed, self.format_differences = raw.well_formed, list(raw.format_differences)
        return True


def note_read_together(cases: Sequence[FileCase], alike: AlikeFiles, limits: Limits) -> bool:
    """Note that files were read together; False if their header is not what the contract asks for: all are refused."""
    first, others = cases[0], cases[1:]
    found = FoundFormat(first.terms.format)
    raw = RawFile(alike.columns, lambda: iter(()), alike.well_formed, found=found)
    try:
        has_header = first._has_header(raw, limits)
    except FileRefusedError as error:
        first.refuse(error.refusal)
        has_header = False
    for case in others:
        case.columns, case.undeclared, case.well_formed = first.columns, first.undeclared, first.well_formed
        case.status, case.refusal = first.status, first.refusal
        case.format_differences = first.format_differences
    for case, row_count in zip(cases, alike.row_counts, strict=True):
        case.row_count = row_count if has_header else 0
    return has_header


def most_characters(texts: pa.Table, enough: int) -> int:
    """Characters of the longest value; where no column holds more than `enough` bytes at all, some number up to it."""
    large = [column for column in texts.columns if column.nbytes > enough]
    longest = [pc.max(pc.binary_length(column)).as_py() or 0 for column in large]
    if max(longest, default=0) <= enough:
        return 0
    return max(pc.max(pc.utf8_length(column)).as_py() or 0 for column in large)


def mark_duplicates(cases: Sequence[FileCase], first_delivered_on: Mapping[str, date], read: Read) -> None:
    """Close the cases whose bytes came before: in an earlier folder, or under an earlier name.

    `cases` are in the order of day and name; `first_delivered_on` gives the earliest folder of digests elsewhere.
    A file without data rows is never a duplicate.
    """
    first: dict[str, tuple[date, int]] = {}
    for case in cases:
        if not case.is_to_be_read:
            continue
        digest, place = case.file.digest, (case.delivery.day, case.number)
        came_before = first.get(digest, place) != place
        if case.makes_duplicates:
            first.setdefault(digest, place)
        came_before |= first_delivered_on.get(digest, date.max) < case.delivery.day
        if came_before and _has_rows(case, read):
            case.status, case.left_out = "duplicate", Reason("file_repeated")


def _has_rows(case: FileCase, read: Read) -> bool:
    if case.file.size > SMALL:
        return True
    raw = read(case.file, case.terms)
    if isinstance(raw, FileRefusal):
        case.is_repeated_unread = raw.reason != "file_empty"
        return case.is_repeated_unread
    try:
        return any(chunk.row_count for chunk in raw.chunks())
    except FileRefusedError:
        case.is_repeated_unread = True
        return True


def causes_of(case: FileCase, cases: Sequence[FileCase]) -> list[Reason]:
    """Why a file was refused or left out; of any other manifest, where it and its delivery's files differ."""
    why = case.refusal.cause if case.refusal else case.left_out
    return [why] if why else _manifest_remarks(case, cases)


def _manifest_remarks(case: FileCase, cases: Sequence[FileCase]) -> list[Reason]:
    if case.file.manifest is None:
        return []
    read = {other.file.name: other.row_count for other in cases if other.is_to_be_read}
    found = {other.file.name: (other.file.digest, read.get(other.file.name)) for other in cases}
    return case.file.manifest.remarks(found, {other.file.name: other.shown_name for other in cases})
