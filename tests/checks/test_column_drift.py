"""Drift of columns: what is missing, renamed, added or written in another way beside the last accepted delivery."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from pipelines.checks.column_drift import column_drifts
from pipelines.checks.column_readings import vendor_drifts
from pipelines.commands.contracts import app
from pipelines.vocabulary.clock import tick_of
from pipelines.vocabulary.tables import arrow_schema
from tests.support.contract_files import FIXTURE, changed, read_contract, write
from tests.support.exemple import HEADER, deliver, lead_line, sign
from tests.support.houses import House, house_at, read_all, reconcile

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 8, day) for day in (10, 11, 12))
CONTRACT = read_contract(FIXTURE)
ALL = tuple(HEADER.split(";"))


def drifts(
    files: Sequence[Mapping[str, object]], readings: Mapping[int, Mapping[str, float]] | None = None
) -> list[str]:
    """`day kind words` of lead files of August."""
    rows = [
        {
            "role": "leads",
            "status": "accepted",
            "rows_accepted": 5,
            **file,
            "delivery_date": date(2026, 8, int(str(file["day"]))),
        }
        for file in files
    ]
    for row in rows:
        row.pop("day")
    found = column_drifts(
        "acme",
        pa.Table.from_pylist(rows, schema=arrow_schema("deliveries")),
        {row["delivery_date"] for row in rows},
        contract_on=lambda day: CONTRACT,
        readings={(date(2026, 8, day), "leads"): shares for day, shares in (readings or {}).items()},
    )
    return [f"{one.day.day} {one.kind} {one.words}" for one in found]


def test_the_same_columns_in_another_order_are_no_drift() -> None:
    assert drifts([{"day": 3, "columns": ["a", "b"]}, {"day": 4, "columns": ["b", "a"]}]) == []


def test_missing_and_new_columns_are_named() -> None:
    found = drifts([{"day": 3, "columns": ["Nom", "Ville"]}, {"day": 4, "columns": ["Nom", "score"]}])
    assert found == ["4 added `score` is new", "4 missing `Ville` is missing"]


def test_a_missing_column_and_a_new_one_of_a_near_name_are_one_renamed() -> None:
    found = drifts([{"day": 3, "columns": ["Nom", "Téléphone"]}, {"day": 4, "columns": ["Nom", "Téléphone portable"]}])
    assert found == ["4 renamed `Téléphone` is missing and `Téléphone portable` is new: renamed?"]


def test_refused_files_are_compared_and_nothing_is_compared_with_them() -> None:
    files = [
        {"day": 3, "columns": ["a", "b"]},
        {"day": 4, "columns": ["a"], "status": "refused", "rows_accepted": None},
        {"day": 5, "columns": ["a", "b"]},
    ]
    assert drifts(files) == ["4 missing `b` is missing"]


def test_every_file_of_a_delivery_is_compared_and_each_drift_told_once() -> None:
    files = [
        {"day": 3, "columns": ["a", "b"]},
        {"day": 4, "columns": ["a", "b"]},
        {"day": 4, "columns": ["a"]},
        {"day": 4, "columns": ["a"]},
    ]
    assert drifts(files) == ["4 missing `b` is missing"]


def test_a_delivery_without_accepted_rows_is_no_yardstick() -> None:
    files = [
        {"day": 3, "columns": ["a"]},
        {"day": 4, "columns": ["a", "b"], "rows_accepted": 0},
        {"day": 5, "columns": ["a", "b"]},
    ]
    assert drifts(files) == ["4 added `b` is new", "5 added `b` is new"]


def test_the_first_delivery_drifts_from_nothing() -> None:
    assert drifts([{"day": 3, "columns": ["a"]}]) == []


def test_a_field_that_was_read_and_is_not_any_more_is_retyped() -> None:
    files = [{"day": 3, "columns": list(ALL)}, {"day": 4, "columns": list(ALL)}]
    found = drifts(files, {3: {"collected_at": 0.99, "phone": 0.6}, 4: {"collected_at": 0.02, "phone": 0.2}})
    assert found == [
        "4 retyped `Collecté le` (collected_at): 2% of the rows have a value that can be read, 99% before: "
        "written in another way?"
    ]


# In a house


def delivered(home: Path, day: date, header: str = HEADER, *, slashes: str = "/", count: int = 12) -> None:
    folder = deliver(home, "acme", day, [])
    lines = [lead_line(f"{day}-{number}", number, day).replace("/", slashes) for number in range(10, 10 + count)]
    text = "\r\n".join([header, *lines, ""])
    (folder / "leads_1.csv").write_bytes(text.encode("windows-1252"))


def house_with(home: Path, days: Sequence[date]) -> House:
    house = house_at(home)
    reconcile(house, ["acme"], days, tick_of(WEDNESDAY))
    return house


def test_dates_written_in_another_way_are_a_drift_of_that_day(tmp_path: Path) -> None:
    sign(tmp_path, "acme")
    delivered(tmp_path, MONDAY)
    delivered(tmp_path, TUESDAY, slashes="-")
    delivered(tmp_path, WEDNESDAY)
    house = house_with(tmp_path, [MONDAY, TUESDAY, WEDNESDAY])
    found = vendor_drifts(house.judge.engine, house.lake, house.contracts().in_force, "acme", [TUESDAY, WEDNESDAY])
    assert [(one.day, one.kind) for one in found] == [(TUESDAY, "retyped")]
    assert "`Collecté le` (collected_at): 0% of the rows" in found[0].words


def test_a_refused_file_says_which_column_may_have_been_renamed(tmp_path: Path) -> None:
    sign(tmp_path, "acme")
    delivered(tmp_path, MONDAY)
    delivered(tmp_path, TUESDAY, HEADER.replace("Référence", "Référence du lead"))
    house = house_with(tmp_path, [MONDAY, TUESDAY])
    refused = [row for row in read_all(house.lake, "rejected_rows").to_pylist() if row["row_number"] is None]
    assert [row["reason"] for row in refused] == ["column_missing"]
    assert refused[0]["expected"] == (
        "the column Référence; `Référence du lead` is not in the contract; did you mean `Référence`?"
    )


@pytest.mark.parametrize("days", [[MONDAY, TUESDAY], [TUESDAY, MONDAY]])
def test_the_command_tells_the_same_whatever_day_was_taken_in_first(tmp_path: Path, days: list[date]) -> None:
    sign(tmp_path, "acme")
    delivered(tmp_path, MONDAY)
    delivered(tmp_path, TUESDAY, f"{HEADER};jeanne@example.org")
    for day in days:
        house_with(tmp_path, [day])
    result = CliRunner().invoke(app, ["drift", "acme"], env={"OPPOSABLE_HOME": str(tmp_path)}, catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stdout == "acme 2026-08-11 leads: `column 7` is new\n1 drift of columns\n"


def test_what_a_new_contract_changes_is_no_drift(tmp_path: Path) -> None:
    sign(tmp_path, "acme")
    renamed = changed("physicalName: Référence", "physicalName: Ref")
    write(tmp_path / "contracts", renamed, "acme", f"{TUESDAY}.odcs.yaml")
    delivered(tmp_path, MONDAY)
    delivered(tmp_path, TUESDAY, HEADER.replace("Référence", "Ref"))
    house = house_with(tmp_path, [MONDAY, TUESDAY])
    assert vendor_drifts(house.judge.engine, house.lake, house.contracts().in_force, "acme", [TUESDAY]) == []


@pytest.mark.parametrize("arguments", [["drift", "nobody"], ["drift", "--from", "yesterday"]])
def test_wrong_arguments_end_with_two(tmp_path: Path, arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments, env={"OPPOSABLE_HOME": str(tmp_path)}).exit_code == 2
