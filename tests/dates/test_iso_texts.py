"""Delivered dates as ISO 8601 text: what they leave open stays open."""

from datetime import date, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dates.iso_texts import in_other_order, iso_texts


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("03/04/2026", "dd/MM/yyyy", "2026-04-03"),
        ("03/04/2026", "MM/dd/yyyy", "2026-03-04"),
        (" 03/04/2026 ", "dd/MM/yyyy", "2026-04-03"),
        ("29/03/2026 02:30", "dd/MM/yyyy HH:mm", "2026-03-29T02:30:00"),  # an hour that Paris skips stays as told
        ("3/4/26 9:05 PM", "d/M/yy h:mm a", "2026-04-03T21:05:00"),
        ("2026-04-03 10:00:00 +02:00", "yyyy-MM-dd HH:mm:ss XXX", "2026-04-03T08:00:00Z"),
        ("1775203200", "epoch_seconds", "2026-04-03T08:00:00Z"),
        ("03/04/2026", "dd/MM/yyyy[ HH:mm]", "2026-04-03"),
        ("03/04/2026 10:00", "dd/MM/yyyy[ HH:mm]", "2026-04-03T10:00:00"),
        ("2026-04-03", "dd/MM/yyyy", None),
        ("31/02/2026", "dd/MM/yyyy", None),
        ("", "dd/MM/yyyy", None),
    ],
)
def test_a_date_stays_a_date_and_a_local_time_a_local_time(text: str, pattern: str, expected: str | None) -> None:
    (found,) = iso_texts(pa.array([text]), pattern).to_pylist()
    assert (found and found.replace(".000000", "")) == expected


@given(st.dates(date(1970, 1, 1), date(2099, 12, 31)))
def test_every_date_is_read_in_both_orders(day: date) -> None:
    for form, pattern in (("%d/%m/%Y", "dd/MM/yyyy"), ("%m/%d/%Y", in_other_order("dd/MM/yyyy"))):
        assert iso_texts(pa.array([day.strftime(form)]), pattern).to_pylist() == [day.isoformat()]


@given(st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31)))
def test_every_local_time_is_kept(local: datetime) -> None:
    whole = local.replace(microsecond=0)
    (found,) = iso_texts(pa.array([whole.strftime("%d.%m.%Y %H:%M:%S")]), "dd.MM.yyyy HH:mm:ss").to_pylist()
    assert datetime.fromisoformat(found) == whole
