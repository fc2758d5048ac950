"""Parquet: its columns, structs that a contract reads into among them.

- `kind`: Parquet as a kind of file
- `reader`: Parquet to text by column, a batch of rows at a time: instants in ISO 8601, whole numbers without `.0`
- `sizes`: what a Parquet file would take in memory, told from its footer before a value is decoded: upper bounds
"""
