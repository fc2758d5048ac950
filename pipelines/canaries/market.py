"""Invented persons who said no in every way that a match is promised for.

Nothing of them is published or counted. Their addresses and numbers are keyed under a secret that lives no longer than
they do.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from pipelines.identifiers.published_spellings import PUBLISHED_SPELLINGS, PublishedSpelling
from pipelines.vocabulary.words import CHANNELS

VENDOR: Final = "canaries"
DAY: Final = date(2026, 9, 7)
"""After the law of 11 August 2026 on calls."""
_COLLECTED_AT: Final = "2026-09-07T07:00:00Z"
_CONSENT_AT: Final = "2026-09-07T06:59:00Z"
_NAME, _SIREN = "Canari SAS", "732829320"
_TEXT: Final = f"{_NAME} peut me joindre."
_MENTIONS: Final = ("identity", "choice", "duration", "withdrawal", "proof_access")

Row = dict[str, str]


@dataclass(frozen=True)
class Canary:
    """A person with a lead and a proof: nobody may use the lead on the channels that they closed."""

    number: int
    said: str
    """What they said, and how, in words: no identifier."""
    closed: tuple[str, ...]
    email: str
    phone: str
    oppositions: tuple[Row, ...] = ()
    proof: Row = field(default_factory=dict)
    """What differs from a good proof."""
    heard_by: frozenset[str] = frozenset({"opp_vendor_redelivery", "opp_other_form"})
    """Rules, any of which hears them."""

    @property
    def lead_row(self) -> Row:
        """The line of the lead file."""
        return {
            "lead_id": f"L-{self.number}",
            "collected_at": _COLLECTED_AT,
            "email": self.email,
            "phone": self.phone,
            "consent_id": f"C-{self.number}",
            "claimed_basis": "consent",
        }

    @property
    def proof_row(self) -> Row:
        """The line of the proof file."""
        return {
            "consent_id": f"C-{self.number}",
            "email": self.email,
            "phone": self.phone,
            "channels": "|".join(CHANNELS),
            "decision": "given",
            "consent_at": _CONSENT_AT,
            "withdrawn_at": "",
            "action": "ticked_box",
            "consent_text": _TEXT,
            "recipients": _NAME,
            "form_id": "canari",
            "form_version": "1",
            **self.proof,
        }


def canaries() -> list[Canary]:
    """All of them, numbered."""
    return [make(number) for number, make in enumerate(_makers(), 1)]


Maker = Callable[[int], Canary]


def _makers() -> Iterator[Maker]:
    for kind in ("email", "phone"):
        for channel in (*CHANNELS, "all"):
            yield _in_clear(kind, channel)
    yield _under_alias
    yield from (_hashed(spelling) for spelling in PUBLISHED_SPELLINGS if spelling.can_meet)
    yield _consented("a withdrawal", "consent_withdrawn", withdrawn_at=_COLLECTED_AT)
    yield _consented("a refusal at collection", "consent_refused_at_collection", decision="refused")
    yield _consented(
        "a consent of over a year ago", "tel_consent_max_age_one_year", ("phone",), consent_at="2025-09-01T06:59:00Z"
    )


def person(number: int) -> Canary:
    """Somebody with a good lead and a good proof, who said nothing yet."""
    return Canary(number, "nothing", (), f"canari{number}@canari.example", f"06 12 {_spaced_digits(number)}")


def _spaced_digits(number: int) -> str:
    digits = f"{number:06d}"
    return f"{digits[:2]} {digits[2:4]} {digits[4:]}"


def _in_clear(kind: str, channel: str) -> Maker:
    def make(number: int) -> Canary:
        written = {"email": person(number).email.upper(), "phone": f"+336 12{number:06d}"}[kind]
        closed = CHANNELS if channel == "all" else (channel,)
        said = f"an objection by {kind} to {channel}"
        return replace(person(number), said=said, closed=closed, oppositions=(_opposition(written, kind, channel),))

    return make


def _under_alias(number: int) -> Canary:
    line = _opposition(f"canari{number}+autre@canari.example", "email", "all")
    return replace(person(number), said="an objection under an alias", closed=CHANNELS, oppositions=(line,))


def _consented(said: str, rule: str, closed: tuple[str, ...] = CHANNELS, **proof: str) -> Maker:
    heard_by = frozenset({rule})
    return lambda number: replace(person(number), said=said, closed=closed, proof=proof, heard_by=heard_by)


def _hashed(spelling: PublishedSpelling) -> Maker:
    def make(number: int) -> Canary:
        given, text = _respelt_for(spelling.delivered, number), _respelt_for(spelling.hashed, number)
        if re.fullmatch("[0-9a-f]{32}", text):
            text = hashlib.md5(given.encode(), usedforsecurity=False).hexdigest()
        digest = hashlib.sha256(text.encode()).hexdigest()
        line = _opposition(digest, f"{spelling.kind}_sha256", "all")
        said = f"an objection hashed as {spelling.document} says ({spelling.kind}: {spelling.rule})"
        return replace(_reached_by(spelling.kind, given, number), said=said, closed=CHANNELS, oppositions=(line,))

    return make


def _reached_by(kind: str, identifier: str, number: int) -> Canary:
    plain = person(number)
    return replace(plain, email=identifier) if kind == "email" else replace(plain, phone=identifier)


def _respelt_for(text: str, number: int) -> str:
    """Another person's address or number, spelt in the same way."""
    named = re.sub("(?i)ana", lambda found: f"{found[0]}{number}", text)
    last = f"{number:04d}"
    return named.replace("56 78", f"{last[:2]} {last[2:]}").replace("345678", f"34{last}")


