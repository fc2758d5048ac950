"""The closed vocabularies of canonical fields: each of our words, with what vendors write for it in French and English.

Words are compared as `column_names.plain` makes them: case, accents and separators do not count. Data only. Our words
themselves are in `words`; which field has which vocabulary is in `fields`.
"""

from collections.abc import Mapping
from typing import Final

Vocabulary = Mapping[str, tuple[str, ...]]
"""Our word, in our order -> words of vendors."""

CHANNEL_WORDS: Final[Vocabulary] = {
    "email": ("email", "e mail", "mail", "courriel", "mel", "emailing", "electronique"),
    "sms": ("sms", "texto", "mms", "text message", "mobile message"),
    "phone": ("phone", "tel", "telephone", "appel", "call", "phoning", "voix", "voice", "appel telephonique"),
    "automated_call": ("automated call", "automate", "automate appel", "appel automatise", "robocall", "robot"),
}
AUDIENCE_WORDS: Final[Vocabulary] = {
    "consumer": ("consumer", "particulier", "b2c", "btoc", "personne physique", "individual", "part"),
    "professional": ("professional", "professionnel", "pro", "b2b", "btob", "independant", "liberal"),
    "legal_person": ("legal person", "personne morale", "entreprise", "societe", "company"),
}
DECISION_WORDS: Final[Vocabulary] = {
    "given": (
        "given",
        "accepte",
        "acceptee",
        "accepted",
        "accept",
        "oui",
        "yes",
        "true",
        "1",
        "optin",
        "granted",
        "ok",
    ),
    "refused": ("refused", "refuse", "refusee", "non", "no", "false", "0", "optout", "declined", "denied", "ko"),
}
ACTION_WORDS: Final[Vocabulary] = {
    "ticked_box": ("ticked box", "checkbox", "case cochee", "case a cocher", "case", "coche", "box"),
    "button": ("button", "bouton", "clic", "click", "submit", "clic bouton"),
    "signature": ("signature", "signed", "signe", "signature electronique", "esignature"),
    "oral_recorded": ("oral recorded", "oral enregistre", "oral", "enregistrement vocal", "enregistrement", "recording",
                      "vocal", "voice recording"),
}  # fmt: skip
MENTION_WORDS: Final[Vocabulary] = {
    "identity": ("identity", "identite", "responsable"),
    "choice": ("choice", "choix", "liberte"),
    "duration": ("duration", "duree"),
    "withdrawal": ("withdrawal", "retrait", "revocation"),
    "proof_access": ("proof access", "preuve", "acces preuve", "acces a la preuve", "proof"),
}
BASIS_WORDS: Final[Vocabulary] = {
    "consent": ("consent", "consentement", "optin", "opt in"),
    "legitimate_interest": ("legitimate interest", "interet legitime", "li", "il"),
    "b2b": ("b2b", "btob", "professionnel"),
    "soft_optin": ("soft optin", "soft opt in", "produits analogues", "client existant"),
    "contract": ("contract", "contrat", "precontractuel"),
    "callback_request": ("callback request", "demande de rappel", "rappel", "callback", "call back"),
}
FLAG_WORDS: Final[Vocabulary] = {
    "true": ("true", "1", "oui", "yes", "vrai", "o", "y", "t", "x", "v", "ok"),
    "false": ("false", "0", "non", "no", "faux", "n", "f", "ko"),
}
