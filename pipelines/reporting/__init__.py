"""Adapter to readers: pages, charts and exports of the report model. Nothing here reads the lake or makes a figure."""
