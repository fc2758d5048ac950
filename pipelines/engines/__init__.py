"""Runs statements over the files of the lake. One interface, one module an engine.

What the statements mean belongs to `rulebook` and to whoever asks.

- `duckdb`: the embedded engine: DuckDB in memory, one session a judgement
"""
