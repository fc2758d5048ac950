from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dates.date_regexes import UnsupportedPatternError, regex_of
from pipelines.dates.instants import instant, instants

FRENCH = "dd/MM/yyyy HH:mm[:ss]"


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        # summer time: Paris is UTC+2
        ("11/08/2026 10:05", FRENCH, "2026-08-11T08:05:00"),
        ("11/08/2026 10:05:09", FRENCH, "2026-08-11T08:05:09"),
        (" 11/08/2026 10:05 ", FRENCH, "2026-08-11T08:05:00"),
        # winter time: UTC+1
        ("11/01/2026 10:05", FRENCH, "2026-01-11T09:05:00"),
        ("2026-08-11T10:05:09.250Z", "yyyy-MM-dd'T'HH:mm:ss[.SSS]X", "2026-08-11T10:05:09.250000"),
        ("2026-08-11T10:05:09Z", "yyyy-MM-dd'T'HH:mm:ss[.SSS]X", "2026-08-11T10:05:09"),
        ("2026-08-11T10:05:09+0530", "yyyy-MM-dd'T'HH:mm:ss[.SSS]X", "2026-08-11T04:35:09"),
        ("2026-08-11T10:05:09-02:00", "yyyy-MM-dd'T'HH:mm:ssXXX", "2026-08-11T12:05:09"),
        ("1/2/26 3:04 PM", "d/M/yy h:mm a", "2026-02-01T14:04:00"),
        ("1/2/26 12:04 am", "d/M/yy h:mm a", "2026-01-31T23:04:00"),
        ("11/08/2026", "dd/MM/yyyy", "2026-08-10T22:00:00"),
        ("11 à 10h05, 08.2026", "dd 'à' HH'h'mm, MM.yyyy", "2026-08-11T08:05:00"),
        ("2026-08-11", None, "2026-08-10T22:00:00"),
        ("2026-08-11 10:05", None, "2026-08-11T08:05:00"),
        ("2026-08-11T10:05:09.123456789+02", None, "2026-08-11T08:05:09.123456"),
        ("2024-02-29", None, "2024-02-28T23:00:00"),
        ("9999-12-31", None, "9999-12-30T23:00:00"),
        ("12 août 2026", "d MMMM yyyy", "2026-08-11T22:00:00"),
        ("12 AOUT 2026", "dd MMM yyyy", "2026-08-11T22:00:00"),
        ("1er août 2026", "d MMMM yyyy", "2026-07-31T22:00:00"),
        ("3 sept. 2026 10:05", "d MMM yyyy HH:mm", "2026-09-03T08:05:00"),
        ("14 févr. 2026", "d MMM yyyy", "2026-02-13T23:00:00"),
        ("14\u00a0février\u00a02026", "d MMMM yyyy", "2026-02-13T23:00:00"),
        ("Aug 12, 2026 10:05 AM", "MMM d, yyyy h:mm a", "2026-08-12T08:05:00"),
        ("Aug 12, 2026 10:05\u202fp.m.", "MMM d, yyyy h:mm a", "2026-08-12T20:05:00"),
        ("12-May-26", "dd-MMM-yy", "2026-05-11T22:00:00"),
        ("mercredi 12 août 2026", "EEEE d MMMM yyyy", "2026-08-11T22:00:00"),
        ("Wed, 12 Aug 2026 10:05:00 +0200", "EEE, d MMM yyyy HH:mm:ss Z", "2026-08-12T08:05:00"),
        ("mer. 12 août 2026", "E d MMM yyyy", "2026-08-11T22:00:00"),
        ("1/2/69", "d/M/yy", "2069-01-31T23:00:00"),
        # 2026-08-12 is day 46246 of the spreadsheets
        ("46246", None, "2026-08-11T22:00:00"),
        ("46246.5", None, "2026-08-12T10:00:00"),
        ("46246.4201388889", None, "2026-08-12T08:05:00"),
        ("36526", None, "1999-12-31T23:00:00"),
        # date -u -d @1786519500 +%FT%T
        ("1786519500", "epoch_seconds", "2026-08-12T07:25:00"),
        ("1786519500123", "epoch_milliseconds", "2026-08-12T07:25:00.123000"),
        ("0", "epoch_seconds", "1970-01-01T00:00:00"),
        ("2026-08-12T10:05:00Z", "yyyy-MM-dd'T'HH:mm:ss'Z'", "2026-08-12T08:05:00"),  # a letter, says the contract
        ("2026-08-12T10:05:00Z", "yyyy-MM-dd'T'HH:mm:ssX", "2026-08-12T10:05:00"),
        ("2026-08-12T10:05:00z", None, "2026-08-12T10:05:00"),
        ("2026-08-12T10:05:00.25-0230", None, "2026-08-12T12:35:00.250000"),
        ("12.08.2026  10:05", "dd.MM.yyyy HH:mm", "2026-08-12T08:05:00"),
    ],
)
def test_a_date_and_time_is_read_as_the_contract_writes_it(text: str, pattern: str | None, expected: str) -> None:
    assert instant(text, pattern=pattern) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("31/02/2026 10:00", FRENCH),
        ("29/02/2026 10:00", FRENCH),
        ("11/08/2026 24:00", FRENCH),
        ("11/08/2026 10:60", FRENCH),
        ("11/08/2026 10:00:60", FRENCH),
        ("11/13/2026 10:00", FRENCH),
        ("1/8/2026 10:00", FRENCH),
        ("11/08/26 10:00", FRENCH),
        ("2026-08-11T10:00:00Z", FRENCH),
        ("hier soir", FRENCH),
        ("", FRENCH),
        ("13/2/26 0:04 PM", "d/M/yy h:mm a"),
        ("2026-13-45T10:00:00Z", None),
        ("2026-08-11T10:00:00+19:00", None),
        ("1899-12-31", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("46245.42", FRENCH),  # a spreadsheet's count of days, where the contract says how a date is written
        ("36525", None),  # 1999
        ("62094", None),  # 2070
        ("4624.5", None),
        ("462451", None),
        ("46245,5", None),
        ("1/2/70 3:04 PM", "d/M/yy h:mm a"),
        ("1/2/99 3:04 PM", "d/M/yy h:mm a"),
        ("30 février 2026", "d MMMM yyyy"),
        ("12 aoûte 2026", "d MMMM yyyy"),
        ("12 08 2026", "d MMM yyyy"),
        ("mardi 12 août 2026", "EEEE d MMMM yyyy"),  # it is a Wednesday
        ("1786519500", None),
        ("1786519500", FRENCH),
        ("1786519500.5", "epoch_seconds"),
        ("-1", "epoch_seconds"),
        ("999999999999999", "epoch_seconds"),
        ("2026-08-12", "epoch_milliseconds"),
        ("2026-08-12T10:05:00Z", "yyyy-MM-dd'T'HH:mm:ssxxx"),
    ],
)
def test_what_is_no_such_date_is_none(text: str, pattern: str | None) -> None:
    assert instant(text, pattern=pattern) is None


