"""The intake in pieces: however the rows come and wherever they wait, the result is that of all at once."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.arrays import sorted_rows
from pipelines.arrays.sorted_run_files import SortedRunFiles
from pipelines.contracts.contract import FileTerms
from pipelines.deliveries.files import DeliveredFile, Delivery
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import RawChunk, RawFile
from pipelines.identifiers.shown_names import shown_file_names
from pipelines.intake import blocks as intake_blocks
from pipelines.intake.days import IntakeDay, take_in_days
from pipelines.vocabulary.reasons import Reason
from tests.support.intake_boxes import (
    DAY,
    HASHER,
    LEAD_COLUMNS,
    NOON,
    Box,
    PublishedTables,
    contract,
    csv_bytes,
    file_terms,
    lead,
    proof,
    refusals,
    rows,
    statuses,
    taken_in,
)

TOMORROW = DAY + timedelta(days=1)
REFERENCES = st.lists(st.sampled_from(["A", "B", "C", "D", "", "jean@x.fr"]), max_size=12)
DAYS = st.lists(st.lists(REFERENCES, min_size=1, max_size=3), min_size=1, max_size=3)


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of three rows, runs of one block, pieces of two rows."""
    monkeypatch.setattr(intake_blocks, "BLOCK_ROWS", 3)
    monkeypatch.setattr(sorted_rows, "SLAB_ROWS", 2)
    monkeypatch.setattr(sorted_rows, "LARGE_SLAB_ROWS", 2)
    monkeypatch.setattr(sorted_rows, "RUN_BYTES", 1)


class Chunked(Box):
    """A box whose files come in chunks of a few rows; some turn out to be unreadable on the way."""

    def __init__(self, size: int, failing: Sequence[str] = (), **files: bytes) -> None:
        super().__init__(**files)
        self.size, self.failing = size, failing

    def read(self, file: DeliveredFile, terms: FileTerms) -> RawFile | FileRefusal:
        raw = super().read(file, terms)
        if isinstance(raw, FileRefusal):
            return raw
        return replace(raw, chunks=lambda: self._chunks(file.name, raw))

    def _chunks(self, name: str, raw: RawFile) -> Iterator[RawChunk]:
        for chunk in raw.chunks():
            for start in range(0, chunk.table.num_rows, self.size):
                yield chunk.part(start, self.size)
        if name in self.failing:
            raise FileRefusedError(FileRefusal("file_undecodable", Reason("file_broken")))


def leads_of(references: Sequence[str], first: int = 0) -> bytes:
    """Leads with these references; every third of them is bad for a reason of its own."""
    delivered = [
        lead(first + place, Réf=reference, Date="hier" if place % 3 == 2 else "2026-08-10T09:00:00Z")
        for place, reference in enumerate(references)
    ]
    return csv_bytes(delivered, list(lead(0)))


def deliveries_of(days: Sequence[Sequence[Sequence[str]]]) -> tuple[dict[str, bytes], list[tuple[date, list[str]]]]:
    contents = {
        f"leads-{day}-{number}.csv": leads_of(references, 10 * day + number)
        for day, files in enumerate(days)
        for number, references in enumerate(files)
    }
    names = [
        (DAY + timedelta(days=day), [f"leads-{day}-{n}.csv" for n in range(len(files))])
        for day, files in enumerate(days)
    ]
    return contents, names


def same(one: PublishedTables, other: PublishedTables) -> None:
    for table, frame in vars(one).items():
        pd.testing.assert_frame_equal(frame, getattr(other, table))


