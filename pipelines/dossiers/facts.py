"""What a dossier needs of the lake and the registry, counted by the engine. Rendering belongs in `pages`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import chain
from typing import Any, Final

from pipelines.contracts.calendar import IN_TIME, lateness
from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.contracts.stages import is_live
from pipelines.dossiers.accepted_leads import accepted_leads
from pipelines.dossiers.correction_lines import CorrectionLine, correction_lines
from pipelines.dossiers.failed_leads import failed_leads
from pipelines.dossiers.model import (
    MAX_REFERENCES,
    DeliveryLine,
    FormUse,
    LeadReference,
    LegalBasis,
    RuleFindings,
)
from pipelines.dossiers.money import VendorMoney, vendor_money
from pipelines.engines.interface import Engine, Session
from pipelines.rulebook.card import Card
from pipelines.rulebook.catalogue import Catalogue
from pipelines.storage.kept_corrections import standing_corrections
from pipelines.storage.lake import Lake
from pipelines.verdicts.claims import Claims, InForceOn, claims_on
from pipelines.verdicts.day_terms import names_advertiser
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.tables import TABLES_BY_MARKER, arrow_schema

_FINDINGS: Final = """
    select
        rule_id,
        count(*) filter (outcome = 'fail' and is_proven) as proven_count,
        count(*) filter (outcome = 'fail' and not is_proven) as not_proven_count,
        count(*) filter (outcome = 'unknown') as unknown_count,
        count(*) filter (attributable_to = 'vendor') as vendor_count,
        count(*) filter (outcome = 'unknown' and pending_on = 'vendor') as vendor_pending,
        count(*) filter (outcome = 'unknown' and pending_on = 'advertiser') as advertiser_pending,
        count(*) filter (outcome = 'unknown' and pending_on = 'third_party') as third_party_pending
    from findings
    group by rule_id
    order by rule_id
"""
_REFERENCES: Final = f"""
    select rule_id, delivery_date, lead_id, channel
    from findings
    qualify row_number() over (
        partition by rule_id order by outcome, delivery_date desc, lead_id, channel
    ) <= {MAX_REFERENCES}
    order by rule_id, outcome, delivery_date desc, lead_id, channel
"""
_FORMS: Final = """
    with given as (
        select form_id, form_version, consent_id, lead_id
        from consent_proofs
        where form_id is not null and decision = 'given'
    ),

    used as (
        select given.form_id, given.form_version, leads.lead_id
        from given
        left join leads on given.consent_id = leads.consent_id
        union
        select given.form_id, given.form_version, leads.lead_id
        from given
        inner join leads on given.lead_id = leads.lead_id
    )

    select form_id, form_version, count(lead_id) as leads_count
    from used
    group by form_id, form_version
    order by leads_count desc, form_id, form_version
"""
_DELIVERIES: Final = """
    with files as (
        select
            delivery_date,
            sum(rows_received) filter (role = 'leads') as rows_received,
            sum(rows_accepted) filter (role = 'leads') as rows_accepted,
            sum(rows_rejected) filter (role = 'leads') as rows_rejected,
            max(delivered_at) as delivered_at,
            coalesce(bool_and(is_received_at_assumed) filter (role = 'leads'), false) as is_assumed,
            min(
                case status
                    when 'refused' then 1 when 'no_delivery' then 2 when 'accepted_with_rejects' then 3
                    when 'accepted' then 4 when 'superseded' then 5 else 6
                end
            ) filter (role = 'leads' or status = 'no_delivery') as gravest
        from deliveries
        group by delivery_date
    ),

    uses as (
        select
            delivery_date,
            count(*) filter (verdict = 'usable') as usable_count,
            count(*) filter (verdict = 'on_hold') as on_hold_count,
            count(*) filter (verdict = 'blocked') as blocked_count
        from verdicts
        group by delivery_date
    )

    select files.*, uses.usable_count, uses.on_hold_count, uses.blocked_count
    from files
    left join uses on files.delivery_date = uses.delivery_date
    where files.gravest is not null
    order by files.delivery_date
"""
_REASONS: Final = """
    select
        reason,
        cast(coalesce(sum(coalesce(reason_row_count, 1)) filter (row_number is not null), 0) as bigint)
        + count(distinct (delivery_date, file_digest, role)) filter (row_number is null) as row_count
    from rejected_rows
    group by reason
    order by row_count desc, reason
"""
_STATUSES: Final = ("refused", "no_delivery", "accepted_with_rejects", "accepted", "superseded", "duplicate")


@dataclass(frozen=True)
class DossierFacts:
    """Counts of one vendor's published days."""

    findings: tuple[RuleFindings, ...]
    forms: tuple[FormUse, ...]
    deliveries: tuple[DeliveryLine, ...]
    reject_reasons: Mapping[str, int]
    claims: Claims | None
    money: VendorMoney
    corrections: tuple[CorrectionLine, ...] = ()


