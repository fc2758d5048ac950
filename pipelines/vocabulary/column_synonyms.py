"""How vendors name the canonical fields, and the words of closed vocabularies, in French and English. Data only.

Phrases are compared word by word, as `column_names.words_of` makes them: case, accents, order and small words do not
count. A phrase that ends in `?` may as well mean something else.
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

COLUMN_NAMES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "leads": {
        "lead_id": ("id lead", "id demande", "id fiche", "lead", "id externe", "external id", "id?", "id dossier"),
        "collected_at": ("date collecte", "date", "date demande", "collected", "date lead", "horodatage collecte"),
        "email": ("email", "e mail", "adresse email", "adresse e mail", "adresse mail", "lead email"),
        "phone": ("phone", "numero telephone", "phone mobile", "mobile", "lead phone", "tel 1", "phone fixe?"),
        "first_name": ("prenom", "first name", "prenom lead"),
        "last_name": ("nom famille", "last name", "nom", "name?", "nom lead", "family name", "nom usage"),
        "postal_code": ("code postal", "postal code", "cp", "zip", "zip code", "postcode"),
        "country": ("pays", "code pays", "country code"),
        "audience": ("type client?", "cible", "type personne", "audience type", "segment?", "profil?"),
        "job_function": ("fonction", "poste", "job title", "intitule poste", "metier"),
        "company_siren": ("siren", "siren entreprise", "numero siren"),
        "channels": ("canaux", "channel", "canaux autorises", "channels allowed", "canaux consentis", "canal contact"),
        "consent_id": ("id consentement", "consent id", "id preuve", "proof id", "id optin", "consent token"),
        "claimed_basis": ("base legale", "legal basis", "fondement juridique", "base juridique", "basis"),
        "form_id": ("formulaire", "id formulaire", "form id", "nom formulaire", "form", "form name"),
        "form_version": ("version formulaire", "form version", "version?"),
        "source_url": ("url source", "url", "page collecte", "url collecte", "source url", "landing page", "url page",
                       "source?"),
        "collector_id": ("collecteur", "editeur", "id editeur", "publisher", "site collecteur", "publisher id"),
        "product": ("produit", "produit demande", "offre", "service demande", "product name", "campagne?"),
        "over_18": ("majeur", "majorite", "over 18", "is adult", "plus 18 ans", "adult"),
        "informed_at_collection": ("informe", "informed", "personne informee", "information collecte"),
        "optout_offered_at_collection": ("optout propose", "optout offered", "opposition proposee", "refus propose"),
        "answers": ("reponses", "answers", "questionnaire", "custom fields", "qualification", "donnees qualification"),
    },
    "consent_proofs": {
        "consent_id": ("id consentement", "consent id", "id preuve", "proof id", "id optin", "id?", "consent token"),
        "lead_id": ("id lead", "id contact", "id demande", "lead", "id fiche"),
        "email": ("email", "e mail", "adresse email", "adresse e mail", "adresse mail"),
        "phone": ("phone", "numero telephone", "phone mobile", "mobile"),
        "email_sha256": ("email hash", "hash email", "sha256 email", "email hashed"),
        "phone_sha256": ("phone hash", "hash phone", "sha256 telephone", "phone hashed"),
        "channels": ("canaux", "channel", "canaux consentis", "canaux autorises"),
        "decision": ("decision", "choix", "consentement donne", "statut consentement", "statut?", "consent status"),
        "consent_at": ("date consentement", "consent date", "date optin", "date", "horodatage", "date accord",
                       "date preuve", "optin date", "collected date"),
        "action": ("action", "type action", "geste", "mode recueil", "type recueil", "mode consentement"),
        "box_prechecked": ("case precochee", "pre cochee", "precochee", "prechecked", "box prechecked", "pre checked"),
        "consent_text": ("texte affiche", "texte consentement", "consent text", "libelle consentement", "texte",
                         "texte presente", "wording"),
        "recipients": ("destinataires", "recipients", "partenaires", "recipient name", "nom destinataires"),
        "recipient_sirens": ("siren destinataires", "recipient siren", "siren partenaires", "siren?"),
        "partner_list_version": ("version liste partenaires", "partner list version", "liste partenaires"),
        "goods_services": ("biens services", "goods services", "produits services", "objet consentement", "offre?"),
        "period_end": ("fin periode", "period end", "date expiration", "valable jusqu", "date fin validite",
                       "fin validite", "expiration"),
        "mentions": ("mentions", "mentions affichees", "mentions shown", "mentions legales"),
        "l223_2_notice": ("notice l223 2", "mention bloctel", "bloctel notice", "information l223 2"),
        "privacy_notice_version": ("version politique confidentialite", "privacy policy version", "privacy version"),
        "source_url": ("url source", "url", "page collecte", "url collecte", "landing page", "source?", "url page"),
        "form_id": ("formulaire", "id formulaire", "form id", "form", "nom formulaire"),
        "form_version": ("version formulaire", "form version", "version?"),
        "refusal_equal_prominence": ("refus aussi visible", "refusal prominence", "refus equivalent"),
        "participation_requires_consent": ("participation conditionnee", "consent required participation",
                                           "participation soumise consentement"),
        "snapshot_uri": ("capture ecran", "url capture", "snapshot url", "screenshot url", "lien capture", "snapshot"),
        "snapshot_sha256": ("empreinte capture", "hash snapshot", "snapshot hash"),
        "proof_sha256": ("empreinte preuve", "proof hash", "hash preuve", "hash?"),
        "ip": ("adresse ip", "ip address", "ip", "ip client"),
        "user_agent": ("user agent", "navigateur", "agent utilisateur", "browser", "useragent"),
        "double_optin_sent_at": ("date envoi double optin", "double optin envoye", "doi sent date", "doi envoi"),
        "double_optin_confirmed_at": ("date confirmation double optin", "double optin confirme", "doi confirmed date",
                                      "date confirmation?"),
        "collector_id": ("collecteur", "editeur", "id editeur", "publisher", "publisher id"),
        "chain": ("chaine", "intermediaires", "chaine collecte", "data chain"),
        "withdrawn_at": ("date retrait", "withdrawal date", "retrait", "date revocation", "date desinscription",
                         "date optout"),
    },
}  # fmt: skip
"""Role -> field -> how its column may be called, beside the field's own name."""

