"""A vendor's folder of answers, taken in: `inbox/<vendor>/disputes/disputes*.csv`, and what they name as evidence.

Vendors write there: no link is followed, the rows are read in a process of their own, and what a row says is never
told again but to its vendor. A file is known by the digest of its bytes and counts once; one that was changed within
the last minute waits, since its evidence may still be on the way. An answer has come when we first read it, whatever
the file says of its own date.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.disputes.answer_files import answers_digest, answers_files, is_moving
from pipelines.disputes.answer_rows import NEEDED, TERMS, AnswerRow, RowRejectedError, answer_row
from pipelines.disputes.dispute import Dispute, DisputeFile
from pipelines.disputes.kept_answers import KeptAnswers
from pipelines.disputes.records import dispute_files, record_answers, recorded_disputes
from pipelines.disputes.reply_period import reply_due_at, reply_period
from pipelines.disputes.shown_evidence import MOST_BYTES, ShownEvidence, bounded_content
from pipelines.disputes.told_findings import DamagedDaysError, told_places
from pipelines.engines.interface import Engine
from pipelines.formats.isolated.readers import read_source
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.plain_files import PlainFile
from pipelines.formats.raw import RawChunk, RawFile
from pipelines.formats.source import BytesSource, InboxFaultError
from pipelines.receipts.notices import notified_at
from pipelines.receipts.records import standing_receipts
from pipelines.storage.folders import Entry, entries_below
from pipelines.storage.lake import Lake
from pipelines.vocabulary.reasons import Reason

MOST_ROWS: Final = 10_000
MOST_PENDING: Final = 10_000
"""Disputes of a vendor that may wait for a decision at a time."""
MOST_FILES: Final = 1_000
"""New files of answers that are read in one run, the first names first."""
_MOST_CHARACTERS: Final = 20_000
_MOST_COLUMNS: Final = 100

Rejected = tuple[int, str]


@dataclass
class TakenAnswers:
    """What came of a look into a vendor's folder."""

    files: list[DisputeFile] = field(default_factory=list)
    """Those that are new."""
    disputes_count: int = 0
    waiting_count: int = 0
    """Files that were changed a moment ago."""
    unreadable_count: int = 0
    """Files whose bytes can't be had: rights, a link in the way."""
    beyond_count: int = 0
    """Files that a later run looks at: there are too many."""
    damaged_days: set[date] = field(default_factory=set)
    """Days that answers ask about and whose findings are damaged: their files are left for a later run."""

    @property
    def digests(self) -> list[str]:
        """Of the new files: their vendor is told of them, however long ago they came."""
        return [file.file_digest for file in self.files]

    def confirm_whole(self) -> None:
        """Raises:
        DamagedDaysError: answers were left, since days that they ask about are damaged.
        """
        if self.damaged_days:
            raise DamagedDaysError(self.damaged_days)


