"""The facts of one case, as they were delivered, reviewed or noted; and whom it is judged as."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from tests.support.plain_judge.paris import day_of

Facts = dict[str, Any]


@dataclass(frozen=True)
class Noted:
    """What a registry notes about one person. Instants are zone-less UTC."""

    channels: tuple[str, ...] | None
    """None: all, or nobody can read which."""
    said_at: datetime | None
    """None: nobody can read when."""
    known_since: datetime
    is_by_reference: bool = True
    """Whether it names the lead or its consent; else the person alone."""
    is_sure: bool = True
    """Whether it can be read that it is one."""
    revoked_at: datetime | None = None
    revocation_known_since: datetime | None = None


def is_named(lead: Facts, record: Facts) -> bool:
    """Whether a record is about a lead by reference: its consent, or itself."""
    is_its_consent = lead["consent_id"] is not None and lead["consent_id"] == record["consent_id"]
    return is_its_consent or lead["lead_id"] == record["lead_id"]


def is_of_person(lead: Facts, record: Facts) -> bool:
    """Whether a record is about the same person, by address or number."""
    return any(lead[name] is not None and lead[name] == record[name] for name in ("email_key", "phone_key"))


@dataclass(frozen=True)
class Case:
    """One lead on one channel, used when it was delivered. A field that is missing, or can't be read, is None."""

    lead: Facts
    channel: str
    contract: Facts
    used_at: datetime
    known_at: datetime
    record: Facts | None = None
    """The consent proof that was delivered."""
    more_records: tuple[Facts, ...] = ()
    """Others, of which no reading here knows which counts."""
    form: Facts | None = None
    """What we reviewed, of one version of one form."""
    refusals: tuple[Noted, ...] = ()
    withdrawals: tuple[Noted, ...] = ()
    """Those that no record tells of."""
    oppositions: tuple[Noted, ...] = ()
    seen: Facts = field(default_factory=dict)
    """What we found by comparing with other leads: one answer each."""

    @cached_property
    def used_on(self) -> date:
        """The day of the act in Paris, which says which law is in force (legal.md, 0.2, convention 2)."""
        day = day_of(self.used_at)
        assert day is not None
        return day

    @cached_property
    def proof(self) -> Facts | None:
        """The record of a yes that is about this lead or its person, and had come by then."""
        record = self.record
        if record is None or record["decision"] != "given" or record["received_at"] > self.known_at:
            return None
        return record if is_named(self.lead, record) or is_of_person(self.lead, record) else None

    @cached_property
    def review(self) -> Facts | None:
        """Our review of the version that the proof names, once there is one (review.md, principles 1 and 2)."""
        if self.form is None or self.proof is None:
            return None
        is_same = all(self.proof[name] == self.form[name] for name in ("form_id", "form_version"))
        known_on = day_of(self.known_at)
        assert known_on is not None
        return self.form if is_same and self.form["reviewed_on"] <= known_on else None

    def of_proof(self, name: str) -> Any:
        """A fact of the proof; missing where there is none."""
        return self.proof[name] if self.proof else None

    def of_review(self, name: str) -> Any:
        """What our review of the form says; nothing where there is none."""
        return self.review[name] if self.review else None

    def is_unread(self, name: str) -> bool:
        """Whether the vendor delivered a field, `leads.…` or `consent_proofs.…`, that nobody can read."""
        owner, _, bare = name.partition(".")
        facts = self.lead if owner == "leads" else self.proof
        return facts is not None and bare in facts["invalid_fields"]

    @cached_property
    def basis(self) -> str | None:
        """The basis claimed for this channel: one word for all, or `channel:word|…` (review.md, "Basis")."""
        claimed = self.lead["claimed_basis"]
        if claimed is None or ":" not in claimed:
            return None if claimed is None else str(claimed)
        return dict(part.split(":") for part in claimed.split("|")).get(self.channel)

    @cached_property
    def audience(self) -> str:
        """As whom the lead is judged (review.md, news, "Audience is not the vendor's word").

        Whoever is said to be a company without a valid SIREN is a consumer; whom nobody ordered is judged under the
        stricter of what the lead says and what was ordered; who can't be read is a consumer.
        """
        said = self.lead["audience"]
        said_strictly = "consumer" if said is None or self.lead["company_siren"] is None else str(said)
        ordered = self.contract["contract_audiences"]
        if said in ordered:
            return said_strictly
        return min((said_strictly, *ordered), key=("consumer", "professional", "legal_person").index)