@contextmanager
def vendor_tables(engine: Engine, lake: Lake, vendor: str, *, as_of: datetime) -> Iterator[Session]:
    """A session that holds a vendor's published tables, and what was known to correct as of an instant (aware)."""
    days = {marker: lake.published_days(vendor, marker) for marker in TABLES_BY_MARKER}
    files = {
        table: [lake.partition(table, vendor, day) for day in days[marker]]
        for marker, tables in TABLES_BY_MARKER.items()
        for table in tables
    }
    read = [*chain.from_iterable(files.values()), lake.vendor_file("corrections", vendor)]
    with engine.session(read) as session:
        for table, listed in files.items():
            session.read_files(table, listed, arrow_schema(table))
        session.register("corrections", standing_corrections(lake, vendor, as_of))
        yield session


def dossier_facts(
    session: Session,
    catalogue: Catalogue,
    contracts: Sequence[Contract],
    *,
    final: Sequence[date],
    as_of: datetime,
    since: date | None = None,
) -> DossierFacts:
    """Everything that is counted for a dossier.

    Args:
        session: holds the vendor's published tables.
        catalogue: whose rules were judged.
        contracts: the vendor's.
        final: days whose verdicts are final.
        as_of: aware.
        since: the date of the dossier before, if there was one.
    """
    in_force, today = partial(contract_in_force, tuple(contracts)), paris_date(as_of)
    grounds = {ground for contract in contracts for ground in contract.refusal_grounds}
    defects = {card.id for card in catalogue.cards if card.severity != "info"}
    return DossierFacts(
        findings=_findings_of_rules(session, catalogue),
        forms=_form_uses(session, in_force(today)),
        deliveries=_deliveries(session, in_force, set(final)),
        reject_reasons={row["reason"]: row["row_count"] for row in session.fetch(_REASONS).to_pylist()},
        claims=claims_on(today, failed_leads(session, grounds), in_force),
        money=vendor_money(
            accepted_leads(session, defects | grounds),
            in_force,
            today=today,
            since=since,
            final=final,
            dimensions={card.id: card.dimension for card in catalogue.cards},
            defects=defects,
        ),
        corrections=correction_lines(session),
    )


def _findings_of_rules(session: Session, catalogue: Catalogue) -> tuple[RuleFindings, ...]:
    references: dict[str, list[LeadReference]] = {}
    for row in session.fetch(_REFERENCES).to_pylist():
        found = LeadReference(row["delivery_date"], row["lead_id"], row["channel"])
        references.setdefault(row["rule_id"], []).append(found)
    rows = session.fetch(_FINDINGS).to_pylist()
    return tuple(
        _rule_findings(row, catalogue.by_id[row["rule_id"]], references.get(row["rule_id"], []))
        for row in rows
        if row["rule_id"] in catalogue.by_id
    )


def _rule_findings(row: Mapping[str, Any], card: Card, references: Sequence[LeadReference]) -> RuleFindings:
    parties = ("vendor", "advertiser", "third_party")
    return RuleFindings(
        rule_id=card.id,
        title=card.title,
        fault=card.fault,
        severity=card.severity,
        dimension=card.dimension,
        basis=tuple(LegalBasis(basis.cite, basis.url) for basis in card.basis),
        remedy=card.remedy,
        grain=card.grain,
        proven_count=row["proven_count"],
        not_proven_count=row["not_proven_count"],
        unknown_count=row["unknown_count"],
        vendor_count=row["vendor_count"],
        pending={party: row[f"{party}_pending"] for party in parties if row[f"{party}_pending"]},
        references=tuple(references),
    )


def _form_uses(session: Session, contract: Contract | None) -> tuple[FormUse, ...]:
    reviews = {(form.form_id, form.form_version): form for form in (contract.approved_forms if contract else ())}
    uses = []
    for row in session.fetch(_FORMS).to_pylist():
        review = reviews.get((row["form_id"], row["form_version"]))
        named = names_advertiser(contract, review) if contract is not None and review is not None else None
        uses.append(FormUse(row["form_id"], row["form_version"], row["leads_count"], review, named))
    return tuple(uses)


def _deliveries(session: Session, in_force: InForceOn, final: set[date]) -> tuple[DeliveryLine, ...]:
    """Each is measured against the contract in force on its day."""
    rows = session.fetch(_DELIVERIES).to_pylist()
    return tuple(_delivery_line(row, in_force(row["delivery_date"]), final) for row in rows)


def _delivery_line(row: Mapping[str, Any], contract: Contract | None, final: set[date]) -> DeliveryLine:
    day = row["delivery_date"]
    return DeliveryLine(
        delivery_date=day,
        status=_STATUSES[row["gravest"] - 1],
        rows_received=_integer(row["rows_received"]),
        rows_accepted=_integer(row["rows_accepted"]),
        rows_rejected=_integer(row["rows_rejected"]),
        usable_count=row["usable_count"] or 0,
        on_hold_count=row["on_hold_count"] or 0,
        blocked_count=row["blocked_count"] or 0,
        is_late=lateness(contract, day, row["delivered_at"], is_assumed=row["is_assumed"]) > IN_TIME,
        is_received_at_assumed=row["is_assumed"],
        is_final=day in final,
        is_live=is_live(contract, day),
    )


def _integer(value: Any) -> int | None:
    return None if value is None else int(value)
