"""What an import is told of its files: columns, constants, the order of day and month."""

import re

import pyarrow as pa
import pytest

from pipelines.oppositions.layouts import BEFORE_ALL, FileLayout, LayoutError, laid_out
from pipelines.oppositions.lines import REQUIRED_COLUMNS, to_instant
from pipelines.oppositions.profiles import PROFILES
from tests.support.opposition_files import utc

CONSTANTS = {"kind": "email", "channel": "all", "origin": "crm"}


def test_columns_are_found_by_the_name_told_else_by_our_own() -> None:
    layout = FileLayout({"identifier": "Email"}, CONSTANTS)
    assert layout.found_in(["opposed_at", "Email", "Nom"]) == {"identifier": "Email", "opposed_at": "opposed_at"}


def test_an_empty_name_says_that_the_file_has_none() -> None:
    layout = FileLayout({"identifier": "Email", "channel": ""}, {**CONSTANTS, "opposed_at": BEFORE_ALL})
    assert layout.found_in(["Email", "channel"]) == {"identifier": "Email"}


def test_what_is_missing_is_named_with_its_option() -> None:
    with pytest.raises(LayoutError, match=re.escape("missing: channel (--channel); opposed_at (--opposed-at)")):
        FileLayout({"identifier": "Email"}, {"kind": "email", "origin": "crm"}).found_in(["Email"])
    with pytest.raises(LayoutError, match="expected the columns Mail in its header"):
        FileLayout({"identifier": "Mail"}, CONSTANTS).found_in(["s3cret", "opposed_at"])


@pytest.mark.parametrize(
    ("constants", "message"),
    [
        ({"kind": "mail"}, "--kind: expected one of email, phone"),
        ({"channel": "fax"}, "--channel: expected one of all, email"),
        ({"opposed_at": "01/09/2026"}, "--opposed-at: expected an ISO 8601 instant"),
    ],
)
def test_a_constant_has_to_be_what_a_cell_may_be(constants: dict[str, str], message: str) -> None:
    with pytest.raises(LayoutError, match=message):
        FileLayout(constants=constants)


def test_an_opposition_of_unknown_date_is_older_than_any_lead() -> None:
    assert to_instant(BEFORE_ALL, is_late=False) == utc("1969-12-31T23:00")


def dates(*texts: str) -> pa.Array:
    return pa.array(texts, pa.string())


def test_one_date_that_has_one_order_alone_settles_it_for_all() -> None:
    assert FileLayout().pattern_of("d", dates("03/04/2026", "13/04/2026", "")) == "dd/MM/yyyy"
    assert FileLayout().pattern_of("d", dates("03/04/2026", "04/13/2026")) == "MM/dd/yyyy"


def test_so_does_one_that_stands_far_behind() -> None:
    open_ones = [
        f"{day:02}/{month:02}/{year}" for year in range(2000, 2010) for month in range(1, 13) for day in range(1, 13)
    ]
    assert FileLayout().pattern_of("d", dates(*open_ones, "31/12/2011")) == "dd/MM/yyyy"
    with pytest.raises(LayoutError, match="--date-order dmy or mdy"):
        FileLayout().pattern_of("d", dates(*open_ones))


def test_an_open_order_is_refused_and_settled_by_the_option() -> None:
    with pytest.raises(LayoutError, match="column Fin: in every date day and month could change places"):
        FileLayout().pattern_of("Fin", dates("03/04/2026", "05/06/2026"))
    assert FileLayout(date_order="dmy").pattern_of("d", dates("03/04/2026")) == "dd/MM/yyyy"
    assert FileLayout(date_order="mdy").pattern_of("d", dates("03/04/2026 10:30")) == "MM/dd/yyyy HH:mm"


def test_an_order_that_the_dates_deny_is_refused() -> None:
    with pytest.raises(LayoutError, match="not in the order --date-order mdy"):
        FileLayout(date_order="mdy").pattern_of("d", dates("13/04/2026"))


def test_dates_in_both_orders_are_refused_and_settled_by_the_option() -> None:
    both = dates("13/04/2026", "14/04/2026", "04/15/2026", "03/04/2026")
    many = dates(*(f"{day}/04/2026" for day in range(13, 31)), "04/15/2026", "03/04/2026")  # the odd one stays a line
    with pytest.raises(LayoutError, match="column d: day and month are in both orders; say --date-order"):
        FileLayout().pattern_of("d", many)
    assert FileLayout(date_order="dmy").pattern_of("d", many) == "dd/MM/yyyy"
    assert FileLayout().pattern_of("d", both) is None  # of no pattern that most have: refused line by line


@pytest.mark.parametrize("texts", [(), ("",), ("2026-04-03",), ("2026-04-03T10:00:00Z", "2026-04-03"), ("soon",)])
def test_iso_dates_and_what_is_no_date_have_no_pattern(texts: tuple[str, ...]) -> None:
    assert FileLayout(date_order="dmy").pattern_of("d", dates(*texts)) is None


def test_a_constant_fills_empty_cells_and_leaves_others() -> None:
    table = pa.table({"Mail": [" a@x.fr ", "b@x.fr"], "Le": ["03/04/2026", "  "]})
    found = {"identifier": "Mail", "opposed_at": "Le"}
    rows = laid_out(table, found, {"kind": "email", "opposed_at": "2026-01-01"}, {"opposed_at": "dd/MM/yyyy"})
    assert rows.to_pylist() == [
        {"identifier": "a@x.fr", "opposed_at": "2026-04-03", "kind": "email"},
        {"identifier": "b@x.fr", "opposed_at": "2026-01-01", "kind": "email"},
    ]


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_is_a_layout_and_names_its_source(name: str) -> None:
    profile = PROFILES[name]
    FileLayout(profile.columns, profile.constants, has_header=profile.has_header)
    assert profile.source.startswith("https://")
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", profile.read_on)
    said = {*profile.columns, *profile.constants} | ({"identifier"} if not profile.has_header else set())
    assert all(f"--{left.replace('_', '-')}`" in profile.note for left in {*REQUIRED_COLUMNS} - said - {"recorded_at"})
