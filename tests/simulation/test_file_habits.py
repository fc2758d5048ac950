import gzip
from datetime import UTC, datetime

import pytest

from pipelines.simulation.dates import is_ambiguous, swap_dates
from pipelines.simulation.file_habits import drawn_habits
from pipelines.simulation.market_facts import Bad, Column, Layout, Row, Said, SimulatedFile
from pipelines.simulation.writers import _content_of_layout

CET = datetime(2026, 8, 13, 20, tzinfo=UTC)
COLUMNS = {
    "lead_id": Column("N°"),
    "last_name": Column("Nom"),
    "collected_at": Column("Date", "dd/MM/yyyy HH:mm:ss", "Europe/Paris"),
}
LAYOUT = Layout("leads.csv", "csv", COLUMNS, ";", "windows-1252", '"')


def file_with(*habits: str, **values: object) -> SimulatedFile:
    rows = [Row({"lead_id": f"L{number}", "last_name": "Échevarne"} | values) for number in (1, 2)]  # type: ignore[arg-type]
    return SimulatedFile("leads.csv", "leads", rows, CET, habits=habits)


def written(file: SimulatedFile) -> bytes:
    return _content_of_layout(None, file, LAYOUT)  # type: ignore[arg-type] - only a file without a role needs its delivery


@pytest.mark.parametrize(
    ("habit", "expected"),
    [
        ("titles", "Export des contacts\r\nService partenaires\r\nN°;Nom;Date\r\nL1;É;\r\nL2;É;\r\n"),
        ("header_again", "N°;Nom;Date\r\nL1;É;\r\nN°;Nom;Date\r\nL2;É;\r\n"),
        ("totals", "N°;Nom;Date\r\nL1;É;\r\nL2;É;\r\nTotal;2;\r\n"),
        ("other_delimiter", "N°,Nom,Date\r\nL1,É,\r\nL2,É,\r\n"),
        ("mixed_line_ends", "N°;Nom;Date\r\nL1;É;\nL2;É;\r\n"),
    ],
)
def test_a_habit_changes_the_file_and_nothing_else(habit: str, expected: str) -> None:
    file = file_with(habit, last_name="É")
    assert written(file) == expected.encode("windows-1252")
    assert file.differs


def test_another_encoding_is_a_difference_only_where_letters_show_it() -> None:
    plain, accented = file_with("other_encoding", last_name="Malvezin"), file_with("other_encoding", last_name="É")
    accented.rows[0].values["lead_id"] = plain.rows[0].values["lead_id"] = "L1"
    layout = Layout("leads.csv", "csv", {"last_name": Column("Nom")}, ";", "windows-1252", '"')
    assert _content_of_layout(None, accented, layout) == "Nom\r\nÉ\r\nÉ\r\n".encode()  # type: ignore[arg-type]
    assert _content_of_layout(None, plain, layout) == b"Nom\r\nMalvezin\r\nMalvezin\r\n"  # type: ignore[arg-type]
    assert (accented.differs, plain.differs) == (True, False)


def test_a_packed_file_is_no_difference_and_always_has_the_same_bytes() -> None:
    one, other = file_with("packed"), file_with("packed")
    assert written(one) == written(other)
    assert gzip.decompress(written(one)).startswith("N°;Nom".encode("windows-1252"))
    assert not one.differs


def test_a_layout_has_only_the_habits_that_its_format_allows() -> None:
    incidents = ("titles", "packed", "resent")
    formats = {format_: Layout("*", format_, COLUMNS) for format_ in ("csv", "xlsx", "jsonl")}
    found = {format_: drawn_habits(layout, incidents) for format_, layout in formats.items()}
    assert found == {"csv": ("titles", "packed"), "xlsx": ("titles",), "jsonl": ("packed",)}


def test_dates_written_month_first_can_not_be_read_or_mean_another_day() -> None:
    rows = [Row({"collected_at": datetime(2026, 8, day, 10, tzinfo=UTC)}) for day in (13, 5)]
    swap_dates(LAYOUT, rows)
    assert rows[0].values["collected_at"] == Bad("08/13/2026 12:00:00")
    swapped = rows[1].values["collected_at"]
    assert isinstance(swapped, datetime)
    assert swapped.astimezone(UTC) == datetime(2026, 5, 8, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((Bad("08/13/2026 12:00:00"), datetime(2026, 8, 5, tzinfo=UTC)), True),
        ((Bad("08/13/2026 12:00:00"), datetime(2026, 8, 8, 10, tzinfo=UTC)), False),  # 8/8 is one day either way
        ((Bad("31/02/2026 25:61:00"), datetime(2026, 8, 5, tzinfo=UTC)), False),
        ((Bad("08/13/2026 12:00:00"), datetime(2026, 8, 20, tzinfo=UTC)), False),
        ((datetime(2026, 11, 8, 10, tzinfo=UTC), datetime(2026, 8, 12, tzinfo=UTC)), True),  # November is to come
    ],
)
def test_a_column_is_ambiguous_when_some_dates_are_month_first_and_others_read_both_ways(
    values: tuple[Bad | datetime, ...], expected: bool
) -> None:
    file = file_with()
    file.rows = [Row({"lead_id": Said("L", "L"), "collected_at": value}) for value in values]
    assert is_ambiguous(LAYOUT, file) is expected