VENDOR_WORDS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "channels": {
        "email": ("email", "e mail", "mail", "courriel", "mel", "emailing", "electronique"),
        "sms": ("sms", "texto", "mms", "text message", "mobile message"),
        "phone": ("phone", "tel", "telephone", "appel", "call", "phoning", "voix", "voice", "appel telephonique"),
        "automated_call": ("automated call", "automate", "automate appel", "appel automatise", "robocall", "robot"),
    },
    "audience": {
        "consumer": ("consumer", "particulier", "b2c", "btoc", "personne physique", "individual", "part"),
        "professional": ("professional", "professionnel", "pro", "b2b", "btob", "independant", "liberal"),
        "legal_person": ("legal person", "personne morale", "entreprise", "societe", "company"),
    },
    "decision": {
        "given": ("given", "accepte", "acceptee", "accepted", "accept", "oui", "yes", "true", "1", "optin", "granted",
                  "ok"),
        "refused": ("refused", "refuse", "refusee", "non", "no", "false", "0", "optout", "declined", "denied", "ko"),
    },
    "action": {
        "ticked_box": ("ticked box", "checkbox", "case cochee", "case a cocher", "case", "coche", "box"),
        "button": ("button", "bouton", "clic", "click", "submit", "clic bouton"),
        "signature": ("signature", "signed", "signe", "signature electronique", "esignature"),
        "oral_recorded": ("oral recorded", "oral enregistre", "oral", "enregistrement vocal", "enregistrement",
                          "recording", "vocal", "voice recording"),
    },
    "mentions": {
        "identity": ("identity", "identite", "responsable"),
        "choice": ("choice", "choix", "liberte"),
        "duration": ("duration", "duree"),
        "withdrawal": ("withdrawal", "retrait", "revocation"),
        "proof_access": ("proof access", "preuve", "acces preuve", "acces a la preuve", "proof"),
    },
    "claimed_basis": {
        "consent": ("consent", "consentement", "optin", "opt in"),
        "legitimate_interest": ("legitimate interest", "interet legitime", "li", "il"),
        "b2b": ("b2b", "btob", "professionnel"),
        "soft_optin": ("soft optin", "soft opt in", "produits analogues", "client existant"),
        "contract": ("contract", "contrat", "precontractuel"),
        "callback_request": ("callback request", "demande de rappel", "rappel", "callback", "call back"),
    },
}  # fmt: skip
"""Field with a closed vocabulary -> our word -> words of vendors."""
FLAG_SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "true": ("true", "1", "oui", "yes", "vrai", "o", "y", "t", "x", "v", "ok"),
    "false": ("false", "0", "non", "no", "faux", "n", "f", "ko"),
}
