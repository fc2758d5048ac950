"""Deliveries of any size, drawn column by column: contracts, CSV files of leads and proofs, a snapshot of oppositions.

Written as vendors write: spellings of addresses and numbers vary, and about one lead in twelve has a flaw. What the
flaws mean is not known here; the sample market of `pipelines.simulation` is the one that knows its truth.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from pyarrow import csv

from pipelines.identifiers.emails import email_aliases
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.storage.lake import Lake
from pipelines.storage.secrets.keys import KEY_ID

SECRET: Final = b"thirty-two bytes to measure with"
DAY: Final = date(2026, 8, 20)
AS_OF: Final = datetime(2026, 10, 1, 4, tzinfo=UTC)
"""After the proof deadlines of `DAY`: every verdict is final."""
CHANNELS: Final = ("email", "phone")
ADVERTISER: Final = "Meubles Sereins SAS"
SIREN: Final = "732829320"
OPPOSITION_DAYS: Final = 100
SEED: Final = 20260811

_FLAWS: Final = {
    "none": 0.918, "missing": 0.01, "withdrawn": 0.005, "one_channel": 0.02, "unnamed": 0.01, "other_person": 0.005,
    "expired": 0.005, "duplicate": 0.005, "bad_email": 0.012, "bad_phone": 0.01,
}  # fmt: skip
_FIRST_NAMES: Final = ("adele", "bastien", "camille", "fatou", "hugo", "karim", "lea", "maelys", "noemie", "zoe")
_LAST_NAMES: Final = ("abgrallec", "cazalbou", "delestrade", "faucompre", "kervadec", "malvezin", "urvoazet")
_DOMAINS: Final = ("gmail.com", "bal-express.example", "fibre-sud.example", "messagerie-ouest.example")
_MENTIONS: Final = "identity|choice|duration|withdrawal|proof_access"
_TEXT: Final = f"Oui, {ADVERTISER} peut me joindre par e-mail et par téléphone pendant un an."
_REVIEWED_FORM: Final = {
    "form_id": "devis",
    "form_version": "3",
    "text_sha256": hashlib.sha256(_TEXT.encode()).hexdigest(),
    "box_prechecked": False,
    "refusal_equal_prominence": True,
    "participation_requires_consent": False,
    "mentions": _MENTIONS.split("|"),
    "recipients": [ADVERTISER],
    "recipient_sirens": [SIREN],
    "l223_2_notice": True,
    "informed_art13": True,
    "separate_from_terms": True,
    "withdrawal_as_easy": True,
    "reviewed_on": "2024-06-01",
}
_LEAD_FIELDS: Final = (
    "lead_id", "collected_at", "email", "phone", "postal_code", "channels", "consent_id", "claimed_basis", "form_id",
    "form_version", "source_url",
)  # fmt: skip
_PROOF_FIELDS: Final = (
    "consent_id", "email", "phone", "channels", "decision", "consent_at", "action", "box_prechecked", "consent_text",
    "recipients", "recipient_sirens", "mentions", "form_id", "form_version", "withdrawn_at",
)  # fmt: skip
_INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Persons:
    """Identifiers of some persons: canonical, and each person's number."""

    numbers: Numbers
    emails: pa.Array
    nationals: pa.Array
    """Nine digits behind the trunk `0`."""

    @property
    def phones(self) -> pa.Array:
        """Numbers in E.164."""
        return joined("+33", self.nationals)


def write_house(home: Path, *, leads: int, oppositions: int) -> None:
    """A home with one delivery of one vendor on `DAY`, as many proofs as leads, and the opposition registry's rows."""
    write_key(home)
    write_vendor(home, "acme", first_number=0, days=[DAY], leads=leads)
    write_oppositions(home, leads=leads, count=oppositions)


def write_key(home: Path) -> None:
    """The secret that the baselines know too."""
    path = home / "keys" / f"{KEY_ID}.key"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(SECRET.hex() + "\n", encoding="ascii")


def write_vendor(home: Path, vendor: str, *, first_number: int, days: list[date], leads: int) -> None:
    """A contract, and a delivery of so many leads a day. Persons are numbered from `first_number`."""
    write_contract(home, vendor)
    for place_in_line, day in enumerate(days):
        start = first_number + place_in_line * leads
        _write_delivery(home / "inbox" / vendor / day.isoformat(), day, np.arange(start, start + leads))


