"""Backfills as the UI launches them, by its GraphQL API: which runs they become, and what those leave in the lake."""

import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._daemon.backfill import execute_backfill_iteration
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
from dagster_graphql.test.utils import execute_dagster_graphql

from pipelines.house import House
from pipelines.orchestration.jobs import AS_OF_TAG
from pipelines.orchestration.partitions import partition_key
from pipelines.simulation.market import Market, simulate
from tests.support.houses import (
    check_bytes,
    days_between,
    forget_inputs,
    house_at,
    import_oppositions,
    keep_vendors,
    lake_bytes,
    reconcile,
)
from tests.support.instances import instance_of

HEXA, NOVA, TARDIVO, LATER = "hexa-leads", "nova-rappel", "tardivo-data", "agence-du-rhone"
ASSETS = ("leads", "consent_proofs", "verdicts")
LOCATION = """
from pipelines.definitions import build_defs
from pipelines.settings import load_settings
defs = build_defs(settings=load_settings({{"OPPOSABLE_HOME": {home!r}}}), has_marts=False)
"""
IN_THIS_PROCESS = """
run_launcher:
  module: dagster._core.launcher.sync_in_memory_run_launcher
  class: SyncInMemoryRunLauncher
"""
LAUNCH = """
mutation Launch($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) { __typename ... on LaunchBackfillSuccess { backfillId } }
}
"""
PROGRESS = """
query Progress($id: String!) {
  partitionBackfillOrError(backfillId: $id) {
    ... on PartitionBackfill {
      status
      assetBackfillData {
        assetBackfillStatuses {
          ... on AssetPartitionsStatusCounts { assetKey { path } numPartitionsTargeted numPartitionsMaterialized }
        }
      }
    }
  }
}
"""
Range = tuple[str, str]