def _opposition(identifier: str, kind: str, channel: str) -> Row:
    return {
        "identifier": identifier,
        "kind": kind,
        "channel": channel,
        "opposed_at": "2026-09-01T08:00:00Z",
        "recorded_at": "2026-09-01T09:00:00Z",
        "origin": VENDOR,
    }


def contract() -> dict[str, Any]:
    """The contract under which they are delivered, as a document of the open data contract standard."""
    blank = person(0)
    form = {
        "form_id": "canari",
        "form_version": "1",
        "text_sha256": hashlib.sha256(_TEXT.encode()).hexdigest(),
        "box_prechecked": False,
        "refusal_equal_prominence": True,
        "participation_requires_consent": False,
        "mentions": list(_MENTIONS),
        "recipients": [_NAME],
        "l223_2_notice": True,
        "informed_art13": True,
        "separate_from_terms": True,
        "withdrawal_as_easy": True,
        "reviewed_on": "2026-01-02",
    }
    custom = {
        "advertiser": {"name": _NAME, "siren": _SIREN},
        "instrument": "contract",
        "audience": "consumer",
        "onlyGivenConsents": False,
        "sector": "furniture",
        "channels": list(CHANNELS),
        "approvedForms": [form],
    }
    return {
        "apiVersion": "v3.2.0",
        "kind": "DataContract",
        "id": VENDOR,
        "version": "1.0.0",
        "status": "active",
        "servers": [_server("leads"), _server("consent_proofs")],
        "schema": [_object("leads", blank.lead_row), _object("consent_proofs", blank.proof_row)],
        "slaProperties": [
            {"property": "proofDeadline", "value": 1, "unit": "d"},
            {"property": "timeOfAvailability", "value": "20:00"},
            {"property": "suppressionDelay", "value": 1, "unit": "d"},
        ],
        "customProperties": [{"property": name, "value": value} for name, value in custom.items()],
    }


def _server(role: str) -> dict[str, str]:
    file = f"{role}.csv"
    return {"server": role, "type": "custom", "path": file, "format": "csv", "delimiter": ",", "encoding": "utf-8"}


def _object(role: str, row: Row) -> dict[str, Any]:
    owed = ("lead_id", "collected_at", "consent_id", "decision", "consent_at", "channels")
    properties = [{"name": name, "logicalType": "string", "required": name in owed} for name in row]
    for one in properties:
        if one["name"] in ("channels", "recipients"):
            one["logicalType"] = "array"
            one["customProperties"] = [{"property": "listSeparator", "value": "|"}]
    return {"name": role, "properties": properties}
