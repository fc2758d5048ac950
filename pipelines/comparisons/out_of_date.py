"""Where what is published of a lead use is out of date: entries about its person that no run has read, or another
verdict than it has now by what was known at the same instant."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.oppositions.lead_keys import KEY_COLUMNS
from pipelines.storage.lake import Lake
from pipelines.verdicts.explain import ExplainedUse


def with_what_is_out_of_date(
    lake: Lake, uses: Iterable[ExplainedUse], unread: Callable[[Collection[str], datetime], int]
) -> Iterator[ExplainedUse]:
    """Uses explained as published, each with what of it is not so any more.

    `unread`: how many oppositions with some keys, recorded up to an instant, no run has read (`unread_entries`).
    """
    for use in uses:
        day = use.delivery_date
        keys = _keys_of_lead(lake, use)
        verdict = _published_verdict(lake, use) if lake.is_whole(use.vendor, day, "scorecards") else None
        yield replace(
            use,
            unread_count=unread(keys, use.known_at) if keys else 0,
            published_as=verdict if verdict != use.verdict else None,
        )


def _keys_of_lead(lake: Lake, use: ExplainedUse) -> set[str]:
    leads = _of_lead(lake, "leads", use.vendor, use.delivery_date, use.lead_id)
    values = [value for name in KEY_COLUMNS for value in leads[name].to_pylist() if value]
    return {key for value in values for key in ([value] if isinstance(value, str) else value) if key}


def _published_verdict(lake: Lake, use: ExplainedUse) -> str | None:
    verdicts = _of_lead(lake, "verdicts", use.vendor, use.delivery_date, use.lead_id).to_pylist()
    return next((row["verdict"] for row in verdicts if row["channel"] == use.channel), None)


def _of_lead(lake: Lake, table: str, vendor: str, day: date, lead_id: str) -> pa.Table:
    rows = lake.read(table, vendor, [day])
    return rows.filter(pc.equal(rows["lead_id"], lead_id))
