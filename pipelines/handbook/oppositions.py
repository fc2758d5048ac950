"""The page of the opposition registry, `docs/oppositions.md`: what an import reads, which hashes can meet a lead."""

from pipelines.handbook.markdown import filled, table
from pipelines.identifiers.published_spellings import PUBLISHED_SPELLINGS, PublishedSpelling


def oppositions_page() -> str:
    """The whole page."""
    headings = ("document", "of", "rule", "given", "hashed", "digest", "met")
    return filled("oppositions.md.j2", spellings=table(headings, map(_cells_of_spelling, PUBLISHED_SPELLINGS)))


def _cells_of_spelling(spelling: PublishedSpelling) -> tuple[str, ...]:
    return (
        f"[{spelling.document}]({spelling.url})",
        spelling.kind,
        spelling.rule,
        f"`{spelling.delivered.strip()}`",
        f"`{spelling.hashed}`".replace("\r", "\\r").replace("\n", "\\n"),
        ", ".join(spelling.digests),
        "yes" if spelling.digests == ("SHA-256",) else "SHA-256 alone" if spelling.can_meet else "no",
    )