def write_contract(home: Path, vendor: str) -> None:
    """The contract that the files keep, in force from 2025 on."""
    place = home / "contracts" / vendor / "2025-01-01.odcs.yaml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(yaml.safe_dump(contract_of(vendor), sort_keys=False, allow_unicode=True), encoding="utf-8")


def write_oppositions(home: Path, *, leads: int, count: int) -> None:
    """The snapshot as the registry writes it, one file a day; one lead in a hundred objected, the rest is strangers."""
    rng = np.random.default_rng([SEED, count])
    hasher, lake = IdentityHasher(SECRET), Lake(home / "lake")
    emails = persons_of(np.arange(0, leads, 100)).emails[:count]
    aliases = email_aliases(emails)
    tagged = pc.if_else(pc.equal(aliases, emails), pa.scalar(None, pa.string()), aliases)
    opposed = pa.table({"identity_key": hasher.keys(emails), "alias_key": hasher.keys(tagged)})
    drawn = rng.permutation(len(opposed))
    for number in range(OPPOSITION_DAYS):
        ours = opposed.take(pa.array(drawn[number::OPPOSITION_DAYS]))
        size = len(range(number, count, OPPOSITION_DAYS))
        strangers = pa.table({"identity_key": _random_keys(rng, size - len(ours))})
        keys = pa.concat_tables([ours, strangers], promote_options="permissive").combine_chunks()
        keys = keys.take(pa.array(rng.permutation(len(keys))))
        recorded_at = datetime.combine(DAY, time(8)) - timedelta(days=1 + number)
        target = lake.root / "oppositions" / f"recorded_on={recorded_at:%Y-%m-%d}" / "part-0.parquet"
        lake.replace_file(target, "oppositions", _opposition_rows(keys, recorded_at))


def _random_keys(rng: np.random.Generator, count: int) -> pa.Array:
    """A keyed hash of a stranger can't be told from random bytes."""
    texts = pa.py_buffer(rng.bytes(16 * count).hex().encode())
    ends = pa.py_buffer(np.arange(0, 32 * count + 1, 32, dtype=np.int32))
    return pa.Array.from_buffers(pa.string(), count, [None, ends, texts])


def _opposition_rows(keys: pa.Table, recorded_at: datetime) -> pa.Table:
    size, instant = len(keys), pa.timestamp("us")
    columns = {
        "identity_key": keys["identity_key"],
        "alias_key": keys["alias_key"],
        "kind": pa.repeat("email", size),
        "channel": pa.repeat("all", size),
        "opposed_at": pa.repeat(pa.scalar(recorded_at - timedelta(hours=2), instant), size),
        "recorded_at": pa.repeat(pa.scalar(recorded_at, instant), size),
        "origin": pa.repeat("site", size),
        "vendor": pa.repeat("*", size),
        "shared_at": pa.repeat(pa.scalar(recorded_at + timedelta(hours=1), instant), size),
        "revoked_at": pa.nulls(size, instant),
    }
    return pa.table(columns)


def _write_delivery(folder: Path, day: date, numbers: Numbers) -> None:
    rng = np.random.default_rng([SEED, int(numbers[0]), len(numbers)])
    flaws = rng.choice(len(_FLAWS), len(numbers), p=list(_FLAWS.values()))
    flaws[: min(2, len(flaws))] = 0  # a duplicate repeats the person before it
    flaws[1:][flaws[:-1] == _flaw("duplicate")] = 0
    is_duplicate = flaws == _flaw("duplicate")
    flaws[:-1][is_duplicate[1:]] = 0
    persons = persons_of(np.where(is_duplicate, numbers - 1, numbers))
    collected_at = np.datetime64(day, "s") - rng.integers(3_600, 40 * 3_600, len(numbers))
    folder.mkdir(parents=True, exist_ok=True)
    consents = _consents(numbers)
    leads = _leads(rng, numbers, persons, flaws, collected_at, consents)
    proofs = _proofs(rng, numbers, persons, flaws, collected_at, consents)
    csv.write_csv(leads, folder / "leads.csv")
    csv.write_csv(proofs, folder / "proofs.csv")
    received_at = datetime.combine(day, time(6), UTC).isoformat()
    record = {"files": [{"name": name, "received_at": received_at} for name in ("leads.csv", "proofs.csv")]}
    (folder / ".received.json").write_text(json.dumps(record), encoding="utf-8")


