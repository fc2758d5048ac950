"""Rejected rows in bounded room: whatever was delivered, counts are exact, and lines no more than the limit allows."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.formats.limits import Limits
from pipelines.intake.refusals import REFUSALS, Rejection, refused_rows
from pipelines.intake.rejected_lines import told_lines
from pipelines.vocabulary.reasons import Reason
from tests.support.intake_boxes import Box, contract, lead, rows, take_leads, with_leads

CAUSES = (("required_missing", "lead_id"), ("required_missing", "collected_at"), ("no_valid_identifier", None))
FILES = st.lists(st.lists(st.sets(st.integers(0, 2)), max_size=14), min_size=1, max_size=3)
"""Files of rows, each with the places of its causes."""
PLACE = ("row_number", "last_row_number", "row_count", "reason", "column", "lead_id", "sheet_row")


@dataclass(frozen=True)
class Placed:
    """Rows of files, in order."""

    files: pa.Array
    row_numbers: pa.Array

    @property
    def sheet_rows(self) -> pa.Array:
        return pa.array(np.asarray(self.row_numbers) + 1)


def block_lines(block: Sequence[tuple[int, int, set[int]]], most: int) -> pa.Table:
    files, numbers = ([row[place] for row in block] for place in (0, 1))
    placed = Placed(pa.array(files, pa.int64()), pa.array(numbers, pa.int64()))
    rejections = [
        Rejection(np.array([place in causes for _, _, causes in block], np.bool_), *cause, Reason("value"))
        for place, cause in enumerate(CAUSES)
    ]
    return refused_rows(rejections, placed, pa.array([f"L{number}" for number in numbers], pa.string()), most)


def told(files: Sequence[Sequence[set[int]]], most: int, block: int, piece: int) -> list[dict[str, Any]]:
    """The lines of files that are read in blocks of rows, and told in pieces of lines."""
    every = [(file, number, causes) for file, found in enumerate(files) for number, causes in enumerate(found, 1)]
    parts = [block_lines(every[start : start + block], most) for start in range(0, len(every), block)]
    whole = pa.concat_tables([REFUSALS.empty_table(), *parts]).sort_by(
        [(name, "ascending") for name in ("file", "row_number", "reason", "column")]
    )
    pieces = (whole.slice(start, piece) for start in range(0, whole.num_rows, piece))
    rejected = np.array([sum(map(bool, found)) for found in files])
    return [line for lines in told_lines(iter(pieces), rejected, most) for line in lines.to_pylist()]


def rows_told(line: dict[str, Any]) -> Iterator[int]:
    """The rows of a line without gaps; none of a line that only counts them."""
    if line["row_count"] == line["last_row_number"] - line["row_number"] + 1:
        yield from range(line["row_number"], line["last_row_number"] + 1)


@pytest.mark.fault(
    area="files",
    fault="Files of bad rows only, in any order and number",
    promise="Counts by reason are exact, the first rows have a line each, the others share lines that are true.",
)
@settings(max_examples=200, deadline=None)
@given(FILES, st.integers(1, 4), st.integers(1, 9), st.integers(1, 9))
def test_however_rows_come_counts_are_exact_and_each_line_is_true(
    files: list[list[set[int]]], most: int, block: int, piece: int
) -> None:
    lines = told(files, most, block, piece)
    assert lines == told(files, most, block=100, piece=100)
    for file, found in enumerate(files):
        ours = [line for line in lines if line["file"] == file]
        cause_counts, reason_counts, rejected_count = Counter[Any](), Counter[str](), 0
        for line in ours:
            cause_counts[line["reason"], line["column"]] += line["row_count"]
            reason_counts[line["reason"]] += line["reason_row_count"]
            rejected_count += line["rejected_row_count"]
        causes = [{CAUSES[place] for place in row} for row in found]
        assert cause_counts == Counter(cause for row in causes for cause in row)
        assert reason_counts == Counter(reason for row in causes for reason in {reason for reason, _ in row})
        assert rejected_count == sum(map(bool, found))
        for line in ours:
            cause = (line["reason"], line["column"])
            has_it = [number for number, row in enumerate(causes, 1) if cause in row]
            assert set(rows_told(line)) <= set(has_it)
            assert {line["row_number"], line["last_row_number"]} <= set(has_it)
            assert (line["sheet_row"], line["lead_id"]) == (
                line["row_number"] + 1,
                f"L{line['row_number']}" if line["row_count"] == 1 else None,
            )
        firsts = [number for number, row in enumerate(causes, 1) if row][:most]
        singles = [(line["row_number"], line["reason"], line["column"]) for line in ours if line["row_count"] == 1]
        assert {(number, *cause) for number in firsts for cause in causes[number - 1]} <= set(singles)
        assert len(ours) <= sum(len(causes[number - 1]) for number in firsts) + most + len(CAUSES)
    assert lines == sorted(lines, key=lambda line: (line["file"], line["row_number"], line["reason"]))


def bad(*numbers: int, count: int = 12) -> list[dict[str, str]]:
    return [lead(number, Date="" if number in numbers else "2026-08-10T09:00:00Z") for number in range(1, count + 1)]


def told_of(delivered: list[dict[str, str]], most: int) -> list[tuple[Any, ...]]:
    intake = take_leads(*delivered, limits=Limits(rejected_rows=most))
    return rows(intake.rejected_rows, *PLACE)


def test_up_to_the_limit_each_row_has_its_line() -> None:
    """Rows 2, 3 and 9 lack their date."""
    expected = [(n, n, 1, "required_missing", "collected_at", f"L{n}", n + 1) for n in (2, 3, 9)]
    assert told_of(bad(2, 3, 9), most=3) == expected


def test_rows_beyond_the_limit_that_follow_one_another_share_a_line() -> None:
    """Of rows 2 to 6 and 9, the first has a line, then two runs."""
    assert told_of(bad(2, 3, 4, 5, 6, 9), most=2) == [
        (2, 2, 1, "required_missing", "collected_at", "L2", 3),
        (3, 3, 1, "required_missing", "collected_at", "L3", 4),
        (4, 6, 3, "required_missing", "collected_at", None, 5),
        (9, 9, 1, "required_missing", "collected_at", "L9", 10),
    ]


def test_runs_beyond_the_limit_leave_one_line_that_counts_what_is_left() -> None:
    """One row, one run, and rows 6, 8, 9 and 12 together."""
    assert told_of(bad(2, 4, 6, 8, 9, 12), most=1) == [
        (2, 2, 1, "required_missing", "collected_at", "L2", 3),
        (4, 4, 1, "required_missing", "collected_at", "L4", 5),
        (6, 12, 4, "required_missing", "collected_at", None, 7),
    ]


def test_repeated_references_are_counted_among_the_others() -> None:
    """Rows 3 to 6 repeat row 1; row 4 lacks its date, too: four rejected rows, five reasons."""
    delivered = [
        lead(n, Réf="A" if n != 2 else "B", Date="" if n == 4 else "2026-08-10T09:00:00Z") for n in range(1, 7)
    ]
    intake = take_leads(*delivered, limits=Limits(rejected_rows=1))
    counted = rows(intake.rejected_rows, "row_number", "last_row_number", "row_count", "rejected_row_count", "reason")
    assert counted == [
        (3, 3, 1, 1, "lead_id_repeated"),
        (4, 6, 3, 2, "lead_id_repeated"),
        (4, 4, 1, 1, "required_missing"),
    ]
    assert rows(intake.deliveries, "rows_received", "rows_accepted", "rows_rejected") == [(6, 2, 4)]


@pytest.mark.fault(
    area="files",
    fault="A small file of a million empty rows",
    promise="It is told in as many lines as one of fifty: lake and receipt stay small.",
)
@pytest.mark.parametrize("count", [50, 3_000])
def test_a_file_of_empty_rows_is_told_in_as_many_lines_however_long_it_is(count: int) -> None:
    """Two rows with three reasons each, then a run of each reason: of two fields that lack, and of no identifier."""
    blank = dict.fromkeys(lead(0), "") | {"CP": "75001"}
    intake = take_leads(*[blank] * count, terms=with_leads(), limits=Limits(rejected_rows=2))
    assert len(intake.rejected_rows) == 2 * 3 + 2 + 1
    assert sum(intake.rejected_rows["rejected_row_count"]) == count
    missing = intake.rejected_rows[intake.rejected_rows["reason"] == "required_missing"]
    assert (sum(missing["reason_row_count"]), sum(missing["row_count"])) == (count, 2 * count)


def test_a_malformed_row_is_one_of_the_first_or_of_a_run() -> None:
    content = "Réf,Date,Courriel,Tél,CP,Canaux,Cible\n" + "x,y\n" * 5
    intake = Box(**{"leads.csv": content.encode()}).take(contract(), limits=Limits(rejected_rows=2))
    assert rows(intake.rejected_rows, "row_number", "last_row_number", "rejected_row_count", "reason") == [
        (1, 1, 1, "row_malformed"),
        (2, 2, 1, "row_malformed"),
        (3, 5, 3, "row_malformed"),
    ]
    assert rows(intake.deliveries, "rows_rejected") == [(5,)]
