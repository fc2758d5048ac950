"""Persons who objected and are sold all the same: what our opposition registry knows, and since when.

Each function adds the lines of an opposition file for the person of one draft; `write_oppositions` makes files.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from pipelines.simulation import people
from pipelines.simulation.drafts import Draft
from pipelines.simulation.market_facts import OppositionRow, Said, duration, in_paris
from pipelines.vocabulary.words import PARIS

HEADER: Final = (
    "identifier", "kind", "channel", "opposed_at", "recorded_at", "origin", "shared_with", "shared_at", "revoked_at",
)  # fmt: skip
_ORIGINS: Final = ("site", "call_centre", "unsubscribe_link", "letter")


def known_to_vendor(draft: Draft) -> None:
    """Objected long ago; the vendor acknowledged it in time."""
    row = _objection(draft, days_before=draft.rng.randint(10, 80))
    shared_at = draft.delivered_at - duration(draft.terms.suppression_delay) - timedelta(hours=draft.rng.randint(2, 90))
    draft.oppositions += [row, _shared(draft, row, max(shared_at, row.recorded_at))]


def shared_too_late(draft: Draft) -> None:
    """Objected before the delivery, but the vendor learned of it within its delay or after."""
    row = _objection(draft, days_before=draft.rng.randint(4, 30))
    draft.oppositions += [row, _shared(draft, row, draft.delivered_at + timedelta(hours=draft.rng.choice((-3, 0, 20))))]


def never_shared(draft: Draft) -> None:
    """Objected before the delivery; the vendor was never told."""
    draft.oppositions.append(_objection(draft, days_before=draft.rng.randint(1, 40)))


def one_channel(draft: Draft) -> None:
    """Objected to one channel only."""
    channel = draft.rng.choice(draft.terms.channels)
    draft.oppositions.append(_objection(draft, days_before=draft.rng.randint(2, 40), channel=channel))


def on_the_day(draft: Draft) -> None:
    """Objected on the day of the delivery, known by the date alone, or in the very second of the delivery."""
    row = _objection(draft, days_before=0)
    if draft.rng.random() < 0.3:
        opposed_at: datetime | date = draft.delivered_at
    else:
        opposed_at = draft.delivered_at.astimezone(PARIS).date()
    draft.oppositions.append(replace(row, opposed_at=opposed_at, recorded_at=draft.delivered_at + timedelta(hours=9)))


def after_delivery(draft: Draft) -> None:
    """Objected after the delivery: no fault of that delivery."""
    row = _objection(draft, days_before=0)
    opposed_at = draft.delivered_at + timedelta(hours=draft.rng.randint(1, 12))
    draft.oppositions.append(replace(row, opposed_at=opposed_at, recorded_at=opposed_at + timedelta(hours=1)))


def recorded_too_late(draft: Draft) -> None:
    """Objected before the delivery, but entered after its proof deadline."""
    row = _objection(draft, days_before=draft.rng.randint(2, 20))
    recorded_at = draft.known_at + timedelta(hours=draft.rng.randint(1, 40))
    draft.oppositions.append(replace(row, recorded_at=recorded_at))


def revoked(draft: Draft) -> None:
    """Objected and took it back: before the delivery, after it, or before but entered too late."""
    row = _objection(draft, days_before=draft.rng.randint(10, 60))
    day_before = draft.delivered_at.astimezone(PARIS).date() - timedelta(days=1)
    before, after = draft.delivered_at - timedelta(days=1), draft.delivered_at + timedelta(hours=5)
    revoked_at, recorded_at = draft.rng.choice(
        (
            (before, before + timedelta(hours=2)),
            (day_before, before + timedelta(hours=12)),
            (after, after + timedelta(hours=1)),
            (before, draft.known_at + timedelta(hours=3)),
        )
    )
    draft.oppositions += [row, replace(row, revoked_at=revoked_at, recorded_at=recorded_at)]


def under_alias(draft: Draft) -> None:
    """Objected with the plain address, sold with a `+tag`."""
    plain = draft.person
    tag = draft.rng.choice(("promo", "jeux", "box"))
    draft.become(people.tagged(plain, tag))
    row = _objection(draft, days_before=draft.rng.randint(2, 30))
    draft.oppositions.append(_identified(draft, row, people.alias_of(plain.email), "email"))


def hashed_otherwise(draft: Draft) -> None:
    """Objected elsewhere; we were given the hash of another spelling than ours."""
    phone = draft.person.phone
    if phone.startswith("+33"):
        spelling = draft.rng.choice((f"0{phone[3:]}", phone[1:], f"00{phone[1:]}"))
        hashed = replace(people.hashed(spelling), meaning=people.otherwise_of(phone))
        row = _objection(draft, days_before=draft.rng.randint(2, 40))
        draft.oppositions.append(replace(row, identifier=hashed, kind="phone_sha256"))


def _objection(draft: Draft, *, days_before: int, channel: str = "all") -> OppositionRow:
    """An objection of the draft's person, entered within a day of it and not after the delivery's evening."""
    by_email = draft.rng.random() < 0.5
    opposed_at = draft.delivered_at - timedelta(days=days_before, hours=draft.rng.randint(0, 5), minutes=17)
    row = OppositionRow(
        identifier=Said("", ""),
        kind="email",
        channel=channel,
        opposed_at=opposed_at.astimezone(PARIS).date() if draft.rng.random() < 0.3 and days_before else opposed_at,
        recorded_at=opposed_at + timedelta(minutes=draft.rng.randint(1, 1200)),
        origin=draft.rng.choice(_ORIGINS),
    )
    identifier = draft.person.email if by_email else draft.person.phone
    return _identified(draft, row, identifier, "email" if by_email else "phone")


def _identified(draft: Draft, row: OppositionRow, identifier: str, kind: str) -> OppositionRow:
    if draft.rng.random() < 0.3:
        return replace(row, identifier=people.hashed(identifier), kind=f"{kind}_sha256")
    spell = people.spell_email if kind == "email" else people.spell_phone
    return replace(row, identifier=spell(draft.rng, identifier), kind=kind)


def _shared(draft: Draft, row: OppositionRow, shared_at: datetime) -> OppositionRow:
    partners = ("*",) if draft.rng.random() < 0.3 else (draft.vendor.slug, "autre-vendeur")
    return replace(row, shared_with=partners, shared_at=shared_at, recorded_at=max(row.recorded_at, shared_at))


def write_oppositions(folder: Path, rows: Iterable[OppositionRow], opening_day: date) -> tuple[Path, ...]:
    """One file a day of recording (Europe/Paris), paths in order of date; all older lines are in the opening day's."""
    by_day: defaultdict[date, list[OppositionRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.recorded_at, row.identifier.text, row.channel, row.kind)):
        by_day[max(row.recorded_at.astimezone(PARIS).date(), opening_day)].append(row)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for day, lines in sorted(by_day.items()):
        path = folder / f"{day}.csv"
        path.write_bytes(_csv_of_rows(lines))
        paths.append(path)
    return tuple(paths)


