"""Which names of columns consist of words that say what a column holds: those of canonical fields, and ordinary ones.

A name beside them may be a person's: no list of first and last names is ever complete, and many of these are words. So
what may be kept is told by what is known, not by what is not. Data, and one question; how near names are to each other
is in `column_names`.
"""

from functools import cache
from typing import Final

from pipelines.vocabulary.column_names import plain
from pipelines.vocabulary.column_synonyms import ALIASES, SMALL_WORDS
from pipelines.vocabulary.fields import COLUMN_FIELDS

_WORDS: Final = (
    # who and where a person is
    "civilite civility genre gender sexe sex titre salutation age ans annee annees birth naissance birthday "
    "birthdate majeur nationalite nationality langue language ville city commune town region departement "
    "department state rue street voie address address1 address2 complement batiment etage appartement latitude "
    "longitude lat lon lng gps insee iris zone "
    # what is asked about in forms
    "situation familiale family status matrimonial enfant enfants child children foyer household personnes "
    "persons people revenu revenus estime estimated appetence income salaire salary impot impots tax fiscal "
    "profession metier csp categorie category secteur sector activite activity logement housing proprietaire "
    "owner locataire tenant maison house residence surface superficie m2 chauffage heating energie energy gaz gas "
    "electricite electricity fioul bois pompe chaleur isolation toiture combles fenetre fenetres panneau panneaux "
    "solaire solar photovoltaique travaux works projet project delai budget montant amount prix price tarif cout "
    "cost loyer credit pret loan banque bank assurance insurance mutuelle sante health contrat contract police "
    "vehicule vehicle voiture car marque brand modele model permis immatriculation kilometrage religion opinion "
    "syndicat maladie handicap taille poids "
    # how a lead came, and what it is
    "source origine origin campagne campaign medium utm gclid fbclid keyword term content creative banner affilie "
    "affiliate sub subid sid tid tag tags score note notes commentaire commentaires comment comments remarque "
    "remarques remark message description detail details info infos divers other others autre autres extra misc "
    "reserve reserved type kind nature niveau level groupe group liste list lot batch serie rang rank position "
    "ordre order index count total nb nb nombre quantite quantity qty valid valide invalide doublon duplicate test "
    "session device appareil os browser navigateur user agent referer referrer host port method request response "
    "raw data donnees value valeur values field champ colonne column col row ligne empty vide null na unknown "
    "inconnu "
    # days and times
    "jour day mois month year semaine week debut start begin hour minute minutes seconde second seconds now today "
    "hier monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi jeudi vendredi samedi "
    "dimanche rappel callback rdv rendez vous appointment disponibilite creneau slot "
)
ORDINARY: Final = frozenset(_WORDS.split())
"""Words that vendors head columns with, beside those of canonical fields; plain, as `column_names.plain` makes them."""


def is_plain_name(name: str) -> bool:
    """Whether all words of a name are known: names of canonical fields, ordinary words, numbers, single letters."""
    return all(len(word) == 1 or word.isdigit() or word in _words_of_columns() for word in plain(name).split())


@cache
def _words_of_columns() -> frozenset[str]:
    fields = (name for fields in COLUMN_FIELDS.values() for field in fields for name in field.names)
    of_fields = {word for name in fields for word in plain(name.rstrip("?")).split()}
    return frozenset({*ORDINARY, *of_fields, *ALIASES, *ALIASES.values(), *SMALL_WORDS})
