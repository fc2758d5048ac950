"""The sample market is what it says, and the truth about small sets of facts is what the law says by hand."""

import ast
import json
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import click
import jsonschema
import phonenumbers
import pyarrow.parquet as pq
import pytest
import typer
import yaml
from email_validator import validate_email
from open_data_contract_standard.model import OpenDataContractStandard
from typer.testing import CliRunner

from pipelines.commands.simulate import simulate as simulate_command
from pipelines.simulation.defects import DEFECTS
from pipelines.simulation.deliveries import INCIDENTS
from pipelines.simulation.market import Market, SimulationConflict, demo_as_of, draw_market, simulate
from pipelines.simulation.market_facts import Said
from pipelines.simulation.truth import LEAD_USE_RULES
from pipelines.vocabulary import words
from tests.support.market_persons import personal_values
from tests.support.paths import PRODUCT

LEAD_RULES = {
    "audience_not_contracted",
    "consent_minor_check",
    "lead_duplicate",
    "lead_too_old_at_delivery",
    "channel_not_contracted",
    "field_invalid",
    "value_placeholder",
}
DELIVERY_RULES = {
    "min_only_contract_fields",
    "format_differs",
    "sequence_gap",
    "date_order_ambiguous",
    "objections_readable",
}
RULES = {rule.rule_id for rule in LEAD_USE_RULES} | LEAD_RULES | DELIVERY_RULES
CAN_STAY_UNKNOWN = {
    "opp_new_consent_after_opposition",
    "proof_individual_record",
    "proof_matches_lead",
    "consent_named_recipient_elec",
    "tel_consent_named_professional",
    "consent_form_version_known",
    "consent_box_not_prechecked",
    "tel_consent_five_mentions",
    "consent_not_bundled_with_participation",
    "consent_equal_prominence_refusal",
    "consent_double_optin_confirmed",
    "consent_informed_art13",
    "consent_withdrawal_as_easy",
    "tel_number_collection_notice",
}
UNLAWFUL_ORDERS = {
    "sector_energy_renovation_phone_ban",
    "sector_housing_adaptation_phone_ban",
    "sector_energy_adaptation_message_ban",
    "sector_cpf_ban",
}
"""Of advertisers whose contracts the lint refuses: the market has none."""
NOT_SIMULATED = {"limit_exceeded", "no_contract_in_force"}


# --- the market ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def market() -> Market:
    return draw_market()


def test_every_rule_fails_somewhere(market: Market) -> None:
    assert {row.rule_id for row in market.truth if row.outcome == "fail"} == RULES - UNLAWFUL_ORDERS


def test_rules_that_wait_for_a_fact_nobody_owes_stay_unknown(market: Market) -> None:
    assert {row.rule_id for row in market.truth if row.outcome == "unknown"} == CAN_STAY_UNKNOWN


def test_every_reject_reason_occurs(market: Market) -> None:
    assert {row.reason for row in market.truth if row.reason} == set(words.REJECT_REASONS) - NOT_SIMULATED


def test_rules_of_the_decree_fail_only_from_its_day(market: Market) -> None:
    days = {row.delivery_date for row in market.truth if row.rule_id == "tel_optin_consent_required"}
    assert min(days) >= date(2026, 8, 11)
    assert any(row.delivery_date < date(2026, 8, 11) for row in market.truth if row.channel == "phone")


def test_truth_rows_have_nulls_by_grain(market: Market) -> None:
    for row in market.truth:
        if row.reason:
            assert (row.rule_id, row.outcome, row.lead_id, row.channel) == (None, None, None, None)
            assert row.file_name
        else:
            assert (row.file_name, row.row_number) == (None, None)
            assert (row.channel is None) == (row.rule_id in LEAD_RULES | DELIVERY_RULES)
            assert (row.lead_id is None) == (row.rule_id in DELIVERY_RULES)


def test_every_finding_is_expected_once(market: Market) -> None:
    findings = [row for row in market.truth if row.rule_id]
    assert len(set(findings)) == len(findings)


def test_all_is_final_and_known_at_the_demo_instant(market: Market) -> None:
    assert market.as_of == datetime(2026, 9, 5, 4, tzinfo=UTC) == demo_as_of(date(2026, 7, 28), 30)
    assert market.last_day == date(2026, 8, 26)
    assert max(row.recorded_at for row in market.oppositions) < market.as_of
    assert max(file.received_at for delivery in market.deliveries for file in delivery.files) < market.as_of
    assert max(draft.known_at for draft in market.drafts) < market.as_of


def test_there_are_vendors_of_every_format_and_audience(market: Market) -> None:
    assert len(market.vendors) >= 7
    assert {terms.leads.format for vendor in market.vendors for terms in vendor.terms} == {
        "csv",
        "jsonl",
        "xlsx",
        "parquet",
    }
    assert {draft.lead.get("audience") for draft in market.drafts} >= set(words.AUDIENCES)
    sold = {channel for vendor in market.vendors for terms in vendor.terms for channel in terms.channels}
    assert sold == set(words.CHANNELS)


def test_vices_and_incidents_are_named_as_they_exist(market: Market) -> None:
    for vendor in market.vendors:
        assert set(vendor.habits.rates) <= set(DEFECTS)
        assert {kind for kinds in vendor.habits.incidents.values() for kind in kinds} <= set(INCIDENTS)
    assert set(DEFECTS) == {name for vendor in market.vendors for name in vendor.habits.rates}


def test_only_files_refused_as_empty_have_no_bytes(market: Market) -> None:
    for delivery in market.deliveries:
        for file in delivery.files:
            assert bool(file.content) == (file.flaw != "file_empty")


