"""The table `usable_leads`: one file, replaced whole, with a note of what it rests on; and whether it still does.

Call lists are not made of it: they are judged anew. It is for looking, counting and other systems.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.house import House
from pipelines.object_storage.parts import HOUSE
from pipelines.oppositions.snapshot import pending_watermark
from pipelines.oppositions.snapshot_note import read_note
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import arrow_schema

TABLE: Final = "usable_leads"
_USE: Final = ["delivery_date", "lead_id", "channel"]


def publish_usable(house: House, uses: Sequence[pa.Table], at: datetime) -> Path:
    """Replace the table by some vendors' uses, judged at an instant (aware); where the file lies.

    One that another run judged later stays: a lead that was withdrawn in between must not come back.
    """
    target, schema = house.lake.whole_file(TABLE), arrow_schema(TABLE)
    rows = pa.concat_tables([schema.empty_table(), *(table.select(schema.names).cast(schema) for table in uses)])
    as_of = as_lake(at).isoformat()
    with house.lake.writing(HOUSE):
        if house.lake.facts_of(target).get("as_of", "") <= as_of:
            house.lake.replace_file(target, TABLE, rows, facts=_rests_on(house) | {"as_of": as_of})
    return target


def why_stale(house: House, now: datetime) -> list[str]:
    """What the table's usable leads no longer rest on, in words; nothing where none is usable, or all still holds.

    `now`: aware; an opposition that was recorded later than that is nobody's knowledge yet.
    """
    path = house.lake.whole_file(TABLE)
    if not path.exists() or not _holds_usable(path):
        return []
    noted, current = house.lake.facts_of(path), _rests_on(house)
    told = [_CHANGED[name] for name, value in current.items() if noted.get(name) != value]
    judged_at = noted.get("as_of", "")
    if pending_watermark(house.registry, house.lake) is not None:
        told.append("the registry holds oppositions that were not published yet")
    if judged_at < _last_recorded(house.lake, as_lake(now)):
        told.append("oppositions were recorded since the instant that it was judged at")
    return told


def turned_unusable(lake: Lake, vendor: str, uses: pa.Table) -> tuple[int, Counter[str]]:
    """How many of a vendor's uses were usable as delivered and are not now, and by which rules."""
    days = sorted(set(uses["delivery_date"].to_pylist()) & set(lake.published_days(vendor, "scorecards")))
    published = lake.read("verdicts", vendor, days)
    were = published.filter(pc.equal(published["verdict"], "usable")).select(_USE)
    are_not = uses.filter(pc.not_equal(uses["verdict"], "usable")).select([*_USE, "reasons"])
    rules = pc.list_flatten(_semi_joined(are_not, were)["reasons"]).to_pylist()
    return _semi_joined(are_not, were).num_rows, Counter(rules)


def counts_by_verdict(uses: Sequence[pa.Table]) -> dict[str, int]:
    """How many uses there are, by channel and verdict in words."""
    rows = pa.concat_tables(
        [arrow_schema(TABLE).empty_table().select(_COUNTED), *(one.select(_COUNTED) for one in uses)]
    )
    counted = rows.group_by(_COUNTED).aggregate([([], "count_all")]).sort_by([(name, "ascending") for name in _COUNTED])
    return {f"{row['channel']}, {row['verdict']}".replace("_", " "): row["count_all"] for row in counted.to_pylist()}


_COUNTED: Final = ["channel", "verdict"]
_CHANGED: Final = {
    "catalogue_digest": "it was judged by other rules than those of now",
    "oppositions_digest": "it was judged by another snapshot of the oppositions than that of now",
}


def _rests_on(house: House) -> dict[str, str]:
    return {
        "catalogue_digest": house.catalogue.digest,
        "oppositions_digest": read_note(house.lake.root / "oppositions").content_digest,
    }


def _holds_usable(path: Path) -> bool:
    return pc.any(pc.equal(pq.ParquetFile(path).read(columns=["verdict"])["verdict"], "usable")).as_py() is True


def _last_recorded(lake: Lake, now: datetime) -> str:
    """The latest `recorded_at` of the snapshot that has been, as the note of a table writes instants; "" for none."""
    for path in reversed(lake.opposition_files()):
        recorded = pq.ParquetFile(path).read(columns=["recorded_at"])["recorded_at"]
        latest = pc.max(recorded.filter(pc.less_equal(recorded, pa.scalar(now, pa.timestamp("us"))))).as_py()
        if latest is not None:
            return str(latest.isoformat())
    return ""


def _semi_joined(uses: pa.Table, kept: pa.Table) -> pa.Table:
    """Uses that are among others. Arrow joins no lists, so that places are joined."""
    numbered = uses.select(_USE).append_column("place", pa.array(range(len(uses)), pa.int64()))
    places = numbered.join(kept, keys=_USE, join_type="left semi")["place"]
    return uses.take(places)