@settings(max_examples=8, deadline=None)
@given(DAYS, st.integers(1, 4), st.integers(1, 5), st.booleans(), st.integers(1, 4))
def test_chunks_blocks_and_runs_of_any_size_give_what_all_at_once_gives(
    tmp_path_factory: pytest.TempPathFactory,
    days: list[list[list[str]]],
    size: int,
    block: int,
    is_spilled: bool,
    most: int,
) -> None:
    contents, names = deliveries_of(days)
    box = Box(**contents)
    deliveries = [
        Delivery(day, contract(), tuple(box.file(name, datetime(2026, 9, 1, tzinfo=NOON.tzinfo)) for name in files))
        for day, files in names
    ]
    limits = Limits(rejected_rows=most)
    whole = taken_in(deliveries, read=box.read, limits=limits)
    spills = SortedRunFiles(tmp_path_factory.mktemp("aside"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake_blocks, "BLOCK_ROWS", block)
        patch.setattr(sorted_rows, "SLAB_ROWS", 2)
        patch.setattr(sorted_rows, "RUN_BYTES", 1)
        set_aside = spills.set_aside if is_spilled else None
        same(taken_in(deliveries, read=Chunked(size, **contents).read, set_aside=set_aside, limits=limits), whole)


@settings(max_examples=8, deadline=None, derandomize=True)
@given(DAYS, st.sampled_from([2, 3]))
def test_any_number_of_threads_gives_what_one_gives(days: list[list[list[str]]], threads: int) -> None:
    contents, names = deliveries_of(days)
    box = Chunked(2, ("leads-0-1.csv",), **contents)
    deliveries = [Delivery(day, contract(), tuple(box.file(name, NOON) for name in files)) for day, files in names]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake_blocks, "BLOCK_ROWS", 2)
        same(taken_in(deliveries, read=box.read, threads=threads), taken_in(deliveries, read=box.read))


@settings(max_examples=25, deadline=None)
@given(DAYS)
def test_of_equal_references_in_a_delivery_all_but_the_first_by_file_and_row_are_rejected(
    days: list[list[list[str]]],
) -> None:
    contents, names = deliveries_of(days)
    expected = set()
    for day, files in names:
        seen: set[str] = set()
        for name, references in zip(files, days[(day - DAY).days], strict=True):
            for number, reference in enumerate(references, 1):
                if reference in ("", "jean@x.fr"):
                    continue
                if reference in seen:
                    expected.add((day, name, number))
                seen.add(reference)
    box = Box(**contents)
    deliveries = [Delivery(day, contract(), tuple(box.file(name, None) for name in files)) for day, files in names]
    intake = taken_in(deliveries, read=box.read)
    read = rows(intake.deliveries, "delivery_date", "file_digest", "file_name", "status")
    file_of = {(day, digest): name for day, digest, name, status in read if status.startswith("accepted")}
    names_read = {(day, name) for (day, _), name in file_of.items()}
    found = {
        (day, file_of[day, digest], number)
        for day, digest, number, reason in rows(
            intake.rejected_rows, "delivery_date", "file_digest", "row_number", "reason"
        )
        if reason == "lead_id_repeated"
    }
    if len(names_read) == len(contents):  # none is a duplicate of another
        assert found == expected


def test_a_repeated_row_keeps_its_other_reasons_and_counts_once(narrow: None) -> None:
    box = Box(**{"leads.csv": csv_bytes([lead(1), lead(1, Date="", Courriel="x", Tél=""), lead(1), lead(2)])})
    intake = box.take(contract())
    assert refusals(intake) == [
        (2, "lead_id_repeated", "lead_id"),
        (2, "no_valid_identifier", None),
        (2, "required_missing", "collected_at"),
        (3, "lead_id_repeated", "lead_id"),
    ]
    assert rows(intake.deliveries, "rows_received", "rows_accepted", "rows_rejected") == [(4, 2, 2)]


