"""A parsed contract document becomes a typed Contract, or issues that say why it can't.

Pure: no file is opened here. What a readable contract should not say is in `lint`, all terms together in `reference`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pipelines.contracts.contract import Contract
from pipelines.contracts.contract_term import ContractTerm
from pipelines.contracts.document import MAPPING, NUMBER, TEXT, Issue, Place, matching
from pipelines.contracts.file_terms import read_file_terms
from pipelines.contracts.particulars import read_particulars
from pipelines.contracts.service_levels import read_service_levels

CURRENCY: Final = matching(r"[A-Z]{3}", "an ISO 4217 code, such as EUR")

DOCUMENT_TERMS: Final = (
    ContractTerm(
        "apiVersion", "The version of the standard. From `v3.2.0` on properties may have an `enum`.", faults=("v2.2.2",)
    ),
    ContractTerm("kind", "Always `DataContract`.", is_read=False),
    ContractTerm("id", "Your own reference of the contract, for other tools.", is_read=False),
    ContractTerm("version", "Your own version of the file, shown in dossiers.", faults=(1.2,)),
    ContractTerm(
        "status",
        "Only `active` judges. A file with another status (`draft`, `proposed`, `deprecated`, `retired`) is linted and "
        "left alone.",
        faults=("actve", "suspended"),
    ),
    ContractTerm("servers", "The vendor's files: see below."),
    ContractTerm("schema", "The columns in them: see below."),
    ContractTerm(
        "price",
        "What a lead costs: see below.",
        absent="claims count leads at `pricePerChannel`; without it, without an amount",
    ),
    ContractTerm("team", "Whom to talk to at the vendor: see below.", absent="the dossier says that nobody is named"),
    ContractTerm("slaProperties", "Deadlines and spans of time: see below."),
    ContractTerm("customProperties", "All terms that the standard has no key for: see below."),
)
PRICE_TERMS: Final = (
    ContractTerm(
        "priceAmount",
        "The price of a lead.",
        absent="claims count leads at `pricePerChannel`; without it, without an amount",
    ),
    ContractTerm("priceCurrency", "Its currency.", absent="`EUR`"),
)
MEMBER_TERMS: Final = (
    ContractTerm(
        "username",
        "A role's address, shown in dossiers. The list of members may stand in `team` itself, as in version "
        "3.0 of the standard.",
    ),
)


@dataclass(frozen=True)
class ContractReading:
    """What could be read of a document, and what is wrong with it."""

    terms: Contract
    """Defaults stand in for what could not be read: to judge by only through `contract`."""
    issues: tuple[Issue, ...]

    @property
    def contract(self) -> Contract | None:
        """The contract, if nothing keeps it from being read."""
        return None if any(issue.is_fatal for issue in self.issues) else self.terms


def read_document(document: object, *, vendor: str, valid_from: date, digest: str) -> ContractReading:
    """The contract that an ODCS v3 document holds.

    `document` is plain data (mappings, lists, texts, numbers, flags, dates); `digest` is the SHA-256 of its file.
    """
    root = Place(document)
    root.require(MAPPING, {})
    particulars = read_particulars(root)
    terms = Contract(
        vendor=vendor,
        valid_from=valid_from,
        digest=digest,
        version=root.entry("version").read_or(TEXT, ""),
        status=root.entry("status").require(TEXT, ""),
        leads=read_file_terms(root, "leads"),
        consent_proofs=read_file_terms(root, "consent_proofs"),
        contacts=_contacts(root.entry("team")),
        **_price(root.entry("price")),
        **read_service_levels(root),
        **particulars,
    )
    issues = root.issues if isinstance(document, dict) else root.issues[:1]
    return ContractReading(terms, tuple(issues))


def _price(price: Place) -> dict[str, Any]:
    price.read(MAPPING)
    return {
        "price": price.entry("priceAmount").read(NUMBER),
        "currency": price.entry("priceCurrency").read_or(CURRENCY, "EUR"),
    }


def _contacts(team: Place) -> tuple[str, ...]:
    """User names of the team, in either of the standard's two shapes."""
    members = team if isinstance(team.value, list) else team.entry("members")
    return tuple(name for member in members.items() if (name := member.entry("username").read(TEXT)))