def _leads(
    rng: np.random.Generator, numbers: Numbers, persons: Persons, flaws: Numbers, collected_at: Any, consents: pa.Array
) -> pa.Table:
    size = len(numbers)
    columns = {
        "lead_id": joined("L", text_of(numbers)),
        "collected_at": pc.strftime(pa.array(collected_at), format=_INSTANT),
        "email": _where(flaws, "bad_email", "adresse@", spelt_emails(rng, persons.emails)),
        "phone": _where(flaws, "bad_phone", "non communiqué", spelt_phones(rng, persons.nationals)),
        "postal_code": pa.array(["75015", "33000", "69003", "01000"]).take(pa.array(numbers % 4)),
        "channels": pa.repeat("|".join(CHANNELS), size),
        "consent_id": consents,
        "claimed_basis": pa.repeat("consent", size),
        "form_id": pa.repeat("devis", size),
        "form_version": pa.repeat("3", size),
        "source_url": pa.repeat("https://comparateur.example/devis?utm_source=a", size),
    }
    return pa.table(columns).select(_LEAD_FIELDS)


def _proofs(
    rng: np.random.Generator, numbers: Numbers, persons: Persons, flaws: Numbers, collected_at: Any, consents: pa.Array
) -> pa.Table:
    """One proof a lead; where the lead's is missing, the proof of somebody whom nobody sold."""
    size = len(numbers)
    is_stranger = np.isin(flaws, [_flaw("other_person"), _flaw("missing")])
    shown = persons_of(np.where(is_stranger, persons.numbers + 5_000_000, persons.numbers))
    age = np.where(flaws == _flaw("expired"), 400 * 86_400, 60)
    consent_at = pa.array(collected_at - age)
    one_channel = pa.array(CHANNELS).take(pa.array(numbers % len(CHANNELS)))
    withdrawn_at = pc.strftime(pa.array(collected_at + 600), format=_INSTANT)
    columns = {
        "consent_id": _where(flaws, "missing", joined("X", text_of(numbers)), consents),
        "email": spelt_emails(rng, shown.emails),
        "phone": spelt_phones(rng, shown.nationals),
        "channels": _where(flaws, "one_channel", one_channel, pa.repeat("|".join(CHANNELS), size)),
        "decision": pa.repeat("given", size),
        "consent_at": pc.strftime(consent_at, format=_INSTANT),
        "action": pa.repeat("ticked_box", size),
        "box_prechecked": pa.repeat("false", size),
        "consent_text": pa.repeat(_TEXT, size),
        "recipients": _where(flaws, "unnamed", "Autre Enseigne SA", pa.repeat(ADVERTISER, size)),
        "recipient_sirens": _where(flaws, "unnamed", "552100554", pa.repeat(SIREN, size)),
        "mentions": pa.repeat(_MENTIONS, size),
        "form_id": pa.repeat("devis", size),
        "form_version": pa.repeat("3", size),
        "withdrawn_at": _where(flaws, "withdrawn", withdrawn_at, pa.repeat("", size)),
    }
    return pa.table(columns).select(_PROOF_FIELDS)