@pytest.mark.fault(
    area="files", fault="A file turns out to be bad after many good rows", promise="Nothing of it counts."
)
def test_of_a_file_refused_while_it_is_read_nothing_counts(narrow: None) -> None:
    good, cut_off = [lead(n) for n in range(8)], [lead(n, CP="69003") for n in range(4)]
    files = {"leads-a.csv": csv_bytes([*cut_off, lead(9, Date="")]), "leads-b.csv": csv_bytes(good)}
    box = Chunked(2, failing=["leads-a.csv"], **files)
    late = {"leads-a.csv": NOON + timedelta(hours=5)}
    intake = box.take(contract(), files=box.files(received=late))
    assert statuses(intake) == {"leads-a.csv": "refused", "leads-b.csv": "accepted"}
    assert rows(intake.leads, "lead_id", "postal_code", "delivered_at") == [
        (f"L{n}", "75001", NOON.replace(tzinfo=None)) for n in range(8)
    ]
    assert refusals(intake) == [(None, "file_undecodable", None)]
    assert rows(intake.deliveries, "rows_received", "rows_rejected", "reason") == [
        (None, None, "file_undecodable"),
        (8, 0, None),
    ]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (Limits(rows=3), "at most 3 data rows (OPPOSABLE_MAX_ROWS)"),
        (Limits(columns=6), "at most 6 columns (OPPOSABLE_MAX_COLUMNS)"),
        (Limits(cell_characters=20), "at most 20 characters in a cell (OPPOSABLE_MAX_CELL_CHARACTERS)"),
    ],
)
def test_what_exceeds_a_limit_refuses_the_file_by_name(limits: Limits, expected: str) -> None:
    box = Box(**{"leads.csv": csv_bytes([lead(n, Courriel="é" * 10 + f"{n}@exemple.fr") for n in range(4)])})
    intake = box.take(contract(), limits=limits)
    assert rows(intake.rejected_rows, "row_number", "reason", "expected") == [(None, "limit_exceeded", expected)]
    assert len(intake.leads) == 0


def test_a_cell_is_measured_in_characters_not_bytes() -> None:
    box = Box(**{"leads.csv": csv_bytes([lead(1, CP="é" * 20)])})
    assert statuses(box.take(contract(), limits=Limits(cell_characters=20))) == {"leads.csv": "accepted"}


def test_every_row_of_a_file_in_which_all_fail_is_told_with_every_reason() -> None:
    """The expectation is counted by itself: each row lacks a reference, a date and both identifiers."""
    count = 3_000
    rng = random.Random(5)
    references = [rng.choice(["", "jean@x.fr"]) for _ in range(count)]
    dates = [rng.choice(["", "hier"]) for _ in range(count)]
    delivered = [
        lead(n, Réf=reference, Date=when, Courriel="x", Tél="")
        for n, (reference, when) in enumerate(zip(references, dates, strict=True))
    ]
    intake = Box(**{"leads.csv": csv_bytes(delivered)}).take(contract())
    expected = [
        (number, reason, column)
        for number, (reference, when) in enumerate(zip(references, dates, strict=True), 1)
        for reason, column in sorted(
            [
                ("no_valid_identifier", None),
                ("required_missing" if reference == "" else "required_invalid", "lead_id"),
                ("required_missing" if when == "" else "required_invalid", "collected_at"),
            ],
            key=lambda why: (why[0], why[1] or "~"),
        )
    ]
    assert refusals(intake) == expected
    assert rows(intake.deliveries, "rows_received", "rows_accepted", "rows_rejected") == [(count, 0, count)]


@pytest.mark.parametrize(
    ("hours", "is_recorded", "is_rejected"), [(24, True, False), (25, True, True), (99, False, False)]
)
def test_a_lead_collected_more_than_a_day_after_its_file_came_is_bad(
    hours: int, is_recorded: bool, is_rejected: bool
) -> None:
    when = NOON + timedelta(hours=hours)
    box = Box(**{"leads.csv": csv_bytes([lead(1, Date=f"{when:%Y-%m-%dT%H:%M:%SZ}"), lead(2)])})
    intake = box.take(contract(), files=(box.file("leads.csv", NOON if is_recorded else None),))
    found = rows(intake.rejected_rows, "row_number", "reason", "column", "expected")
    why = (1, "required_invalid", "collected_at", "a date and time not after the delivery")
    assert found == ([why] if is_rejected else [])


