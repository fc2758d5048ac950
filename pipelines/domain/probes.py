"""Other forms under which others may have hashed a lead's e-mail or phone. The canonical forms belong elsewhere."""

import pyarrow as pa

from pipelines.domain.field_values import TEXT_LIST
from pipelines.domain.identities import IdentityHasher
from pipelines.domain.mapping import Fields


def probe_keys(fields: Fields, hasher: IdentityHasher) -> pa.Array:
    """Identity keys of each lead's plausible and past other forms, a sorted list a row; NULL where it is not probed."""
    return pa.nulls(fields.rows.count, TEXT_LIST)
