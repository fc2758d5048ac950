"""The page of the opposition registry, `docs/oppositions.md`: what an import reads, which hashes can meet a lead."""

from pipelines.handbook.markdown import filled, table
from pipelines.identifiers.published_spellings import PUBLISHED_SPELLINGS, PublishedSpelling
from pipelines.oppositions.layouts import BEFORE_ALL
from pipelines.oppositions.profiles import PROFILES, Profile


def oppositions_page() -> str:
    """The whole page."""
    headings = ("document", "of", "rule", "given", "hashed", "digest", "met")
    return filled(
        "oppositions.md.j2",
        before_all=BEFORE_ALL,
        spellings=table(headings, map(_cells_of_spelling, PUBLISHED_SPELLINGS)),
        profiles=table(
            ("`--profile`", "export", "its columns", "stands for every line", "to know", "read on"),
            (_cells_of_profile(name, profile) for name, profile in PROFILES.items()),
        ),
    )


def _cells_of_profile(name: str, profile: Profile) -> tuple[str, ...]:
    columns = ", ".join(f"`{ours}` = `{theirs}`" for ours, theirs in profile.columns.items())
    return (
        f"`{name}`",
        f"[{profile.title}]({profile.source}): {profile.how}",
        columns or "no header, one column",
        ", ".join(f"`{ours}` `{text}`" for ours, text in profile.constants.items()),
        profile.note,
        profile.read_on,
    )


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
