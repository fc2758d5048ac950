"""What of the knowledge clock waits, kept for the agenda; what waits too long, beside the checks of deliveries."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from pipelines.checks.faults import Fault
from pipelines.checks.results import LATE_KNOWLEDGE, failing_results, keep_results
from pipelines.contracts.contract import Contract
from pipelines.disputes.kept_waits import keep_waits
from pipelines.disputes.knowledge_clock import KnowledgeLine
from pipelines.disputes.policy import Policy
from pipelines.disputes.records import recorded_disputes
from pipelines.disputes.vendor_clock import vendor_clock
from pipelines.dossiers.facts import vendor_tables
from pipelines.engines.interface import Engine
from pipelines.rulebook.catalogue import Catalogue
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import paris_date
from pipelines.wording.words import words


def keep_late_knowledge(
    engine: Engine,
    lake: Lake,
    registry: sa.Engine,
    catalogue: Catalogue,
    vendor: str,
    contracts: Sequence[Contract],
    policy: Policy,
    as_of: datetime,
) -> list[Fault]:
    """Replace what is kept of a vendor; what waits too long, each of the day of the last delivery that had it.

    Raises:
        DamagedCorrectionsError: corrections are not what was written.
    """
    disputes = recorded_disputes(registry, vendor, before=as_of)
    with vendor_tables(engine, lake, vendor, as_of=as_of) as session:
        lines = vendor_clock(session, registry, catalogue, vendor, contracts, disputes, policy, as_of)
    keep_waits(lake, vendor, lines, as_of=as_of)
    faults = [_late_line(vendor, line) for line in lines if line.waits_for]
    before = {one.day for one in failing_results(lake, vendor) if one.check == LATE_KNOWLEDGE}
    keep_results(lake, vendor, sorted({fault.day for fault in faults} | before), {LATE_KNOWLEDGE: faults})
    return faults


def _late_line(vendor: str, line: KnowledgeLine) -> Fault:
    waits = words("en")(f"knowledge.waits.{line.waits_for}", on=line.due_at and paris_date(line.due_at))
    return Fault(vendor, line.last_day, f"{vendor}: {line.rule_id}{line.form and f' ({line.form.strip()})'}: {waits}")
