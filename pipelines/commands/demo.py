"""`opposable demo`: the sample market, end to end: simulate, import the oppositions, reconcile, show the scores."""

import typer

from pipelines.commands.oppositions import import_
from pipelines.commands.reconcile import reconcile
from pipelines.commands.shared import house_of_settings, refuse


def demo() -> None:
    """Run the main job on thirty simulated days around 11 August 2026. Running it again is safe."""
    from pipelines.simulation.market import SimulationConflict, simulate

    house = house_of_settings()
    typer.echo(f"1/3  simulating a market in {house.settings.home}")
    try:
        market = simulate(house.settings.home)
    except SimulationConflict as error:
        refuse(str(error))
    typer.echo("2/3  importing the oppositions")
    import_(list(market.opposition_files))
    typer.echo(f"3/3  reconciling {market.first_day} to {market.last_day} as of {market.as_of.isoformat()}")
    reconcile(market.first_day.isoformat(), market.last_day.isoformat(), None, market.as_of.isoformat())
