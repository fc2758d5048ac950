"""Words in names of columns that mean the same, in French and English. Data only.

Names are compared word by word, as `column_names.words_of` makes them: case, accents, order and small words do not
count. How the column of a canonical field may be called is in `lead_fields` and `proof_fields`.
"""

from collections.abc import Mapping
from typing import Final

ALIASES: Final[Mapping[str, str]] = {
    alias: word
    for word, aliases in {
        "id": "no nr num numero number ref reference identifiant identifier uid uuid code cle key",
        "email": "mail courriel mel emails mails adressemail adresseemail",
        "phone": "tel telephone telephones phones msisdn numtel",
        "mobile": "portable gsm cellulaire cell",
        "date": "dt horodatage timestamp time at heure datetime on le",
        "lead": "contact prospect fiche leads contacts prospects inscrit",
        "consent": "consentement accord consents consentements optin",
        "proof": "preuve preuves proofs",
        "collected": "collecte collection inscription creation created cree saisie submitted soumission capture "
        "captured enregistrement generation",
        "first": "prenom firstname given",
        "last": "nom surname lastname family nomfamille",
        "postal": "cp zip postcode codepostal zipcode",
        "form": "formulaire forms landing",
        "version": "versions ver",
        "url": "uri lien link adresse page site",
        "collector": "collecteur editeur publisher",
        "product": "produit offre offer prestation",
        "channel": "canal canaux channels media",
        "basis": "base fondement",
        "claimed": "legal legale juridique invoquee",
        "recipient": "destinataire destinataires recipients partenaire partenaires partner partners",
        "siren": "sirens siret",
        "mention": "mentions",
        "text": "texte wording libelle",
        "withdrawal": "retrait revocation withdrawn retire revoked desinscription optout desabonnement",
        "hash": "sha hashed hache empreinte digest checksum",
        "snapshot": "capture screenshot copie instantane archive",
        "confirmed": "confirme confirmation confirmee",
        "sent": "envoye envoi envoyee",
        "period": "periode validite validity expiration expiry",
        "end": "fin echeance until",
        "answers": "reponses answer reponse questionnaire qualification custom",
        "company": "entreprise societe organisation organization",
        "job": "fonction poste metier role position title",
        "checked": "cochee coche precochee prechecked ticked cocher",
        "box": "case checkbox",
        "audience": "cible typologie population",
        "country": "pays",
        "decision": "choix choice statut status",
        "notice": "notice information",
        "ip": "adresseip ipaddress",
    }.items()
    for alias in aliases.split()
}
"""Another word for a word."""
SMALL_WORDS: Final = frozenset(
    (
        *("de", "du", "des", "la", "les", "l", "d", "un", "une", "et", "a", "au", "aux", "en", "sur", "par", "client"),
        *("the", "of", "and", "for", "256"),
    )
)
