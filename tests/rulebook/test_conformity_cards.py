"""`format_differs` and `sequence_gap`: what deliveries look like to them, in SQL and in a house."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.rulebook.judgement import judgement_of
from pipelines.verdicts.day_terms import DAY_TERMS
from pipelines.vocabulary.clock import tick_of
from pipelines.vocabulary.tables import arrow_schema
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at, read_all, reconcile

MONDAY = date(2026, 8, 10)
STEPS = {step.name: step for step in judgement_of(load_catalogue()).steps}
OLD_CONSENTS = pa.schema(
    [("delivery_date", pa.date32()), ("last_week_consents", pa.int64()), ("usual_last_week_consents", pa.int64())]
)
Row = dict[str, Any]


def delivery_dossier(rows: Sequence[Row]) -> dict[int, Row]:
    """The dossier at grain delivery of files that lie in folders numbered by day of August, by that number."""
    schema = arrow_schema("deliveries")
    filled = [
        {"vendor": "acme", "status": "accepted", **row, "delivery_date": date(2026, 8, row["delivery_date"])}
        for row in rows
    ]
    days = sorted({row["delivery_date"] for row in filled})
    terms = [{"vendor": "acme", "delivery_date": day, "used_at": datetime(2026, 9, 1)} for day in days]
    with DuckDBEngine().session() as session:
        session.register("all_deliveries", pa.Table.from_pylist(filled, schema=schema))
        for table in ("rejected_rows", "unread_objections"):
            session.register(f"all_{table}", arrow_schema(table).empty_table())
        session.register("old_consents", OLD_CONSENTS.empty_table())
        session.register("terms", pa.Table.from_pylist(terms, schema=DAY_TERMS))
        for name in ("missing_sequences", "delivery_dossier"):
            session.create(name, STEPS[name].sql, is_view=STEPS[name].is_view)
        found = session.fetch("select * from delivery_dossier").to_pylist()
    return {row["delivery_date"].day: row for row in found}


def manifests(numbers: Mapping[int, Sequence[int | None]]) -> dict[int, list[str]]:
    """Day -> missing numbers, of folders with a lead file and manifests of these numbers."""
    rows = [{"delivery_date": day, "role": "leads"} for day in numbers]
    rows += [
        {"delivery_date": day, "role": "manifest", "sequence": number, "status": "accepted" if number else "refused"}
        for day, theirs in numbers.items()
        for number in theirs
    ]
    found = delivery_dossier(rows)
    return {day: found[day]["missing_sequences"] for day in numbers}


def test_before_the_first_number_nothing_is_missing() -> None:
    assert manifests({3: [7], 4: [8]}) == {3: [], 4: []}


def test_a_skipped_number_is_missing_on_the_day_that_skips_it() -> None:
    assert manifests({3: [1], 4: [2], 5: [4], 6: [5]}) == {3: [], 4: [], 5: ["3"], 6: []}


def test_a_long_gap_is_named_by_its_first_and_last_number() -> None:
    assert manifests({3: [2], 4: [18], 5: [21]}) == {3: [], 4: ["3–17"], 5: ["19–20"]}


def test_corrections_in_a_folder_continue_its_numbers() -> None:
    assert manifests({3: [1, 2, 3], 4: [4]}) == {3: [], 4: []}


def test_numbers_skipped_inside_a_folder_are_missing_in_their_order() -> None:
    assert manifests({3: [9, 11, 14], 4: [15]}) == {3: ["10", "12–13"], 4: []}


def test_a_number_that_an_earlier_folder_bears_is_not_missing_between_those_of_a_later_one() -> None:
    assert manifests({3: [3], 4: [2, 4]}) == {3: [], 4: []}


def test_a_missing_delivery_that_comes_in_a_later_folder_is_no_gap_there() -> None:
    assert manifests({3: [1], 4: [3], 5: [2], 6: [4]}) == {3: [], 4: ["2"], 5: [], 6: []}


def test_manifests_without_a_number_say_nothing() -> None:
    assert manifests({3: [1], 4: [None], 5: [0], 6: [2], 7: []}) == {3: [], 4: [], 5: [], 6: [], 7: []}


def test_a_number_that_was_sent_again_is_no_gap() -> None:
    assert manifests({3: [5], 4: [1], 5: [6]}) == {3: [], 4: [], 5: []}


def test_differences_of_accepted_files_are_told_once_and_in_order() -> None:
    rows: list[Row] = [
        {"delivery_date": 3, "role": "leads", "format_differences": ["b", "a"]},
        {"delivery_date": 3, "role": "consent_proofs", "status": "accepted_with_rejects", "format_differences": ["b"]},
        {"delivery_date": 3, "role": "leads", "status": "refused", "format_differences": ["c"]},
        {"delivery_date": 4, "role": "leads", "format_differences": None},
        {"delivery_date": 5, "role": "leads", "format_differences": []},
    ]
    found = delivery_dossier(rows)
    assert {day: row["format_differences"] for day, row in found.items()} == {3: ["a", "b"], 4: [], 5: []}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    sign(tmp_path, "acme")
    return tmp_path


def announce(home: Path, day: date, content: str) -> None:
    """Leads and a manifest."""
    deliver(home, "acme", day)
    (home / "inbox" / "acme" / day.isoformat() / "manifest.json").write_text(content, encoding="utf-8")


def missing(home: Path) -> dict[int, object]:
    """Day of August -> missing numbers, of the findings in the lake."""
    findings = read_all(house_at(home).lake, "findings", "scorecards").to_pylist()
    return {
        row["delivery_date"].day: json.loads(row["facts"])["missing_sequences"]
        for row in findings
        if row["rule_id"] == "sequence_gap"
    }


def test_a_late_folder_mends_the_gap_of_the_days_after_it(home: Path) -> None:
    monday, tuesday, wednesday = (date(2026, 8, day) for day in (10, 11, 12))
    announce(home, monday, '{"sequence": 1}')
    announce(home, wednesday, '{"sequence": 3}')
    house = house_at(home)
    reconcile(house, ["acme"], [monday, tuesday, wednesday], tick_of(wednesday))
    assert missing(home) == {12: ["2"]}
    announce(home, tuesday, '{"sequence": 2}')
    reconcile(house, ["acme"], [tuesday], tick_of(wednesday))
    assert missing(home) == {}


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"sequence": "five"}', '{"sequence": -3}', f'{{"sequence": {10**30}}}']
)
def test_what_is_no_number_neither_fails_the_run_nor_makes_a_gap(home: Path, content: str) -> None:
    announce(home, MONDAY, '{"sequence": 4}')
    announce(home, date(2026, 8, 11), content)
    announce(home, date(2026, 8, 12), '{"sequence": 5}')
    reconcile(house_at(home), ["acme"], [date(2026, 8, day) for day in (10, 11, 12)], tick_of(date(2026, 8, 12)))
    assert missing(home) == {}
