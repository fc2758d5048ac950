"""A replay on one page, in French or English: how many flips, why, and where the first of them are."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.comparisons.kept_comparisons import AskedReplay
from pipelines.comparisons.replays import VendorReplayed
from pipelines.dossiers.model import MAX_REFERENCES, LeadReference
from pipelines.dossiers.pages import render_page


@dataclass(frozen=True)
class CauseShown:
    """The flips of one cause: how many, from which verdict to which, and the first of them."""

    cause: str
    flips_count: int
    turns: tuple[tuple[str | None, str | None, int], ...]
    """Verdict before, verdict after, how many; None: no such lead use."""
    references: tuple[LeadReference, ...]


def render_replay(name: str, asked: AskedReplay, replayed: Sequence[VendorReplayed], *, language: str) -> str:
    """The page of a comparison that is kept under a name (`fr`, `en`).

    Raises:
        ValueError: another language.
    """
    return render_page(
        "replay.html.j2",
        language,
        name=name,
        asked=asked,
        as_of=asked.as_of,
        replayed=replayed,
        causes_of=causes_shown,
        flips_count=sum(one.flips.num_rows for one in replayed),
        uses_count=sum(one.uses_count for one in replayed),
        days_count=sum(one.days_count for one in replayed),
        differing_count=sum(len(one.differing) for one in replayed),
    )


def causes_shown(one: VendorReplayed) -> list[CauseShown]:
    """A vendor's flips by cause, in the order in which causes are looked at."""
    return [_cause_shown(cause, one.flips.filter(pc.equal(one.flips["cause"], cause))) for cause in one.by_cause]


def _cause_shown(cause: str, flips: pa.Table) -> CauseShown:
    sides = ["verdict_before", "verdict_after"]
    counted = flips.group_by(sides).aggregate([([], "count_all")]).to_pylist()
    turns = [(row["verdict_before"], row["verdict_after"], row["count_all"]) for row in counted]
    first = flips.slice(0, MAX_REFERENCES).select(["delivery_date", "lead_id", "channel"]).to_pylist()
    return CauseShown(
        cause,
        flips.num_rows,
        tuple(sorted(turns, key=lambda turn: (-turn[2], str(turn)))),
        tuple(LeadReference(**row) for row in first),
    )
