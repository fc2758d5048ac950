"""The sectors that a contract may name, in French too, and in which of them consumers may not be canvassed.

The bans are the law's; the names are those that people give to what they sell.
"""

import re
import unicodedata
from typing import Final

_NAMES: Final = {
    "energy_renovation": "renovation_energetique economies_d_energie economie_d_energie pompe_a_chaleur pac isolation "
    "isolation_thermique isolation_des_combles chauffage chaudiere poele",
    "renewable_energy": "energies_renouvelables energie_renouvelable panneaux_solaires panneaux_photovoltaiques "
    "photovoltaique solaire chauffe_eau_solaire",
    "housing_adaptation": "adaptation_du_logement adaptation_logement adaptation_de_l_habitat monte_escalier "
    "douche_senior salle_de_bain_senior",
    "cpf_training": "cpf formation_cpf compte_personnel_de_formation",
    "insurance": "assurance assurances assurance_auto assurance_habitation assurance_emprunteur mutuelle "
    "mutuelle_sante complementaire_sante prevoyance obseques",
    "banking": "banque credit credit_immobilier rachat_de_credit epargne",
    "telecom": "telecoms telecommunications fibre internet mobile",
    "energy_supply": "fourniture_d_energie electricite gaz electricite_et_gaz",
    "furniture": "ameublement meubles mobilier literie cuisine cuisines",
    "home_improvement": "menuiserie menuiseries fenetres veranda piscine jardin",
    "home_security": "alarme telesurveillance securite",
    "home_services": "services_a_la_personne aide_a_domicile",
    "real_estate": "immobilier investissement_locatif",
    "automotive": "automobile auto voiture",
    "training": "formation formation_professionnelle enseignement",
    "travel": "voyage voyages tourisme",
    "health": "sante audition audioprothese optique",
    "retail": "commerce e_commerce vente_a_distance mode beaute",
    "press": "presse journaux abonnement_presse",
    "charity": "association dons collecte_de_dons",
    "software": "logiciel logiciels informatique",
    "other": "autre",
}
SECTORS: Final = tuple(_NAMES)
"""Our words."""
UNSAID_SECTOR: Final = "other"
"""Stands for the sector of a contract that does not name one: the lint asks for it, and no ban is checked."""
_KNOWN: Final = {name: sector for sector, names in _NAMES.items() for name in (sector, *names.split())}
SECTOR_NAMES: Final = tuple(_KNOWN)
"""Our words and the other names, in their plain spelling."""
SECTOR_BANS: Final = {
    "energy_renovation": "C. consom., art. L. 223-1 and L. 223-8",
    "renewable_energy": "C. consom., art. L. 223-1 and L. 223-8",
    "housing_adaptation": "C. consom., art. L. 223-1 and L. 223-8",
    "cpf_training": "C. trav., art. L. 6323-8-1",
}
"""Sectors in which consumers may be neither called nor sent messages, consent or not. All bans are older than any
delivery that can be judged, so a contract's dates do not matter."""
CALLBACK_SECTORS: Final = tuple(SECTOR_BANS)[:3]
"""Those of them in which whoever asked to be called back may be (C. consom., art. R. 223-4)."""


def sector_named(text: str) -> str | None:
    """Our word for a sector, whatever its accents, capitals and the signs between its words; None if it is unknown."""
    plain = (
        unicodedata.normalize("NFKD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
        .encode("ascii", "ignore")
        .decode()
        .casefold()
    )
    return _KNOWN.get(re.sub(r"[^a-z0-9]+", "_", plain).strip("_"))
