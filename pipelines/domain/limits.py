"""How much a delivered file may hold. Settings give the values; the readers refuse what exceeds them, by name."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Upper bounds of one delivered file."""

    file_bytes: int = 16 * 2**30
    """Bytes of content, unpacked."""
    expansion: int = 1_000
    """Bytes of content for each byte as delivered."""
    rows: int = 50_000_000
    """Data rows."""
    columns: int = 1_000
    cell_characters: int = 1_000_000
    archive_files: int = 1_000
    """Files in one archive."""