def persons_of(numbers: Numbers) -> Persons:
    """Person number n: an address that holds the number, and a French mobile or landline number of its own."""
    firsts = pa.array(_FIRST_NAMES).take(pa.array(numbers % len(_FIRST_NAMES)))
    lasts = pa.array(_LAST_NAMES).take(pa.array(numbers // 10 % len(_LAST_NAMES)))
    domains = pa.array(_DOMAINS).take(pa.array(numbers // 7 % len(_DOMAINS)))
    tags = pa.array(["", "+promo"]).take(pa.array((numbers % 37 == 0).astype(np.int64)))
    emails = joined(firsts, ".", lasts, text_of(numbers), tags, "@", domains)
    blocks = np.where(numbers % 6 == 0, 140_000_000, 610_000_000)
    return Persons(numbers, emails, text_of(blocks + numbers * 7_919 % 10_000_000))


def spelt_emails(rng: np.random.Generator, emails: pa.Array) -> pa.Array:
    """Addresses as persons and vendors write them."""
    spellings = (emails, pc.utf8_upper(emails), joined(" ", emails, " "), pc.utf8_capitalize(emails))
    return pc.choose(pa.array(rng.choice(4, len(emails), p=[0.7, 0.1, 0.1, 0.1])), *spellings)


def spelt_phones(rng: np.random.Generator, nationals: pa.Array) -> pa.Array:
    """Numbers as persons and vendors write them."""
    parts = [pc.utf8_slice_codeunits(nationals, start, end) for start, end in ((0, 1), (1, 3), (3, 5), (5, 7), (7, 9))]
    spaced, dotted = (pc.binary_join_element_wise(*parts, sign) for sign in (" ", "."))
    spellings = (
        joined("0", nationals),
        joined("0", spaced),
        joined("0", dotted),
        joined("+33", nationals),
        joined("0033", nationals),
        joined("+33 ", spaced),
    )
    return pc.choose(pa.array(rng.integers(0, len(spellings), len(nationals))), *spellings)


def _consents(numbers: Numbers) -> pa.Array:
    return joined("C", text_of(numbers))


def _flaw(name: str) -> int:
    return list(_FLAWS).index(name)


def _where(flaws: Numbers, flaw: str, then: Any, otherwise: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(flaws == _flaw(flaw)), then, otherwise)


def text_of(numbers: Numbers) -> pa.Array:
    """Numbers as text."""
    return pa.array(numbers).cast(pa.string())


def joined(*parts: Any) -> pa.Array:
    """Text put together, element by element."""
    return pc.binary_join_element_wise(*parts, "")


def contract_of(vendor: str) -> dict[str, Any]:
    """The contract of the standard that the files keep."""
    custom = {
        "advertiser": {"name": ADVERTISER, "siren": SIREN},
        "instrument": "contract",
        "relationshipSince": "2024-01-01",
        "audience": "consumer",
        "onlyGivenConsents": False,
        "sector": "furniture",
        "goodsServices": "household furniture",
        "channels": list(CHANNELS),
        "doubleOptInRequired": False,
        "approvedForms": [_REVIEWED_FORM],
    }
    roles = {"leads": ("leads*.csv", _LEAD_FIELDS), "consent_proofs": ("proofs*.csv", _PROOF_FIELDS)}
    return {
        "apiVersion": "v3.2.0",
        "kind": "DataContract",
        "id": vendor,
        "name": vendor,
        "version": "1.0.0",
        "status": "active",
        "servers": [
            {"server": role, "type": "custom", "path": path, "format": "csv", "delimiter": ",", "encoding": "utf-8"}
            for role, (path, _) in roles.items()
        ],
        "schema": [
            {"name": role, "logicalType": "object", "properties": [_property(role, name) for name in fields]}
            for role, (_, fields) in roles.items()
        ],
        "price": {"priceAmount": 4.5, "priceCurrency": "EUR", "priceUnit": "lead"},
        "team": {"members": [{"username": "dpo@vendor.example", "role": "data protection officer"}]},
        "slaProperties": [
            {"property": "timeOfAvailability", "value": "10:00"},
            {"property": "frequency", "value": 1, "unit": "d", "scheduler": "cron", "schedule": "0 10 * * *"},
            {"property": "retention", "value": 1095, "unit": "d"},
            {"property": "proofDeadline", "value": 3, "unit": "d"},
            {"property": "claimWindow", "value": 15, "unit": "d"},
            {"property": "suppressionDelay", "value": 1, "unit": "d"},
            {"property": "maxLeadAge", "value": 72, "unit": "h"},
        ],
        "customProperties": [{"property": name, "value": value} for name, value in custom.items()],
    }


def _property(role: str, name: str) -> dict[str, Any]:
    starred = {
        "leads": ("lead_id", "collected_at"),
        "consent_proofs": ("consent_id", "channels", "decision", "consent_at"),
    }
    lists = ("channels", "recipients", "recipient_sirens", "mentions")
    kind = "array" if name in lists else "timestamp" if name.endswith("_at") else "string"
    kind = "boolean" if name == "box_prechecked" else kind
    document = {"name": name, "physicalName": name, "logicalType": kind}
    return document | {"required": True} if name in starred[role] else document
