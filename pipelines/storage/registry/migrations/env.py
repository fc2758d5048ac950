"""What Alembic runs: every revision within the transaction that it is given."""

from alembic import context

from pipelines.storage.registry.columns import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
