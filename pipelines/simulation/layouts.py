"""How each vendor writes its files: columns, words, zones and dialects. Data only; `vendors.py` says who uses which."""

from collections.abc import Iterable, Mapping
from typing import Final

from pipelines.simulation.market_facts import Column, Layout

INSTANT_FIELDS: Final = frozenset(
    ("collected_at", "consent_at", "period_end", "double_optin_sent_at", "double_optin_confirmed_at", "withdrawn_at")
)
WHO: Final = ("lead_id", "collected_at", "email", "phone", "first_name", "last_name", "postal_code")
ORIGIN: Final = ("consent_id", "form_id", "form_version", "source_url")
QUALITY: Final = ("collector_id", "product", "over_18", "answers")
PROOF: Final = (
    "consent_id", "lead_id", "email", "phone", "channels", "decision", "consent_at", "action", "box_prechecked",
    "consent_text", "recipients", "recipient_sirens", "partner_list_version", "goods_services", "period_end",
    "mentions", "source_url", "form_id", "form_version", "ip", "user_agent", "withdrawn_at",
)  # fmt: skip
DOUBLE_OPTIN: Final = ("double_optin_sent_at", "double_optin_confirmed_at")

CHANNEL_WORDS: Final = {"email": "courriel", "sms": "SMS", "phone": "téléphone", "automated_call": "automate"}
YES_NO: Final = {"true": "oui", "false": "non"}
FRENCH: Final[Mapping[str, Mapping[str, str]]] = {
    "channels": CHANNEL_WORDS,
    "over_18": YES_NO,
    "box_prechecked": YES_NO,
    "informed_at_collection": YES_NO,
    "decision": {"given": "accepté", "refused": "refusé"},
    "audience": {"consumer": "particulier", "professional": "professionnel", "legal_person": "personne morale"},
    "action": {
        "ticked_box": "case cochée", "button": "bouton", "signature": "signature", "oral_recorded": "oral enregistré",
    },
    "mentions": {
        "identity": "identité", "choice": "choix", "duration": "durée", "withdrawal": "retrait",
        "proof_access": "preuve",
    },
}  # fmt: skip

_FRENCH_LEADS: Final = {
    "lead_id": "N° contact", "collected_at": "Date de collecte", "email": "Courriel", "phone": "Téléphone",
    "first_name": "Prénom", "last_name": "Nom", "postal_code": "Code postal", "consent_id": "N° consentement",
    "form_id": "Formulaire", "form_version": "Version", "over_18": "Majeur", "informed_at_collection": "Informé",
    "channels": "Canaux", "product": "Produit demandé",
}  # fmt: skip
_FRENCH_PROOFS: Final = {
    "consent_id": "N° consentement", "lead_id": "N° contact", "email": "Courriel", "phone": "Téléphone",
    "channels": "Canaux", "decision": "Décision", "consent_at": "Date du consentement", "action": "Action",
    "box_prechecked": "Pré-cochée", "consent_text": "Texte affiché", "recipients": "Destinataires",
    "recipient_sirens": "SIREN destinataires", "period_end": "Fin de période", "mentions": "Mentions",
    "form_id": "Formulaire", "form_version": "Version", "ip": "Adresse IP", "withdrawn_at": "Date du retrait",
}  # fmt: skip


def columns(
    names: Iterable[str] | Mapping[str, str],
    *,
    pattern: str | None = None,
    zone: str | None = None,
    words: Mapping[str, Mapping[str, str]] | None = None,
    separator: str = "|",
    required: tuple[str, ...] = (),
    dates: Mapping[str, str] | None = None,
    opened: tuple[str, ...] = (),
) -> dict[str, Column]:
    """Columns of a layout; instants share a pattern and a zone, `dates` holds patterns of those without a time.

    Fields that are `opened` have no list of words in the contract.
    """
    physical = names if isinstance(names, Mapping) else {name: name for name in names}
    dates = dates or {}
    return {
        name: Column(
            physical_name=title,
            pattern=dates.get(name, pattern) if name in INSTANT_FIELDS else None,
            zone=zone if name in INSTANT_FIELDS else None,
            words=(words or {}).get(name, {}),
            separator=separator,
            is_required=name in required,
            is_date=name in dates,
            is_open=name in opened,
        )
        for name, title in physical.items()
    }


def camel_case(names: Iterable[str]) -> dict[str, str]:
    """`lead_id` as `leadId`, as vendors that deliver JSON like it."""
    parts = {name: name.split("_") for name in names}
    return {name: words[0] + "".join(word.title() for word in words[1:]) for name, words in parts.items()}


def without(names: Iterable[str], *dropped: str) -> tuple[str, ...]:
    """Names less some of them, in their order."""
    return tuple(name for name in names if name not in dropped)


UTC_CSV_LEADS: Final = Layout("leads_*.csv", "csv", columns((*WHO, *ORIGIN, *QUALITY)), ",", "UTF-8", '"')
UTC_CSV_PROOFS: Final = Layout(
    "proofs_*.csv", "csv", columns((*without(PROOF, "decision"), *DOUBLE_OPTIN)), ",", "UTF-8", '"'
)

JSON_LEADS: Final = Layout(
    "leads-*.jsonl", "jsonl", columns(camel_case((*WHO, "channels", *ORIGIN, *QUALITY))), encoding="UTF-8"
)
JSON_PROOFS: Final = Layout("consents-*.jsonl", "jsonl", columns(camel_case(PROOF)), encoding="UTF-8")

