"""What a receipt tells of leads that failed a rule, in counts. Where it is recorded for good is in `told_records`.

A fact that is still owed is no defect, nor is a row that was never taken in. Of an opposition the receipt says
`opposed` alone; the rule behind it is noted here, where no vendor reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from pipelines.engines.interface import Session
from pipelines.receipts.lines import FORM_OF_LEAD, FORM_OF_PROOF, IS_OPPOSITION
from pipelines.receipts.receipt import OPPOSED

TABLES: Final = ("leads", "findings")
"""That the statement reads."""
MOST_FORMS: Final = 20
"""Of a rule that are told by name, the most frequent: a vendor that puts a session into its form's version decides on
no number of rows."""
OTHER_FORMS: Final = " *"
"""In place of the names of all the others. No form is called so: delivered texts are trimmed."""
_DEFECTS: Final = f"""
    with failed as (
        select
            delivery_date, lead_id, rule_id, severity,
            case when {IS_OPPOSITION} then '{OPPOSED}' else rule_id end as reason_code,
            nullif({FORM_OF_PROOF}, '') as proof_form
        from findings
        where outcome = 'fail' and lead_id is not null
    ),

    formed as (
        select
            failed.delivery_date, failed.lead_id, failed.rule_id, failed.severity, failed.reason_code,
            coalesce(failed.proof_form, {FORM_OF_LEAD}, '') as form
        from failed
        left join leads on failed.delivery_date = leads.delivery_date and failed.lead_id = leads.lead_id
    ),

    counted as (
        select
            delivery_date, rule_id, form,
            row_number() over (partition by delivery_date, rule_id order by count(distinct lead_id) desc, form) as place
        from formed
        group by delivery_date, rule_id, form
    ),

    bounded as (
        select
            formed.delivery_date, formed.lead_id, formed.rule_id, formed.severity, formed.reason_code,
            case when counted.place > {MOST_FORMS} then '{OTHER_FORMS}' else formed.form end as form
        from formed
        inner join counted
            on formed.delivery_date = counted.delivery_date and formed.rule_id = counted.rule_id
            and formed.form = counted.form
    )

    select delivery_date, reason_code, rule_id, severity, form, count(distinct lead_id) as lead_count
    from bounded
    group by delivery_date, reason_code, rule_id, severity, form
    order by delivery_date, rule_id, severity, form
"""


@dataclass(frozen=True)
class ToldDefect:
    """One rule that leads of one form failed."""

    reason_code: str
    """As the receipt says: the rule, or `opposed`."""
    rule_id: str
    severity: str
    form: str
    """Form and version, as the proof names them, else the lead; empty where neither does. Or `OTHER_FORMS`."""
    lead_count: int

    @property
    def subject(self) -> tuple[str, str, str]:
        """What tells it from the others of a receipt."""
        return self.rule_id, self.severity, self.form


@dataclass(frozen=True)
class ToldReceipt:
    """What was recorded of a receipt at once."""

    vendor: str
    delivery_date: date
    receipt_digest: str
    told_at: datetime
    """UTC, aware: the instant of the run that prepared it."""
    is_filled_in: bool
    """Whether it was prepared before this was recorded: then it is what was published when the record began."""
    delivered_digest: str | None = None
    """Over the vendor's files that its judgement read: as before, what changed is ours. None: not known."""
    defects: tuple[ToldDefect, ...] = ()

    @property
    def subjects(self) -> frozenset[tuple[str, str, str]]:
        """What it tells, without how often."""
        return frozenset(one.subject for one in self.defects)


ToldByDay = Mapping[date, tuple[ToldDefect, ...]]


def told_defects(session: Session) -> ToldByDay:
    """What the receipts of some days tell, by date. The session holds `TABLES` of these days of one vendor."""
    found: dict[date, list[ToldDefect]] = {}
    for row in session.fetch(_DEFECTS).to_pylist():
        form = row.pop("form").replace("\0", "\N{REPLACEMENT CHARACTER}")  # published before labels were read without
        found.setdefault(row.pop("delivery_date"), []).append(ToldDefect(**row, form=form))
    return {day: tuple(defects) for day, defects in found.items()}
