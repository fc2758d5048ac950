"""Names that vendors chose, of columns and files, as they may be kept: without identifiers of persons."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from pipelines.vocabulary.file_formats import FILE_ENDINGS, PACKINGS

_LIKE_AN_IDENTIFIER: Final = re.compile(r"@|(?:\d[\s.\-/()]*){7,}")


LONGEST_NAME: Final = 64


_ENDINGS: Final = "|".join((*FILE_ENDINGS, *PACKINGS))


_EMAIL_IN_NAME: Final = re.compile(rf"[^\s/@]*@[^\s/]*?(?=(?:\.(?:{_ENDINGS}))*(?:$|[\s/]))", re.IGNORECASE)


_PHONE_IN_NAME: Final = re.compile(
    r"(?<!\d)(?:(?:\+|00)\d(?:[\s.\-_]?(?:\(0\))?\d){7,14}|0[1-9](?:[\s.\-_]?\d\d){4}|33[1-9]\d{8}|[67]\d{8})(?!\d)"
)  # a date or an instant in a file's name is none


def shown_name(name: str, position: int) -> str:
    """A delivered column name as it may be kept: bounded, and `column <n>` if it looks like a person's identifier."""
    kept = name if not _LIKE_AN_IDENTIFIER.search(name) else f"column {position}"
    return kept[:LONGEST_NAME]


def shown_file_names(names: Iterable[str]) -> dict[str, str]:
    """The names of a delivery's files as they may be kept: addresses and phone numbers masked, no two alike."""
    shown: dict[str, str] = {}
    masked = {name: _PHONE_IN_NAME.sub("[phone]", _EMAIL_IN_NAME.sub("[e-mail]", name)) for name in sorted(names)}
    taken = {name for name, mask in masked.items() if name == mask}
    counts: Counter[str] = Counter()
    for name, mask in masked.items():
        kept = mask
        while name != mask and kept in taken:
            counts[mask] += 1
            kept = f"{mask} ({counts[mask] + 1})"
        taken.add(kept)
        shown[name] = kept
    return shown
