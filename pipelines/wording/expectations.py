"""What was expected of a refused file or row, in French: the intake says it in English, in a few fixed patterns.

A pattern's groups are names of columns, formats, words and numbers of the contract; they are kept as they are.
"""

import re
from functools import lru_cache
from typing import Final

_PATTERNS: Final[tuple[tuple[str, str], ...]] = (
    # fields
    (r"a value", r"une valeur"),
    (r"true or false", r"vrai ou faux"),
    (r"one of (.+)", r"l'une de ces valeurs : \1"),
    (r"one or more of (.+), separated by `(.*)`", r"une ou plusieurs de ces valeurs, séparées par `\2` : \1"),
    (r"a date and time as `(.+)`", r"une date et une heure comme `\1`"),
    (r"a date and time in ISO 8601", r"une date et une heure au format ISO 8601"),
    (
        r"a reference without an e-mail address or phone number",
        r"une référence qui ne soit ni une adresse e-mail ni un numéro de téléphone",
    ),
    (r"names separated by `(.*)`", r"des noms séparés par `\1`"),
    (r"SIRENs of nine digits separated by `(.*)`", r"des SIREN de neuf chiffres séparés par `\1`"),
    (r"a SIREN: nine digits with a right check digit", r"un SIREN : neuf chiffres dont la clé est juste"),
    (r"an ISO 3166 alpha-2 country", r"un code de pays à deux lettres (ISO 3166)"),
    (r"a web address", r"une adresse web"),
    (r"a date and time not after the delivery", r"une date et une heure qui ne suivent pas la livraison"),
    # rows
    (r"a valid e-mail address or phone number", r"une adresse e-mail ou un numéro de téléphone valide"),
    (
        r"a reference that stands only once in the delivery",
        r"une référence qui ne figure qu'une fois dans la livraison",
    ),
    (
        r"([0-9]+) fields, as in the header, quotes closed on the way, characters of one encoding",
        r"\1 champs, comme dans l'en-tête, des guillemets fermés, un seul encodage",
    ),
    (r"one JSON object on each line", r"un objet JSON par ligne"),
    (r"a JSON object", r"un objet JSON"),
    # names and contract
    (r"an active contract that covers the delivery date", r"un contrat actif qui couvre la date de livraison"),
    (r"a file name that matches (`.+`) or (`.+`)", r"un nom de fichier conforme à \1 ou à \2"),
    (r"a file name that matches (.+)", r"un nom de fichier conforme à \1"),
    # headers
    (r"a header with the contract's column names", r"un en-tête avec les noms de colonnes du contrat"),
    (r"a header and data rows", r"un en-tête et des lignes de données"),
    (r"a header in the first ([0-9,]+) bytes", r"un en-tête dans les \1 premiers octets"),
    (r"the column ([^;]+)", r"la colonne \1"),
    (r"the columns ([^;]+)", r"les colonnes \1"),
    (
        r"`(.*)` is not in the contract; did you mean `(.*)`\?",
        r"`\1` n'est pas dans le contrat, s'agit-il de `\2` ?",
    ),
    # formats
    (r"text in UTF-8 or Windows-1252", r"du texte en UTF-8 ou en Windows-1252"),
    (r"text in (.+)", r"du texte en \1"),
    (r"delimited text", r"du texte délimité (CSV)"),
    (r"JSON Lines or one JSON document", r"un fichier JSON Lines ou un document JSON"),
    (r"JSON text in (.+)", r"du texte JSON en \1"),
    (r"a whole JSON document with one array of objects", r"un document JSON entier, avec un tableau d'objets"),
    (
        r"a whole workbook as (.+) or (.+), without a password",
        r"un classeur entier, en \1 ou \2, sans mot de passe",
    ),
    (
        r"a workbook as (.+) or (.+); an archive must be named (.+)",
        r"un classeur en \1 ou \2 ; une archive doit être nommée \3",
    ),
    (r"a workbook without a password", r"un classeur sans mot de passe"),
    (r"a sheet named `(.*)`", r"une feuille nommée `\1`"),
    (r"a whole Parquet file, without encryption", r"un fichier Parquet entier, non chiffré"),
    (r"a whole file", r"un fichier entier"),
    (r"a file of format (.+); this is (.+)", r"un fichier au format \1 ; celui-ci ne l'est pas (\2)"),
    # archives and packings
    (r"an archive with files", r"une archive qui contient des fichiers"),
    (r"a whole ZIP archive", r"une archive ZIP entière"),
    (r"an archive without a password", r"une archive sans mot de passe"),
    (r"a file; an archive in an archive is not opened", r"un fichier ; une archive dans une archive n'est pas ouverte"),
    (
        r"a file; a link that leads out of the delivery is not followed",
        r"un fichier ; un lien qui sort de la livraison n'est pas suivi",
    ),
    (r"each name once in an archive", r"chaque nom une seule fois dans l'archive"),
    (r"an archive packed with (.+) or (.+)", r"une archive comprimée en \1 ou \2"),
    (r"a file that is packed once", r"un fichier comprimé une seule fois"),
    (
        r"a packing that is whole, neither cut nor damaged",
        r"un fichier comprimé entier, ni coupé ni abîmé",
    ),
    # limits
    (r"at most ([0-9,]+) bytes of content, unpacked", r"au plus \1 octets une fois décomprimé"),
    (
        r"at most ([0-9,]+) bytes in memory for a file that can only be read whole",
        r"au plus \1 octets en mémoire pour un fichier qui ne se lit qu'en entier",
    ),
    (
        r"at most ([0-9,]+) bytes of content for each byte as delivered",
        r"au plus \1 octets de contenu pour un octet livré",
    ),
    (r"at most ([0-9,]+) data rows", r"au plus \1 lignes de données"),
    (r"at most ([0-9,]+) columns", r"au plus \1 colonnes"),
    (r"at most ([0-9,]+) characters in a cell", r"au plus \1 caractères dans une cellule"),
    (r"at most ([0-9,]+) files in an archive", r"au plus \1 fichiers dans une archive"),
    (r"lines of at most ([0-9,]+) bytes", r"des lignes de \1 octets au plus"),
    # manifests
    (r"a manifest of at most ([0-9,]+) bytes", r"un manifeste de \1 octets au plus"),
    (r"a JSON object in UTF-8 with `files` and `sequence`", r"un objet JSON en UTF-8 avec `files` et `sequence`"),
)
_COMPILED: Final = tuple((re.compile(pattern, re.DOTALL), french) for pattern, french in _PATTERNS)


_FIGURE: Final = "([0-9,]+)"
_THOUSANDS: Final = re.compile(r",(?=[0-9]{3})")
_SETTING: Final = re.compile(r" \(OPPOSABLE_[A-Z_]+\)")
"""Which of our settings moves a limit: nothing for a vendor."""


def expected_words(expected: str, language: str) -> str:
    """An expectation as vendors are told it, in `fr` or `en`; in English where no pattern knows it."""
    plain = _SETTING.sub("", expected)
    return (expected_in_french(plain) or plain) if language == "fr" else plain


@lru_cache(maxsize=4096)
def expected_in_french(expected: str) -> str | None:
    """The expectation in French; None if no pattern knows it, or one of its parts."""
    for pattern, french in _COMPILED:
        match = pattern.fullmatch(expected)
        if match:
            told = match.expand(french)
            return _THOUSANDS.sub("\u202f", told) if _FIGURE in pattern.pattern else told
    first, separator, rest = expected.partition("; ")
    if not separator:
        return None
    parts = (expected_in_french(first), expected_in_french(rest))
    return " ; ".join(part for part in parts if part) if all(parts) else None
