"""Final days that a run replaced, and what made them come out otherwise: told where somebody asks for such a run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.storage.kept_corrections import account_digest
from pipelines.storage.lake import Lake
from pipelines.verdicts.judged_tables import CONTRACT_FACT

CAUSES: Final = ("rules", "contract", "files", "oppositions", "others")
"""What can make a final day come out otherwise; `others`: what other days hold, where nothing else did."""

_FOUND: Final = ["channel", "rule_id", "fail_count", "unknown_count", "vendor_attributable_count"]


@dataclass(frozen=True)
class DayAsPublished:
    """What is published of a final day."""

    vendor: str
    day: date
    account: str
    """Digest of its verdict tables."""
    inputs: tuple[str | None, str | None, str]
    """Digests of rules, contract, and of what was taken in."""
    oppositions: tuple[tuple[object, ...], ...]
    """What the rules of that dimension found; nothing where it can't be read."""


@dataclass(frozen=True)
class ReplacedDay:
    """A final day of which something else is published now."""

    vendor: str
    day: date
    causes: tuple[str, ...]
    """Of `CAUSES`, in their order."""


def final_days(lake: Lake, vendors: Sequence[str]) -> list[DayAsPublished]:
    """The final days of some vendors as they are published now."""
    return [
        published
        for vendor in vendors
        for day in lake.partition_days(vendor, "scorecards")
        for published in _final_as_as_published(lake, vendor, day)
    ]


def replaced_days(lake: Lake, before: Sequence[DayAsPublished]) -> list[ReplacedDay]:
    """Of days that were final, those of which something else is published now, in their order."""
    found = []
    for was in before:
        if account_digest(lake, was.vendor, was.day) == was.account:
            continue
        now = _as_published(lake, was.vendor, was.day)
        moved = [old != new for old, new in zip(was.inputs, now.inputs, strict=True)]
        changed = dict(zip(CAUSES, [*moved, was.oppositions != now.oppositions], strict=False))
        causes = tuple(cause for cause, is_changed in changed.items() if is_changed)
        found.append(ReplacedDay(was.vendor, was.day, causes or ("others",)))
    return found


def _final_as_as_published(lake: Lake, vendor: str, day: date) -> Iterator[DayAsPublished]:
    if lake.facts(vendor, day, "scorecards").get("is_final") == "true":
        yield _as_published(lake, vendor, day)


def _as_published(lake: Lake, vendor: str, day: date) -> DayAsPublished:
    facts = lake.facts(vendor, day, "scorecards")
    taken_in = str(sorted(lake.digests(vendor, day, "deliveries").items()))
    return DayAsPublished(
        vendor=vendor,
        day=day,
        account=account_digest(lake, vendor, day),
        inputs=(facts.get("catalogue_digest"), facts.get(CONTRACT_FACT), taken_in),
        oppositions=_oppositions_found(lake, vendor, day),
    )


def _oppositions_found(lake: Lake, vendor: str, day: date) -> tuple[tuple[object, ...], ...]:
    try:
        counts = lake.read("scorecards", vendor, [day])
    except (OSError, pa.ArrowInvalid):
        return ()
    rows = counts.filter(pc.equal(counts["dimension"], "opposition")).select(_FOUND).to_pylist()
    return tuple(tuple(row.values()) for row in rows)
