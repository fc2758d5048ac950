"""Dates that read both day first and month first: what a column gives away, and what is left in doubt."""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa
import pytest

from pipelines.contracts.contract import FieldTerms
from pipelines.intake.date_orders import DATE_ORDERS, ambiguous_fields, date_orders, swapped_pattern
from pipelines.intake.fields import Fields, Rows
from tests.support.intake_boxes import contract, file_terms

DAY_FIRST = "dd/MM/yyyy"
MONTH_FIRST = "MM/dd/yyyy"
ARRIVED = datetime(2026, 9, 1, 6)


def fields_of(
    dates: Sequence[str | None],
    *,
    pattern: str | None = DAY_FIRST,
    field: str = "collected_at",
    files: Sequence[int] | None = None,
    received_at: datetime | None = ARRIVED,
    format_: str = "csv",
) -> Fields:
    terms = file_terms("leads", {}, format=format_, fields=(FieldTerms(field, field, format=pattern),))
    count = len(dates)
    rows = Rows(
        contract=contract(leads=terms),
        terms=terms,
        texts=pa.table({field: pa.array(dates, pa.string())}),
        files=pa.array(files or [0] * count, pa.int64()),
        row_numbers=pa.array(range(1, count + 1), pa.int64()),
        sheet_rows=pa.nulls(count, pa.int64()),
        received_at=pa.array([received_at] * count, pa.timestamp("us")),
    )
    return Fields(rows)


def is_ambiguous(fields: Fields) -> bool:
    found = ambiguous_fields(date_orders(fields))
    assert found in ({}, {0: fields.names()})
    return bool(found)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["12/08/2026", "13/08/2026"], False),
        (["12/08/2026", "08/13/2026"], True),  # 13 August written month first: so 12/08 may be 8 December
        (["08/13/2026"], False),  # nothing else that could be read wrongly: it is only bad
        (["08/08/2026", "08/13/2026"], False),  # the same day in both orders
        (["25/08/2026", "08/25/2026"], False),
        (["12/08/2026", "45/08/2026", "", None, "néant"], False),
        (["12/08/2026", "13/13/2026"], False),
        (["05/12/2026"], True),  # 5 December lies after the arrival on 1 September, 12 May does not
        (["05/12/2027"], False),  # both lie after it: wrong, but not for its order
        (["12/05/2026"], False),
        ([], False),
    ],
)
def test_what_reads_in_one_order_only_tells_of_the_others(dates: list[str | None], expected: bool) -> None:
    assert is_ambiguous(fields_of(dates)) == expected
    swapped = [date and "/".join([date[3:5], date[:2], date[6:]]) if date and "/" in date else date for date in dates]
    assert is_ambiguous(fields_of(swapped, pattern=MONTH_FIRST)) == expected


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["2026-08-12", "2026-08-13T10:00:00Z", None], False),
        (["12/08/2026", "13/08/2026"], False),  # bad, but the day is evidently first
        (["12/08/2026", "11.08.2026 10:05"], True),  # nothing tells
        (["12-08-2026", "08/13/2026"], True),  # nor where the orders are mixed
        (["12/08/2026", "13/08/2026", "08/13/2026"], True),
        (["08/08/2026"], False),
        (["12/08/26", "1/2/3/2026", "néant"], False),
    ],
)
def test_without_a_format_a_column_of_dates_like_12_08_2026_must_tell_by_itself(
    dates: list[str | None], expected: bool
) -> None:
    assert is_ambiguous(fields_of(dates, pattern=None)) == expected


def test_a_date_after_the_arrival_says_nothing_where_that_is_not_recorded_or_the_field_looks_ahead() -> None:
    assert not is_ambiguous(fields_of(["05/12/2026"], received_at=None))
    assert not is_ambiguous(fields_of(["05/12/2026"], field="period_end"))


def test_times_and_offsets_stay_with_their_date() -> None:
    pattern = "HH:mm dd.MM.yyyy"
    assert is_ambiguous(fields_of(["10:05 12.08.2026", "10:05 08.13.2026"], pattern=pattern))
    assert not is_ambiguous(fields_of(["13:05 12.08.2026", "12:05 10.07.2026"], pattern=pattern))
    assert is_ambiguous(fields_of(["1/2/26 3:04 PM", "1/31/26 3:04 PM"], pattern="d/M/yy h:mm a"))


def test_counts_of_chunks_and_files_add_up() -> None:
    first = date_orders(fields_of(["12/08/2026", "12/08/2026"], files=[4, 9]))
    second = date_orders(fields_of(["08/13/2026", "13/08/2026"], files=[4, 9]))
    assert first.schema == second.schema == DATE_ORDERS
    assert ambiguous_fields(first) == ambiguous_fields(second) == {}
    counts = [name for name in DATE_ORDERS.names if name not in ("file", "field")]
    grouped = (
        pa.concat_tables([first, second]).group_by(["file", "field"]).aggregate([(name, "sum") for name in counts])
    )
    assert ambiguous_fields(grouped.rename_columns(["file", "field", *counts])) == {4: ["collected_at"]}


@pytest.mark.parametrize(
    ("pattern", "swapped"),
    [
        ("dd/MM/yyyy HH:mm", "MM/dd/yyyy HH:mm"),
        ("M-d-yy", "d-M-yy"),
        ("HH:mm 'de' dd.MM.uuuu", "HH:mm 'de' MM.dd.uuuu"),
        ("d MMM yyyy", None),
        ("yyyy-MM-dd", None),
        ("EEE dd/MM/yyyy", None),
        ("epoch_seconds", None),
    ],
)
def test_only_numbers_before_the_year_can_change_places(pattern: str, swapped: str | None) -> None:
    assert swapped_pattern(pattern) == swapped


def test_dates_in_iso_8601_are_not_looked_at_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = fields_of(["2026-08-12T10:00:00Z", None], pattern=None)
    assert fields["collected_at"].is_missing.tolist() == [False, True]
    monkeypatch.setattr("pipelines.dates.instants.instants", None)
    monkeypatch.setattr("pipelines.intake.values.instants", None)
    assert date_orders(fields).num_rows == 0


@pytest.mark.fault(
    area="objections",
    fault="A column of dates can be read day first and month first",
    promise="That is a finding, never a guess.",
)
@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["2026-03-04T00:00:00", "13/04/2026"], True),  # the third of April, read with the month first
        (["2026-03-04", "13/04/2026 10:05"], True),
        (["2026-04-04T00:00:00", "13/04/2026"], False),  # the same day in both orders
        (["2026-03-14T00:00:00", "13/04/2026"], False),
        (["2026-03-04T00:00:00", "03/03/2026"], False),
        (["2026-03-04T00:00:00", "2026-03-05T00:00:00"], False),
        (["13/04/2026", "03/04/2026"], False),
        (["2026-03-04T00:00:00", "31/02/2026 25:61:00"], False),  # no date in any order
    ],
)
@pytest.mark.parametrize("pattern", [None, "dd/MM/yyyy"])
@pytest.mark.parametrize("format_", ["xlsx", "xls", "ods"])
def test_dates_of_a_workbook_beside_texts_with_the_day_first_are_in_doubt(
    dates: list[str | None], expected: bool, pattern: str | None, format_: str
) -> None:
    assert is_ambiguous(fields_of(dates, pattern=pattern, format_=format_)) == expected
