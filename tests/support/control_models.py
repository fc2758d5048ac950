"""A control file in which every section has something to show, with a name that is long."""

from datetime import UTC, date, datetime

from pipelines.agenda.due_date import DueDate
from pipelines.candidates.decisions import EXCEPTION
from pipelines.control_file.model import (
    CheckLine,
    ControlFile,
    ControlPeriod,
    DeliveredLeads,
    Diligence,
    GoLiveLine,
    Outcomes,
    RunLine,
    Told,
    VendorControl,
    Watch,
)
from pipelines.control_file.registry_counts import WORDS
from pipelines.governance.due_diligence import Audit, DueDiligence
from pipelines.governance.vendor_review import vendor_review
from pipelines.reviews.decisions import RecordedDecision
from pipelines.reviews.own_findings import UNDECIDED, OwnFinding
from pipelines.rulebook.catalogue import load_catalogue
from tests.support.contract_files import FIXTURE, read_contract
from tests.support.report_models import LONG_NAME

AS_OF = datetime(2026, 9, 5, 4, tzinfo=UTC)
ON = date(2026, 8, 20)


def control_model() -> ControlFile:
    """August 2026 over two vendors."""
    catalogue, contract = load_catalogue(), read_contract(FIXTURE)
    outcomes = {card.id: Outcomes(120_000, 340 * place, 12, 300 * place) for place, card in enumerate(catalogue.cards)}
    delivered = DeliveredLeads(
        days=31,
        missing_days=2,
        files_by_status={"accepted": 40, "accepted_with_rejects": 3, "refused": 1},
        rows_received=123_456,
        rows_rejected=789,
        leads=122_667,
        uses_by_verdict={"usable": 200_000, "on_hold": 1_200, "blocked": 34_567},
        outcomes=outcomes,
        checks=(CheckLine("deliveries_came", 33, 2), CheckLine("columns_as_before", 31, 0)),
        catalogue_digests=frozenset({catalogue.digest}),
    )
    audit = Audit(audited_on=ON, of="vendor", scope="forms", findings=2)
    gaps = tuple(vendor_review(None, DueDiligence(), on=ON))
    diligence = Diligence(4, 2, gaps, (), (audit,), "critical")
    vendors = [
        VendorControl(key, name, (contract,), delivered, Told(31, 30, 28, 28), diligence)
        for key, name in (("acme", "Acme"), ("l" * 32, LONG_NAME))
    ]
    decision = RecordedDecision(
        id=1,
        vendor="acme",
        decision="renew",
        reason="Corrigé.",
        decided_by="A. Martin",
        decided_at=AS_OF,
        dossier_digest="a" * 64,
        dossier_as_of=AS_OF,
        recommendation="suspend",
        renewal_on=None,
        needs_second=True,
    )
    return ControlFile(
        period=ControlPeriod(date(2026, 8, 1), date(2026, 8, 31)),
        as_of=AS_OF,
        vendors=tuple(vendors),
        cards={card.id: card for card in catalogue.cards},
        changes=(),
        catalogue_digest=catalogue.digest,
        decisions=(decision,),
        go_live=(GoLiveLine("acme", EXCEPTION, ON, 2),),
        own=(OwnFinding(vendor="acme", kind=UNDECIDED, on=ON),),
        dates=(DueDate(on=date(2026, 9, 30), vendor="acme", kind="renewal", owner="purchasing"),),
        kept=dict.fromkeys(WORDS, 1_234),
        runs=(RunLine("deliveries", 31, 1),),
        watch=Watch(120, 120),
    )
