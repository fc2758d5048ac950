"""The SQL database of the house: its tables, and how a database becomes one.

Reading and writing a table belongs to its subject's `records`.

- `columns`: the registry's columns: their types, names and constraints
- `database`: the registry: its SQL tables, and how a database becomes one
- `identity`: which registry this is, and who accepted another one in its place, and why
- `migrations/`: The registry's schema through time, as Alembic runs it
- `tables`: the registry's SQL tables of the house itself: oppositions, keys, what was removed, read, asked, handed out
- `upgrades`: the registry's schema through time: Alembic revisions, run by the program itself
- `vendor_tables`: the registry's SQL tables of vendors: what they were told, answered and scored
"""
