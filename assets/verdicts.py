"""Every lead use judged on the clock at delivery."""

import dagster as dg
import pyarrow.compute as pc

from assets.reporting import columns_of, report, report_skipped
from pipelines.domain.words import VERDICTS
from pipelines.engines.judge import JudgedDay
from pipelines.jobs import as_of
from pipelines.partitions import days_by_vendor
from pipelines.resources.house import House
from pipelines.storage.snapshot import refresh_snapshot


def build_verdicts(partitions: dg.MultiPartitionsDefinition) -> dg.AssetsDefinition:
    """The asset `verdicts` over the given partitions."""

    @dg.asset(
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        deps=["leads", "consent_proofs", "oppositions"],
        group_name="verdicts",
        metadata=columns_of("verdicts"),
        kinds={"duckdb", "parquet"},
        owners=["team:compliance"],
        description="Verdicts, findings and scorecards of each delivery, under the rules in force at delivery.",
    )
    def verdicts(context: dg.AssetExecutionContext, house: dg.ResourceParam[House]) -> None:
        """Judge the run's days, and the published days that they can reach."""
        wanted, at = days_by_vendor(context.partition_keys), as_of(context)
        book = house.contracts(wanted)
        refresh_snapshot(house.registry, house.lake)  # a run never judges on a registry that has moved on
        for vendor, days in wanted.items():
            if vendor in book.skipped:
                report_skipped(context, ["verdicts"], vendor, days)
                continue
            with house.lake.writing(vendor):
                for judged in house.judge.judge(book.of(vendor), vendor, days, as_of=at):
                    house.lake.publish(vendor, judged.day, judged.tables, facts=judged.facts)
                    if judged.day in days:
                        reasons = house.lake.partition("findings", vendor, judged.day)
                        report(context, "verdicts", vendor, judged.day, _counts(judged), reasons)
            context.log.info(f"{vendor}: {len(days)} days judged as of {at.isoformat()}")

    return verdicts


def _counts(judged: JudgedDay) -> dict[str, int | str]:
    values = pc.value_counts(judged.tables["verdicts"]["verdict"]).to_pylist()
    found = {value["values"]: int(value["counts"]) for value in values}
    counts = {verdict.replace("_", " "): found.get(verdict, 0) for verdict in VERDICTS}
    return {"lead uses": judged.tables["verdicts"].num_rows, **counts, "findings": judged.tables["findings"].num_rows}
