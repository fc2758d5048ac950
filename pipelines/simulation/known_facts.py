"""What was known of each lead by the proof deadline: the proof that counts, refusals, withdrawals, objections, others.

A plain reading of the house rules ("Which proof?", "Which lead uses?", "Opposition", "Duplicates"), for one vendor.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from pipelines.simulation.acceptance import Accepted, Lead, Proof
from pipelines.simulation.law import LeadUse, known_at
from pipelines.simulation.market_facts import OppositionRow, duration
from pipelines.simulation.noes import No
from pipelines.simulation.objections import counts_from, counts_until
from pipelines.simulation.people import alias_of, otherwise_of
from pipelines.simulation.record_keeping import contradict
from pipelines.simulation.truth import LEAD_USE_RULES, answer

R = TypeVar("R", Proof, No)


@dataclass
class Opposition:
    """One objection of one identifier, with the instants of its revocations and when these were entered."""

    channel: str
    opposed_at: datetime
    recorded_at: datetime
    spoken_until: datetime
    """The end of its day where the hour is not known."""
    revocations: list[tuple[datetime, datetime]]

    def is_spoken(self, lead: Lead) -> bool:
        """True when it was said before the delivery, as far as was known at the proof deadline."""
        return self.opposed_at < lead.delivered_at and self.recorded_at <= known_at(lead)

    def is_in_force(self, lead: Lead) -> bool:
        """True when it stood at the delivery, too."""
        closed_at = known_at(lead)
        is_revoked = any(at <= lead.delivered_at and entered <= closed_at for at, entered in self.revocations)
        return self.is_spoken(lead) and not is_revoked


Registry = Mapping[str, list[Opposition]]


def registry_of(rows: Iterable[OppositionRow]) -> Registry:
    """Oppositions by canonical identifier and, of e-mails in clear, by alias.

    Lines equal in identifier, kind, channel and instant are one.
    """
    oppositions: dict[tuple[str, str, str, datetime], Opposition] = {}
    registry: defaultdict[str, list[Opposition]] = defaultdict(list)
    for row in rows:
        key = (row.identifier.meaning, row.kind, row.channel, counts_from(row.opposed_at))
        if key not in oppositions:
            oppositions[key] = Opposition(row.channel, key[3], row.recorded_at, _last_instant(row.opposed_at), [])
            names = {key[0], alias_of(key[0])} if row.kind == "email" else {key[0]}
            for name in names:
                registry[name].append(oppositions[key])
        opposition = oppositions[key]
        opposition.recorded_at = min(opposition.recorded_at, row.recorded_at)
        if row.revoked_at is not None:
            opposition.revocations.append((counts_until(row.revoked_at), row.recorded_at))
    return registry


def _last_said(oppositions: Iterable[Opposition]) -> datetime | None:
    return max((opposition.spoken_until for opposition in oppositions), default=None)


def _last_instant(said_at: datetime | date) -> datetime:
    """Just before the next day begins, where no hour is known."""
    return said_at if isinstance(said_at, datetime) else counts_until(said_at) - timedelta(microseconds=1)


class KnownFacts:
    """Everything accepted from one vendor, and the registry, ready to be looked up for a lead."""

    def __init__(self, accepted: Accepted, registry: Registry) -> None:
        """Index rows by each reference and identifier that they carry."""
        self._registry = registry
        self._proofs: defaultdict[tuple[str, str], list[Proof]] = defaultdict(list)
        self._leads: defaultdict[tuple[str, str], list[Lead]] = defaultdict(list)
        self._noes: defaultdict[tuple[str, str], list[No]] = defaultdict(list)
        for proof in accepted.proofs:
            for key in _references(proof):
                self._proofs[key].append(proof)
        for no in (*(no for proof in accepted.proofs for no in _noes_of_proof(proof)), *accepted.noes):
            for key in _references(no):
                self._noes[key].append(no)
        for lead in accepted.leads:
            for key in _references(lead):
                self._leads[key].append(lead)

    def uses_of(self, lead: Lead) -> Iterator[LeadUse]:
        """One lead use per channel bought and sold whose identifier is there."""
        is_consent_shared = self._is_consent_of_other_person(lead)
        objected = {opposition.channel for opposition in self._objections(lead) if opposition.is_in_force(lead)}
        spoken = [opposition for opposition in self._objections(lead) if opposition.is_spoken(lead)]
        otherwise = {opposition.channel for opposition in self._doubts(lead) if opposition.is_in_force(lead)}
        for channel in lead.terms.channels:
            identifier = lead.email if channel == "email" else lead.phone
            if channel in lead.channels and identifier is not None:
                use = LeadUse(
                    lead,
                    channel,
                    is_opposed=bool(objected & {"all", channel}),
                    objected_until=_last_said(one for one in spoken if one.channel in ("all", channel)),
                    is_opposed_in_other_form=bool(otherwise & {"all", channel}),
                    is_consent_of_other_person=is_consent_shared,
                    has_contradicting_records=contradict(self._found(lead)),
                )
                yield self._with_best_proof(use)

    def is_duplicate(self, lead: Lead) -> bool:
        """True when the vendor delivered the same reference, e-mail or phone before."""
        keys = (key for key in _references(lead) if key[0] != "consent_id")
        return any(_is_before(other, lead) for key in keys for other in self._leads[key])

    def _is_consent_of_other_person(self, lead: Lead) -> bool:
        sharing = self._leads[("consent_id", lead.consent_id)] if lead.consent_id else []
        return any(
            (_is_of_folder_by_then(other, lead) or _is_earlier_delivery(other, lead)) and _are_strangers(other, lead)
            for other in sharing
        )

    def _objections(self, lead: Lead) -> Iterator[Opposition]:
        identifiers = {lead.phone, lead.email, alias_of(lead.email) if lead.email else None}
        for identifier in identifiers:
            yield from self._registry.get(identifier or "", ())

    def _doubts(self, lead: Lead) -> Iterator[Opposition]:
        """Objections hashed in another spelling, and those of the address that a bad one may mean."""
        if lead.phone:
            yield from self._registry.get(otherwise_of(lead.phone), ())
        if lead.doubtful_email:
            for identifier in {lead.doubtful_email, alias_of(lead.doubtful_email)}:
                yield from self._registry.get(identifier, ())

    def _with_best_proof(self, use: LeadUse) -> LeadUse:
        """The use with the proof that has the fewest faults, and the refusals and withdrawals that count beside it."""
        candidates = [self._beside(use, proof) for proof in self.candidates(use.lead)]
        return min(candidates, key=_fault_order, default=self._beside(use, None))

    def candidates(self, lead: Lead) -> list[Proof]:
        """Those of a lead's given proofs of before the delivery, if there are any; else all."""
        found = self._found(lead)
        return [proof for proof in found if proof.consent_at <= lead.delivered_at] or found

    def _found(self, lead: Lead) -> list[Proof]:
        """Given proofs found by the first path that finds one."""
        by_consent = self._given(lead, [("consent_id", lead.consent_id)])
        by_lead = self._given(lead, [("lead_id", lead.lead_id)])
        return by_consent or by_lead or self._given(lead, [("email", lead.email), ("phone", lead.phone)])

    def _given(self, lead: Lead, keys: list[tuple[str, str | None]]) -> list[Proof]:
        return [proof for proof in self._known(lead, keys) if proof.decision == "given"]

    def _known(self, lead: Lead, keys: list[tuple[str, str | None]]) -> list[Proof]:
        """Proof rows with one of some references that had come by the proof deadline, each once."""
        return _known_rows(self._proofs, lead, keys)

    def _beside(self, use: LeadUse, proof: Proof | None) -> LeadUse:
        lead = use.lead
        tied = _known_rows(self._noes, lead, [("consent_id", lead.consent_id), ("lead_id", lead.lead_id)])
        alike = _known_rows(self._noes, lead, [("email", lead.email), ("phone", lead.phone)])
        reached = [*tied, *(no for no in alike if proof is None or no.known_from >= proof.consent_at)]
        said = [no for no in reached if _is_of_use(no, use)]
        return replace(
            use,
            proof=proof,
            is_refused=_is_said(no for no in said if no.is_refusal),
            is_withdrawn=_is_said(no for no in said if not no.is_refusal),
        )


