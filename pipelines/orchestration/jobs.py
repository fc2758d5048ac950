"""The jobs: `registry` before `deliveries`, `publish` after it. What they run is in `assets/`."""

from datetime import UTC, datetime
from typing import Final

import dagster as dg

from pipelines.vocabulary.clock import last_tick, parse_as_of

AS_OF_TAG: Final = "opposable/as_of"
"""Run tag with the knowledge instant, ISO 8601; the last tick when it is not given. Not of the job `retention`."""
ANEW_TAG: Final = "opposable/anew"
"""Run tag of the job `deliveries`: `true` where no day is to be left as it is published, though nothing changed."""

REGISTRY: Final = dg.define_asset_job(
    "registry", selection=["oppositions"], description="Refresh the registry's snapshot."
)
DELIVERIES: Final = dg.define_asset_job(
    "deliveries",
    selection=["leads", "consent_proofs", "verdicts"],
    description="Take in deliveries and judge every lead use.",
)
PUBLISHED: Final = ("disputes", "corrections", "vendor_scores", "dossiers", "rule_notices", "usable_leads")
MART_GROUPS: Final = ("staging", "intermediate", "marts")
WATCHED_LISTS: Final = dg.AssetCheckKey(dg.AssetKey("oppositions"), "hashed_lists_meet_leads")
"""Asked when leads have come, too: the registry may stay as it is for months."""
PUBLISH: Final = dg.define_asset_job(
    "publish",
    selection=dg.AssetSelection.assets(*PUBLISHED)
    | dg.AssetSelection.groups(*MART_GROUPS)
    | dg.AssetSelection.checks(WATCHED_LISTS),
    description="Take in answers, correct final verdicts, score the vendors, build the marts, write dossiers, tell "
    "vendors of changed rules, judge who may be called.",
)
ANSWERS: Final = dg.define_asset_job(
    "answers", selection=["disputes"], description="Take in what vendors answer to findings."
)
RETENTION: Final = dg.define_asset_job(
    "retention", selection=["purges"], description="Seal what was taken in, and remove what is due."
)


def as_of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> datetime:
    """The run's knowledge instant: its tag, else the last tick before the run was created.

    Raises:
        ValueError: the tag holds no instant, or one of the future, of which nobody knows anything yet.
    """
    return _given_instant(context) or last_tick(_created_at(context))


def today_of(context: dg.AssetExecutionContext) -> datetime:
    """The instant that a run calls *now*: its tag, else that at which it was created.

    Raises:
        ValueError: as `as_of`.
    """
    return _given_instant(context) or _created_at(context)


def own_tick(context: dg.AssetExecutionContext) -> datetime:
    """The last tick before the run was created: what removes things takes no instant from whoever starts it.

    Raises:
        ValueError: the run's tags give one.
    """
    if AS_OF_TAG in context.run.tags:
        raise ValueError(
            f"{AS_OF_TAG}: this job removes what is due at its own tick, and takes no instant from a tag; nothing was "
            "sealed or removed: leave the tag out, or give a person's instant to `opposable retention run --as-of`"
        )
    return last_tick(_created_at(context))


def is_anew(context: dg.AssetExecutionContext) -> bool:
    """Whether the run's tag asks for days to be made anew.

    Raises:
        ValueError: it says neither `true` nor `false`.
    """
    said = context.run.tags.get(ANEW_TAG, "false")
    if said not in ("true", "false"):
        raise ValueError(f"{ANEW_TAG}: expected true or false; or leave the tag out")
    return said == "true"


def _given_instant(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> datetime | None:
    given = context.run.tags.get(AS_OF_TAG)
    return None if given is None else _past_instant(parse_as_of(given), datetime.now(UTC))


def _created_at(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> datetime:
    record = context.instance.get_run_record_by_id(context.run.run_id)
    return (record.create_timestamp if record is not None else datetime.now(UTC)).astimezone(UTC)


def _past_instant(instant: datetime, now: datetime) -> datetime:
    if instant > now:
        raise ValueError(
            f"{AS_OF_TAG}: {instant.isoformat()} lies in the future: what will have come by then nobody knows, and "
            "nothing is made final or removed on it; give an instant that has been, or leave the tag out"
        )
    return instant
