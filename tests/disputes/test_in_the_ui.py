"""Answers are taken in by a run, its sensor asks for it once, and what waits too long is told where checks are."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from pipelines.checks.faults import Fault
from pipelines.checks.results import failing_results, keep_results
from pipelines.commands.checks import app
from pipelines.definitions import build_defs
from pipelines.disputes.kept_waits import kept_waits
from pipelines.disputes.records import recorded_disputes
from tests.support.clean_market import LATE, MONDAY, VENDOR, CleanMarket, lead
from tests.support.disputing_vendor import NOT_PROVEN, NOW, DisputingVendor, answer
from tests.support.houses import house_at
from tests.support.instances import instance_of

LATER = datetime(2026, 9, 27, 4, tzinfo=UTC)
"""Sixteen days after the proof deadline of Monday, 10 September at ten."""


def test_a_run_takes_answers_in_and_a_defect_that_nobody_told_is_red(tmp_path: Path) -> None:
    market = CleanMarket(tmp_path / "home")
    market.deliver([lead(1)], "leads.csv")
    market.reconcile(LATE)
    DisputingVendor(market).answers([answer(1)])
    house = market.house
    check = dg.AssetCheckKey(dg.AssetKey("dossiers"), "knowledge_is_acted_on")
    alone = dg.define_asset_job("alone", selection=dg.AssetSelection.checks(check))
    definitions = dg.Definitions.merge(
        build_defs(settings=house.settings, has_marts=False), dg.Definitions(jobs=[alone])
    )
    with instance_of(house) as instance:
        instance.add_dynamic_partitions("vendor", [VENDOR])
        sensor = definitions.resolve_sensor_def("answers")
        contract, before = market.home / "contracts" / VENDOR / "2026-01-01.odcs.yaml", _run_keys(sensor, instance)
        whole = contract.read_bytes()
        contract.write_bytes(b"broken: [")
        unread = _run_keys(sensor, instance)
        assert definitions.resolve_job_def("answers").execute_in_process(instance=instance).success
        assert recorded_disputes(house.registry, VENDOR) == []
        contract.write_bytes(whole)
        assert _run_keys(sensor, instance) == before
        assert len({*before, *unread}) == 2  # once the contract is mended, a run of its own
        assert definitions.resolve_job_def("answers").execute_in_process(instance=instance).success
        [dispute] = recorded_disputes(house.registry, VENDOR)
        assert (dispute.lead_id, dispute.rule, dispute.state) == ("L-1", NOT_PROVEN, "pending")
        assert dispute.received_at > NOW
        assert not sensor.evaluate_tick(dg.build_sensor_context(instance=instance)).run_requests
        run = definitions.resolve_job_def("alone").execute_in_process(
            instance=instance, tags={"opposable/as_of": LATER.isoformat()}
        )
    [red] = run.get_asset_check_evaluations()
    assert not red.passed
    [due] = [one.due_at for one in kept_waits(house.lake) if (one.rule_id, one.step) == (NOT_PROVEN, "notice")]
    assert due == datetime(2026, 9, 25, 8, tzinfo=UTC)  # fifteen days after the proof deadline: a date of the agenda
    kept = [one for one in failing_results(house.lake, VENDOR) if one.check == "knowledge_is_acted_on"]
    assert [one.day for one in kept] == [MONDAY]
    told = [words.replace("\u00a0", " ") for words in kept[0].faults]
    assert any(NOT_PROVEN in words and words.endswith("notified by 25 September 2026") for words in told), told


def _run_keys(sensor: dg.SensorDefinition, instance: dg.DagsterInstance) -> list[str | None]:
    asked = sensor.evaluate_tick(dg.build_sensor_context(instance=instance)).run_requests
    return [request.run_key for request in asked or ()]


def test_what_a_vendor_named_obeys_no_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPPOSABLE_HOME", str(tmp_path))
    fault = Fault(VENDOR, MONDAY, "form \x1b[2Jdevis")
    keep_results(house_at(tmp_path).lake, VENDOR, [MONDAY], {"knowledge_is_acted_on": [fault]})
    said = CliRunner().invoke(app, ["list"]).output
    assert "devis" in said
    assert "\x1b" not in said
