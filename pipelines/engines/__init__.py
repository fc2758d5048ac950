"""Runs statements over the files of the lake. One interface, one module an engine.

What the statements mean belongs to `rulebook` and to whoever asks.

- `duckdb`: the embedded engine: DuckDB in memory, in the process that asks
- `interface`: what the house asks of an engine, whichever it is
- `named`: the engine that a setting names
"""