@dataclass
class Ui:
    """The UI's API over a house, with the daemons that serve it, in this process."""

    house: House
    market: Market
    instance: dg.DagsterInstance
    workspace: WorkspaceProcessContext

    @property
    def days(self) -> list[date]:
        return days_between(self.market.first_day, self.market.last_day)

    def ask(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        found = execute_dagster_graphql(self.workspace.create_request_context(), query, variables)
        (answer,) = found.data.values()
        return dict(answer)

    def launch(self, vendors: Sequence[str], days: Sequence[date]) -> str:
        """Launch a backfill over vendors and days, as of the market's end; its runs are then in the queue."""
        params = {
            "assetSelection": [{"path": [asset]} for asset in ASSETS],
            "partitionNames": [str(partition_key(vendor, day)) for vendor in vendors for day in days],
            "tags": [{"key": AS_OF_TAG, "value": self.market.as_of.isoformat()}],
        }
        answer = self.ask(LAUNCH, {"params": params})
        assert answer["__typename"] == "LaunchBackfillSuccess"
        assert [error for error in execute_backfill_iteration(self.workspace, logging.getLogger()) if error] == []
        return str(answer["backfillId"])

    def found(self, backfill: str) -> PartitionBackfill:
        known = self.instance.get_backfill(backfill)
        assert known is not None
        return known

    def ranges(self, backfill: str) -> set[Range]:
        """The ranges of a backfill's runs, first and last key; no two runs have the same."""
        runs = self.instance.get_runs(dg.RunsFilter.for_backfill(backfill))
        tags = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
        found = [(run.tags[tags[0]], run.tags[tags[1]]) for run in runs]
        assert len(found) == len(set(found))
        return set(found)

    def planned(self, vendors: Sequence[str], days: Sequence[date]) -> set[Range]:
        """The runs that a backfill becomes; none is carried out."""
        backfill = self.launch(vendors, days)
        found = self.ranges(backfill)
        canceled = self.found(backfill).with_status(BulkActionStatus.CANCELED)  # type: ignore[no-untyped-call]
        self.instance.update_backfill(canceled)
        for run in self.instance.get_runs(dg.RunsFilter.for_backfill(backfill)):
            self.instance.delete_run(run.run_id)
        return found

    def carry_out(self, vendors: Sequence[str], days: Sequence[date]) -> str:
        """Launch a backfill and let the daemons work until it is done."""
        backfill = self.launch(vendors, days)
        coordinator = QueuedRunCoordinatorDaemon(interval_seconds=1)
        for _ in range(20):
            list(coordinator.run_iteration(self.workspace))
            list(execute_backfill_iteration(self.workspace, logging.getLogger()))
            if self.found(backfill).status != BulkActionStatus.REQUESTED:
                break
        return backfill


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    home = tmp_path_factory.mktemp("market") / "home"
    market = simulate(home, seed=5, days=6, leads=3)
    keep_vendors(home, (HEXA, NOVA, TARDIVO, LATER))
    house = house_at(home)
    import_oppositions(market.opposition_files, house)
    assert house.hasher
    location = home / "location.py"
    location.write_text(LOCATION.format(home=str(home)), encoding="utf-8")
    target = LoadableTargetOrigin(python_file=str(location), attribute="defs")
    origin = InProcessCodeLocationOrigin(target, location_name="opposable")
    with instance_of(house, IN_THIS_PROCESS) as instance:
        instance.add_dynamic_partitions("vendor", [HEXA, NOVA, TARDIVO])
        with WorkspaceProcessContext(instance, InProcessWorkspaceLoadTarget(origin)) as workspace:
            yield Ui(house, market, instance, workspace)


def keys(vendors: tuple[str, str], first: date, last: date) -> Range:
    return str(partition_key(vendors[0], first)), str(partition_key(vendors[1], last))


def test_more_days_than_vendors_are_one_run_a_vendor_and_range_without_holes(ui: Ui) -> None:
    days = ui.days
    holes = [days[0], days[1], days[3], days[5]]
    assert ui.planned([HEXA, NOVA, TARDIVO], days) == {keys((v, v), days[0], days[5]) for v in (HEXA, NOVA, TARDIVO)}
    assert ui.planned([HEXA, TARDIVO], holes) == {
        keys((vendor, vendor), first, last)
        for vendor in (HEXA, TARDIVO)
        for first, last in ((days[0], days[1]), (days[3], days[3]), (days[5], days[5]))
    }


def test_no_more_days_than_vendors_are_one_run_a_day_and_range_of_vendors(ui: Ui) -> None:
    """Dagster groups by the dimension with fewer keys; the assets take either, being asked for a set of keys."""
    day, other = ui.days[0], ui.days[2]
    assert ui.planned([HEXA, NOVA, TARDIVO], [day]) == {keys((HEXA, TARDIVO), day, day)}
    assert ui.planned([HEXA, NOVA, TARDIVO], [day, other]) == {
        keys((HEXA, TARDIVO), day, day),
        keys((HEXA, TARDIVO), other, other),
    }
    assert ui.planned([HEXA, TARDIVO], [day]) == {keys((HEXA, HEXA), day, day), keys((TARDIVO, TARDIVO), day, day)}


def test_a_backfill_a_vendor_added_later_and_a_day_again_leave_the_bytes_of_one_reconciliation(
    ui: Ui, tmp_path: Path
) -> None:
    """One of the vendors has a new contract in the middle of the range."""
    assert [contract.valid_from for contract in ui.house.contracts().of(NOVA)][1] in ui.days[1:]
    assert_done(ui, ui.carry_out([HEXA, NOVA, TARDIVO], ui.days), targeted=18)
    ui.instance.add_dynamic_partitions("vendor", [LATER])
    later = ui.carry_out([LATER], ui.days)
    assert ui.ranges(later) == {keys((LATER, LATER), ui.days[0], ui.days[-1])}
    assert_done(ui, later, targeted=6)

    other = house_at(shutil.copytree(ui.house.settings.home, tmp_path / "home", ignore=shutil.ignore_patterns("lake")))
    reconcile(other, [HEXA, NOVA, TARDIVO, LATER], ui.days, ui.market.as_of)
    expected = lake_bytes(other.lake)
    assert differing(lake_bytes(ui.house.lake), expected) == []

    said = check_bytes(ui.house.lake)
    assert sorted(said) == [f"vendor={vendor}" for vendor in sorted((HEXA, NOVA, TARDIVO, LATER))]
    forget_inputs(ui.house.lake)  # an unchanged day would not be made again
    again = ui.carry_out([NOVA], [ui.days[2]])
    assert ui.ranges(again) == {keys((NOVA, NOVA), ui.days[2], ui.days[2])}
    assert_done(ui, again, targeted=1)
    assert differing(check_bytes(ui.house.lake), said) == []
    assert differing(lake_bytes(ui.house.lake), expected) == []


def assert_done(ui: Ui, backfill: str, *, targeted: int) -> None:
    """The backfill's page says so, asset by asset."""
    page = ui.ask(PROGRESS, {"id": backfill})
    assert page["status"] == "COMPLETED_SUCCESS"
    counts = {
        status["assetKey"]["path"][0]: (status["numPartitionsTargeted"], status["numPartitionsMaterialized"])
        for status in page["assetBackfillData"]["assetBackfillStatuses"]
    }
    assert counts == dict.fromkeys(ASSETS, (targeted, targeted))


def differing(found: dict[str, bytes], expected: dict[str, bytes]) -> list[str]:
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
