"""Everything that is wrong with a contract, in one pass: its reading, our rules for its terms, the standard's schema.

A readable contract may still say what it should not: an error keeps it from judging, a warning does not.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from pipelines.contracts.contract import Contract, required_fields
from pipelines.contracts.document import Issue, Severity, Steps, did_you_mean
from pipelines.contracts.reading import ContractReading
from pipelines.contracts.sectors import CALLBACK_SECTORS, SECTOR_BANS, SECTOR_NAMES, SECTORS
from pipelines.contracts.standard_versions import version_issues
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.parameters import MAX_AGE, DatedParameter
from pipelines.vocabulary.fields import REACHED_BY, is_siren

STATUSES: Final = ("proposed", "draft", "active", "deprecated", "retired")
"""The standard's examples of a status; only `active` judges."""
HIGHEST_TOLERANCE: Final = {"consent": 0.01, "proof": 0.01, "opposition": 0.01, "conformity": 0.05, "quality": 0.05}
"""Above 1 % an error, above 5 % a warning."""

CALLS: Final = frozenset({"phone", "automated_call"})
BANNED_AUDIENCES: Final = frozenset({"consumer", "professional"})
"""A professional without a SIREN is judged as a consumer."""


def lint(
    document: object,
    reading: ContractReading,
    *,
    catalogue: Catalogue | None = None,
    methods: Collection[str] | None = None,
    by_standard: Iterable[Issue] = (),
    is_use_asked: bool = True,
) -> tuple[Issue, ...]:
    """Every issue of a document and its reading, in no particular order.

    `catalogue`: the rules that `refusalGrounds` may name and that leads must pass; None to leave both unchecked.
    `methods`: versions that `scoringMethod` may name; None to leave it unchecked.
    `by_standard`: what the standard's schema says; left out where ours says something of the same place.
    `is_use_asked`: also warn where no lead could ever be usable, for which the rules' conditions are parsed.
    """
    if not isinstance(document, dict):
        return reading.issues
    found = [*reading.issues, *_api_version(document), *version_issues(document)]
    found += [issue for rule in _RULES for issue in rule(reading.terms)]
    if catalogue is not None:
        found += _refusal_grounds(reading.terms, catalogue.known_ids)
        found += _loosened(reading.terms, catalogue.parameters[MAX_AGE])
        found += _usability(reading.terms, catalogue) if is_use_asked else ()
    if methods is not None:
        found += _method(reading.terms, methods)
    told = {issue.path for issue in found}
    return (*found, *(issue for issue in by_standard if issue.path not in told))


def _usability(terms: Contract, catalogue: Catalogue) -> Iterator[Issue]:
    from pipelines.contracts.usability import usability_issues

    return usability_issues(terms, catalogue)


def _api_version(document: Mapping[str, Any]) -> Iterator[Issue]:
    version = document.get("apiVersion")
    if isinstance(version, str) and not version.startswith("v3."):
        yield Issue(("apiVersion",), "the contract is not written in version 3 of the standard", "apiVersion: v3.1.0")


def _status(terms: Contract) -> Iterator[Issue]:
    if terms.status and terms.status not in STATUSES:
        near = did_you_mean(terms.status, STATUSES)
        remedy = near or f"the standard's: {', '.join(STATUSES)}"
        yield Issue(("status",), "unknown status: only active judges", remedy, "error" if near else "warning")


def _parties(terms: Contract) -> Iterator[Issue]:
    """Proofs may name the advertiser by its SIREN; the vendor's is shown alone."""
    sirens: tuple[tuple[str, str | None, Severity], ...] = (
        ("advertiser", terms.advertiser_siren, "error"),
        ("vendor", terms.vendor_siren, "warning"),
    )
    for party, siren, severity in sirens:
        if siren and not is_siren(siren):
            message = f"the {party}'s SIREN has a wrong check digit"
            yield Issue((*_custom(party), "siren"), message, "look it up in the company register", severity)


def _tolerances(terms: Contract) -> Iterator[Issue]:
    for dimension, rate in terms.tolerances.items():
        highest = HIGHEST_TOLERANCE[dimension]
        if rate > highest:
            message = f"the tolerance for {dimension} is above {highest:.0%}"
            steps = (*_custom("toleratedDefectRates"), dimension)
            yield Issue(steps, message, f"at most {highest}", "error" if highest < 0.05 else "warning")


def _method(terms: Contract, methods: Collection[str]) -> Iterator[Issue]:
    """Judging needs no method, so that one that is away for a moment stops no delivery."""
    if terms.scoring_method is not None and terms.scoring_method not in methods:
        remedy = did_you_mean(terms.scoring_method, methods) or f"one of {', '.join(methods)}"
        yield Issue(_custom("scoringMethod"), "unknown version: the vendor is not scored", remedy, "warning")