def test_a_time_that_the_clocks_skip_moves_forward_and_one_shown_twice_is_the_first() -> None:
    # 29 March 2026, 02:00 -> 03:00: 02:30 at +01:00 is 01:30 UTC, shown as 03:30
    assert instant("29/03/2026 02:30", pattern=FRENCH) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    # 25 October 2026, 03:00 -> 02:00: the first 02:30 is still at +02:00
    assert instant("25/10/2026 02:30", pattern=FRENCH) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_contracts_zone_holds_for_times_without_an_offset_only() -> None:
    reunion = "Indian/Reunion"  # UTC+4 all the year
    assert instant("2026-08-11 10:00", zone=reunion) == datetime(2026, 8, 11, 6, tzinfo=UTC)
    assert instant("2026-08-11T10:00:00Z", zone=reunion) == datetime(2026, 8, 11, 10, tzinfo=UTC)
    mixed = pa.array(["2026-08-11 10:00", "2026-08-11T10:00:00Z", None, "x"])
    assert instants(mixed, zone=reunion).to_pylist() == [
        datetime(2026, 8, 11, 6),
        datetime(2026, 8, 11, 10),
        None,
        None,
    ]


ZONES = st.sampled_from(
    ["Europe/Paris", "Indian/Reunion", "America/Guadeloupe", "Pacific/Noumea", "Etc/UTC", "Australia/Lord_Howe"]
)
MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1))


