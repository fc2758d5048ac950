"""Which lines of a call list may no longer be used, judged anew. Written for the same recipient, by entry alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import pyarrow as pa

from pipelines.usable.call_list import csv_bytes
from pipelines.usable.exports import ListedUse
from pipelines.usable.today import Today
from pipelines.vocabulary.words import PARIS
from pipelines.wording.words import Words

TODAY: Final = "usable.today"
SINCE_EXPORT: Final = "usable.since_export"


@dataclass(frozen=True)
class RevokedEntry:
    """A line that may no longer be used."""

    entry: str
    channel: str
    since: datetime
    """Aware: when what was known to end it did, else when it was judged anew."""
    rules: tuple[str, ...]
    """Blocking rules that fail or have no answer; none where the lead is no longer held."""


def revoked_entries(today: Today, entries: Sequence[ListedUse]) -> list[RevokedEntry]:
    """The entries whose use is not usable now, in order of entry.

    Raises:
        KeysError, RegistryError: they can't be judged.
    """
    against = _reasons_now(today, entries)
    found = []
    for one in sorted(entries, key=lambda entry: entry.entry):
        rules = against.get((one.vendor, one.delivery_date, one.lead_id, one.channel), ())
        if rules is not None:
            found.append(RevokedEntry(one.entry, one.channel, _since(one, today.at), rules))
    return found


def revocations_csv(revoked: Iterable[RevokedEntry], today: Today, say: Words) -> bytes:
    """`entry,channel,since,reason`: reasons in words, instants on the clock of Paris."""
    rows = list(revoked)
    columns = {
        "entry": [one.entry for one in rows],
        "channel": [one.channel for one in rows],
        "since": [one.since.astimezone(PARIS).isoformat(timespec="seconds") for one in rows],
        "reason": [reasons_in_words(one.rules, today, say, SINCE_EXPORT) for one in rows],
    }
    return csv_bytes(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}))


def reasons_in_words(rules: Iterable[str], today: Today, say: Words, when: str = TODAY) -> str:
    """What rules stand against a use, as a sentence; that it is not held any more where there is none.

    `when`: what is known of the time at which it came to stand against it. A rule whose title speaks of the delivery
    has a sentence of its own for it.
    """
    return "; ".join(_reason(rule, today, say, when) for rule in rules) or say("usable.not_held")


def _reason(rule: str, today: Today, say: Words, when: str) -> str:
    own = f"{when}.{rule}"
    return say(own) if say.has(own) else say("usable.against", title=say.say(today.house.catalogue.by_id[rule].title))


def _reasons_now(today: Today, entries: Iterable[ListedUse]) -> dict[tuple[object, ...], tuple[str, ...] | None]:
    """By use: None where it is usable, else what stands against it; a use that is no longer held is not there."""
    days: dict[str, set[date]] = {}
    for one in entries:
        days.setdefault(one.vendor, set()).add(one.delivery_date)
    found: dict[tuple[object, ...], tuple[str, ...] | None] = {}
    for vendor, wanted in days.items():
        for use in today.uses(vendor, wanted).to_pylist():
            key = (vendor, use["delivery_date"], use["lead_id"], use["channel"])
            found[key] = None if use["verdict"] == "usable" else tuple(use["reasons"])
    return found


def _since(entry: ListedUse, at: datetime) -> datetime:
    ended = entry.usable_until.replace(tzinfo=UTC) if entry.usable_until else at
    return min(ended, at)