@dataclass(frozen=True)
class AnswersIntake:
    """Takes in what vendors answer. One vendor at a time, under its lock."""

    inbox: Path
    folder: str
    """Of a vendor's folder in the inbox, the one that holds its answers."""
    engine: Engine
    lake: Lake
    registry: sa.Engine
    kept: KeptAnswers
    limits: Limits
    policy: timedelta
    """The period to reply where a contract has none."""

    def take_in(self, vendor: str, contracts: Sequence[Contract], *, now: datetime) -> TakenAnswers:
        """Record every new file of answers with its disputes; `now` is aware."""
        taken = TakenAnswers()
        for path, digest in self._new_files(vendor, now, taken):
            try:
                content = bounded_content(PlainFile(self.inbox, path))
                if sha256(content).hexdigest() == digest:  # else it was changed meanwhile: a later run reads it
                    self._take_file(vendor, contracts, path, content, digest, now, taken)
            except InboxFaultError:
                taken.unreadable_count += 1
            except DamagedDaysError as error:
                taken.damaged_days |= error.days
        return taken

    def note_arrivals(self, vendor: str, *, now: datetime) -> int:
        """Keep new files of a vendor whose contract can't be read: they have come, and wait for it; how many."""
        new = list(self._new_files(vendor, now, TakenAnswers()))
        for path, _ in new:
            with suppress(InboxFaultError):
                self._came_at(vendor, bounded_content(PlainFile(self.inbox, path)), now)
        return len(new)

    def waiting(self, vendor: str, *, now: datetime) -> list[str]:
        """Digests of the files of answers that lie there and that nobody has read."""
        return sorted(digest for _, digest in self._new_files(vendor, now, TakenAnswers()))

    def _new_files(self, vendor: str, now: datetime, taken: TakenAnswers) -> Iterator[tuple[Path, str]]:
        """Files that nobody has read, each with its digest. What is known takes no place of what is not."""
        known = {file.file_digest for file in dispute_files(self.registry, vendor)}
        new_count, files = 0, self._still_files(vendor, now, taken)
        for place, entry in enumerate(files):
            if new_count == MOST_FILES:
                taken.beyond_count = len(files) - place
                return
            try:
                digest = answers_digest(self.inbox, entry)
            except InboxFaultError:
                taken.unreadable_count += 1
                continue
            if digest not in known:
                known.add(digest)
                new_count += 1
                yield entry.path, digest

    def _still_files(self, vendor: str, now: datetime, taken: TakenAnswers) -> list[Entry]:
        folder = self.inbox / vendor / self.folder
        entries = entries_below(self.inbox, folder)
        answers = answers_files(entries, folder)
        if any(is_moving(one, now) for one in entries if one.path.parent == folder and one.is_file):
            taken.waiting_count = len(answers)
            return []
        return answers

    def _take_file(
        self,
        vendor: str,
        contracts: Sequence[Contract],
        path: Path,
        content: bytes,
        digest: str,
        now: datetime,
        taken: TakenAnswers,
    ) -> None:
        disputes, came_at = list[Dispute](), self._came_at(vendor, content, now)
        try:
            rows, rejected = self._rows_of(content)
        except FileRefusedError as error:
            file = DisputeFile(vendor, digest, came_at, error.refusal.cause.as_text(), ())
        else:
            disputes, more = self._disputes_of(vendor, contracts, path.parent, rows, digest, came_at)
            file = DisputeFile(vendor, digest, came_at, None, tuple(sorted([*rejected, *more])))
        if record_answers(self.registry, file, disputes):
            taken.files.append(file)
            taken.disputes_count += len(disputes)

    def _came_at(self, vendor: str, content: bytes, now: datetime) -> datetime:
        """When a file was first read: by now, or by a run that kept it and came no further."""
        if len(content) > MOST_BYTES:
            return now
        kept_at = self.kept.kept_at(vendor, content)
        if kept_at is None:
            self.kept.keep(vendor, content)
        return now if kept_at is None else min(kept_at, now)

    def _rows_of(self, content: bytes) -> tuple[list[AnswerRow], list[Rejected]]:
        """Rows that could be read, and those that could not.

        Raises:
            FileRefusedError: nothing of the file can be read.
        """
        limits = _tightened_limits(self.limits)
        limits.check("file_bytes", len(content))
        raw = read_source(BytesSource(content), TERMS, limits)
        if isinstance(raw, FileRefusal):
            raise FileRefusedError(raw)
        _confirm_header(raw)
        rows, rejected = list[AnswerRow](), list[Rejected]()
        for chunk in raw.chunks():
            rejected += [(number, "row_malformed") for number in chunk.malformed.to_pylist()]
            for number, values in _numbered_rows(chunk):
                try:
                    rows.append(answer_row(number, values))
                except RowRejectedError as error:
                    rejected.append((number, str(error)))
        return rows, rejected

    def _disputes_of(
        self,
        vendor: str,
        contracts: Sequence[Contract],
        folder: Path,
        rows: Sequence[AnswerRow],
        digest: str,
        now: datetime,
    ) -> tuple[list[Dispute], list[Rejected]]:
        """Disputes of findings that were told; only of these statement and evidence are kept."""
        told = told_places(self.engine, self.lake, vendor, [row.finding for row in rows])
        recorded = recorded_disputes(self.registry, vendor)
        known, pending = {one.says for one in recorded}, sum(one.is_open for one in recorded)
        evidence = ShownEvidence(self.inbox, folder, self.kept, vendor)
        clocks = self._clocks(vendor, contracts, {row.finding.delivery_date for row in rows}, now)
        disputes, rejected = list[Dispute](), list[Rejected]()
        for place, row in enumerate(rows):
            try:
                if place not in told:
                    raise RowRejectedError("not_told")
                if pending + len(disputes) >= MOST_PENDING:
                    raise RowRejectedError("too_many_pending")
                dispute = self._dispute(vendor, evidence, row, digest, now, clocks[row.finding.delivery_date])
                if dispute.says in known:
                    raise RowRejectedError("said_before")
            except RowRejectedError as error:
                rejected.append((row.row_number, str(error)))
            else:
                known.add(dispute.says)
                disputes.append(dispute)
        return disputes, rejected

    def _dispute(
        self,
        vendor: str,
        evidence: ShownEvidence,
        row: AnswerRow,
        digest: str,
        now: datetime,
        clock: tuple[datetime | None, datetime | None],
    ) -> Dispute:
        shown = tuple(evidence.digest(name) for name in row.evidence)
        return Dispute(
            vendor=vendor,
            **row.finding._asdict(),
            statement_digest=self.kept.keep(vendor, row.statement.encode()),
            evidence_digests=shown,
            file_digest=digest,
            row_number=row.row_number,
            received_at=now,
            notified_at=clock[0],
            due_at=clock[1],
        )

    def _clocks(
        self, vendor: str, contracts: Sequence[Contract], days: Iterable[date], now: datetime
    ) -> Mapping[date, tuple[datetime | None, datetime | None]]:
        """Of each delivery, when its vendor was notified by now, and until when an answer is in time."""
        receipts = {one.delivery_date: one for one in standing_receipts(self.registry, vendor)}
        found = {}
        for day in days:
            contract = contract_in_force(tuple(contracts), day)
            clause = contract.notice_clause if contract else None
            at = notified_at(clause, receipts[day]) if day in receipts else None
            told_at = at if at is not None and at <= now else None
            found[day] = told_at, reply_due_at(told_at, reply_period(contract, self.policy))
        return found


def _tightened_limits(limits: Limits) -> Limits:
    return replace(
        limits,
        rows=min(limits.rows, MOST_ROWS),
        file_bytes=min(limits.file_bytes, MOST_BYTES),
        columns=min(limits.columns, _MOST_COLUMNS),
        cell_characters=min(limits.cell_characters, _MOST_CHARACTERS),
    )


def _confirm_header(raw: RawFile) -> None:
    missing = tuple(name for name in NEEDED if name not in raw.columns)
    repeated = tuple(sorted({name for name in NEEDED if raw.columns.count(name) > 1}))
    if missing:
        raise FileRefusedError(FileRefusal("column_missing", Reason("columns_missing", columns=missing, near=())))
    if repeated:
        raise FileRefusedError(FileRefusal("header_missing", Reason("columns_repeated", columns=repeated)))


def _numbered_rows(chunk: RawChunk) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    return zip(chunk.row_numbers.to_pylist(), chunk.table.to_pylist(), strict=True)
