"""Runs statements over the files of the lake. One interface, one module an engine.

What the statements mean belongs to `rulebook` and to whoever asks.

- `duckdb`: the embedded engine: DuckDB in memory, in the process that asks
- `interface`: what the house asks of an engine, whichever it is
- `main_module`: the main module of the process, as a client asks for it
- `named`: the engine that a setting names, and the embedded one
- `parquet_statements`: DuckDB's SQL that reads Parquet files as a schema has them
- `path_columns`: columns that stand in the path of a file and not in it
- `shown`: how a statement is shown in an error
- `spark`: Spark, asked over Spark Connect
- `spark_patterns`: patterns of RE2 in Java's words
- `spill_folder`: where an engine keeps what does not fit into its memory
- `spark_server`: how a Spark server is reached
- `spark_statements`: statements of the house in Spark's SQL
"""
