"""The sample market, whole: drawn from a seed, written into a home folder, with the truth about it."""

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.simulation import people
from pipelines.simulation.acceptance import accept
from pipelines.simulation.contracts import write_contracts
from pipelines.simulation.deliveries import draw_deliveries
from pipelines.simulation.drafts import Draft
from pipelines.simulation.known_facts import KnownFacts, registry_of
from pipelines.simulation.market_facts import OppositionRow, SimulatedDelivery, Vendor, in_paris
from pipelines.simulation.objections import write_oppositions
from pipelines.simulation.truth import TruthRow, truth_of
from pipelines.simulation.vendors import market_vendors
from pipelines.simulation.writers import fill_contents, write_delivery

DEFAULT_SEED: Final = 20260811
DEFAULT_FIRST_DAY: Final = date(2026, 7, 28)
DEFAULT_DAYS: Final = 30
DEFAULT_LEADS: Final = 30
"""Leads per vendor and day, on average."""
DAYS_UNTIL_FINAL: Final = 9
"""After so many days every proof deadline of the market has passed; the longest is five days."""
STRANGER_COUNT: Final = 120
EDITION: Final = 4
"""Goes up when equal arguments begin to give other files."""
WRITTEN_FOLDERS: Final = ("inbox", "contracts", "oppositions")
TRUTH_SCHEMA: Final = pa.schema(
    [
        ("vendor", pa.string()),
        ("delivery_date", pa.date32()),
        ("lead_id", pa.string()),
        ("channel", pa.string()),
        ("rule_id", pa.string()),
        ("outcome", pa.string()),
        ("file_name", pa.string()),
        ("row_number", pa.int64()),
        ("reason", pa.string()),
    ]
)


class SimulationConflict(ValueError):  # noqa: N818 - a conflict with what lies there, not a fault of the program
    """The home holds deliveries that this simulation did not write; the message says what would mend it."""


@dataclass(frozen=True)
class Market:
    """Everything that vendors sent between two dates, and what is wrong with it."""

    seed: int
    first_day: date
    last_day: date
    as_of: datetime
    """An instant (UTC) at which every verdict is final."""
    vendors: tuple[Vendor, ...]
    deliveries: tuple[SimulatedDelivery, ...] = field(repr=False)
    drafts: tuple[Draft, ...] = field(repr=False)
    oppositions: tuple[OppositionRow, ...] = field(repr=False)
    truth: tuple[TruthRow, ...] = field(repr=False)
    opposition_files: tuple[Path, ...] = ()
    """In order of recording; empty until written."""


def demo_as_of(first_day: date, days: int) -> datetime:
    """06:00 in Paris (as UTC) on a day after the last proof deadline of a market."""
    return in_paris(first_day + timedelta(days=days + DAYS_UNTIL_FINAL), time(6))


def draw_market(
    *,
    seed: int = DEFAULT_SEED,
    first_day: date = DEFAULT_FIRST_DAY,
    days: int = DEFAULT_DAYS,
    leads: int = DEFAULT_LEADS,
    progress: Callable[[str], None] | None = None,
) -> Market:
    """Invent a market without writing anything; equal arguments give equal bytes.

    Raises:
        ValueError: fewer than one day or one lead.
    """
    if days < 1 or leads < 1:
        raise ValueError("a market needs at least one day and one lead a day")
    tell = progress or (lambda message: None)
    vendors = market_vendors(first_day, days)
    deliveries: list[SimulatedDelivery] = []
    drafts: list[Draft] = []
    for vendor in vendors:
        tell(f"drawing {vendor.slug}")
        sent, drawn = draw_deliveries(seed, vendor, first_day, days, leads)
        deliveries += sent
        drafts += drawn
    fill_contents(deliveries)
    oppositions = (*_strangers(seed, first_day), *(row for draft in drafts for row in draft.oppositions))
    last_day, as_of = first_day + timedelta(days=days - 1), demo_as_of(first_day, days)
    truth = _truth_of_market(vendors, deliveries, oppositions, tell)
    return Market(seed, first_day, last_day, as_of, vendors, tuple(deliveries), tuple(drafts), oppositions, truth)


