"""The registry's schema through time, as Alembic runs it."""
