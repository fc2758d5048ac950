"""When lead files count as delivered: with their day's delivery if they were on time, else by their own arrival."""

from datetime import datetime

from pipelines.simulation.market_facts import SimulatedDelivery, SimulatedFile, in_paris


def delivered_at(delivery: SimulatedDelivery, file: SimulatedFile) -> datetime:
    """The clock of one lead file: that of the delivery, or its own where it came later or nobody noted when."""
    clock = _clock_of_delivery(delivery)
    return clock if file.is_recorded and file.received_at <= clock else file.received_at


def _clock_of_delivery(delivery: SimulatedDelivery) -> datetime:
    """When the last lead file came that was on time, or the first of late ones; recorded arrivals, if there are any."""
    counted = [file for file in delivery.files if file.role == "leads" and not file.repeats and not file.flaw]
    recorded = [file.received_at for file in counted if file.is_recorded]
    arrivals = recorded or [file.received_at for file in counted]
    cut_off = in_paris(delivery.on, delivery.terms.cut_off)
    return max((at for at in arrivals if at <= cut_off), default=min(arrivals))
