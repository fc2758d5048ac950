"""The sample market: what vendors would send, and the truth about it. Knows nothing of the rulebook."""

from pipelines.simulation.market import Market, SimulationConflict, demo_as_of, draw_market, personal_values, simulate

__all__ = ["Market", "SimulationConflict", "demo_as_of", "draw_market", "personal_values", "simulate"]