def _known_rows(rows: Mapping[tuple[str, str], list[R]], lead: Lead, keys: Iterable[tuple[str, str | None]]) -> list[R]:
    """Rows with one of some references that had come by the proof deadline, each once."""
    found = dict.fromkeys(row for name, value in keys if value for row in rows.get((name, value), ()))
    return [row for row in found if row.received_at <= known_at(lead)]


def _noes_of_proof(proof: Proof) -> Iterator[No]:
    """What an accepted row says against its lead; a withdrawal that can't be read may be of any instant."""
    no = No(
        is_refusal=True,
        received_at=proof.received_at,
        consent_id=proof.consent_id,
        lead_id=proof.lead_id,
        email=proof.email,
        phone=proof.phone,
        channels=proof.channels,
        at=proof.consent_at,
        is_sure=True,
    )
    if proof.decision == "refused":
        yield no
    if proof.withdrawn_at is not None or "withdrawn_at" in proof.unread:
        is_sure = proof.withdrawn_at is not None
        yield replace(no, is_refusal=False, at=proof.withdrawn_at, is_sure=is_sure)


def _is_of_use(no: No, use: LeadUse) -> bool:
    """True when it may concern this channel and may have been said by the delivery."""
    is_of_channel = no.channels is None or use.channel in no.channels
    return is_of_channel and (no.at is None or no.at <= use.lead.delivered_at)


