"""What lasts: the lake, the registry (`registry`), and what is encrypted or keyed (`secrets`).

What is kept there, and for how long, belongs to the subjects and to `upkeep`.

- `digests`: digests of files as the house notes them: SHA-256, lower-case hex
- `foreign_files`: small files that others may have put where we look, read so that nothing blocks or fills memory
- `lake`: the Parquet lake: partitions replaced whole, trusted by digest, written by one writer per vendor at a time
- `registry/`: The SQL database of the house
- `secrets/`: What is encrypted or keyed, and with which secrets
"""
