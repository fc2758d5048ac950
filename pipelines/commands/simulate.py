"""`opposable simulate`: the sample market, written into the home. What it invents is in `pipelines/simulation/`."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.status import Status

from pipelines.commands.shared import day_of, refuse
from pipelines.settings import Settings, SettingsError, load_settings
from pipelines.simulation.market import (
    DEFAULT_DAYS,
    DEFAULT_FIRST_DAY,
    DEFAULT_LEADS,
    DEFAULT_SEED,
    Market,
    SimulationConflict,
)
from pipelines.simulation.market import simulate as write_market


def simulate(
    seed: Annotated[int, typer.Option(help="Equal seeds and sizes give equal bytes.")] = DEFAULT_SEED,
    from_: Annotated[str, typer.Option("--from", help="First delivery date.")] = DEFAULT_FIRST_DAY.isoformat(),
    days: Annotated[int, typer.Option(help="Days of the market.", min=1)] = DEFAULT_DAYS,
    leads: Annotated[int, typer.Option(help="Leads per vendor and day, on average.", min=1)] = DEFAULT_LEADS,
) -> None:
    """Write a sample market into the home: contracts, deliveries, oppositions, and the truth about them.

    Exit status: 0 written, 2 a wrong argument or setting, or an inbox that holds something else.
    """
    first_day = day_of("--from", from_)
    home = _home()
    try:
        with Status("drawing", console=Console(stderr=True)) as status:
            market = write_market(home, seed=seed, first_day=first_day, days=days, leads=leads, progress=status.update)
    except SimulationConflict as error:
        refuse(str(error))
    _report_market(home, market)


def _home() -> Path:
    """The home of the settings, if its inbox and contracts are the ones that the other commands read."""
    try:
        settings: Settings = load_settings()
    except SettingsError as error:
        refuse(str(error))
    for name in ("inbox", "contracts"):
        if getattr(settings, name) != settings.home / name:
            refuse(
                f"OPPOSABLE_{name.upper()} points outside the home: unset it, a simulation writes into the home only"
            )
    return settings.home


def _report_market(home: Path, market: Market) -> None:
    """Say what was written, and what to do with it."""
    file_count = sum(len(delivery.files) for delivery in market.deliveries)
    kinds = Counter("findings" if row.rule_id else "refusals" for row in market.truth)
    typer.echo(f"{home}")
    typer.echo(f"  contracts/     {len(market.vendors)} vendors")
    typer.echo(
        f"  inbox/         {file_count} files in {len(market.deliveries)} deliveries, {len(market.drafts)} leads"
    )
    typer.echo(f"  oppositions/   {len(market.opposition_files)} files")
    typer.echo(f"  truth.parquet  {kinds['findings']} findings and {kinds['refusals']} refusals expected")
    typer.echo(
        f"next: opposable oppositions import {home / 'oppositions'}/*.csv && opposable reconcile "
        f"--from {market.first_day} --to {market.last_day} --as-of {market.as_of.isoformat()}"
    )
