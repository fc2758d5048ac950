"""Who may be contacted now: every lead that is still held, judged as if it were used at the run's instant."""

from collections import Counter
from datetime import UTC, datetime

import dagster as dg
import pyarrow as pa

from assets.reporting import columns_of
from pipelines.canaries.watch import confirm_canaries
from pipelines.house import House
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.orchestration.jobs import today_of
from pipelines.orchestration.run_partitions import tell_left
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS
from pipelines.usable.today import look
from pipelines.usable.usable_table import counts_by_verdict, publish_usable, turned_unusable, why_stale


@dg.asset(
    deps=["verdicts", "oppositions"],
    group_name="usable",
    metadata=columns_of("usable_leads"),
    kinds={"parquet"},
    owners=["team:compliance"],
    description="Lead uses that may be contacted now, until when, and why the others may not: today's law, and all "
    "that is known now. Replaced whole by every run; call lists are judged anew by `opposable export`.",
)
def usable_leads(context: dg.AssetExecutionContext, house: dg.ResourceParam[House]) -> dg.MaterializeResult[None]:
    """Judge vendor by vendor; of a vendor at whom that fails nothing is listed."""
    confirm_canaries(house, house.engine)
    today = look(house, today_of(context))
    left = LeftVendors("judging", FAULTS_OF_OURS)
    judged: list[pa.Table] = []
    turned, rules = 0, Counter[str]()
    for vendor in today.vendors():
        with left.one(vendor), house.lake.writing(vendor):
            uses = today.uses(vendor)
            count, by_rule = turned_unusable(house.lake, vendor, uses)
            judged.append(uses)
            turned, rules = turned + count, rules + by_rule
    for vendor in set(today.vendors()) & set(today.book.skipped):
        context.log.warning(f"{vendor}: nothing is listed, its contract can't be read")
    path = publish_usable(house, judged, today.at)
    tell_left(context, "usable_leads", left)
    return dg.MaterializeResult(
        metadata={
            **counts_by_verdict(judged),
            "turned unusable since delivery": turned,
            "turned by rule": dict(rules.most_common()),
            "as of": today.at.isoformat(),
            "table": dg.MetadataValue.path(str(path)),
        }
    )


@dg.asset_check(
    asset="usable_leads",
    description="Whoever reads the table reads what is known: its usable leads rest on the rules of now, and on every "
    "opposition that was recorded.",
)
def usable_leads_are_current(house: dg.ResourceParam[House]) -> dg.AssetCheckResult:
    """Say what came since the table was judged."""
    told = why_stale(house, datetime.now(UTC))
    return dg.AssetCheckResult(
        passed=not told, severity=dg.AssetCheckSeverity.WARN, metadata={"count": len(told), "first of them": told}
    )
