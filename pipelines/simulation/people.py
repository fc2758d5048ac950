"""Invented persons, and the many ways in which vendors spell an e-mail or a phone number.

Addresses lie under `.example` (and a few under gmail.com, whose aliases the product must know) and last names are rare,
so that any trace of them outside the inbox can be searched for.
"""

import hashlib
import random
import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from pipelines.simulation.market_facts import Said

FIRST_NAMES: Final = (
    "Adèle", "Bastien", "Camille", "Chloé", "Clément", "Éléonore", "Fatou", "François", "Gaëlle", "Hugo", "Inès",
    "Jérôme", "Karim", "Léa", "Loïc", "Maëlys", "Mehdi", "Noémie", "Océane", "Olivier", "Pauline", "Quentin", "Rachid",
    "Régis", "Salomé", "Solène", "Théo", "Ursule", "Valérie", "Yann", "Zoé", "Jean-Baptiste", "Marie-Laure",
)  # fmt: skip
LAST_NAMES: Final = (
    "Abgrallec", "Baudrillon", "Bérangeville", "Boisgontier", "Cazalbou", "Champvillard", "Coëtmeur", "Courbouleix",
    "Delestrade", "D'Hauterouche", "Dufourmantel", "Échevarne", "Estrabaud", "Faucompré", "Fontvieillot", "Gaudechoux",
    "Gourmelenec", "Grandchambault", "Guégueniat", "Haudebourg", "Hennebicquet", "Jacquemetton", "Kerdoncuff",
    "Kervadec", "Labrousserie", "Lamourdedieu", "Lescarmontier", "L'Hostellier", "Malvezin", "Marchenoir", "Mézerette",
    "Montalescot", "Nédélegeant", "Œuvrardeau", "Orcibalier", "Passemard", "Peyrelongue", "Pichonnatte", "Pontcallec",
    "Quémenerand", "Quiniouard", "Rocquigneau", "Roucoulès", "Saint-Gravier", "Sauveterrien", "Tanguillec",
    "Thibaudaud", "Tréhouretz", "Urvoazet", "Vandenbroucque", "Vauquelinot", "Vilgrainier", "Wattebledois", "Ycardent",
    "Zimmerhackl",
)  # fmt: skip
DOMAINS: Final = ("courriel-rapide.example", "bal-express.example", "messagerie-ouest.example", "fibre-sud.example")
ACCENTED_DOMAIN: Final = "boîte-postale.example"
TRAVELLING_DOMAIN: Final = ACCENTED_DOMAIN.encode("idna").decode("ascii")
"""The accented domain as it travels: `xn--…`."""
MOBILE_PREFIXES: Final = ("+3361", "+3362", "+3367", "+3368", "+3366", "+3376", "+3378")
LANDLINE_PREFIXES: Final = ("+3314455", "+3329855", "+3338855", "+3347855", "+3355655")
"""Blocks of operators: of the numbers that are kept for films a lead's vendor is told."""
OVERSEAS_PREFIXES: Final = ("+262692", "+262262", "+590690", "+596696")
_POSTAL_CODES: Final = (
    "01000",
    "06300",
    "13008",
    "29200",
    "33000",
    "35000",
    "44000",
    "59000",
    "67000",
    "69003",
    "75015",
)
_OVERSEAS_POSTAL_CODES: Final = {"+262": "97400", "+590": "97110", "+596": "97200"}


@dataclass(frozen=True)
class InventedPerson:
    """Somebody who asked, or is said to have asked. E-mail in canonical form, phone in E.164."""

    first_name: str
    last_name: str
    email: str
    phone: str
    postal_code: str
    siren: str


def draw_person(rng: random.Random) -> InventedPerson:
    """A new person; a second draw hardly ever gives the same e-mail or phone."""
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    phone = _draw_phone(rng)
    overseas = _OVERSEAS_POSTAL_CODES.get(phone[:4])
    return InventedPerson(
        first, last, _draw_email(rng, first, last), phone, overseas or rng.choice(_POSTAL_CODES), draw_siren(rng)
    )


