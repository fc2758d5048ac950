"""The marts: what dbt makes of a lake written by hand, and what it refuses to publish."""

import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.marts import PROJECT
from assets.quality import MARTS
from pipelines.marts.file import FILE, NoMartsError, read_marts, rebuilding
from tests.support.marts_lake import AUGUST_1, AUGUST_2, JULY_31, dbt, published


@pytest.fixture(scope="module")
def marts() -> dict[str, list[dict[str, Any]]]:
    settings, result = published()
    assert result.success
    return {name: table.to_pylist() for name, table in read_marts(settings.home, sorted(MARTS)).items()}


def only(rows: list[dict[str, Any]], **key: Any) -> dict[str, Any]:
    found = [row for row in rows if all(row[name] == value for name, value in key.items())]
    assert len(found) == 1
    return found[0]


# What it makes of a lake


def test_a_run_materialises_every_model_and_every_check_passes() -> None:
    _, result = published()
    assert result.success
    keys = [event.asset_key.path[-1] for event in result.get_asset_materialization_events() if event.asset_key]
    assert sorted(keys) == sorted(path.stem for path in (PROJECT / "models").rglob("*.sql"))
    assert [check.check_name for check in result.get_asset_check_evaluations() if not check.passed] == []


def test_a_delivery_has_its_files_rows_and_standing(marts: dict[str, list[dict[str, Any]]]) -> None:
    row = only(marts["fct_deliveries"], vendor="acme", delivery_date=AUGUST_1)
    assert (row["status"], row["file_count"], row["refused_file_count"]) == ("accepted_with_rejects", 2, 1)
    assert (row["leads_received"], row["leads_accepted"], row["leads_rejected"]) == (50, 48, 2)
    assert (row["reject_rate"], row["undeclared_column_count"]) == (0.04, 1)
    assert (row["is_final"], row["known_at"]) == (True, datetime(2026, 8, 5, 3))
    provisional = only(marts["fct_deliveries"], vendor="acme", delivery_date=AUGUST_2)
    assert (provisional["is_judged"], provisional["is_final"]) == (True, False)


def test_each_delivery_is_named_after_its_lead_files(marts: dict[str, list[dict[str, Any]]]) -> None:
    assert {(row["vendor"], row["delivery_date"]): row["status"] for row in marts["fct_deliveries"]} == {
        ("acme", JULY_31): "accepted",
        ("acme", AUGUST_1): "accepted_with_rejects",
        ("acme", AUGUST_2): "accepted",
        ("bolt", JULY_31): "no_delivery",
        ("bolt", AUGUST_1): "refused",
        ("0042", AUGUST_1): "no_leads",  # a vendor whose key looks like a number keeps it
    }


@pytest.mark.fault(area="lake", fault="A half-published day meets the marts", promise="It is in none of them.")
def test_a_partition_that_cannot_be_trusted_is_in_no_mart(marts: dict[str, list[dict[str, Any]]]) -> None:
    for name, rows in marts.items():
        assert "half" not in {row.get("vendor") for row in rows}, name


@pytest.mark.fault(
    area="lake",
    fault="A partition of an earlier version, without counts of rows, meets the marts",
    promise="A line of it stands for one row: the figures of the marts are the same.",
)
def test_a_row_with_two_reasons_is_one_rejected_row(marts: dict[str, list[dict[str, Any]]]) -> None:
    found = {
        row["reason"]: (row["rejected_row_count"], row["refused_file_count"])
        for row in marts["fct_reject_reasons"]
        if row["vendor"] == "acme"
    }
    assert found == {"required_missing": (2, 0), "required_invalid": (1, 0), "file_unclaimed": (0, 1)}


def test_running_totals_wait_for_the_last_word(marts: dict[str, list[dict[str, Any]]]) -> None:
    rows = [row for row in marts["fct_dimension_rates"] if row["dimension"] == "all"]
    assert [
        (row["delivery_date"], row["leads_vendor_defective"], row["running_leads_vendor_defective"])
        for row in sorted(rows, key=lambda row: row["delivery_date"])
    ] == [(JULY_31, 4, 4), (AUGUST_1, 11, 15), (AUGUST_2, 40, 15)]
    assert {row["running_vendor_defect_rate"] for row in rows if row["delivery_date"] >= AUGUST_1} == {0.1}


