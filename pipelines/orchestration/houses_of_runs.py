"""The house as a run gets it: with an object store, brought up to date before the run and published after it."""

from collections.abc import Iterator

import dagster as dg

from pipelines.house import House


def house_of_runs(house: House) -> House | dg.ResourceDefinition:
    """The resource `house`: the house itself where folders hold all."""
    if not house.settings.store:
        return house

    @dg.resource(description="The house, as it is on the object store.")
    def shared_house(_context: dg.InitResourceContext) -> Iterator[House]:
        with house.up_to_date() as ours:
            yield ours

    return shared_house
