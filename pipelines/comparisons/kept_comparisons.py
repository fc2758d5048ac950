"""Comparisons by name, in the home beside what is published: what was asked, what came out, and every flip.

`comparisons/<name>/comparison.json`, and `vendor=<v>/flips.parquet` beside it. No lake table is read or written here.
"""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from pipelines.comparisons.replays import VendorReplayed
from pipelines.storage.folders import PRIVATE, replacing

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_ANSWER: Final = "comparison.json"


@dataclass(frozen=True)
class AskedReplay:
    """The question that a comparison answers."""

    vendors: tuple[str, ...]
    first: date
    last: date
    is_as_it_was: bool
    as_of: datetime
    """Aware; up to when facts are known. As it was, each day has its own instant."""
    catalogue_digest: str

    def as_json(self) -> dict[str, Any]:
        """The question as it is written down."""
        view = "as_it_was" if self.is_as_it_was else "as_we_know_now"
        return {
            "view": view,
            "vendors": list(self.vendors),
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "as_of": self.as_of.isoformat(),
            "catalogue_digest": self.catalogue_digest,
        }


def asked_before(folder: Path, name: str) -> Mapping[str, Any] | None:
    """The question of a comparison that is kept under a name; None where there is none.

    Raises:
        ValueError: what lies there is no comparison.
    """
    place = folder / name
    if not place.exists():
        return None
    try:
        found: dict[str, Any] = json.loads((place / _ANSWER).read_text(encoding="utf-8"))["asked"]
    except (OSError, ValueError, KeyError):
        raise ValueError(f"{place}: no comparison; choose another name, or remove the folder") from None
    return found


def keep_comparison(folder: Path, name: str, asked: AskedReplay, replayed: Sequence[VendorReplayed]) -> Path:
    """Keep what came out under a name, in place of what lay there; where it lies. The answer is written last."""
    place = folder / name
    shutil.rmtree(place, ignore_errors=True)
    for one in replayed:
        with replacing(folder, place / f"vendor={one.vendor}" / "flips.parquet", PRIVATE) as file:
            pq.write_table(one.flips, file, compression="zstd", store_schema=False)
    answer = {"asked": asked.as_json(), "answer": {one.vendor: _vendor_answer(one) for one in replayed}}
    with replacing(folder, place / _ANSWER, PRIVATE) as file:
        file.write((json.dumps(answer, indent=2, ensure_ascii=False) + "\n").encode())
    return place


def _vendor_answer(one: VendorReplayed) -> dict[str, Any]:
    return {
        "days": one.days_count,
        "lead_uses": one.uses_count,
        "flips": one.flips.num_rows,
        "flips_by_cause": dict(one.by_cause),
        "judged_on": [
            {"catalogue_digest": rules, "contract_digest": contract, "days": days}
            for rules, contract, days in one.judged_on
        ],
        "days_that_differ": [
            {"day": day.day.isoformat(), "tables": list(day.tables), "not_kept": list(day.missing)}
            for day in one.differing
        ],
    }