def _csv_of_rows(rows: Iterable[OppositionRow]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEADER)
    for row in rows:
        writer.writerow(_opposition_cells(row))
    return buffer.getvalue().encode()


def _opposition_cells(row: OppositionRow) -> tuple[str, ...]:
    shares = "|".join(row.shared_with)
    instants = (_spell(row.opposed_at), _spell(row.recorded_at))
    ends = (_spell(row.shared_at), _spell(row.revoked_at))
    return (row.identifier.text, row.kind, row.channel, *instants, row.origin, shares, *ends)


def _spell(value: datetime | date | None) -> str:
    if value is None:
        return ""
    if not isinstance(value, datetime):
        return value.isoformat()
    local = value.astimezone(PARIS)
    if (
        value.second % 2 and local.hour > 3
    ):  # both spellings of the import; at night a clock change makes the naive one doubtful
        return local.replace(tzinfo=None).isoformat(sep=" ")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def counts_from(value: datetime | date) -> datetime:
    """The instant from which a date of objection counts to block: its 00:00 in Paris."""
    return value if isinstance(value, datetime) else in_paris(value)


def counts_until(value: datetime | date) -> datetime:
    """The instant from which a date of revocation or share counts: its 24:00 in Paris."""
    return value if isinstance(value, datetime) else in_paris(value + timedelta(days=1))