def _sector(terms: Contract) -> Iterator[Issue]:
    """Sector bans: an advertiser that orders such leads can not blame the vendor."""
    if BANNED_AUDIENCES.isdisjoint(terms.audiences):
        return
    sector, calls = terms.sector, CALLS.intersection(terms.channels)
    if sector is None:
        if calls:
            yield Issue(_custom("sector"), "the sector is missing", "name it: calling is banned in some", "warning")
    elif sector in SECTOR_BANS:
        yield from _banned(terms, sector)
    elif sector not in SECTORS:
        remedy = did_you_mean(sector, SECTOR_NAMES) or f"one of {', '.join(SECTORS)}"
        message = "the sector is none that we know, so that no ban is checked; calling is banned in some"
        yield Issue(_custom("sector"), message, remedy, "warning")


def _banned(terms: Contract, sector: str) -> Iterator[Issue]:
    for channel in terms.channels:
        if channel == "phone" and sector in CALLBACK_SECTORS and terms.bases == ("callback_request",):
            continue  # whoever asked to be called back may be
        message = f"{channel} leads are bought in {sector}, where they may not be used ({SECTOR_BANS[sector]})"
        remedy = f"take {channel} out of the channels"
        yield Issue((*_custom("channels"), channel), message, remedy, "error" if channel in CALLS else "warning")


def _prices(terms: Contract) -> Iterator[Issue]:
    for channel in terms.price_per_channel:
        if channel not in terms.channels:
            message = f"a price for {channel}, which is not bought"
            remedy = f"add {channel} to the channels, or take its price out"
            yield Issue((*_custom("pricePerChannel"), channel), message, remedy, is_about_key=True)


def _globs(terms: Contract) -> Iterator[Issue]:
    """Leads and proofs may lie in the same files, each row being one of both: then they are files of one format."""
    leads, proofs = (
        (files.format, files.delimiter, files.encoding, files.quote, files.sheet)
        for files in (terms.leads, terms.consent_proofs)
    )
    if terms.has_proofs_beside_leads and leads != proofs:
        message = "leads and consent_proofs claim the same files, in different formats"
        yield Issue(("servers",), message, "give each its own glob, or both the same format")


def _required_are_mapped(terms: Contract) -> Iterator[Issue]:
    """Fields that a row must have to be accepted at all."""
    for files in (terms.leads, terms.consent_proofs):
        for name in required_fields(files.role, terms):
            if name not in files.mapped_fields:
                message = f"{files.role} do not map {name}, without which every row is rejected"
                yield Issue(("schema", files.role), message, f"add a property with name: {name}")
    if terms.leads.fields and terms.leads.mapped_fields.isdisjoint(REACHED_BY):
        yield Issue(("schema", "leads"), f"leads map neither {' nor '.join(REACHED_BY)}", "map at least one")


def _zones(terms: Contract) -> Iterator[Issue]:
    """The standard reads a local time without `defaultTimezone` as UTC: rarely what a vendor writes."""
    for files in (terms.leads, terms.consent_proofs):
        for field in files.fields:
            is_local = field.format is not None and not set("XxZzVO").intersection(field.format)
            if is_local and field.logical_type == "timestamp" and field.default_timezone is None:
                message = f"{field.name} is a local time without defaultTimezone"
                yield Issue(
                    ("schema", files.role, "properties", field.name),
                    message,
                    "add one, such as Europe/Paris",
                    "warning",
                )


def _refusal_grounds(terms: Contract, known_rules: Collection[str]) -> Iterator[Issue]:
    for rule_id in terms.refusal_grounds:
        if rule_id not in known_rules:
            remedy = did_you_mean(rule_id, known_rules) or "see `opposable rules list`"
            steps = (*_custom("refusalGrounds"), rule_id)
            yield Issue(steps, "a refusal ground is no rule of the catalogue", remedy)


def _loosened(terms: Contract, legal: DatedParameter) -> Iterator[Issue]:
    """A contract may tighten a parameter of the law, never loosen it: the law's value counts all the same."""
    months, (_, first) = terms.consent_max_age_months, legal.values[0]
    highest = legal.at(terms.valid_from) or first
    if months is not None and isinstance(highest, int) and months > highest:
        message = f"consentMaxAgeMonths loosens the law, which lets a phone consent last {highest} months at most"
        remedy = f"at most {highest} ({legal.reference}), or leave it out"
        yield Issue(_custom("consentMaxAgeMonths"), message, remedy)


def _custom(name: str) -> Steps:
    return ("customProperties", name, "value")


_RULES: Final[tuple[Callable[[Contract], Iterator[Issue]], ...]] = (
    _status,
    _parties,
    _tolerances,
    _sector,
    _prices,
    _globs,
    _required_are_mapped,
    _zones,
)
