"""References that look like what another column holds: a column moved, or was mapped by mistake.

Worked out from the published lake. A phrase names the field and what its values look like, never one of them.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from pipelines.checks.column_drift import FEWEST_ROWS
from pipelines.checks.faults import Fault
from pipelines.engines.interface import Engine
from pipelines.storage.lake import Lake
from pipelines.vocabulary.field_kinds import REFERENCE
from pipelines.vocabulary.fields import FIELDS
from pipelines.vocabulary.tables import arrow_schema

LIKE: Final[Mapping[str, str]] = {
    "postal codes": "[0-9]{5}",
    "dates": "([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}).*",
    "web addresses": "https?://.*",
    "yes and no": "(oui|non|yes|no|true|false|vrai|faux)",
}
"""What other columns hold -> how it is written, as `similar to` wants it, in lower case."""
_REPEATED: Final = "postal codes"
"""Numbers that count leads may look like these, and do not repeat."""


def unlike_references(engine: Engine, lake: Lake, days: Mapping[str, Sequence[date]]) -> list[Fault]:
    """References of published days of which more than half look like the values of another column.

    Args:
        engine: runs the query.
        lake: where the days are published.
        days: published days by vendor.
    """
    return [
        fault
        for role in FIELDS
        for vendor, theirs in days.items()
        for fault in _faults_of_role(engine, lake, role, vendor, theirs)
    ]


def _faults_of_role(engine: Engine, lake: Lake, role: str, vendor: str, days: Sequence[date]) -> list[Fault]:
    names = [field.name for field in FIELDS[role] if field.kind == REFERENCE]
    paths = [lake.partition(role, vendor, day) for day in days]
    there = [path for path in paths if path.exists()]
    if not there:
        return []
    with engine.session(there) as session:
        session.read_files("rows_of_days", there, arrow_schema(role))
        rows = [row for name in names for row in session.fetch(_likeness_sql(name)).to_pylist()]
    return [_fault_of_field(vendor, role, row) for row in rows]


def _likeness_sql(name: str) -> str:
    """For each day and likeness that more than half of a field's values have: the day, the field, the likeness."""
    parts = [
        f"""
        select delivery_date, '{name}' as field, '{thing}' as thing
        from rows_of_days
        where {name} is not null
        group by delivery_date
        having count(*) >= {FEWEST_ROWS}
            and 2 * count(*) filter (where lower({name}) similar to '{pattern}') > count(*)
            {f"and count(distinct {name}) < count(*)" if thing == _REPEATED else ""}
        """
        for thing, pattern in LIKE.items()
    ]
    return " union all ".join(parts)


def _fault_of_field(vendor: str, role: str, row: Mapping[str, object]) -> Fault:
    day = row["delivery_date"]
    if not isinstance(day, date):
        raise TypeError("a partition has a date")
    words = f"most values of `{row['field']}` look like {row['thing']}: is a column missing or mapped by mistake?"
    return Fault(vendor, day, f"{vendor} {day} {role}: {words}")
