"""Which rules and contracts that were kept nothing needs any more; removing them belongs to `retention`.

They are kept as long as any published day, a correction, or a dossier that is kept names them, however long that is:
without them no verdict could be given again. What can't be read, or a lake that is away, may name anything: then
nothing goes.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pipelines.reviews.written_dossiers import NOTE
from pipelines.storage.folders import entries_below
from pipelines.storage.lake import Lake

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_JUDGED: Final = "scorecards"
_CORRECTED: Final = "corrections"
_GRACE: Final = timedelta(days=1)
"""A run keeps its law, or touches it, before it publishes what names it; none takes so long."""


def unneeded_law(law: Path, lake: Lake, dossier_roots: tuple[Path, ...], now: datetime) -> list[Path]:
    """Files below the folder `law` that nothing names; none where something published can't be read. `now`: aware."""
    until = (now - _GRACE).timestamp()
    paths = [entry.path for entry in entries_below(law, law) if entry.state.st_mtime < until]
    untouched = {path: found for path in paths if (found := _digests_in(str(path.relative_to(law))))}
    named = _named_digests(lake, dossier_roots) if untouched else None
    return [] if named is None else [path for path, found in untouched.items() if named.isdisjoint(found)]


def _named_digests(lake: Lake, dossier_roots: tuple[Path, ...]) -> set[str] | None:
    """Every digest in the notes of what is published and kept; None where one can't be read, or nothing is there."""
    noted = list(_published_facts(lake))
    if not noted or any("catalogue_digest" not in facts for facts in noted):
        return None
    found = _digests_in(" ".join(text for facts in noted for text in facts.values()))
    for vendor in lake.vendors(_CORRECTED):
        found |= set(lake.read_vendor(_CORRECTED, vendor)["catalogue_digest"].unique().to_pylist())
    for note in (note for root in dossier_roots for note in root.glob(f"*/*/{NOTE}")):
        found |= _digests_in(note.read_text(encoding="utf-8"))
    return found


def _published_facts(lake: Lake) -> Iterator[dict[str, str]]:
    for vendor in lake.vendors(_JUDGED):
        yield from (lake.facts(vendor, day, _JUDGED) for day in lake.partition_days(vendor, _JUDGED))
    yield from (lake.facts_of(lake.vendor_file(_CORRECTED, vendor)) for vendor in lake.vendors(_CORRECTED))


def _digests_in(text: str) -> set[str]:
    return set(_DIGEST.findall(text))
