"""The registry's schema through time, as Alembic runs it.

A published revision is never edited. They are run by `storage.registry.upgrades`.

- `env`: what Alembic runs: every revision within the transaction that it is given
- `versions/`: One module a revision, in the order of their numbers
"""
