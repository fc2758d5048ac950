"""What becomes of each delivered file: correction, repetition, reading. Rows belong to `acceptance`.

Reading bytes belongs to `deliveries` and `formats`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contracts.calendar import cut_off_at
from pipelines.contracts.contract import Contract, FileTerms
from pipelines.deliveries.files import DeliveredFile, Delivery, kept_name
from pipelines.deliveries.known_arrivals import Stay
from pipelines.deliveries.manifests import Manifest
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import AlikeFiles, FoundFormat, RawChunk, RawFile
from pipelines.identifiers.shown_names import shown_file_names
from pipelines.intake.clocks import LastWord
from pipelines.intake.headers import header_refusal, shown_columns, undeclared_columns
from pipelines.intake.roles import roles_of
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


def open_cases(delivery: Delivery) -> list[FileCase]:
    """Every file of a delivery with its role, in order; refused and superseded ones are closed already."""
    shown = shown_file_names(file.name for file in delivery.files)
    cases = [
        FileCase(delivery, file, role, shown_name=kept_name(file, shown[file.name]))
        for file in sorted(delivery.files, key=lambda file: file.name)
        for role in roles_of(file.name, delivery.contract)
    ]
    cases = _without_corrected(cases, delivery)
    for number, (_, of_file) in enumerate(groupby(cases, key=lambda case: (case.file.name, case.file.digest)), 1):
        for case in of_file:
            case.number = number
    cases.sort(key=_arrival_order)
    for case in cases:
        _close_at_once(case)
    for role in ROLES_READ:
        _supersede(cases, role, delivery, shown)
    return cases


def _without_corrected(all_cases: Sequence[FileCase], delivery: Delivery) -> list[FileCase]:
    """The files that count: what was overwritten while the delivery could be corrected is as if it had not come.

    What was overwritten later stays, beside what came in its place, and so do proofs, which count for whatever knew
    them (`replaced_at`). Bytes that had been overwritten in time and come back later are what comes late: they count
    from their return on. Files of no role say nothing.
    """
    cases = [case for case in all_cases if not (case.file.is_replaced and case.role is None)]
    turning: dict[datetime, list[FileCase]] = {}
    for case in cases:
        for at in _turns_of(case):
            turning.setdefault(at, []).append(case)
    over: set[int] = set()
    last_word = LastWord(cases, delivery)
    for at, turned in sorted(turning.items(), key=itemgetter(0)):
        in_time = {role: last_word.is_in_time(at, role) for role in {case.role for case in turned}}
        for case in turned:
            _turn(case, at, over, last_word, is_in_time=in_time[case.role])
    return [case for case in cases if id(case) not in over or case.role == "consent_proofs"]


def _stays_of(case: FileCase) -> Sequence[Stay]:
    return case.file.stays or ((case.received_at, case.file.replaced_at),)


def _turns_of(case: FileCase) -> Iterator[datetime]:
    """When a file was replaced, and when it came back."""
    for place, (since, until) in enumerate(_stays_of(case)):
        yield from (at for at in (until, since if place else None) if at)


def _turn(case: FileCase, at: datetime, over: set[int], last_word: LastWord, *, is_in_time: bool) -> None:
    """What an instant makes of a file: replaced in time it is over; back in time it is as before, else it came late.

    `over`: ids of the cases that are.
    """
    stays = _stays_of(case)
    if id(case) in over and any(at == since for since, _ in stays[1:]):
        over.remove(id(case))
        if not is_in_time:
            case.file = replace(case.file, received_at=at)
        last_word.take_back(case)
    elif id(case) not in over and is_in_time and any(at == until for _, until in stays):
        over.add(id(case))
        last_word.leave_out(case)


def _arrival_order(case: FileCase) -> tuple[datetime, str]:
    """By name; those that came after the delivery day by arrival: a late file does not come before what was there."""
    cut_off = cut_off_at(case.delivery.contract, case.delivery.day)
    return max(case.received_at, cut_off), case.file.name


def counting_digests(delivery: Delivery) -> frozenset[str]:
    """Digests of the files that make a later file with the same bytes a duplicate. Nothing is read."""
    return frozenset(case.file.digest for case in open_cases(delivery) if case.makes_duplicates)


def dated_claimed_files(delivery: Delivery) -> list[DeliveredFile]:
    """The files of a delivery that are for something, and of which it is known when they came."""
    return [file for file in delivery.files if file.received_at and any(roles_of(file.name, delivery.contract))]


def _close_at_once(case: FileCase) -> None:
    contract, file = case.delivery.contract, case.file
    if contract is None:
        case.refuse(FileRefusal("no_contract_in_force", Reason("contract_absent")))
    elif file.fault:
        case.refuse(file.fault)
    elif case.role is None:
        globs = {"leads": contract.leads.path, "consent_proofs": contract.consent_proofs.path}
        case.refuse(FileRefusal("file_unclaimed", Reason("name_unclaimed", **globs)))


def _supersede(all_cases: Sequence[FileCase], role: str, delivery: Delivery, shown: Mapping[str, str]) -> None:
    """The highest numbered manifest that lists files of a role, and came in time, makes the role's other files old."""
    cases = [case for case in all_cases if case.role == role]
    manifests: dict[Manifest, datetime] = {}
    for case in all_cases:
        if case.file.manifest:
            came_at = manifests.get(case.file.manifest, case.received_at)
            manifests[case.file.manifest] = min(came_at, case.received_at)
    if not manifests:
        return
    names = [case.file.name for case in cases]
    plain = [manifest for manifest in manifests if not manifest.is_numbered]
    base = max((manifest.sequence for manifest in plain), default=0)
    numbered = {m: came_at for m, came_at in manifests.items() if m.is_numbered and m.sequence > base}
    originals = [case for case in all_cases if case.file.name not in _files_listed(numbered, names, plain)]
    could_be_corrected = partial(LastWord(originals, delivery).is_in_time, role=role)
    corrections = _in_time(numbered, cases, could_be_corrected)
    if not corrections:
        return
    latest = max(corrections, key=lambda manifest: (manifest.sequence, manifest.name))
    current, late = latest.places(names), _files_listed(corrections, names, plain)
    for case in cases:
        case.is_correction = case.file.name in late and could_be_corrected(case.received_at)
        if case.file.name not in current and case.is_to_be_read:
            case.status, case.left_out = "superseded", Reason("file_replaced", manifest=shown[latest.name])


def _in_time(
    numbered: Mapping[Manifest, datetime], cases: Sequence[FileCase], could_be_corrected: Callable[[datetime], bool]
) -> list[Manifest]:
    """Those of the numbered manifests that came, as all files of a role that they list, while these could be corrected.

    A name that was overwritten later came in time if its first bytes did.
    """
    arrivals: dict[str, datetime] = {}
    for case in cases:
        arrivals[case.file.name] = min(case.received_at, arrivals.get(case.file.name, case.received_at))
    found = [(manifest, came_at, manifest.places(arrivals)) for manifest, came_at in numbered.items()]
    return [
        manifest
        for manifest, came_at, listed in found
        if listed and could_be_corrected(max(came_at, *(arrivals[name] for name in listed)))
    ]


def _files_listed(manifests: Iterable[Manifest], names: Sequence[str], but: Iterable[Manifest] = ()) -> set[str]:
    """Those of some names that manifests list, but for those that others list, too."""
    listed = {name for manifest in manifests for name in manifest.places(names)}
    return listed - {name for manifest in but for name in manifest.places(names)}


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
