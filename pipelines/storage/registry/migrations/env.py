"""What Alembic runs: every revision within the transaction that it is given."""

from alembic import context

import pipelines.storage.registry.tables
import pipelines.storage.registry.vendor_tables  # both declare theirs  # noqa: F401
from pipelines.storage.registry.columns import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