@dataclass
class Ledger:
    """A vault that writes down what it is told."""

    told: list[tuple[str, date, list[tuple[object, ...]]]] = field(default_factory=list)

    def add(self, vendor: str, day: date, identifiers: pa.Table) -> None:
        assert vendor == "acme"
        self.told.append(("add", day, [tuple(row.values()) for row in identifiers.to_pylist()]))

    def publish(self, vendor: str, day: date) -> None:
        self.told.append(("publish", day, []))


def test_the_vault_gets_the_identifiers_of_accepted_leads_day_by_day_before_the_day_is_published() -> None:
    box = Box(**{"leads-1.csv": csv_bytes([lead(1), lead(2, Date="")]), "leads-2.csv": csv_bytes([lead(3, Tél="")])})
    first, second = box.files()
    vault = Ledger()
    days = take_in_days(
        "acme",
        [Delivery(DAY, contract(), (first,)), Delivery(TOMORROW, contract(), (second,))],
        read=box.read,
        first_delivered_on={},
        hasher=HASHER,
        vault=vault,
    )
    one = ("L1", "a1@x.fr", "+33612345601", None, None, None, first.digest, 1)
    three = ("L3", "a3@x.fr", None, None, None, None, second.digest, 1)
    added = [("add", DAY, [one]), ("add", TOMORROW, [three])]
    assert next(days).day == DAY
    assert vault.told == [*added, ("publish", DAY, [])]
    assert next(days).day == TOMORROW
    assert vault.told[3:] == [("publish", TOMORROW, [])]


def published(day: IntakeDay) -> None:
    for stream in day.tables.values():
        list(stream)


def test_the_counts_of_a_role_are_its_own() -> None:
    box = Box(
        **{
            "leads.csv": csv_bytes([lead(1), lead(1), lead(2, Date="")]),
            "consent_proofs.csv": csv_bytes([proof(1), proof(2, at="hier")]),
        }
    )
    delivery = Delivery(DAY, contract(), box.files())
    (day,) = take_in_days("acme", [delivery], read=box.read, first_delivered_on={}, hasher=HASHER)
    with pytest.raises(ValueError, match="before the tables are read"):
        day.counts("leads")
    published(day)
    assert day.counts("leads") == {
        "dagster/row_count": 1,
        "files": 1,
        "rows rejected": 2,
        "not simply accepted": "accepted_with_rejects",
        "reason lead_id_repeated": 1,
        "reason required_missing": 1,
    }
    assert day.counts("consent_proofs") == {
        "dagster/row_count": 1,
        "files": 1,
        "rows rejected": 1,
        "not simply accepted": "accepted_with_rejects",
        "reason required_invalid": 1,
    }


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["leads_20260811.csv", "leads-2026-08-11.csv"], ["leads-2026-08-11.csv", "leads_20260811.csv"]),
        (["leads_20260811T103000.csv.gz", "1786435200.csv"], ["1786435200.csv", "leads_20260811T103000.csv.gz"]),
        (["sub/leads jean.d@x.fr.csv.gz"], ["sub/leads [email].csv.gz"]),
        (["jean@x.fr.csv", "luc@x.fr.csv"], ["[email].csv", "[email].csv (2)"]),
        (["[email].csv", "jean@x.fr.csv"], ["[email].csv", "[email].csv (2)"]),
        (["leads_0612345678.csv"], ["leads_[phone].csv"]),
        (["leads 06 12 34 56 78.xlsx"], ["leads [phone].xlsx"]),
        (["leads+33612345678.csv", "x-0033612345678.csv"], ["leads[phone].csv", "x-[phone].csv"]),
    ],
)
def test_identifiers_in_file_names_are_masked_and_names_stay_distinct(names: list[str], shown: list[str]) -> None:
    masked = shown_file_names(names)
    assert [masked[name] for name in sorted(names)] == shown
    assert len(set(masked.values())) == len(names)


def test_a_files_name_is_masked_wherever_it_is_told() -> None:
    content = csv_bytes([lead(1)])
    manifest = b'{"files": [{"name": "leads-jean@x.fr.csv", "sha256": "00"}]}'
    intake = Box(**{"leads-jean@x.fr.csv": content, "manifest.json": manifest}).take(contract())
    assert rows(intake.deliveries, "file_name", "reason") == [
        ("[email].csv", None),
        ("manifest.json", "[email].csv: not the announced SHA-256"),
    ]


