"""The knowledge clock of one vendor, from what the registry holds of receipts, disputes and its published tables."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.disputes.dispute import RecordedDispute
from pipelines.disputes.knowledge_clock import KnowledgeLine, clock_tables, knowledge_clock
from pipelines.disputes.policy import Policy
from pipelines.disputes.told_before import told_before
from pipelines.engines.interface import Session
from pipelines.receipts.records import all_receipts
from pipelines.receipts.told_records import told_receipts
from pipelines.rulebook.catalogue import Catalogue
from pipelines.vocabulary.clock import paris_date


def vendor_clock(
    session: Session,
    registry: sa.Engine,
    catalogue: Catalogue,
    vendor: str,
    contracts: Sequence[Contract],
    disputes: Sequence[RecordedDispute],
    policy: Policy,
    as_of: datetime,
) -> tuple[KnowledgeLine, ...]:
    """Every line, the longest known first.

    Args:
        session: holds the vendor's published tables, and `corrections`.
        registry: holds its receipts, and what they told.
        catalogue: says which rules block.
        vendor: its key.
        contracts: the vendor's; the one in force says how long it has to mend.
        disputes: the vendor's, as decided by then.
        policy: where contracts are silent.
        as_of: the instant (aware) whose knowledge counts.
    """
    told = told_receipts(registry, vendor, before=as_of)
    receipts = all_receipts(registry, vendor, before=as_of)
    blocking = [card.id for card in catalogue.cards if card.severity == "blocking"]
    clock_tables(session, blocking, told_before(told, receipts, contracts, as_of))
    contract = contract_in_force(tuple(contracts), paris_date(as_of))
    return knowledge_clock(
        session,
        disputes,
        reaction=policy.reaction,
        cure_days=contract.cure_days if contract else None,
        as_of=as_of,
    )
