"""The checks in runs: vendors' faults show and stop nothing, ours stop the run, and no name of a person shows."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets.reporting import CheckResult
from pipelines.definitions import build_defs
from pipelines.house import House
from pipelines.storage.lake import Content, Lake
from pipelines.vocabulary.clock import paris_instant, tick_of
from tests.support.contract_files import changed
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at, lake_bytes
from tests.support.instances import QUIET, Daemon, instance_of

MONDAY, TUESDAY = date(2026, 8, 10), date(2026, 8, 11)
IN_TIME, LATE = (paris_instant(TUESDAY, time(hour)) for hour in (15, 18))
VENDORS = ("absent", "assumed", "broken", "careless", "faulty", "punctual", "tardy")
LEFT_OUT = ("broken", "faulty")
"""Whose contract can't be read, or has an error of the lint."""
READMES = 25


def fill(home: Path) -> None:
    """Tuesday's deliveries: one missing, one late, one with files that nobody asked for; and what belongs to nobody."""
    deliver(home, "punctual", TUESDAY, received_at=IN_TIME)
    deliver(home, "assumed", TUESDAY)
    deliver(home, "tardy", TUESDAY, received_at=LATE)
    folder = deliver(home, "careless", TUESDAY, received_at=IN_TIME)
    for number in range(READMES):
        (folder / f"jeanne.dupont{number}@example.org.txt").write_text(str(number))
    (home / "inbox" / "stranger" / "2026-08-11").mkdir(parents=True)
    (home / "inbox" / "jeanne.dupont@example.org").mkdir()


class Run:
    """What the checks of a run said, by name."""

    def __init__(self, result: dg.ExecuteInProcessResult) -> None:
        self.run_id = result.run_id
        self.is_success = result.success
        self.said = {evaluation.check_name: evaluation for evaluation in result.get_asset_check_evaluations()}
        self.failed_steps = [event.step_key for event in result.all_events if event.is_step_failure]

    def faults(self, check: str) -> tuple[object, object]:
        metadata = self.said[check].metadata
        return metadata["count"].value, metadata["first of them"].value

    @property
    def failed(self) -> set[str]:
        return {name for name, evaluation in self.said.items() if not evaluation.passed}


@dataclass
class Tuesday:
    """A house in which Monday was judged, and Tuesday after it, by one run over all vendors."""

    daemon: Daemon
    run: Run
    bytes_of_monday: Mapping[str, bytes]


@pytest.fixture(scope="module")
def tuesday(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tuesday]:
    home = tmp_path_factory.mktemp("house")
    house = house_at(home, OPPOSABLE_THREADS="1")
    sign(home, *VENDORS)
    for vendor in LEFT_OUT:
        deliver(home, vendor, MONDAY, received_at=paris_instant(MONDAY, time(12)))
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=tick_of(TUESDAY))
        daemon.register(*VENDORS)
        for vendor in LEFT_OUT:
            assert daemon.judge((vendor, vendor), (MONDAY, MONDAY), tick_of(TUESDAY)).success
        monday = lake_bytes(house.lake)
        sign(home, "broken", text="status: [")
        sign(home, "faulty", text=changed("consent: 0.01", "consent: 0.02"))
        fill(home)
        result = daemon.judge((VENDORS[0], VENDORS[-1]), (TUESDAY, TUESDAY), tick_of(date(2026, 8, 12)))
        yield Tuesday(daemon, Run(result), monday)


def test_faults_of_vendors_fail_their_checks_as_warnings_and_stop_nothing(tuesday: Tuesday) -> None:
    vendors_faults = {
        *("deliveries_came", "deliveries_came_in_time", "files_were_accepted"),
        *("contracts_are_readable", "inbox_folders_are_known"),
    }
    assert tuesday.run.failed == {*vendors_faults, "partitions_were_done"}
    assert tuesday.run.failed_steps == ["completeness"]
    assert {tuesday.run.said[name].severity for name in vendors_faults} == {dg.AssetCheckSeverity.WARN}


def test_missing_and_late_deliveries_are_named_by_vendor_and_date(tuesday: Tuesday) -> None:
    assert tuesday.run.faults("deliveries_came") == (1, ["absent 2026-08-11"])
    assert tuesday.run.faults("deliveries_came_in_time") == (1, ["tardy 2026-08-11: 2 h 00 min after the cut-off"])


def test_counts_are_exact_and_samples_bounded(tuesday: Tuesday) -> None:
    count, first = tuesday.run.faults("files_were_accepted")
    assert isinstance(first, list)
    assert (count, len(first)) == (READMES, 20)
    assert all(fault.startswith("careless 2026-08-11: file_unclaimed, file ") for fault in first)


