"""The quality of the published marts: what each vendor's past lets expect, and what the suites notice."""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.marts import build_marts
from assets.quality import MARTS, OWN_HISTORY, quality
from pipelines.house import House
from pipelines.marts.file import read_marts
from pipelines.marts.history import LONGEST_HISTORY, rates_against_history, volumes_against_history
from pipelines.marts.results import SuiteResult
from pipelines.marts.validation import validate
from tests.support.marts_lake import published

FIRST = date(2026, 6, 1)
QUIET = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}


def deliveries(vendor: str, volumes: list[int]) -> list[dict[str, Any]]:
    return [
        {"vendor": vendor, "delivery_date": FIRST + timedelta(days=number), "leads_received": leads}
        for number, leads in enumerate(volumes)
    ]


def rates(vendor: str, defective: list[int], leads: int = 100, *, is_final: bool = True) -> list[dict[str, Any]]:
    return [
        {
            **row,
            "dimension": "consent",
            "is_final": is_final,
            "leads_vendor_defective": count,
            "vendor_defect_rate": count / leads,
        }
        for row, count in zip(deliveries(vendor, [leads] * len(defective)), defective, strict=True)
    ]


def volumes(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = volumes_against_history(pa.Table.from_pylist(rows)).to_pylist()
    return found


# What a vendor's past lets expect


def test_steady_volumes_leave_room_for_chance_arrivals() -> None:
    # median 100, no deviation: a spread is the root of 100, four of them are 40
    [row] = volumes(deliveries("acme", [100] * 7 + [42]))
    assert (row["leads_received"], row["least_expected"], row["most_expected"]) == (42, 60.0, 140.0)


def test_volumes_that_always_swing_may_swing() -> None:
    # median 100, absolute deviations 0 40 40 40 40 50 50, their median 40: a spread is 1.4826 x 40 = 59.304
    [row] = volumes(deliveries("acme", [100, 60, 140, 60, 140, 50, 150, 100]))
    assert row["least_expected"] == 0.0
    assert row["most_expected"] == pytest.approx(100 + 4 * 59.304)


def test_one_wild_day_in_the_past_moves_no_limit() -> None:
    [row] = volumes(deliveries("acme", [100, 100, 100, 100_000, 100, 100, 100, 100]))
    assert (row["least_expected"], row["most_expected"]) == (60.0, 140.0)


def test_without_seven_earlier_deliveries_nothing_is_expected() -> None:
    assert volumes(deliveries("acme", [100] * 7)) == []


def test_only_the_latest_deliveries_before_it_count() -> None:
    [row] = volumes(deliveries("acme", [9_000] * 50 + [100] * LONGEST_HISTORY + [100]))
    assert row["most_expected"] == 140.0


def test_days_without_leads_are_no_deliveries() -> None:
    assert volumes(deliveries("acme", [100] * 7 + [0])) == []


def test_a_steady_rate_leaves_room_for_chance() -> None:
    # seven deliveries of 100 leads with 1 defective: rate 7.5 / 701, root 0.10344; plus 4 halves / 10; squared
    [row] = rates_against_history(pa.Table.from_pylist(rates("acme", [1] * 7 + [10]))).to_pylist()
    assert row["most_expected"] == pytest.approx(0.30344**2, abs=1e-5)
    assert row["vendor_defect_rate"] == 0.1


def test_a_first_defect_in_a_small_delivery_is_no_surprise() -> None:
    past = rates("acme", [0] * 20, leads=40)
    latest = rates("acme", [0] * 20 + [1], leads=40)[-1]
    [row] = rates_against_history(pa.Table.from_pylist([*past, latest])).to_pylist()
    assert row["vendor_defect_rate"] < row["most_expected"]


def test_rates_that_always_swing_may_swing() -> None:
    # median 0.2, absolute deviations 0 0.1 0.1 0.1 0.1 0.2 0.2, their median 0.1: 0.2 + 4 x 0.14826
    [row] = rates_against_history(pa.Table.from_pylist(rates("acme", [20, 10, 30, 10, 30, 0, 40, 50]))).to_pylist()
    assert row["most_expected"] == pytest.approx(0.2 + 4 * 0.14826)


def test_provisional_deliveries_have_no_rate_to_compare() -> None:
    assert rates_against_history(pa.Table.from_pylist(rates("acme", [1] * 9, is_final=False))).num_rows == 0


@given(st.lists(st.integers(1, 100_000), min_size=7, max_size=40), st.randoms())
def test_a_delivery_of_the_usual_size_is_never_a_surprise(past: list[int], random: Any) -> None:
    usual = sorted(past[-LONGEST_HISTORY:])[min(len(past), LONGEST_HISTORY) // 2]
    rows = [*deliveries("acme", [*past, usual]), *deliveries("other", [5] * 8)]
    random.shuffle(rows)
    row = next(row for row in volumes(rows) if row["vendor"] == "acme")
    assert row["least_expected"] <= usual <= row["most_expected"]


# What the suites notice


@pytest.fixture(scope="module")
def marts() -> dict[str, pa.Table]:
    settings, _ = published()
    return read_marts(settings.home, MARTS)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def by_name(marts: dict[str, pa.Table], home: Path, *, has_deliveries: bool = True) -> dict[str, SuiteResult]:
    return {result.name: result for result in validate(marts, has_deliveries=has_deliveries, home=home)}


def change(table: pa.Table, column: str, to: Callable[[Any], Any]) -> pa.Table:
    """The table with a changed first row."""
    first, *others = table[column].to_pylist()
    place = table.schema.get_field_index(column)
    return table.set_column(place, column, pa.array([to(first), *others], table.schema.field(column).type))


@pytest.mark.fault(
    area="content",
    fault="The same in the pages of the data quality checks",
    promise="They have no script and ask nobody for anything.",
)
def test_the_published_marts_are_as_expected_and_their_pages_ask_nobody_for_anything(
    marts: dict[str, pa.Table], home: Path
) -> None:
    results = by_name(marts, home)
    assert {name: result.unmet for name, result in results.items()} == dict.fromkeys([*MARTS, *OWN_HISTORY], ())
    pages = list((home / "data_docs").rglob("*.html"))
    assert {result.page for result in results.values()} < set(pages)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<script|<img|<iframe|<link|url\(|@import|src=", text), page.name
        assert "default-src 'none'" in text
    assert (home / "data_docs" / "index.html").read_text().count("as expected") == len(results)


def test_every_suite_begins_with_the_number_of_rows_and_notices_an_empty_table(
    marts: dict[str, pa.Table], home: Path
) -> None:
    facts = {name: table.slice(0, 0) if name.startswith("fct_rule") else table for name, table in marts.items()}
    assert by_name(facts, home)["fct_rule_outcomes"].unmet == ("expect_table_row_count_to_be_between : 0",)
    everything = {name: table.slice(0, 0) for name, table in marts.items()}
    unmet = {name for name, result in by_name(everything, home).items() if not result.is_met}
    assert {"fct_deliveries", "dim_vendors", "dim_rules", "vendor_months"} <= unmet


def test_a_house_that_has_received_nothing_may_have_empty_marts(marts: dict[str, pa.Table], home: Path) -> None:
    nothing = {name: table if name == "dim_rules" else table.slice(0, 0) for name, table in marts.items()}
    assert all(result.is_met for result in by_name(nothing, home, has_deliveries=False).values())


def test_what_is_wrong_is_said_with_the_row_that_it_is_about(marts: dict[str, pa.Table], home: Path) -> None:
    wrong = dict(marts)
    wrong["fct_deliveries"] = change(marts["fct_deliveries"], "vendor", lambda _: "stranger")
    wrong["fct_rule_outcomes"] = change(marts["fct_rule_outcomes"], "rule_id", lambda _: "no_such_rule")
    wrong["fct_vendor_scores"] = change(marts["fct_vendor_scores"], "points", lambda _: 100.5)
    wrong["dim_vendors"] = pa.concat_tables([marts["dim_vendors"], marts["dim_vendors"].slice(0, 1)])
    wrong["vendor_months"] = change(marts["vendor_months"], "leads_received", lambda _: -1)
    results = by_name(wrong, home)
    assert {name for name, result in results.items() if not result.is_met} == {*wrong} & {
        "fct_deliveries",
        "fct_rule_outcomes",
        "fct_vendor_scores",
        "dim_vendors",
        "vendor_months",
    }
    [sentence] = results["fct_deliveries"].unmet
    assert re.match(r"expect_column_values_to_be_in_set vendor: 1 \(first: vendor stranger, delivery_date 20", sentence)


def test_a_vendor_unlike_its_own_past_is_named(marts: dict[str, pa.Table], home: Path) -> None:
    history = pa.Table.from_pylist(deliveries("acme", [100] * 8) + deliveries("bolt", [100] * 7 + [900]))
    rows = [dict.fromkeys(marts["fct_deliveries"].column_names) | row for row in history.to_pylist()]
    unlike = pa.Table.from_pylist(rows, schema=marts["fct_deliveries"].schema)
    result = by_name({**marts, "fct_deliveries": unlike}, home)["volumes_like_before"]
    assert (result.is_about_us, len(result.unmet)) == (False, 1)
    assert "bolt" in result.unmet[0]
    assert "acme" not in result.unmet[0]


# How Dagster shows it


def test_the_checks_stand_beside_the_marts_and_only_ours_block() -> None:
    settings, _ = published()
    known = [dg.AssetSpec(name) for name in ("leads", "verdicts", "vendor_scores", "rules")]
    definitions = dg.Definitions(
        assets=[build_marts(), *known],
        asset_checks=[quality],
        jobs=[dg.define_asset_job("check", selection=dg.AssetSelection.checks(*quality.check_keys))],
        resources={"house": House(settings)},
    )
    result = definitions.resolve_job_def("check").execute_in_process(run_config=QUIET)
    shown = {(check.asset_key.path[-1], check.check_name): check for check in result.get_asset_check_evaluations()}
    suites = {(mart, "suite_holds") for mart in MARTS}
    assert set(shown) == suites | {(mart, name) for name, (mart, _) in OWN_HISTORY.items()}
    assert all(check.passed for check in shown.values())
    assert {key for key, check in shown.items() if check.severity is dg.AssetCheckSeverity.ERROR} == suites
    assert {spec.asset_key.path[-1] for spec in quality.check_specs if spec.blocking} == set(MARTS)
    page = shown["fct_deliveries", "suite_holds"].metadata["page"].value
    assert Path(str(page)).is_relative_to(settings.home / "data_docs")


def test_one_check_may_be_asked_alone(capfd: pytest.CaptureFixture[str]) -> None:
    settings, _ = published()
    definitions = dg.Definitions(
        asset_checks=[quality],
        jobs=[
            dg.define_asset_job(
                "check", selection=dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("dim_rules"), "suite_holds"))
            )
        ],
        resources={"house": House(settings)},
    )
    result = definitions.resolve_job_def("check").execute_in_process(run_config=QUIET)
    assert [check.asset_key.path for check in result.get_asset_check_evaluations()] == [["dim_rules"]]
    assert capfd.readouterr() == ("", "")  # no progress bar, no word


def test_loading_the_checks_does_not_import_great_expectations() -> None:
    program = "import sys, assets.quality; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
