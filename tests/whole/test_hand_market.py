"""The market written by hand under `tests/hand_market` gets the verdicts that were worked out on paper.

Nothing here computes a verdict: the expected values are read from the market's own files, whose README says how.
"""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.vocabulary.clock import tick_of
from tests.support.houses import days_between, house_at, reconcile
from tests.support.paths import DATA

MARKET = DATA / "hand_market"
VENDORS = ("atlas-leads", "bretagne-contacts", "cap-prospects")
CHANNELS = ("email", "sms", "phone", "automated_call")

# outcome, is_proven, attributable_to, pending_on
KINDS: dict[str, tuple[str, bool | None, str | None, str | None]] = {
    "breach": ("fail", True, "vendor", None),
    "blameless": ("fail", True, "nobody", None),
    "undetermined": ("fail", True, "undetermined", None),
    "not_proven": ("fail", False, "vendor", "vendor"),
    "waits_on_vendor": ("unknown", None, None, "vendor"),
    "waits_on_advertiser": ("unknown", None, None, "advertiser"),
}

# The first cards, with what the issue says of them: severity, dimension.
FIRST_CARDS = {
    "basis_admissible": ("blocking", "consent"),
    "callback_request_proven": ("blocking", "consent"),
    "channel_not_contracted": ("minor", "conformity"),
    "channel_readable": ("blocking", "conformity"),
    "consent_box_not_prechecked": ("blocking", "consent"),
    "consent_double_optin_confirmed": ("major", "proof"),
    "consent_equal_prominence_refusal": ("blocking", "consent"),
    "consent_form_version_known": ("blocking", "proof"),
    "consent_named_recipient_elec": ("blocking", "consent"),
    "consent_not_bundled_with_participation": ("blocking", "consent"),
    "consent_informed_art13": ("major", "consent"),
    "consent_near_collection": ("info", "proof"),
    "consent_prior_to_delivery": ("blocking", "consent"),
    "consent_refused_at_collection": ("blocking", "consent"),
    "consent_timestamp_coherent": ("minor", "proof"),
    "consent_withdrawal_as_easy": ("major", "consent"),
    "consent_withdrawn": ("blocking", "opposition"),
    "elec_consent_per_channel": ("blocking", "consent"),
    "elec_b2b_function_relevance": ("blocking", "consent"),
    "field_invalid": ("minor", "quality"),
    "interest_origin_proven": ("blocking", "proof"),
    "lead_duplicate": ("minor", "quality"),
    "lead_too_old_at_delivery": ("major", "conformity"),
    "min_only_contract_fields": ("minor", "conformity"),
    "opp_vendor_redelivery": ("blocking", "opposition"),
    "opp_new_consent_after_opposition": ("major", "opposition"),
    "proof_individual_record": ("blocking", "proof"),
    "proof_matches_lead": ("blocking", "proof"),
    "proof_records_agree": ("minor", "proof"),
    "proof_reused_across_persons": ("blocking", "proof"),
    "tel_consent_five_mentions": ("blocking", "consent"),
    "tel_consent_max_age_one_year": ("blocking", "consent"),
    "tel_consent_named_professional": ("blocking", "consent"),
    "tel_number_collection_notice": ("major", "consent"),
    "tel_optin_consent_required": ("blocking", "consent"),
}

Row = dict[str, Any]
Block = dict[str, Any]


@dataclass(frozen=True)
class Lake:
    """The rows of the published tables, as they stood after a run."""

    tables: dict[str, list[Row]]

    def rows(self, table: str, vendor: str) -> list[Row]:
        return [row for row in self.tables[table] if row["vendor"] == vendor]


@dataclass(frozen=True)
class Market:
    home: Path
    provisional: Lake
    final: Lake


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Market:
    """The market, judged early for one vendor, then after every deadline for all, in the same home.

    The last day and the scores by the command, as users do; the others by the same steps without Dagster around them.
    """
    home = tmp_path_factory.mktemp("hand-market")
    shutil.copytree(MARKET / "contracts", home / "contracts")
    shutil.copytree(MARKET / "inbox", home / "inbox")
    opposable(home, "oppositions", "import", str(MARKET / "oppositions.csv"))
    house, first = house_at(home), date(2026, 8, 7)
    reconcile(house, ["atlas-leads"], days_between(first, date(2026, 8, 11)), tick_of(date(2026, 8, 12)))
    provisional = read_lake(home)
    reconcile(house, VENDORS, days_between(first, date(2026, 8, 14)), tick_of(date(2026, 11, 2)))
    opposable(home, "reconcile", "--from", "2026-10-25", "--to", "2026-10-25", "--as-of", "2026-11-02")
    return Market(home, provisional, read_lake(home))