@pytest.mark.fault(
    area="vendors",
    fault="One contract is broken",
    promise="It is named with file and line; its vendor stays as it was, the others are judged.",
)
def test_a_contract_that_may_not_judge_is_told_with_its_line_and_its_vendor_is_left_as_it_was(tuesday: Tuesday) -> None:
    count, first = tuesday.run.faults("contracts_are_readable")
    assert isinstance(first, list)
    assert count == 2
    assert re.search(r"broken/2026-01-01\.odcs\.yaml:\d+:\d+: error: not YAML", first[0])
    assert re.search(r"faulty/2026-01-01\.odcs\.yaml:\d+:\d+: error: the tolerance for consent is above 1%", first[1])
    now = lake_bytes(tuesday.daemon.house.lake)
    kept = {name: content for name, content in now.items() if any(f"vendor={one}/" in name for one in LEFT_OUT)}
    assert kept == tuesday.bytes_of_monday


def test_what_was_left_out_is_not_materialised_and_fails_the_run_and_the_others_are_published(tuesday: Tuesday) -> None:
    assert not tuesday.run.is_success
    done = {f"{TUESDAY}|{vendor}" for vendor in VENDORS if vendor not in LEFT_OUT}
    done |= {f"{MONDAY}|{vendor}" for vendor in LEFT_OUT}
    for name in ("leads", "consent_proofs", "verdicts"):
        assert tuesday.daemon.instance.get_materialized_partitions(dg.AssetKey(name)) == done
    count, first = tuesday.run.faults("partitions_were_done")
    assert isinstance(first, list)
    for vendor in LEFT_OUT:
        why = f"the contract can't be read or has errors; `opposable contracts lint {vendor}` says why"
        assert f"{vendor} {TUESDAY}: {why}" in first
    assert {str(words).split()[0] for words in first} == {*LEFT_OUT}
    assert count == len(first)


@pytest.mark.fault(
    area="personal", fault="A folder in the inbox is named after a person", promise="It is told without being named."
)
def test_folders_of_nobody_are_told_and_a_name_that_is_no_key_is_not_repeated(tuesday: Tuesday) -> None:
    assert tuesday.run.faults("inbox_folders_are_known") == (2, ["(no vendor key)", "stranger"])


def test_columns_that_are_not_as_before_are_named_by_vendor_date_and_role(tmp_path: Path) -> None:
    house = house_at(tmp_path, OPPOSABLE_THREADS="1")
    sign(tmp_path, "drifting")
    deliver(tmp_path, "drifting", MONDAY)
    path = deliver(tmp_path, "drifting", TUESDAY) / "leads_1.csv"
    path.write_bytes(path.read_bytes().replace(b"postal_code", b"postal_code;score"))
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=tick_of(TUESDAY))
        daemon.register("drifting")
        result = daemon.judge(("drifting", "drifting"), (MONDAY, TUESDAY), tick_of(date(2026, 8, 12)))
    assert result.success
    run = Run(result)
    assert run.faults("columns_as_before") == (1, ["drifting 2026-08-11 leads: `score` is new"])
    assert run.said["columns_as_before"].severity == dg.AssetCheckSeverity.WARN


@pytest.mark.fault(
    area="personal",
    fault="Files and folders are named after persons",
    promise="Dagster's own database and logs hold none of the names.",
)
def test_nothing_of_the_instance_repeats_a_name_of_a_file_or_folder(tuesday: Tuesday) -> None:
    files = [path for path in tuesday.daemon.house.settings.dagster_home.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if b"dupont" in path.read_bytes()] == []


def test_a_run_over_older_days_does_not_hide_the_faults_of_the_week(tuesday: Tuesday) -> None:
    early = date(2026, 6, 1)
    later = [date(2026, 8, day) for day in (13, 18, 19)]
    runs = [Run(tuesday.daemon.judge(("punctual", "punctual"), (early, early), tick_of(day))) for day in later]
    told = [run.faults("deliveries_came") for run in runs]
    missed, absent = "punctual 2026-06-01", "absent 2026-08-11"
    assert told == [(2, [absent, missed])] * 3


@pytest.mark.fault(
    area="vendors",
    fault="A good run of one vendor follows a bad run of another",
    promise="The red check stays red until the other is mended.",
)
def test_a_vendors_run_paints_no_other_vendors_failure_green_and_its_own_when_it_is_mended(tmp_path: Path) -> None:
    house = house_at(tmp_path, OPPOSABLE_THREADS="1")
    sign(tmp_path, "tardy", "punctual")
    (deliver(tmp_path, "tardy", TUESDAY, received_at=IN_TIME) / "nobodys.txt").write_text("?")
    deliver(tmp_path, "punctual", TUESDAY, received_at=IN_TIME)
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=tick_of(TUESDAY))
        daemon.register("tardy", "punctual")
        refused = [_refused_in_run(daemon, vendor) for vendor in ("tardy", "punctual")]
        (tmp_path / "inbox" / "tardy" / TUESDAY.isoformat() / "nobodys.txt").unlink()
        mended = _refused_in_run(daemon, "tardy")
    assert [(passed, count) for passed, count, _ in refused] == [(False, 1)] * 2
    assert refused[0][2] == refused[1][2] == {"tardy": 1}
    assert mended == (True, 0, {})


