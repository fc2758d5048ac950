"""The clock *today*: may a lead be contacted now, until when, and why not. One vendor at a time.

The same rules and statements as at delivery, as if each lead were used at `as_of`; the law, oppositions, withdrawals
and proofs of that instant count. Whose leads are looked at, and who is told, is in `usable`.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

import pyarrow as pa

from pipelines.contracts.contract import Contract
from pipelines.rulebook.uses_now import uses_now_statement
from pipelines.storage.lake import Lake
from pipelines.verdicts.judge import Judge, delivered_days
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import arrow_schema

USES_NOW = pa.schema(
    [
        *arrow_schema("usable_leads"),
        ("delivered_at", pa.timestamp("us")),
        ("product", pa.string()),
        ("email_key", pa.string()),
        ("phone_key", pa.string()),
        ("proof_consent_id", pa.string()),
    ]
)
"""A row a lead use: what is published of it, then what a call list needs."""


def uses_now(
    judge: Judge, lake: Lake, contracts: Sequence[Contract], vendor: str, days: Collection[date], *, as_of: datetime
) -> pa.Table:
    """Every use of the leads of some days, judged as if used at an instant; rows in no order, columns `USES_NOW`.

    Days that are not published, that no contract judged, or whose leads came after `as_of` (aware) have no rows.
    """
    published = [day for day in lake.published_days(vendor) if day in days]
    delivered = delivered_days(vendor, contracts, lake.read("deliveries", vendor, published))
    come = [day for one in delivered if (day := one.come_by(as_lake(as_of))) is not None]
    if not come:
        return USES_NOW.empty_table()
    with judge.session(vendor, come, as_of=as_of, until="verdicts", is_today=True) as session:
        return session.fetch(uses_now_statement(judge.judgement)).select(USES_NOW.names).cast(USES_NOW)
