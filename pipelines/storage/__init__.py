"""Adapters to what lasts: inbox, lake, registry, keys. No Dagster."""
