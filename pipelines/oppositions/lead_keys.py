"""Under which keys a lead can meet an opposition: its own, its aliases', further numbers', other forms', and those in
texts."""

from typing import Final

LEAD_KEYS: Final = """list_concat(
        [email_key, email_alias_key, phone_key],
        coalesce(other_phone_keys, []),
        coalesce(probe_keys, []),
        coalesce(contained_keys, [])
    )"""
"""SQL: of a row of the lake's table `leads`, the list of them, with NULLs among them."""
KEY_COLUMNS: Final = (
    "email_key", "email_alias_key", "phone_key", "other_phone_keys", "probe_keys", "contained_keys",
)  # fmt: skip
"""The columns that hold them."""
