"""The SQL database of the house: its tables, and how a database becomes one.

Reading and writing a table belongs to its subject's `records`.

- `database`: the registry: its SQL tables, and how a database becomes one
- `identity`: which registry this is, and who accepted another one in its place, and why
- `migrations/`: The registry's schema through time, as Alembic runs it
- `tables`: the registry's SQL tables
- `upgrades`: the registry's schema through time: Alembic revisions, run by the program itself
"""