def test_identifiers_are_valid_in_canonical_form(market: Market) -> None:
    for person in {draft.person for draft in market.drafts}:
        number = phonenumbers.parse(person.phone, None)
        assert phonenumbers.is_valid_number(number)
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == person.phone
        assert validate_email(person.email, check_deliverability=False, allow_smtputf8=False)


def test_personal_values_cover_what_was_typed_and_what_it_means(market: Market) -> None:
    values = personal_values(market)
    phone = next(value for value in market.drafts[0].lead.values() if isinstance(value, Said))
    assert {phone.text.strip(), phone.meaning} <= values
    assert min(map(len, values)) >= 7


def test_simulation_imports_nothing_of_the_product_but_words() -> None:
    for path in (PRODUCT / "simulation").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pipelines"):
                imported = f"{node.module}.{node.names[0].name}" if len(node.names) == 1 else node.module
                is_words = "pipelines.vocabulary.words" in (node.module, imported)
                assert is_words or node.module.startswith("pipelines.simulation"), f"{path.name}: {node.module}"


# --- what is written -------------------------------------------------------------------------------------------------


def _contents(home: Path) -> dict[str, bytes]:
    return {f"{path.relative_to(home)}": path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


def test_equal_arguments_give_equal_bytes_also_when_repeated(tmp_path: Path) -> None:
    for home in (tmp_path / "one", tmp_path / "two", tmp_path / "one"):
        simulate(home, days=4, leads=6)
    contents = _contents(tmp_path / "one")
    assert contents == _contents(tmp_path / "two")
    simulate(tmp_path / "other", seed=1, days=4, leads=6)
    assert contents.keys() != _contents(tmp_path / "other").keys() or contents != _contents(tmp_path / "other")


def test_another_simulation_or_real_deliveries_are_never_mixed_in(tmp_path: Path) -> None:
    simulate(tmp_path / "home", days=1, leads=1)
    with pytest.raises(SimulationConflict, match="'days': 1"):
        simulate(tmp_path / "home", days=2, leads=1)
    (tmp_path / "real" / "inbox" / "acme").mkdir(parents=True)
    with pytest.raises(SimulationConflict, match="no simulation wrote"):
        simulate(tmp_path / "real", days=1, leads=1)


@pytest.mark.parametrize(("days", "leads"), [(1, 1), (3, 2), (9, 4)])
def test_small_markets_of_other_seeds_and_dates_can_be_drawn(days: int, leads: int) -> None:
    small = draw_market(seed=days, first_day=date(2026, 12, 20), days=days, leads=leads)
    assert {delivery.on for delivery in small.deliveries} <= {small.first_day + timedelta(days=n) for n in range(days)}


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("OPPOSABLE_HOME", f"{tmp_path / 'home'}")
    app = typer.Typer()
    app.command()(simulate_command)
    return app


def test_the_command_says_what_it_wrote_and_what_comes_next(command: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["--days", "2", "--leads", "2", "--from", "2026-08-10", "--seed", "7"])
    assert result.exit_code == 0
    assert "11 vendors" in result.output
    assert "--from 2026-08-10 --to 2026-08-11 --as-of 2026-08-21T04:00:00+00:00" in result.output
    assert (tmp_path / "home" / "truth.parquet").exists()


@pytest.mark.parametrize(
    ("arguments", "inbox", "says"),
    [
        (["--from", "11/08/2026"], None, "--from: expected a date such as 2026-08-11"),
        (["--days", "0"], None, "--days"),
        ([], "elsewhere", "OPPOSABLE_INBOX points outside the home"),
    ],
)
def test_the_command_refuses_wrong_arguments_and_settings(
    command: typer.Typer, monkeypatch: pytest.MonkeyPatch, arguments: list[str], inbox: str | None, says: str
) -> None:
    if inbox:
        monkeypatch.setenv("OPPOSABLE_INBOX", inbox)
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2
    assert says in click.unstyle(result.output)


@pytest.mark.parametrize(("days", "leads"), [(0, 1), (1, 0)])
def test_an_empty_market_is_refused(days: int, leads: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        draw_market(days=days, leads=leads)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    simulate(home, days=14, leads=6)
    return home


def test_contracts_follow_the_standard(home: Path) -> None:
    schema = json.loads(files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8"))
    contracts = sorted(home.glob("contracts/*/*.odcs.yaml"))
    assert len(contracts) == 12
    for path in contracts:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        jsonschema.Draft201909Validator(schema).validate(document)
        assert OpenDataContractStandard.from_file(str(path)).status == "active"


def test_truth_is_written_with_its_columns(home: Path) -> None:
    table = pq.read_table(home / "truth.parquet")
    names = ["vendor", "delivery_date", "lead_id", "channel", "rule_id", "outcome", "file_name", "row_number", "reason"]
    assert table.column_names == names
    assert str(table.schema.field("delivery_date").type) == "date32[day]"
    assert str(table.schema.field("row_number").type) == "int64"
    assert table.num_rows > 500


def test_transport_records_are_utc_and_some_are_lacking(home: Path) -> None:
    folders = sorted(path for path in home.glob("inbox/*/*") if path.is_dir())
    records = [path for folder in folders for path in folder.glob(".received.json")]
    assert 0 < len(records) < len(folders)
    for path in records:
        for entry in json.loads(path.read_text(encoding="utf-8"))["files"]:
            assert datetime.fromisoformat(entry["received_at"]).tzinfo == UTC
            assert (path.parent / entry["name"]).exists()


def test_opposition_lines_have_the_import_header(home: Path) -> None:
    paths = sorted(home.glob("oppositions/*.csv"))
    assert paths[0].name == "2026-07-27.csv"
    header = "identifier,kind,channel,opposed_at,recorded_at,origin,shared_with,shared_at,revoked_at"
    assert {path.read_text(encoding="utf-8").splitlines()[0] for path in paths} == {header}