def _draw_email(rng: random.Random, first: str, last: str) -> str:
    chance = rng.random()
    domain = TRAVELLING_DOMAIN if chance < 0.06 else rng.choice(DOMAINS)
    serial = rng.randrange(10_000)
    if chance > 0.97:
        return f"opposable{plain_letters(last)}{serial}@gmail.com"
    return f"{plain_letters(first)}.{plain_letters(last)}{serial}@{domain}"


def _draw_phone(rng: random.Random) -> str:
    chance = rng.random()
    prefixes = MOBILE_PREFIXES if chance < 0.75 else LANDLINE_PREFIXES if chance < 0.92 else OVERSEAS_PREFIXES
    prefix = rng.choice(prefixes)
    length = 13 if prefix in OVERSEAS_PREFIXES else 12
    return prefix + "".join(rng.choice("0123456789") for _ in range(length - len(prefix)))


def draw_siren(rng: random.Random) -> str:
    """Nine digits that satisfy Luhn's check."""
    body = "".join(rng.choice("0123456789") for _ in range(8))
    doubled = [int(digit) * (2 if position % 2 else 1) for position, digit in enumerate(body)]
    total = sum(value - 9 if value > 9 else value for value in doubled)
    return f"{body}{-total % 10}"


def alias_of(email: str) -> str:
    """The mailbox behind a canonical e-mail: without `+tag`, and for Gmail without dots."""
    local, _, domain = email.partition("@")
    local = local.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def tagged(person: InventedPerson, tag: str) -> InventedPerson:
    """The same person giving an address with a `+tag`."""
    local, _, domain = person.email.partition("@")
    return replace(person, email=f"{local}+{tag}@{domain}")


def spell_email(rng: random.Random, email: str) -> Said:
    """An e-mail as somebody typed it: capitals, stray spaces, an accented domain."""
    local, _, domain = email.partition("@")
    if domain == TRAVELLING_DOMAIN and rng.random() < 0.5:
        domain = ACCENTED_DOMAIN
    text = f"{local}@{domain}"
    chance = rng.random()
    if chance < 0.1:
        text = text.upper()
    elif chance < 0.2:
        text = f" {text} "
    elif chance < 0.3:
        text = text.title()
    return Said(text, email)


def spell_phone(rng: random.Random, phone: str) -> Said:
    """A phone number as somebody typed it, national or international."""
    country = _country_length(phone)
    number = phone[country:]
    pairs = (number[:1], number[1:3], number[3:5], number[5:7], number[7:])
    spellings = (
        f"0{number}",
        "0" + " ".join(pairs),
        "0" + ".".join(pairs),
        phone,
        f"00{phone[1:]}",
        f"{phone[:country]} {' '.join(pairs)}",
        f"{phone[:country]} (0){' '.join(pairs)}",
        "0" + "\u00a0".join(pairs),
        "0" + "-".join(pairs),
    )
    return Said(rng.choice(spellings), phone)


def national(phone: str) -> str:
    """A number in E.164 as it is dialled at home."""
    return f"0{phone[_country_length(phone) :]}"


def _country_length(phone: str) -> int:
    return 4 if phone.startswith(OVERSEAS_PREFIXES) else 3


def hashed(identifier: str) -> Said:
    """A canonical identifier given as its SHA-256, lower-case hex."""
    return Said(hashlib.sha256(identifier.encode()).hexdigest(), identifier)


def otherwise_of(identifier: str) -> str:
    """What stands for an identifier that was hashed in another spelling: no canonical form is equal to it."""
    return f"otherwise {identifier}"


def plain_letters(text: str) -> str:
    """A name as it stands in addresses: lower case, no accents, letters and hyphens only."""
    spread = unicodedata.normalize("NFKD", text.replace("Œ", "Oe").replace("œ", "oe"))
    return "".join(letter for letter in spread if (letter.isalpha() and letter.isascii()) or letter == "-").lower()


def decomposed(text: str) -> str:
    """The same text with its accents as separate signs (NFD)."""
    return unicodedata.normalize("NFD", text)


def replaced(person: InventedPerson, *, email: str, phone: str) -> InventedPerson:
    """The same names with another e-mail and phone."""
    return replace(person, email=email, phone=phone)