@settings(max_examples=200, deadline=None)
@given(st.lists(MOMENTS, min_size=1, max_size=20), ZONES)
def test_local_times_are_read_as_python_reads_them(moments: list[datetime], zone: str) -> None:
    texts = pa.array([moment.isoformat(sep=" ", timespec="microseconds") for moment in moments])
    expected = [moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None) for moment in moments]
    assert instants(texts, zone=zone).to_pylist() == expected


@settings(max_examples=100, deadline=None)
@given(MOMENTS, st.integers(-17 * 60, 17 * 60))
def test_an_instant_with_an_offset_comes_back(moment: datetime, minutes: int) -> None:
    offset = timedelta(minutes=minutes)
    sign, minutes = ("-" if minutes < 0 else "+"), abs(minutes)
    text = f"{(moment + offset).isoformat(timespec='microseconds')}{sign}{minutes // 60:02d}:{minutes % 60:02d}"
    assert instant(text) == moment.replace(tzinfo=UTC)


@given(st.dates(date(1900, 1, 2), date(2200, 1, 1)))
def test_a_date_alone_is_midnight_in_the_zone(day: date) -> None:
    expected = datetime.combine(day, time(), ZoneInfo("Europe/Paris")).astimezone(UTC)
    assert instant(f"{day:%d/%m/%Y}", pattern="dd/MM/yyyy") == expected


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), max_size=10))
def test_no_text_raises(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    assert len(instants(pa.array(texts, pa.string()), pattern=FRENCH)) == len(texts)


@pytest.mark.parametrize(
    "pattern",
    [
        "yyyy",
        "dd/MM",
        "QQQ dd/MM/yyyy",
        "dd/MM/yyyy[",
        "hh:mm dd/MM/yyyy",
        "dd dd/MM/yyyy",
        "YYYY-MM-dd",
        "dd MMMMM yyyy",
        "epoch",
    ],
)
def test_a_pattern_that_cannot_be_read_is_named(pattern: str) -> None:
    with pytest.raises(UnsupportedPatternError) as error:
        regex_of(pattern)
    assert repr(pattern) in str(error.value)


SLOPPY = st.builds(
    lambda moment, form, place, change: (text := moment.strftime(form))[: place % len(text)] + change
    + text[place % len(text) + (len(change) == 1) :],
    st.datetimes(datetime(1890, 1, 1), datetime(9999, 12, 31)),
    st.sampled_from(["%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%MZ", "%d/%m/%Y %H:%M+02:00", "%m/%d/%Y %H:%M-1900"]),
    st.integers(0, 40),
    st.sampled_from(["", "", "", "0", "9", "/", " ", "é", "٣", "z", "\u00a0"]),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.one_of(SLOPPY, st.text(max_size=18)), max_size=12),
    st.sampled_from(["dd/MM/yyyy", "dd/MM/yyyy HH:mm", "dd/MM/yyyy HH:mmXXX", "dd/MM/yyyy HH:mmX"]),
)
def test_dates_of_fixed_width_are_read_as_by_the_patterns_regular_expression(texts: list[str], pattern: str) -> None:
    column = pa.array([text.encode("utf-8", "replace").decode() for text in texts], pa.string())
    by_expression = f"{pattern}[['no such ending']]"  # of varying width
    assert instants(column, pattern=pattern) == instants(column, pattern=by_expression)
    assert instants(column.slice(1), pattern=pattern) == instants(column, pattern=pattern).slice(1)