def _is_said(noes: Iterable[No]) -> bool | None:
    """True for a sure one, None when there are only possible ones."""
    sure = {no.is_sure for no in noes}
    return True if True in sure else None if sure else False


def _fault_order(use: LeadUse) -> tuple[object, ...]:
    """Order of the candidates: fewest blocking fails, fewest blocking unknowns, then the ties."""
    proof = use.record
    answers = [answer(rule, use) for rule in LEAD_USE_RULES if rule.reads_proof and rule.is_blocking]
    return (
        answers.count("fail"),
        answers.count("unknown"),
        use.channel not in proof.channels,
        -proof.consent_at.timestamp(),
        -proof.received_at.timestamp(),
        proof.consent_id,
        proof.file_digest,
        proof.row_number,
    )


def _references(row: Lead | Proof | No) -> Iterator[tuple[str, str]]:
    for name in ("consent_id", "lead_id", "email", "phone"):
        value = getattr(row, name)
        if value is not None:
            yield name, value


def _is_same_delivery(other: Lead, lead: Lead) -> bool:
    return other.delivery_date == lead.delivery_date


def _is_of_folder_by_then(other: Lead, lead: Lead) -> bool:
    """True for a lead of the same folder that came with this one or before it."""
    return _is_same_delivery(other, lead) and other.delivered_at <= lead.delivered_at


def _is_earlier_delivery(other: Lead, lead: Lead) -> bool:
    return other.delivery_date < lead.delivery_date and other.delivered_at <= lead.delivered_at


def _is_before(other: Lead, lead: Lead) -> bool:
    """True for an earlier row of the delivery, or a row of an earlier delivery within the contract's window."""
    if _is_same_delivery(other, lead):
        return _place_in_folder(other) < _place_in_folder(lead)
    window = lead.terms.duplicate_window
    is_recent = window is None or lead.delivered_at - other.delivered_at <= duration(window)
    return _is_earlier_delivery(other, lead) and is_recent


def _place_in_folder(lead: Lead) -> tuple[datetime, str, int]:
    return lead.delivered_at, lead.file_name, lead.row_number


def _are_strangers(one: Lead, other: Lead) -> bool:
    shares_email = one.email is not None and one.email == other.email
    shares_phone = one.phone is not None and one.phone == other.phone
    return not shares_email and not shares_phone
