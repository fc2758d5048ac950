"""Parquet: its columns, structs that a contract reads into among them.

- `kind`: Parquet as a kind of file
- `reader`: Parquet to text by column, a batch of rows at a time: instants in ISO 8601, whole numbers without `.0`
"""