OFFSET_CSV_LEADS: Final = Layout(
    "inscrits_*.csv", "csv", columns((*WHO, *ORIGIN, *QUALITY, "channels"), zone="Europe/Paris", separator="/"),
    ",", "UTF-8", "'",
)  # fmt: skip
OFFSET_CSV_PROOFS: Final = Layout(
    "optins_*.csv", "csv", columns(PROOF, zone="Europe/Paris", separator="/"), ",", "UTF-8", "'"
)

PARQUET_LEADS: Final = Layout(
    "leads_*.parquet", "parquet", columns((*WHO, "audience", "company_siren", "channels", "consent_id", *QUALITY))
)
PARQUET_PROOFS: Final = Layout("proofs_*.parquet", "parquet", columns(without(PROOF, "decision", "ip", "user_agent")))

_FRENCH_INSTANTS: Final = "dd/MM/yyyy HH:mm:ss"
FRENCH_CSV_LEADS: Final = Layout(
    "contacts_*.csv",
    "csv",
    columns(
        _FRENCH_LEADS,
        pattern=_FRENCH_INSTANTS,
        zone="Europe/Paris",
        words=FRENCH,
        separator=",",
        required=("postal_code",),
    ),
    ";",
    "windows-1252",
    '"',
)
FRENCH_CSV_PROOFS: Final = Layout(
    "preuves_*.csv",
    "csv",
    columns(
        _FRENCH_PROOFS,
        pattern=_FRENCH_INSTANTS,
        zone="Europe/Paris",
        words=FRENCH,
        separator=",",
        dates={"period_end": "dd/MM/yyyy"},
    ),
    ";",
    "windows-1252",
    '"',
)

XLSX_LEADS: Final = Layout(
    "leads_*.xlsx",
    "xlsx",
    columns(
        (*WHO, "audience", "job_function", "company_siren", "channels", "consent_id", "claimed_basis", *QUALITY),
        zone="Europe/Paris",
    ),
    sheet="Leads",
)
XLSX_PROOFS: Final = Layout(
    "preuves_*.xlsx", "xlsx", columns(without(PROOF, "ip", "user_agent"), zone="Europe/Paris"), sheet="Preuves"
)

_NAIVE: Final = "yyyy-MM-dd HH:mm:ss"
TAB_LEADS: Final = Layout(
    "hexa_leads_*.tsv",
    "csv",
    columns((*WHO, *ORIGIN, "product", "claimed_basis"), pattern=_NAIVE, zone="Europe/Paris"),
    "\t",
    "UTF-8",
    '"',
)
TAB_PROOFS: Final = Layout(
    "hexa_proofs_*.tsv",
    "csv",
    columns(
        without(PROOF, "phone", "recipients", "recipient_sirens", "ip", "user_agent"),
        pattern=_NAIVE,
        zone="Europe/Paris",
    ),
    "\t",
    "UTF-8",
    '"',
)

CALLBACK_LEADS: Final = Layout(
    "leads_*.jsonl",
    "jsonl",
    columns(
        camel_case((*WHO, "channels", "consent_id", "claimed_basis", "form_id", "form_version", "product"))
        | {"email": "contact.email", "phone": "contact.phone", "postal_code": "contact.postalCode"}
    ),
    encoding="UTF-8",
)
_HASHED_PROOF: Final = (
    "consent_id", "lead_id", "email_sha256", "phone_sha256", "channels", "decision", "consent_at", "consent_text",
    "recipient_sirens", "partner_list_version", "mentions", "form_id", "form_version", "withdrawn_at",
)  # fmt: skip
CALLBACK_PROOFS_AT_FIRST: Final = Layout(
    "consents_*.csv", "csv", columns(_HASHED_PROOF, pattern=_NAIVE, zone="Etc/UTC"), ";", "UTF-8", '"'
)
CALLBACK_PROOFS_LATER: Final = Layout(
    "consents_*.csv",
    "csv",
    columns(camel_case((*_HASHED_PROOF, "action", "box_prechecked")), pattern=_NAIVE, zone="Etc/UTC"),
    ";",
    "UTF-8",
    '"',
)

_OPENED: Final = ("channels", "decision", "audience", "action")
OPEN_CSV_LEADS: Final = Layout(
    "contacts-*.csv",
    "csv",
    columns((*WHO, "audience", "company_siren", "channels", *ORIGIN, "product"), opened=_OPENED),
    ",",
    "UTF-8",
    '"',
)
OPEN_CSV_PROOFS: Final = Layout(
    "accords-*.csv", "csv", columns(without(PROOF, "ip", "user_agent"), opened=_OPENED), ",", "UTF-8", '"'
)

COMPANY_LEADS: Final = Layout(
    "entreprises_*.jsonl",
    "jsonl",
    columns(
        (
            *WHO,
            "audience",
            "job_function",
            "company_siren",
            "channels",
            "consent_id",
            "claimed_basis",
            "informed_at_collection",
            "optout_offered_at_collection",
        )
    ),
    encoding="UTF-8",
)
COMPANY_PROOFS: Final = Layout(
    "accords_*.jsonl",
    "jsonl",
    columns(
        (
            *without(PROOF, "ip", "user_agent"),
            "participation_requires_consent",
            "refusal_equal_prominence",
            "chain",
            "proof_sha256",
            "snapshot_sha256",
        )
    ),
    encoding="UTF-8",
)

DECORATED_LEADS: Final = Layout("carnet_*.csv", "csv", columns((*WHO, "channels", *ORIGIN)), ";", "UTF-8", '"')
DECORATED_PROOFS: Final = Layout(
    "preuves-carnet_*.csv",
    "csv",
    columns((*without(PROOF, "ip", "user_agent"), "l223_2_notice")),
    ";",
    "UTF-8",
    '"',
)
