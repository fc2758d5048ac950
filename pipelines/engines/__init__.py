"""Engines run compiled SQL over the lake. No Dagster."""
