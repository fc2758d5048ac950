"""What a lead's values say of themselves: kinds of address and number, fillers. Not whether a field can be read."""

import pyarrow as pa

from pipelines.domain.field_values import TEXT, TEXT_LIST
from pipelines.domain.mapping import Fields


def lead_attributes(fields: Fields) -> dict[str, pa.Array]:
    """The columns `email_kind`, `phone_kind`, `phone_region` and `placeholder_fields` of some lead rows."""
    count = fields.rows.count
    nothing = {name: pa.nulls(count, TEXT) for name in ("email_kind", "phone_kind", "phone_region")}
    return {**nothing, "placeholder_fields": pa.array([[]] * count, TEXT_LIST)}
