"""Contracts under which no lead, or none resting on consent, can ever be usable, or a blocking rule is never asked.

What blocking rules need is worked out from their cards in `rulebook.needs`.
"""

from collections.abc import Iterator
from typing import Final

from pipelines.contracts.contract import Contract
from pipelines.contracts.document import Issue
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.needs import Need
from pipelines.vocabulary.channel_columns import CHANNEL_COLUMNS
from pipelines.vocabulary.fields import FIELDS

_NOT_ASKED: Final = "the review does not say separate_from_terms: consent_not_in_terms is not asked of its leads"
_OUTCOME: Final = "no lead resting on consent can ever be usable"


def usability_issues(terms: Contract, catalogue: Catalogue) -> Iterator[Issue]:
    """Warnings, once each."""
    if not terms.leads.fields or not terms.consent_proofs.fields:
        return  # said elsewhere
    needs = [need for need in catalogue.needs if _is_concerned(terms, need)]
    yield from _unmapped(terms, needs)
    yield from _without_review(terms, needs)
    yield from _silent_reviews(terms)
    yield from _without_channels(terms)
    yield from _without_channel_columns(terms)


def _is_concerned(terms: Contract, need: Need) -> bool:
    return need.channel in terms.channels and not set(terms.audiences).isdisjoint(need.audiences)


def _unmapped(terms: Contract, needs: list[Need]) -> Iterator[Issue]:
    """Fields that a blocking rule needs and that no column of the contract brings."""
    mapped = set[str]()
    for files in (terms.leads, terms.consent_proofs):
        asked_for_elsewhere = {field.name for field in FIELDS[files.role] if field.is_required}
        mapped |= {f"{files.role}.{name}" for name in files.mapped_fields | asked_for_elsewhere}
    lacking: dict[tuple[str, ...], dict[str, set[str]]] = {}
    for need in needs:
        for fields in need.fields:
            if mapped.isdisjoint(fields):
                lacking.setdefault(fields, {}).setdefault(need.rule_id, set()).add(need.channel)
    for fields, rules in sorted(lacking.items()):
        role, names = fields[0].partition(".")[0], [field.partition(".")[2] for field in fields]
        channels = [channel for channel in terms.channels if any(channel in found for found in rules.values())]
        where = "" if len(channels) == len(terms.channels) else f" for {', '.join(channels)}"
        message = f"{role} do not map {' or '.join(names)}, needed by {', '.join(sorted(rules))}: {_OUTCOME}{where}"
        yield Issue(("schema", role), message, f"add a property with name: {names[0]}", "warning")


def _without_review(terms: Contract, needs: list[Need]) -> Iterator[Issue]:
    rules = sorted({need.rule_id for need in needs if need.is_review_needed})
    if rules and not terms.approved_forms:
        message = f"no form is reviewed, as needed by {', '.join(rules)}: {_OUTCOME}"
        yield Issue(("customProperties", "approvedForms", "value"), message, "review a form: approvedForms", "warning")


def _silent_reviews(terms: Contract) -> Iterator[Issue]:
    """Reviews of before the question: their silence holds no lead, and should not be forgotten."""
    for place, form in enumerate(terms.approved_forms):
        if form.separate_from_terms is None:
            steps = ("customProperties", "approvedForms", "value", place)
            remedy = "add separate_from_terms: true or false, as the form shows"
            yield Issue(steps, _NOT_ASKED, remedy, "warning")


def _without_channels(terms: Contract) -> Iterator[Issue]:
    if len(terms.channels) > 1 and "channels" not in terms.leads.mapped_fields:
        message = f"leads do not map channels: each lead is judged on all of {', '.join(terms.channels)}"
        remedy = "add a property with name: channels, unless every lead is meant for all of them"
        yield Issue(("schema", "leads"), message, remedy, "warning")


def _without_channel_columns(terms: Contract) -> Iterator[Issue]:
    """Channels that are bought and have no yes/no column, while others have theirs."""
    for files in (terms.leads, terms.consent_proofs):
        said = {field.name for field in files.fields}.intersection(part.name for part in CHANNEL_COLUMNS)
        unsaid = [part.element for part in CHANNEL_COLUMNS if said and part.name not in said]
        for channel in [channel for channel in terms.channels if channel in unsaid]:
            message = f"{files.role} have yes/no columns for channels and none for {channel}, which is bought"
            remedy = f"add a property with name: channels_{channel}; without it no row has that channel"
            yield Issue(("schema", files.role), message, remedy, "warning")