def simulate(
    home: Path,
    *,
    seed: int = DEFAULT_SEED,
    first_day: date = DEFAULT_FIRST_DAY,
    days: int = DEFAULT_DAYS,
    leads: int = DEFAULT_LEADS,
    progress: Callable[[str], None] | None = None,
) -> Market:
    """Write a market into a home: contracts, inbox, oppositions and `truth.parquet`. Repeating it gives the same bytes.

    Raises:
        SimulationConflict: the home holds other deliveries, contracts or oppositions.
        ValueError: fewer than one day or one lead.
    """
    tell = progress or (lambda message: None)
    arguments = {"edition": EDITION, "seed": seed, "first_day": f"{first_day}", "days": days, "leads": leads}
    _refuse_other_contents(home, arguments)
    market = draw_market(seed=seed, first_day=first_day, days=days, leads=leads, progress=progress)
    home.mkdir(parents=True, exist_ok=True)
    (home / "simulation.json").write_text(json.dumps(arguments, indent=2) + "\n", encoding="utf-8")
    tell("writing contracts and deliveries")
    for vendor in market.vendors:
        write_contracts(home / "contracts", vendor)
    for delivery in market.deliveries:
        write_delivery(home / "inbox", delivery)
    tell("writing oppositions and truth")
    paths = write_oppositions(home / "oppositions", market.oppositions, first_day - timedelta(days=1))
    pq.write_table(truth_table(market.truth), home / "truth.parquet")
    return replace(market, opposition_files=paths)


def _refuse_other_contents(home: Path, arguments: dict[str, object]) -> None:
    """Never mix two markets, nor a market with what vendors really sent."""
    record = home / "simulation.json"
    known = json.loads(record.read_text(encoding="utf-8")) if record.exists() else None
    folders = (home / name for name in WRITTEN_FOLDERS)
    filled = [folder for folder in folders if folder.exists() and any(folder.iterdir())]
    if filled and known != arguments:
        held = f"a simulation with {known}" if known else "files that no simulation wrote"
        raise SimulationConflict(
            f"{filled[0]} holds {held}: remove the folder {home} to start again, or set OPPOSABLE_HOME to another one"
        )


def _truth_of_market(
    vendors: Sequence[Vendor],
    deliveries: Sequence[SimulatedDelivery],
    oppositions: Iterable[OppositionRow],
    tell: Callable[[str], None],
) -> tuple[TruthRow, ...]:
    registry = registry_of(oppositions)
    rows: list[TruthRow] = []
    for vendor in vendors:
        tell(f"judging {vendor.slug}")
        accepted = accept([delivery for delivery in deliveries if delivery.vendor is vendor])
        facts = KnownFacts(accepted, registry)
        rows += truth_of(vendor.slug, accepted, facts.uses_of, facts.is_duplicate, facts.candidates)
    return tuple(sorted(rows, key=lambda row: tuple((value is not None, value or 0) for value in row)))


def truth_table(rows: Sequence[TruthRow]) -> pa.Table:
    """Truth rows as a table with the columns of `truth.parquet`."""
    return pa.Table.from_pylist([row._asdict() for row in rows], schema=TRUTH_SCHEMA)


def _strangers(seed: int, first_day: date) -> tuple[OppositionRow, ...]:
    """Objections of persons whom nobody sells, entered before the market opens."""
    rng = random.Random(f"{seed}/strangers")
    rows = []
    for _ in range(STRANGER_COUNT):
        identifier = people.spell_email(rng, people.draw_person(rng).email)
        opposed_at = in_paris(
            first_day - timedelta(days=rng.randint(2, 300)), time(rng.randint(8, 19), rng.randint(0, 59))
        )
        rows.append(OppositionRow(identifier, "email", "all", opposed_at, opposed_at + timedelta(hours=1), "site"))
    return tuple(rows)
