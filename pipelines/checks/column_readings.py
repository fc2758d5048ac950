"""Drifts of columns, worked out from the published lake: few partitions read. What a drift is: `column_drift`."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Final

import pyarrow as pa

from pipelines.checks.column_drift import FEWEST_ROWS, ROLES, ContractOn, Drift, column_drifts, last_accepted_before
from pipelines.contracts.contract import Contract, InForce
from pipelines.engines.interface import Engine
from pipelines.storage.lake import Lake
from pipelines.vocabulary.fields import FIELDS
from pipelines.vocabulary.tables import arrow_schema

LOOK_BACK: Final = 31
"""Days before the first compared one among which the last accepted delivery is looked for."""
_TABLES: Final = ("deliveries", "leads", "consent_proofs", "rejected_rows")
_UNREAD: Final = """
with received as (
    select delivery_date, role, sum(rows_received) as row_count
    from deliveries
    where status in ('accepted', 'accepted_with_rejects') and role in ('leads', 'consent_proofs')
    group by delivery_date, role
),

unread as (
    select delivery_date, 'leads' as role, field, count(*) as unread_count
    from (select delivery_date, unnest(invalid_fields) as field from leads)
    group by delivery_date, field
    union all
    select delivery_date, role, "column" as field, sum(coalesce(row_count, 1)) as unread_count
    from rejected_rows
    where row_number is not null and reason in ('required_invalid', 'required_missing')
    group by delivery_date, role, field
)

select received.delivery_date, received.role, unread.field, received.row_count, sum(unread.unread_count) as unread_count
from received
left join unread using (delivery_date, role)
group by received.delivery_date, received.role, unread.field, received.row_count
"""

_OPTIONAL: Final = tuple(field.name for field in FIELDS["consent_proofs"] if field.is_kept and not field.is_required)
"""Proof fields whose bad values become NULL."""


def vendor_drifts(
    engine: Engine,
    lake: Lake,
    in_force: InForce,
    vendor: str,
    days: Sequence[date],
    *,
    deliveries: pa.Table | None = None,
) -> list[Drift]:
    """Drifts of a vendor's published days, each compared with the last accepted delivery before it.

    `deliveries`: the table's rows of those days, if they were read already.
    """
    there = [day for day in sorted(days) if lake.is_whole(vendor, day)]
    if not there:
        return []
    before = _before(lake, vendor, there[0])
    known = lake.read("deliveries", vendor, there) if deliveries is None else deliveries

    def contract_on(day: date) -> Contract | None:
        return in_force(vendor, day)

    return column_drifts(
        vendor,
        pa.concat_tables([lake.read("deliveries", vendor, before), known]),
        there,
        contract_on=contract_on,
        readings=_readings(engine, lake, vendor, [*before, *there], contract_on),
    )


def _before(lake: Lake, vendor: str, first: date) -> list[date]:
    """Days before the first one, back to the last accepted delivery of each role, in date order."""
    found: list[date] = []
    for age in range(1, LOOK_BACK + 1):
        day = first - timedelta(days=age)
        if lake.is_whole(vendor, day):
            found.insert(0, day)
            deliveries = lake.read("deliveries", vendor, found)
            if all(last_accepted_before(deliveries, role, first) for role in ROLES):
                break
    return found


def _readings(
    engine: Engine, lake: Lake, vendor: str, days: Sequence[date], contract_on: ContractOn
) -> dict[tuple[date, str], dict[str, float]]:
    """Share of the rows whose value could be read, of every field that the contract of the day maps.

    A bad optional value of a proof leaves no trace but NULL, so there the filled share counts.
    """
    files = {table: [lake.partition(table, vendor, day) for day in days] for table in _TABLES}
    with engine.session([*chain.from_iterable(files.values())]) as session:
        for table, listed in files.items():
            session.read_files(table, listed, arrow_schema(table))
        unread = session.fetch(_UNREAD).to_pylist()
        filled = session.fetch(_filled_sql()).to_pylist()
    found: dict[tuple[date, str], dict[str, float]] = {}
    for row in unread:
        mapped = _mapped_columns(contract_on(row["delivery_date"]), row["role"])
        if row["row_count"] < FEWEST_ROWS:
            continue
        shares = found.setdefault((row["delivery_date"], row["role"]), dict.fromkeys(mapped, 1.0))
        if row["field"] in shares:
            shares[row["field"]] = 1 - row["unread_count"] / row["row_count"]
    for row in filled:
        shares = found.get((row["delivery_date"], "consent_proofs"), {})
        if row["row_count"] >= FEWEST_ROWS:
            shares |= {name: row[name] / row["row_count"] for name in _OPTIONAL if name in shares}
    return found


def _mapped_columns(contract: Contract | None, role: str) -> list[str]:
    if contract is None:
        return []
    return sorted((contract.leads if role == "leads" else contract.consent_proofs).mapped_fields)


def _filled_sql() -> str:
    counts = ", ".join(f"count({name}) as {name}" for name in _OPTIONAL)
    return f"select delivery_date, count(*) as row_count, {counts} from consent_proofs group by delivery_date"
