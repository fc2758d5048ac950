"""A dossier for each vendor, and the portfolio: the pages that a renewal review starts from."""

from collections import Counter
from datetime import timedelta
from typing import Final

import dagster as dg

from pipelines.checks.results import SAMPLE
from pipelines.house import House
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.orchestration.jobs import as_of
from pipelines.orchestration.run_partitions import tell_left
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS

_REMINDERS_SAID: Final = {0: "passed", 1: "within 1 day", 3: "within 3 days", 7: "within 7 days"}


@dg.asset(
    deps=["vendor_scores"],
    group_name="dossiers",
    kinds={"html"},
    owners=["team:purchasing"],
    description="One page a vendor, in French and English, with findings as CSV; one of all vendors, one of all rules.",
)
def dossiers(context: dg.AssetExecutionContext, house: dg.ResourceParam[House]) -> dg.MaterializeResult[None]:
    """Write the pages as of the run's instant."""
    from pipelines.control_file.counted import count_published
    from pipelines.dossiers.writer import RULE_PAGES, DossierWriter
    from pipelines.scores.scorer import Scorer

    scorer = Scorer(house.judge.engine, house.lake.as_found(), house.contracts(), house.registry, house.methods())
    ours = house.settings
    writer = DossierWriter(scorer, house.catalogue, ours.dossiers, as_of(context), ours.contracts, ours.policy)
    left = LeftVendors("the dossier", FAULTS_OF_OURS)
    _fill_in_told(house, left)
    written = writer.write_all(left)
    count_published(house.lake)  # whoever asks for a control file then need not wait for a year to be counted
    tell_left(context, "dossiers", left)
    return dg.MaterializeResult(
        metadata={
            "dossiers": len(written),
            "portfolio": dg.MetadataValue.path(str(writer.folder / "index.html")),
            "rules": dg.MetadataValue.path(str(writer.folder / RULE_PAGES["fr"])),
        }
    )


def _fill_in_told(house: House, left: LeftVendors) -> None:
    """Let the knowledge clock find what receipts told before this was recorded."""
    for vendor in house.lake.vendors("scorecards"):
        with left.one(vendor):
            if house.receipts.has_to_fill_in(vendor):  # no vendor's lock is waited for without a reason
                with house.lake.writing(vendor):
                    house.receipts.fill_in(vendor)


@dg.asset_check(
    asset="dossiers",
    description="No renewal date passed without a decision that stands: `opposable review list` names what waits.",
)
def renewals_were_decided(
    context: dg.AssetCheckExecutionContext, house: dg.ResourceParam[House]
) -> dg.AssetCheckResult:
    """Name every vendor whose contract was renewed by nobody's decision."""
    from pipelines.reviews.own_findings import UNDECIDED, own_findings
    from pipelines.reviews.records import recorded_decisions

    book, instant = house.contracts(), as_of(context)
    contracts = {vendor: book.of(vendor) for vendor in book.vendors}
    found = own_findings(contracts, recorded_decisions(house.registry, before=instant), instant)
    undecided = [f"{one.vendor}: {one.on}" for one in found if one.kind == UNDECIDED]
    return dg.AssetCheckResult(
        passed=not undecided,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"count": len(undecided), "first of them": undecided[:SAMPLE]},
    )


@dg.asset_check(
    asset="dossiers",
    description="No date of a vendor is due within 7, 3 or 1 days, and none passed unanswered: a notice, a renewal, an "
    "audit, evidence, an accepted risk, a blocking defect to act on. `opposable agenda` lists them all.",
)
def dates_are_kept(context: dg.AssetCheckExecutionContext, house: dg.ResourceParam[House]) -> dg.AssetCheckResult:
    """Name vendor, what, date and owner of what calls for somebody, the most urgent first."""
    from pipelines.agenda.agenda import AgendaBook
    from pipelines.agenda.due_date import REMINDERS
    from pipelines.agenda.said import due_line
    from pipelines.disputes.kept_waits import kept_waits
    from pipelines.reviews.records import recorded_decisions
    from pipelines.vocabulary.clock import paris_date
    from pipelines.wording.words import words

    instant = as_of(context)
    today, decisions = paris_date(instant), recorded_decisions(house.registry, before=instant)
    waits = kept_waits(house.lake)
    agenda = AgendaBook(house.settings.contracts, house.contracts(), decisions, waits, instant).agenda(
        today + timedelta(days=max(REMINDERS))
    )
    reminders = Counter(one.reminder(today) for one in agenda.dates)
    lines = [due_line(one, today, words("en")) for one in agenda.dates if one.reminder(today) is not None]
    return dg.AssetCheckResult(
        passed=not lines and not agenda.problems,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "count": len(lines),
            **{said: reminders[days] for days, said in _REMINDERS_SAID.items()},
            "first of them": lines[:SAMPLE],
            "unreadable": list(agenda.problems[:SAMPLE]),
        },
    )


@dg.asset_check(
    asset="dossiers",
    description="No blocking defect waits longer than contract or policy allow: that its vendor is told, that its "
    "answer is decided on, that such leads stop coming. `opposable checks list` names them; those that wait still are "
    "dates of `opposable agenda`.",
)
def knowledge_is_acted_on(
    context: dg.AssetCheckExecutionContext, house: dg.ResourceParam[House]
) -> dg.AssetCheckResult:
    """Name vendor, rule, form, step and date of what waits too long, and keep it beside the vendor's deliveries."""
    from pipelines.dossiers.late_knowledge import keep_late_knowledge

    book, instant, lines = house.contracts(), as_of(context), list[str]()
    left = LeftVendors("the knowledge clock", FAULTS_OF_OURS)
    _fill_in_told(house, left)
    for vendor in (one for one in house.lake.vendors("scorecards") if one in book.vendors):
        with left.one(vendor):
            found = keep_late_knowledge(
                house.engine, house.lake, house.registry, house.catalogue, vendor, book.of(vendor),
                house.settings.policy, instant,
            )  # fmt: skip
            lines += [fault.words for fault in found]
    return dg.AssetCheckResult(
        passed=not lines and not left.reasons,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"count": len(lines), "first of them": lines[:SAMPLE], "left": left.in_words()[:SAMPLE]},
    )
