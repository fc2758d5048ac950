"""The closed vocabularies of canonical fields: each of our words, with what vendors write for it in French and English.

The one table of words, for the intake and for drafts of contracts; and how words are compared, in `word_key`. Our words
themselves are in `words`; which field has which vocabulary is in `fields`.
"""

import re
from collections.abc import Mapping
from typing import Final
from unicodedata import category, normalize

Vocabulary = Mapping[str, tuple[str, ...]]
"""Our word, in our order -> words of vendors."""

_UNSEEN: Final = ("Mn", "Me", "Cf")
"""Categories of Unicode that change how a sign looks, not which it is: accents, variation selectors, joiners."""
_BETWEEN_LETTERS: Final = re.compile(r"[\s_\-.'’/]+")


def word_key(text: str) -> str:
    """A word for comparison: case, accents and what separates letters do not count; signs and numbers stay.

    `Opt-Out`, `opt_out` and `OPTOUT` are one; `-1` is not `1`.
    """
    seen = (
        text if text.isascii() else "".join(sign for sign in normalize("NFKD", text) if category(sign) not in _UNSEEN)
    )
    marks = seen.casefold().strip()
    return _BETWEEN_LETTERS.sub("", marks) if any(map(str.isalpha, marks)) else marks


def words_known(vocabulary: Vocabulary) -> dict[str, str]:
    """Each word of a vocabulary for comparison, ours and the vendors' -> ours."""
    return {word_key(spelling): word for word, spellings in vocabulary.items() for spelling in (word, *spellings)}


CHANNEL_WORDS: Final[Vocabulary] = {
    "email": ("mail", "courriel", "mel", "emailing", "electronique", "courrier electronique", "newsletter"),
    "sms": ("texto", "mms", "text message", "mobile message", "message texte"),
    "phone": ("tel", "telephone", "appel", "call", "phoning", "voix", "voice", "appel telephonique", "phone call",
              "demarchage telephonique"),
    "automated_call": ("automate", "automate appel", "appel automatise", "robocall", "robot"),
}  # fmt: skip
NOTHING_WORDS: Final = frozenset(map(word_key, ("aucun", "aucune", "none", "nothing", "rien", "neant", "no channel")))
"""What says that a list is empty: nothing was chosen, which is not the same as nothing said."""
AUDIENCE_WORDS: Final[Vocabulary] = {
    "consumer": (
        "particulier",
        "particuliere",
        "b2c",
        "btoc",
        "personne physique",
        "individual",
        "part",
        "consommateur",
    ),
    "professional": ("professionnel", "professionnelle", "pro", "b2b", "btob", "independant", "liberal"),
    "legal_person": ("personne morale", "entreprise", "societe", "company"),
}
DECISION_WORDS: Final[Vocabulary] = {
    "given": ("accepte", "acceptee", "accepted", "accept", "oui", "yes", "true", "vrai", "1", "-1", "1.0", "optin",
              "granted", "ok", "✓", "✔", "✅", "☑"),
    "refused": ("refuse", "refusee", "non", "no", "false", "faux", "0", "0.0", "optout", "declined", "denied", "ko",
                "rejected", "rejete", "opposition", "✗", "✘", "❌", "☐"),
}  # fmt: skip
ACTION_WORDS: Final[Vocabulary] = {
    "ticked_box": ("checkbox", "case cochee", "case a cocher", "case", "coche", "box"),
    "button": ("bouton", "clic", "click", "submit", "clic bouton"),
    "signature": ("signed", "signe", "signature electronique", "esignature"),
    "oral_recorded": ("oral enregistre", "oral", "enregistrement vocal", "enregistrement", "recording", "vocal",
                      "voice recording"),
}  # fmt: skip
MENTION_WORDS: Final[Vocabulary] = {
    "identity": ("identite", "responsable"),
    "choice": ("choix", "liberte"),
    "duration": ("duree",),
    "withdrawal": ("retrait", "revocation"),
    "proof_access": ("preuve", "acces preuve", "acces a la preuve", "proof"),
}
BASIS_WORDS: Final[Vocabulary] = {
    "consent": ("consentement", "optin"),
    "legitimate_interest": ("interet legitime", "li", "il"),
    "b2b": ("btob", "professionnel"),
    "soft_optin": ("produits analogues", "client existant"),
    "contract": ("contrat", "precontractuel"),
    "callback_request": ("demande de rappel", "rappel", "callback"),
}
FLAG_WORDS: Final[Vocabulary] = {
    "true": ("1", "-1", "1.0", "oui", "yes", "vrai", "o", "y", "t", "on", "x", "v", "ok", "coche", "cochee", "checked",
             "ticked", "✓", "✔", "✅", "☑"),
    "false": ("0", "0.0", "non", "no", "faux", "n", "f", "off", "ko", "decoche", "decochee", "non coche", "non cochee",
              "unchecked", "not checked", "unticked", "✗", "✘", "❌", "☐"),
}  # fmt: skip
"""`-1` is how Access and Visual Basic write true; ☒ is a tick to some and a cross to others, and is not read."""
NULL_MARKERS: Final = ("null", "(null)", "[null]", "<null>", "nil", "none", "n/a", "#n/a", "na", "nan", "<na>", "\\n",
                       "-", "--", "–", "—", "n.a.", "n.c.", "nc", "n/c", "undefined", "nat")  # fmt: skip
"""What programs and people write for nothing, in lower case: SQL, pandas, R, MySQL, spreadsheets, JavaScript."""
NULL_DATES: Final = ("0000-00-00", "0000-00-00 00:00:00", "0000-00-00t00:00:00", "00/00/0000", "00/00/0000 00:00:00")
"""MySQL's dates for nothing."""
ERROR_VALUES: Final = ("#null!", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#getting_data", "#spill!", "#calc!",
                       "#erreur!", "#valeur!", "#nom?", "#nombre!", "err:502", "err:504", "err:508")  # fmt: skip
"""What a spreadsheet shows in place of a value that it could not work out: something was there, nobody knows what."""
