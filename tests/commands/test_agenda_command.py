"""The dates of a house from the terminal, as a calendar, and in the UI."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from icalendar import Calendar
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.contracts.book import DUE_DILIGENCE
from pipelines.definitions import build_defs
from pipelines.vocabulary.clock import paris_date, tick_of
from tests.support.contract_files import changed, write
from tests.support.exemple import sign
from tests.support.houses import house_at
from tests.support.instances import instance_of

RENEWAL = 'value: "2027-01-01"'
RISK = "{{of: dd_dpo, reason: a secret reason, accepted_by: Anna Martin, accepted_on: {first}, until: {last}}}"


def run(home: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["agenda", *arguments], env={"OPPOSABLE_HOME": str(home), "COLUMNS": "250"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output.replace("\u00a0", " ")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Renewed in 2099; a risk that ends in five days."""
    sign(tmp_path, "acme", text=changed(RENEWAL, 'value: "2099-01-01"'))
    today = paris_date(datetime.now(UTC))
    risk = RISK.format(first=today - timedelta(days=10), last=today + timedelta(days=5))
    write(tmp_path / "contracts", f"accepted_risks: [{risk}]", "acme", DUE_DILIGENCE)
    return tmp_path


def test_the_list_becomes_a_calendar_that_names_nobody(home: Path) -> None:
    status, said = run(home, "--ics", str(home / "dates.ics"), "--lang", "fr")
    assert status == 0
    assert "dans 5 jours" in said
    assert "conformité" in said
    content = (home / "dates.ics").read_bytes()
    [event] = Calendar.from_ical(content).walk("VEVENT")
    assert event["dtstart"].dt == paris_date(datetime.now(UTC)) + timedelta(days=5)
    assert b"Anna" not in content
    assert b"secret" not in content


def test_spans_and_vendors_are_chosen_and_an_empty_list_is_said(home: Path) -> None:
    assert "1 January 2099" in run(home, "--from", "2098-12-01", "--vendor", "acme")[1]
    for language, empty in (("en", "No date falls in this period"), ("fr", "Aucune échéance dans cette période")):
        status, said = run(home, "--from", "2060-01-01", "--to", "2060-12-31", "--lang", language)
        assert (status, empty in said) == (0, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--vendor", "acmo"),
        ("--from", "soon"),
        ("--from", "2030-01-02", "--to", "2030-01-01"),
        ("--to", "2001-01-01"),
        ("--ics", "nowhere/dates.ics"),
    ],
)
def test_a_wrong_argument_ends_with_two(home: Path, arguments: tuple[str, ...]) -> None:
    assert run(home, *arguments)[0] == 2


def test_what_has_passed_ends_with_one(tmp_path: Path) -> None:
    sign(tmp_path, "acme", text=changed(RENEWAL, 'value: "2026-08-20"'))
    status, said = run(tmp_path)
    assert (status, "passed" in said) == (1, True)
    write(tmp_path / "contracts", "answers: [", "acme", DUE_DILIGENCE)
    assert "due_diligence.yaml:2" in run(tmp_path)[1]


def test_a_date_that_is_near_or_passed_is_a_warning_in_the_ui(tmp_path: Path) -> None:
    """Notice until 3 October 2026 (90 days before 1 January 2027); an audit of 10 April that recurs in six months."""
    sign(tmp_path, "acme")
    text = "audits: [{audited_on: 2026-04-10, of: vendor, scope: x, findings: 0, every_months: 6, owner: dpo}]"
    write(tmp_path / "contracts", text, "acme", DUE_DILIGENCE)
    house = house_at(tmp_path, OPPOSABLE_THREADS="1")
    alone = dg.define_asset_job(
        "alone", selection=dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("dossiers"), "dates_are_kept"))
    )
    definitions = dg.Definitions.merge(
        build_defs(settings=house.settings, has_marts=False), dg.Definitions(jobs=[alone])
    )
    job = definitions.resolve_job_def("alone")
    with instance_of(house) as instance:

        def evaluated(on: date) -> dg.AssetCheckEvaluation:
            tags = {"opposable/as_of": tick_of(on).isoformat()}
            [one] = job.execute_in_process(instance=instance, tags=tags).get_asset_check_evaluations()
            return one

        assert evaluated(date(2026, 9, 25)).passed
        red = evaluated(date(2026, 10, 7))
        assert (red.passed, red.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert [red.metadata[name].value for name in ("passed", "within 1 day", "within 3 days", "within 7 days")] == [
            1, 0, 1, 0,
        ]  # fmt: skip
        said = " ".join(map(str, red.metadata["first of them"].value)).replace("\u00a0", " ")  # type: ignore[arg-type]
        assert "acme: Last day to give notice: 3 October 2026 (passed 4 days ago; purchasing)" in said
        assert "acme: Audit of the vendor: 10 October 2026 (in 3 days; data protection)" in said