def test_a_rule_that_left_the_catalogue_keeps_its_outcomes(marts: dict[str, list[dict[str, Any]]]) -> None:
    rule = only(marts["dim_rules"], rule_id="rule_of_old")
    assert (rule["is_in_catalogue"], rule["dimension"], rule["severity"]) == (False, "quality", None)
    outcome = only(marts["fct_rule_outcomes"], rule_id="rule_of_old")
    assert (outcome["applied_count"], outcome["fail_rate"]) == (48, 1 / 48)


def test_rates_count_only_what_the_rule_applied_to(marts: dict[str, list[dict[str, Any]]]) -> None:
    row = only(marts["fct_rule_outcomes"], rule_id="proof_matches_lead")
    assert (row["applied_count"], row["not_applicable_count"], row["fail_rate"]) == (80, 20, 0.0)


def test_every_score_is_kept_with_its_change(marts: dict[str, list[dict[str, Any]]]) -> None:
    totals = [row for row in marts["fct_vendor_scores"] if row["dimension"] == "total"]
    assert [
        (row["as_of"], row["points"], row["points_change"], row["is_latest"], row["grade"])
        for row in sorted(totals, key=lambda row: row["as_of"])
    ] == [(datetime(2026, 8, 1, 4), 90.0, None, False, "D"), (datetime(2026, 8, 10, 4), 62.5, -27.5, True, "D")]


def test_purchasing_sees_the_month_and_the_rule_to_talk_about(marts: dict[str, list[dict[str, Any]]]) -> None:
    july = only(marts["vendor_months"], vendor="acme", month_starts_on=date(2026, 7, 1))
    assert (july["leads_received"], july["leads_vendor_defective"], july["vendor_defect_rate"]) == (100, 4, 0.04)
    assert (july["leading_rule_id"], july["total_points"]) == ("lead_duplicate", 62.5)
    august = only(marts["vendor_months"], vendor="acme", month_starts_on=AUGUST_1)
    assert (august["delivery_count"], august["provisional_delivery_count"]) == (2, 1)
    assert (august["leads_received"], august["final_leads_received"]) == (90, 50)
    assert (august["leads_vendor_defective"], august["leading_rule_fail_count"]) == (11, 8)
    assert august["total_points"] is None  # one of its deliveries is provisional


def test_no_table_of_the_file_holds_a_file_name_or_a_digest_of_one() -> None:
    settings, _ = published()
    with duckdb.connect(str(settings.home / FILE), read_only=True) as connection:
        texts = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() where data_type = 'VARCHAR'"
        ).fetchall()
        assert texts
        for schema, table, column in texts:
            is_found = f"""contains("{column}", '.csv') or "{column}" = repeat('a', 64)"""
            query = f'select count(*) from "{schema}"."{table}" where {is_found}'
            assert connection.execute(query).fetchone() == (0,), f"{table}.{column}"


# What it refuses


def parsed(folder: Path) -> Any:
    return dbt("parse", folder / "lake", folder / "parsed" / FILE, folder / "parsed").result


@pytest.fixture(scope="module")
def parsed_manifest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return parsed(tmp_path_factory.mktemp("parsed"))


def test_a_house_without_a_single_file_publishes_empty_marts(tmp_path: Path, parsed_manifest: Any) -> None:
    path = tmp_path / "marts" / FILE
    built = dbt("build", tmp_path / "lake", path, tmp_path / "artifacts", manifest=parsed_manifest)
    results = [result for result in built.result.results if result.node.resource_type != "exposure"]
    assert {str(result.status) for result in results} == {"success", "pass"}
    tables = read_marts(path.parent, sorted(MARTS))
    assert {name: table.num_rows for name, table in tables.items()} == dict.fromkeys(MARTS, 0)