def _refused_in_run(daemon: Daemon, vendor: str) -> tuple[bool, object, object]:
    """What `files_were_accepted` says after a run of one vendor: passed, count, deliveries by vendor."""
    run = Run(daemon.judge((vendor, vendor), (TUESDAY, TUESDAY), tick_of(date(2026, 8, 12))))
    said = run.said["files_were_accepted"]
    return said.passed, said.metadata["count"].value, said.metadata["deliveries by vendor"].value


def test_checks_that_are_run_alone_look_at_the_week(tuesday: Tuesday) -> None:
    """As the button in the UI does: a run of the checks only, without a partition."""
    job = tuesday.daemon.definitions.resolve_implicit_global_asset_job_def()
    graph = tuesday.daemon.definitions.resolve_asset_graph()
    checks = {key for key in graph.asset_check_keys if key.asset_key.to_user_string() in ("leads", "verdicts")}
    alone = job.get_subset(asset_selection=set(), asset_check_selection=checks)
    tags = {"opposable/as_of": tick_of(date(2026, 8, 12)).isoformat()}
    run = Run(alone.execute_in_process(instance=tuesday.daemon.instance, run_config=QUIET, tags=tags))
    assert run.is_success
    assert run.failed == tuesday.run.failed
    assert "absent 2026-08-11" in str(run.faults("deliveries_came"))


class LossyLake(Lake):
    """Loses the last lead of what it publishes."""

    def publish(
        self, vendor: str, day: date, tables: Mapping[str, Content], *, facts: Mapping[str, str] | None = None
    ) -> None:
        kept = {name: map(_shortened, content) if name == "leads" else content for name, content in tables.items()}
        super().publish(vendor, day, kept, facts=facts)


def _shortened(piece: pa.Table) -> pa.Table:
    return piece.slice(0, max(0, len(piece) - 1))


class BentLake(Lake):
    """Publishes verdicts with a column more."""

    def publish_days(
        self,
        vendor: str,
        tables: Mapping[str, Iterable[tuple[date, pa.Table]]],
        facts: Mapping[date, Mapping[str, str]],
    ) -> None:
        super().publish_days(vendor, tables, facts)
        for day in facts:
            path = self.partition("verdicts", vendor, day)
            verdicts = pq.ParquetFile(path).read()
            pq.write_table(verdicts.append_column("note", pa.nulls(len(verdicts), pa.string())), path)


class LossyHouse(House):
    """A house whose lake loses rows."""

    @property
    def lake(self) -> Lake:
        """The lossy lake."""
        return LossyLake(self.settings.lake)


class BentHouse(House):
    """A house whose lake adds columns."""

    @property
    def lake(self) -> Lake:
        """The bent lake."""
        return BentLake(self.settings.lake)


@pytest.mark.fault(
    area="lake",
    fault="Rows are lost by a fault of ours",
    promise="The count is made a second time by other code: the run stops before anything is built on it.",
)
@pytest.mark.parametrize(
    ("house_type", "failed", "judged"),
    [
        (LossyHouse, {"every_row_is_accounted_for"}, 0),
        (BentHouse, {"verdict_tables_have_their_schema"}, 1),
    ],
)
def test_a_fault_of_ours_stops_the_run_before_anything_is_built_on_it(
    tmp_path: Path, house_type: type[House], failed: set[str], judged: int
) -> None:
    sign(tmp_path, "acme")
    deliver(tmp_path, "acme", TUESDAY, received_at=IN_TIME)
    house = house_type(house_at(tmp_path).settings)
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=tick_of(TUESDAY))
        daemon.definitions = build_defs(settings=house.settings, resource_overrides={"house": house}, has_marts=False)
        daemon.register("acme")
        run = Run(daemon.judge(("acme", "acme"), (TUESDAY, TUESDAY), tick_of(date(2026, 8, 12))))
        assert not run.is_success
        assert run.failed == failed
        assert len(instance.get_materialized_partitions(dg.AssetKey("verdicts"))) == judged


@pytest.mark.parametrize("check", ["every_row_is_accounted_for", "deliveries_came", "verdict_tables_have_their_schema"])
def test_a_check_names_the_last_materialization_of_its_asset_in_its_run(tuesday: Tuesday, check: str) -> None:
    assert CheckResult._get_unpartitioned_target_materialization_data.__name__ in vars(dg.AssetCheckResult)
    said = tuesday.run.said[check]
    target = said.target_materialization_data
    assert target is not None
    assert target.run_id == tuesday.run.run_id
    told = tuesday.daemon.instance.all_logs(tuesday.run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    of_asset = [
        one for one in told if one.asset_materialization and one.asset_materialization.asset_key == said.asset_key
    ]
    assert target.timestamp == of_asset[-1].timestamp
