"""The notice clause of a contract: how the vendor is told, and when that counts.

When it counted is in `receipts.notices`.

A clause that can't be read leaves the contract readable: without one, only an acknowledgement notifies.
"""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from pipelines.contracts.contract import NoticeClause
from pipelines.contracts.contract_term import ContractTerm, keys_of
from pipelines.contracts.document import MAPPING, TEXT, Place, TermKind, one_of

MEANS: Final = ("email", "registered_letter", "portal", "file")
ACKNOWLEDGEMENTS: Final = ("required", "deemed")
NOTICE_TERMS: Final = (
    ContractTerm("means", "How receipts are sent. Sent otherwise, only an acknowledgement notifies."),
    ContractTerm(
        "address",
        "Where they are sent: the address of a role, never a person's. Must be given for `email` and "
        "`registered_letter`.",
        faults=("jeanne.martin@exemple.example",),
    ),
    ContractTerm(
        "acknowledgement",
        "`required`: only the vendor's acknowledgement notifies it. `deemed`: so does the passing of `deemedAfter`.",
        absent="`required`",
        faults=("required",),
    ),
    ContractTerm(
        "deemedAfter", "With `acknowledgement: deemed`: so long after the sending the vendor counts as notified."
    ),
)
_PERIOD: Final = re.compile(r"P(?=[0-9T])(?:([0-9]{1,3})W)?(?:([0-9]{1,4})D)?(?:T([0-9]{1,5})H)?")
_PLACES_TO_WRITE: Final = ("email", "registered_letter")


def read_notice_clause(place: Place) -> NoticeClause | None:
    """The clause, if there is one that can be read. What is wrong with it is an error: the contract does not judge.

    `{means, address, acknowledgement: required | deemed, deemedAfter: P3D}`; the acknowledgement is required unless
    the clause says `deemed`.
    """
    apart = replace(place, issues=[])
    clause = _clause_read(apart)
    is_whole = not any(issue.is_fatal for issue in apart.issues)
    place.issues.extend(replace(issue, is_fatal=False) for issue in apart.issues)
    return clause if is_whole else None


def _clause_read(place: Place) -> NoticeClause | None:
    if place.value is None or place.read(MAPPING) is None:
        return None
    place.report_unknown_keys(keys_of(NOTICE_TERMS))
    means = place.entry("means").require(one_of(MEANS), "")
    is_deemed = place.entry("acknowledgement").read_or(one_of(ACKNOWLEDGEMENTS), "required") == "deemed"
    return NoticeClause(means, _address(place.entry("address"), means), _deemed_after(place, is_deemed))


def _address(place: Place, means: str) -> str | None:
    address = place.require(TEXT, "") if means in _PLACES_TO_WRITE else place.read(TEXT)
    if address and _is_persons(address):
        place.report(f"{place.name} looks like a person's", "give that of a role, such as compliance@…", "warning")
    return address or None


def _is_persons(address: str) -> bool:
    from pipelines.identifiers.likeness import is_persons_mailbox  # whose patterns few commands need

    return is_persons_mailbox(address)


def _deemed_after(clause: Place, is_deemed: bool) -> timedelta | None:
    place = clause.entry("deemedAfter")
    if is_deemed:
        return place.require(PERIOD, timedelta(0))
    if place.read(PERIOD) is not None:
        place.report(
            f"{place.name} has no effect: the acknowledgement is required",
            "write acknowledgement: deemed, or take the period out",
            "warning",
        )
    return None


def _period_read(value: Any) -> timedelta | None:
    match = _PERIOD.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    weeks, days, hours = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours)


PERIOD: Final[TermKind[timedelta]] = TermKind(_period_read, "an ISO 8601 period of weeks, days or hours, such as P3D")