def opposable(home: Path, *arguments: str) -> None:
    done = CliRunner().invoke(app, arguments, env={"OPPOSABLE_HOME": str(home)})
    assert done.exit_code == 0, f"{' '.join(arguments)}\n{done.output[-4000:]}"


def read_lake(home: Path) -> Lake:
    names = ("deliveries", "rejected_rows", "verdicts", "findings", "dimension_scorecards")
    return Lake({name: list(read_table(home / "lake" / name)) for name in names})


def read_table(folder: Path) -> Iterator[Row]:
    for path in sorted(folder.glob("vendor=*/delivery_date=*/part-0.parquet")):
        keys = dict(part.split("=", 1) for part in path.parts[-3:-1])
        key_row = {"vendor": keys["vendor"], "delivery_date": date.fromisoformat(keys["delivery_date"])}
        for row in pq.ParquetFile(path).read().to_pylist():
            yield {**row, **key_row}


def expectation(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((MARKET / "expected" / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded


def rules_of(block: Block, outcome: str) -> list[str]:
    return [rule for kind, rules in block.items() if kind in KINDS and KINDS[kind][0] == outcome for rule in rules]


def expected_verdicts(expected: dict[str, Any], *, is_final: bool) -> Counter[tuple[Any, ...]]:
    """One row a lead use; its rules are those of its own block and of its lead, sorted."""
    return Counter(
        (
            delivery["delivery_date"],
            lead_id,
            channel,
            lead[channel]["verdict"],
            *(
                tuple(sorted(rules_of(lead[channel], outcome) + rules_of(lead.get("lead", {}), outcome)))
                for outcome in ("fail", "unknown")
            ),
            is_final,
            delivery["known_at"].astimezone(UTC).replace(tzinfo=None),
        )
        for delivery in expected["deliveries"]
        for lead_id, lead in delivery.get("leads", {}).items()
        for channel in CHANNELS
        if channel in lead
    )


def expected_findings(expected: dict[str, Any]) -> Counter[tuple[Any, ...]]:
    return Counter(
        (delivery["delivery_date"], lead_id, channel, rule, *KINDS[kind], *FIRST_CARDS[rule])
        for delivery in expected["deliveries"]
        for lead_id, channel, block in blocks_of(delivery)
        for kind, rules in block.items()
        if kind in KINDS
        for rule in rules
    )


def blocks_of(delivery: dict[str, Any]) -> Iterator[tuple[str | None, str | None, Block]]:
    """Every block that lists rules: (lead_id, channel, block), NULL by grain as in the table."""
    yield None, None, delivery.get("delivery", {})
    for lead_id, lead in delivery.get("leads", {}).items():
        yield lead_id, None, lead.get("lead", {})
        for channel in CHANNELS:
            yield lead_id, channel, lead.get(channel, {})


def judged_verdicts(rows: list[Row]) -> Counter[tuple[Any, ...]]:
    plain = ("delivery_date", "lead_id", "channel", "verdict")
    return Counter(
        (
            *(row[name] for name in plain),
            tuple(row["failed_rules"]),
            tuple(row["unknown_rules"]),
            row["is_final"],
            row["known_at"],
        )
        for row in rows
    )


def judged_findings(rows: list[Row]) -> Counter[tuple[Any, ...]]:
    columns = (
        *("delivery_date", "lead_id", "channel", "rule_id", "outcome", "is_proven", "attributable_to", "pending_on"),
        *("severity", "dimension"),
    )
    return Counter(tuple(row[name] for name in columns) for row in rows)


def expected_scorecards(expected: dict[str, Any]) -> dict[tuple[date, str], list[int]]:
    return {
        (delivery["delivery_date"], dimension): counts
        for delivery in expected["deliveries"]
        for dimension, counts in delivery.get("scorecard", {}).items()
    }


def judged_scorecards(rows: list[Row]) -> dict[tuple[date, str], list[int]]:
    """Days without a received lead say nothing and are left out."""
    columns = ("leads_received", "leads_defective", "leads_vendor_defective")
    counts = {(row["delivery_date"], row["dimension"]): [row[name] for name in columns] for row in rows}
    return {key: counted for key, counted in counts.items() if counts[key[0], "all"] != [0, 0, 0]}


def differences(found: Counter[tuple[Any, ...]], expected: Counter[tuple[Any, ...]]) -> dict[str, list[str]]:
    """What is missing and what is invented, in words that a failed assertion can show; empty when equal."""
    sides = {"missed": expected - found, "invented": found - expected}
    return {side: sorted(map(repr, rows.elements())) for side, rows in sides.items() if rows}


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_lead_use_gets_the_final_verdict_worked_out_by_hand(market: Market, vendor: str) -> None:
    found = judged_verdicts(market.final.rows("verdicts", vendor))
    assert differences(found, expected_verdicts(expectation(vendor), is_final=True)) == {}


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_finding_is_expected_and_every_expected_one_is_found(market: Market, vendor: str) -> None:
    found = judged_findings(market.final.rows("findings", vendor))
    assert differences(found, expected_findings(expectation(vendor))) == {}


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_refused_row_and_file_has_its_reasons(market: Market, vendor: str) -> None:
    names = {
        (row["delivery_date"], row["file_digest"]): row["file_name"]
        for row in market.final.rows("deliveries", vendor)
        if row["file_digest"]
    }
    found = Counter(
        (
            row["delivery_date"],
            names[row["delivery_date"], row["file_digest"]],
            *(row[name] for name in ("row_number", "reason", "column")),
        )
        for row in market.final.rows("rejected_rows", vendor)
    )
    expected = Counter(
        (delivery["delivery_date"], *(row.get(name) for name in ("file_name", "row_number", "reason", "column")))
        for delivery in expectation(vendor)["deliveries"]
        for row in delivery.get("rejected", [])
    )
    assert differences(found, expected) == {}


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_file_and_every_missing_delivery_is_recorded(market: Market, vendor: str) -> None:
    counts = ("rows_received", "rows_accepted", "rows_rejected")
    found = Counter(
        (
            *(row[name] for name in ("delivery_date", "file_name", "role", "status", *counts)),
            bool(row["is_received_at_assumed"]) and row["file_name"] is not None,
            tuple(row["undeclared_columns"] or ()),
        )
        for row in market.final.rows("deliveries", vendor)
    )
    expected = Counter(
        (
            delivery["delivery_date"],
            *(file.get(name) for name in ("file_name", "role", "status")),
            *file.get("rows", (None, None, None)),
            file.get("is_received_at_assumed", False),
            tuple(file.get("undeclared_columns", ())),
        )
        for delivery in expectation(vendor)["deliveries"]
        for file in delivery.get("files", [])
    )
    assert differences(found, expected) == {}


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_delivery_counts_its_defective_leads_by_dimension(market: Market, vendor: str) -> None:
    assert judged_scorecards(market.final.rows("dimension_scorecards", vendor)) == expected_scorecards(
        expectation(vendor)
    )


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_vendor_gets_the_points_calculated_by_hand(market: Market, vendor: str) -> None:
    score = expectation(vendor)["score"]
    found = {dimension: counts for dimension, *counts in stored_scores(market.home, vendor)}
    assert set(found) == set(score)
    for dimension, expected in score.items():
        received, defective, points = found[dimension]
        assert points == pytest.approx(expected["points"], abs=0.005), dimension
        if dimension != "total":
            assert (received, defective) == (expected["received"], expected["vendor_defective"]), dimension


def stored_scores(home: Path, vendor: str) -> list[tuple[str, int, int, float]]:
    query = """
        select dimension, leads_received, leads_vendor_defective, points from vendor_scores
        where vendor = ? and as_of = (select max(as_of) from vendor_scores)
    """
    connection = sqlite3.connect(home / "registry.db")
    try:
        return connection.execute(query, (vendor,)).fetchall()
    finally:
        connection.close()


def test_before_the_proof_deadline_a_missing_fact_is_unknown_and_no_verdict_final(market: Market) -> None:
    expected = expectation("provisional")
    day = expected["deliveries"][0]["delivery_date"]

    def of_the_day(table: str) -> list[Row]:
        return [row for row in market.provisional.rows(table, expected["vendor"]) if row["delivery_date"] == day]

    assert differences(judged_verdicts(of_the_day("verdicts")), expected_verdicts(expected, is_final=False)) == {}
    assert differences(judged_findings(of_the_day("findings")), expected_findings(expected)) == {}
    assert judged_scorecards(of_the_day("dimension_scorecards")) == expected_scorecards(expected)


def test_the_market_shows_each_of_the_first_cards_failing_or_unknown() -> None:
    shown = {finding[3] for vendor in VENDORS for finding in expected_findings(expectation(vendor))}
    assert shown == set(FIRST_CARDS)


def test_a_verdict_follows_from_the_blocking_rules_that_are_listed_beside_it() -> None:
    """Guards the paper work: blocked if a blocking rule fails, else on hold if one is unknown, else usable."""
    for name in (*VENDORS, "provisional"):
        for verdict in expected_verdicts(expectation(name), is_final=True):
            blocking = [{rule for rule in rules if FIRST_CARDS[rule][0] == "blocking"} for rules in verdict[4:6]]
            assert verdict[3] == ("blocked" if blocking[0] else "on_hold" if blocking[1] else "usable"), verdict
