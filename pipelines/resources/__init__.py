"""Dagster resources: the adapters as assets receive them."""
