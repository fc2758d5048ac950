"""The service levels of a contract: deadlines, spans of time, cut-off and calendar. Other terms are in `reading`."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from cronsim import CronSim, CronSimError

from pipelines.contracts.contract_term import ContractTerm, keys_of
from pipelines.contracts.document import MAPPING, NUMBER, TEXT, Place, TermKind, did_you_mean

SERVICE_LEVELS: Final = (
    ContractTerm(
        "proofDeadline",
        "How long after a delivery its proofs may come. Then its verdicts are final, and what the vendor owed and did "
        "not bring is *not proven*.",
    ),
    ContractTerm(
        "claimWindow",
        "How long after a delivery its leads may be claimed; delivered files and receipts are kept so long and for the "
        "dispute hold after it.",
        absent="dossiers count every lead as claimable; files are kept for `OPPOSABLE_CLAIM_WINDOW_DAYS`",
    ),
    ContractTerm(
        "replyPeriod",
        "How long the vendor has to answer a finding, from when it counts as notified of the receipt "
        "(`opposable disputes`). What comes later is marked late, and is read all the same.",
        absent="`OPPOSABLE_REPLY_PERIOD_DAYS`",
    ),
    ContractTerm(
        "suppressionDelay",
        "What the vendor has, once an opposition was shared with it, to stop delivering the person. Later the vendor "
        "answers for it (`opp_vendor_redelivery`).",
        absent="no delay; dossiers say that none is agreed",
    ),
    ContractTerm(
        "maxLeadAge",
        "How old a lead may be when it is delivered (`lead_too_old_at_delivery`).",
        absent="leads may be of any age",
    ),
    ContractTerm(
        "duplicateWindow",
        "How far back the same person or reference is a duplicate (`lead_duplicate`).",
        absent="all of the vendor's earlier deliveries",
    ),
    ContractTerm(
        "timeOfAvailability",
        "The cut-off, Europe/Paris: a delivery after it is late. A file whose arrival was not recorded counts as come "
        "at that time.",
        absent="23:59; dossiers say that none is agreed",
    ),
    ContractTerm(
        "frequency",
        "The days on which leads are due, as a cron expression; its time of day does not count. A due day without a "
        "lead file is `no_delivery`.",
        absent="every day; dossiers say that none is agreed",
        faults=({"property": "frequency", "value": 7, "unit": "d"},),
    ),
    ContractTerm(
        "retention",
        "How long the vault keeps the identifiers of a delivery.",
        absent="`OPPOSABLE_VAULT_RETENTION_DAYS`",
    ),
)
READ_SLA: Final = keys_of(SERVICE_LEVELS)
STANDARD_SLA: Final = (
    "availability",
    "throughput",
    "errorRate",
    "generalAvailability",
    "endOfSupport",
    "endOfLife",
    "latency",
    "timeToDetect",
    "timeToNotify",
    "timeToRepair",
)
"""Names of the standard that say nothing about a delivery of leads."""

_HOURS: Final = dict.fromkeys(("h", "hour", "hours"), timedelta(hours=1))
_DAYS: Final = dict.fromkeys(("d", "day", "days"), timedelta(days=1))
_YEARS: Final = dict.fromkeys(("y", "yr", "year", "years"), timedelta(days=365))
_LONGEST: Final = timedelta(days=36_500)


def read_service_levels(document: Place) -> dict[str, Any]:
    """Terms of a Contract that `slaProperties` hold, by the name of their attribute."""
    entries = _sla_entries(document.entry("slaProperties"))
    return {
        "proof_deadline": _span_of_time(entries["proofDeadline"], is_required=True) or timedelta(0),
        "claim_window": _span_of_time(entries["claimWindow"]),
        "reply_period": _span_of_time(entries["replyPeriod"]),
        "suppression_delay": _span_of_time(entries["suppressionDelay"]),
        "max_lead_age": _span_of_time(entries["maxLeadAge"]),
        "duplicate_window": _span_of_time(entries["duplicateWindow"]),
        "retention": _span_of_time(entries["retention"], _HOURS | _DAYS | _YEARS),
        "cut_off": entries["timeOfAvailability"].entry("value").read(TIME),
        "calendar": _calendar(entries["frequency"]),
    }


def _sla_entries(holder: Place) -> dict[str, Place]:
    """The service levels that are read, given or not, by name; others and repeated ones are issues."""
    found = {name: holder.entry(name).renamed(name) for name in READ_SLA}
    for item in holder.items():
        if not item.require(MAPPING, {}):
            continue
        place = item.entry("property")
        name = place.require(TEXT, "")
        if name in READ_SLA and found[name].value is not None:
            place.refuse(f"{name} is given twice", "keep one")
        elif name in READ_SLA:
            found[name] = item.renamed(name)
        elif name and name not in STANDARD_SLA:
            near = did_you_mean(name, READ_SLA)
            place.report(
                "unknown service level",
                near or f"it is not read; known: {', '.join(READ_SLA)}",
                "error" if near else "warning",
            )
    return found


def _span_of_time(
    entry: Place, units: Mapping[str, timedelta] = _HOURS | _DAYS, *, is_required: bool = False
) -> timedelta | None:
    """`{value: 72, unit: h}` as a span of time; years, where allowed, have 365 days."""
    if entry.value is None:
        if is_required:
            entry.refuse(f"{entry.name} is missing", f"add {{property: {entry.name}, value: 72, unit: h}}")
        return None
    amount, unit = entry.entry("value").require(AMOUNT, None), entry.entry("unit").require(_unit(units), None)
    if amount is None or unit is None:
        return None
    if amount * (unit / timedelta(days=1)) > _LONGEST / timedelta(days=1):
        entry.entry("value").refuse(f"{entry.name} is longer than a century", "give a shorter span")
        return None
    return amount * unit


def _unit(units: Mapping[str, timedelta]) -> TermKind[timedelta | None]:
    return TermKind(
        lambda value: units.get(value.strip().lower()) if isinstance(value, str) else None,
        f"a unit: {' or '.join(sorted({unit[0] for unit in units}))}",
        tuple(units),
    )


def _calendar(entry: Place) -> str | None:
    """The cron expression of the days due; None where none was agreed."""
    if entry.value is None:
        return None
    schedule = entry.entry("schedule")
    if schedule.value is not None:
        entry.entry("scheduler").require(CRON_SCHEDULER, "")
        return schedule.read(CRON)
    if entry.entry("value").value != 1 or _unit(_DAYS).parse(entry.entry("unit").value) is None:
        schedule.refuse("frequency has no schedule", 'add scheduler: cron and a schedule, such as "0 0 * * 1-5"')
        return None
    return EVERY_DAY


def _amount(value: Any) -> float | None:
    """The standard lets a value be a text, too."""
    is_numeric_text = isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value.strip())
    return float(value) if is_numeric_text else NUMBER.parse(value)


def _time(value: Any) -> time | None:
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", value.strip()) if isinstance(value, str) else None
    hour, minute = map(int, match.groups()) if match else (24, 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _cron(value: Any) -> str | None:
    try:
        return value if isinstance(value, str) and next(CronSim(value, datetime(2026, 1, 1, tzinfo=UTC))) else None
    except (CronSimError, StopIteration):
        return None


AMOUNT: TermKind[float | None] = TermKind(_amount, "a number from 0")
TIME = TermKind(_time, 'a time "HH:MM" in Europe/Paris')
CRON = TermKind(_cron, 'a cron expression of five fields, such as "0 0 * * 1-5"')
EVERY_DAY: Final = "0 0 * * *"
CRON_SCHEDULER = TermKind(lambda value: value if isinstance(value, str) and value.lower() == "cron" else None, "cron")
