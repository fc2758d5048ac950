"""Names of months and days of the week in French and English, long and short, with and without accents and dots."""

from typing import Final

_MONTHS: Final = (
    "janvier janv january jan",
    "février fevrier févr fevr fév fev february feb",
    "mars march mar",
    "avril avr april apr",
    "mai may",
    "juin june jun",
    "juillet juil july jul",
    "août aout august aug",
    "septembre september sept sep",
    "octobre october oct",
    "novembre november nov",
    "décembre decembre déc december dec",
)
_WEEKDAYS: Final = (
    "lundi lun monday mon",
    "mardi mar tuesday tues tue",
    "mercredi mer wednesday wed",
    "jeudi jeu thursday thurs thur thu",
    "vendredi ven friday fri",
    "samedi sam saturday sat",
    "dimanche dim sunday sun",
)
MONTHS: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
"""Name in lower case, without a dot, to 1 for January."""
WEEKDAYS: Final = {name: number for number, names in enumerate(_WEEKDAYS) for name in names.split()}
"""Name in lower case, without a dot, to 0 for Monday."""


def pattern_of(names: dict[str, int]) -> str:
    """Regular expression of some names in any case, with or without a dot behind."""
    return rf"(?i:{'|'.join(sorted(names, key=len, reverse=True))})\.?"


def number_of(names: dict[str, int], text: str) -> int | None:
    """The number of a name, in any case, with or without a dot behind."""
    return names.get(text.lower().rstrip("."))