# --- rows in order ---------------------------------------------------------------------------------------------------

KEYS = ("name", "number")
ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["a", "b", "é", "z", None]), st.integers(0, 9)), max_size=60
)


def as_table(found: Sequence[tuple[int, str | None, int]]) -> pa.Table:
    columns = list(zip(*found, strict=True)) or [(), (), ()]
    return pa.table(
        {
            "delivery_date": pa.array([DAY + timedelta(days=day) for day in columns[0]], pa.date32()),
            "name": pa.array(columns[1], pa.string()),
            "number": pa.array(columns[2], pa.int64()),
        }
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(ROWS, max_size=6), st.sampled_from([1, 400, 1 << 30]), st.booleans())
def test_rows_come_back_day_by_day_in_order_with_nulls_last(
    tmp_path_factory: pytest.TempPathFactory,
    parts: list[list[tuple[int, str | None, int]]],
    run_bytes: int,
    is_spilled: bool,
) -> None:
    spills = SortedRunFiles(tmp_path_factory.mktemp("aside"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorted_rows, "SLAB_ROWS", 3)
        shelf = sorted_rows.SortedRows(KEYS, spills.set_aside if is_spilled else None, run_bytes)
        for part in parts:
            shelf.add(as_table(part))
        found = [
            tuple(row.values())
            for day in range(3)
            for piece in shelf.of(DAY + timedelta(days=day))
            for row in piece.to_pylist()
        ]
    every = [(DAY + timedelta(days=day), name, number) for part in parts for day, name, number in part]
    assert found == sorted(every, key=lambda row: (row[0], row[1] is None, row[1] or "", row[2]))


def test_what_is_set_aside_has_no_name_once_it_is_written(tmp_path: Path) -> None:
    run = SortedRunFiles(tmp_path / "aside").set_aside(
        iter([as_table([(0, "a", 1), (0, "b", 2)]), as_table([(1, "c", 3)])])
    )
    assert list((tmp_path / "aside").iterdir()) == []
    assert [row["number"] for piece in run.rows(1, 3) for row in piece.to_pylist()] == [2, 3]


def test_no_identifier_is_ever_set_aside(narrow: None) -> None:
    kept: list[pa.Table] = []

    @dataclass(frozen=True)
    class Held:
        table: pa.Table

        def rows(self, start: int, end: int) -> Iterator[pa.Table]:
            yield self.table.slice(start, end - start)

    def keep(pieces: Iterator[pa.Table]) -> Held:
        kept.append(pa.concat_tables(pieces))
        return Held(kept[-1])

    columns = {**LEAD_COLUMNS, "first_name": "Prénom", "last_name": "Nom"}
    terms = contract(leads=file_terms("leads", columns))
    marked: list[Mapping[str, str]] = [
        {**lead(n, Courriel=f"canari{n}@x.fr", Tél=f"06987654{n:02d}"), "Prénom": "Canari", "Nom": "CANARI"}
        for n in range(9)
    ]
    bad = [{**row, "Date": "canari"} for row in marked]
    Box(**{"leads.csv": csv_bytes([*marked, *bad])}).take(terms, set_aside=keep)
    text = "".join(str(table.to_pylist()) for table in kept).lower()
    assert kept
    assert "canari" not in text
    assert "987654" not in text


def test_ranks_of_digests_stand_for_them(narrow: None) -> None:
    """Proofs may repeat a reference: then the digest orders them, not the name."""
    files = {f"consent_proofs-{n}.csv": csv_bytes([proof(1, at=f"2026-08-10T09:00:0{n}Z")]) for n in range(6)}
    intake = Box(**files).take(contract())
    digests = [digest for (digest,) in rows(intake.consent_proofs, "file_digest")]
    assert digests == sorted(digests)
    assert len(np.unique(digests)) == len(files)
