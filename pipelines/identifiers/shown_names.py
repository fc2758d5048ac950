"""Names that vendors chose, of columns and files, as they may be kept: without identifiers of persons."""

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from pipelines.identifiers.escaped_texts import escaped
from pipelines.vocabulary.column_names import is_slip
from pipelines.vocabulary.plain_names import is_plain_name

LONGEST_NAME: Final = 64
CUT: Final = "…"
"""At the end of a name that is longer."""


def shown_name(name: str, position: int) -> str:
    """A delivered column name as it may be kept: bounded, escaped, `column <n>` if it looks like a person's."""
    from pipelines.identifiers.likeness import looks_like_person  # whose patterns few commands need

    kept = escaped(name) if not looks_like_person(name, "name") else f"column {position}"
    return kept if len(kept) <= LONGEST_NAME else kept[: LONGEST_NAME - len(CUT)] + CUT


def shown_column(name: str, position: int, declared: Collection[str]) -> str:
    """`shown_name` of a column that a vendor delivered: `column <n>` unless what it is called is explained.

    It is by a column that the contract declares, or a slip of its name; else by words that are known to head columns.
    """
    is_known = name in declared or is_plain_name(name) or any(is_slip(name, one) for one in declared)
    return shown_name(name, position) if is_known else f"column {position}"


def shown_path(path: Path) -> Path:
    """A path as errors may tell it: the file's name may be a vendor's word."""
    return path.with_name(shown_file_names([path.name])[path.name])


def shown_file_names(names: Iterable[str]) -> dict[str, str]:
    """The names of a delivery's files as they may be kept and shown: addresses and phone numbers masked, signs that no
    name shows escaped, no two alike."""
    from pipelines.identifiers.likeness import masked  # whose patterns few commands need

    shown: dict[str, str] = {}
    masks = {name: escaped(masked(name, "name")) for name in sorted(names)}
    taken = {name for name, mask in masks.items() if name == mask}
    counts: Counter[str] = Counter()
    for name, mask in masks.items():
        kept = mask
        while name != mask and kept in taken:
            counts[mask] += 1
            kept = f"{mask} ({counts[mask] + 1})"
        taken.add(kept)
        shown[name] = kept
    return shown
