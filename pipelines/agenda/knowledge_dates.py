"""What the knowledge clock says: until when a vendor is to be told of a defect, an answer decided on, such leads stop.

As the check `knowledge_is_acted_on` last found it, which is red once one has passed.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from pipelines.agenda.due_date import DueDate
from pipelines.disputes.kept_waits import KeptWait
from pipelines.governance.accepted_risks import Owner
from pipelines.vocabulary.clock import paris_date

_OWNERS: Final[Mapping[str, Owner]] = {"notice": "compliance", "decision": "compliance", "stop": "purchasing"}


def knowledge_dates(vendor: str, waits: Iterable[KeptWait], as_of: datetime) -> Iterator[DueDate]:
    """Every date of a vendor that was known at an instant (aware)."""
    for one in waits:
        if one.vendor == vendor and one.known_at <= as_of:
            yield DueDate(
                on=paris_date(one.due_at),
                vendor=vendor,
                kind=f"knowledge_{one.step}",
                owner=_OWNERS[one.step],
                item=f"{one.rule_id} {one.form.strip()}".strip(),
            )