BREACHES = (
    (
        "assert_every_received_row_is_accepted_or_rejected",
        "update fct_deliveries set proofs_received = 91 where proofs_received = 90",
    ),
    (
        "assert_every_rejected_row_is_counted",
        "update fct_deliveries set leads_rejected = 1, leads_accepted = 39 where leads_received = 40",
    ),
    (
        "assert_every_rejected_row_has_a_reason",
        "update fct_reject_reasons set rejected_row_count = 3 where reason = 'required_missing'",
    ),
    (
        "assert_no_lead_is_rated_that_was_not_received",
        "delete from fct_dimension_rates where dimension = 'proof'",
    ),
    (
        "assert_any_defect_is_a_defect_of_some_dimension",
        "update fct_dimension_rates set leads_defective = 12 where leads_defective = 11",
    ),
    (
        "assert_every_rule_of_a_channel_sees_the_same_lead_uses",
        "update fct_rule_outcomes set not_applicable_count = 21 where not_applicable_count = 20",
    ),
    (
        "assert_the_vendor_answers_for_no_more_than_what_failed",
        "update fct_rule_outcomes set vendor_attributable_count = 41 where fail_count = 40",
    ),
    (
        "assert_running_totals_end_at_the_sum_of_final_deliveries",
        "update fct_dimension_rates set running_leads_received = 151 where running_leads_received = 150",
    ),
    (
        "assert_the_latest_scores_count_the_leads_of_final_deliveries",
        "update fct_vendor_scores set leads_received = 149 where leads_received = 150",
    ),
    (
        "assert_the_bounds_of_a_score_are_in_order",
        "update fct_vendor_scores set lower_points = 96 where lower_points = 40",
    ),
    (
        "assert_the_months_hold_every_delivery",
        "update vendor_months set delivery_count = 3 where delivery_count = 2",
    ),
)


@pytest.mark.fault(
    area="lake",
    fault="Figures of the marts contradict each other (a fault of ours)",
    promise="For each such contradiction a test of the marts fails.",
)
def test_every_invariant_notices_its_breach(tmp_path: Path, parsed_manifest: Any) -> None:
    settings, _ = published()
    path = tmp_path / "marts" / FILE
    path.parent.mkdir()
    shutil.copyfile(settings.home / FILE, path)
    with duckdb.connect(str(path)) as connection:
        for _, breach in BREACHES:
            assert connection.execute(breach).fetchone() not in (None, (0,)), breach
    options = ("--select", "test_type:singular")
    found = dbt("test", settings.lake, path, tmp_path / "artifacts", *options, manifest=parsed_manifest).result.results
    noticed = {result.node.name for result in found if str(result.status) in ("fail", "warn")}
    assert noticed == {name for name, _ in BREACHES} == {result.node.name for result in found}


@pytest.mark.fault(area="lake", fault="A build of the marts fails", promise="The published marts stay as they were.")
def test_a_build_that_fails_leaves_the_marts_as_they_were(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("published")

    def build() -> None:
        with rebuilding(tmp_path, is_whole=True) as aside:
            aside.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        build()
    assert (tmp_path / FILE).read_text() == "published"


def test_a_whole_build_starts_from_nothing_and_a_part_from_what_is_published(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("published")
    with rebuilding(tmp_path, is_whole=False) as aside:
        assert aside.read_text() == "published"
        aside.write_text("in part")
    with rebuilding(tmp_path, is_whole=True) as aside:
        assert not aside.exists()
        aside.write_text("anew")
    assert (tmp_path / FILE).read_text() == "anew"
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.fault(area="lake", fault="A build of the marts is killed", promise="The next one starts clean.")
def test_what_a_killed_build_left_is_gone_at_the_next(tmp_path: Path) -> None:
    (tmp_path / ".marts").mkdir()
    (tmp_path / ".marts" / f"{FILE}.wal").write_text("of a killed build")
    with rebuilding(tmp_path, is_whole=True) as aside:
        assert list(aside.parent.iterdir()) == []
        aside.write_text("anew")
    assert not (tmp_path / ".marts").exists()


def test_reading_marts_that_were_never_published_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NoMartsError, match="publish"):
        read_marts(tmp_path, ["dim_rules"])
