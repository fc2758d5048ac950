"""One delivery by a plain script: pandas, one number and one hash at a time, merges, Pandera, six of the rules.

It is meant to be what a good analyst writes in an afternoon: correct, readable, and not tuned.
"""

import hashlib
import hmac
import re
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pandas as pd
import pandera.pandas as pandera
import phonenumbers

EMAIL = re.compile(r"[a-z0-9_+.\-]+@([a-z0-9\-]+\.)+[a-z]{2,}")
LEADS = pandera.DataFrameSchema(
    {
        "lead_id": pandera.Column(str, unique=True),
        "collected_at": pandera.Column("datetime64[us, UTC]"),
        "email_key": pandera.Column(str, pandera.Check.str_length(32, 32), nullable=True),
        "phone_key": pandera.Column(str, pandera.Check.str_length(32, 32), nullable=True),
    }
)
PROOFS = pandera.DataFrameSchema(
    {
        "consent_id": pandera.Column(str),
        "decision": pandera.Column(str, pandera.Check.isin(["given", "refused"])),
        "consent_at": pandera.Column("datetime64[us, UTC]"),
        "email_key": pandera.Column(str, pandera.Check.str_length(32, 32), nullable=True),
        "phone_key": pandera.Column(str, pandera.Check.str_length(32, 32), nullable=True),
    }
)


def run(home: Path, out: Path, *, secret: bytes, day: date, siren: str) -> None:
    """Write leads, consent proofs and verdicts of the home's delivery to `out`, as Parquet."""
    folder = home / "inbox" / "acme" / day.isoformat()
    delivered_at = pd.Timestamp(datetime.combine(day, time(6)))
    leads = LEADS.validate(read_leads(folder / "leads.csv", secret))
    proofs = PROOFS.validate(read_proofs(folder / "proofs.csv", secret))
    oppositions = pd.read_parquet(home / "lake" / "oppositions")
    verdicts = judge(leads, proofs, oppositions, delivered_at, siren)
    leads.sort_values("lead_id").to_parquet(out / "leads.parquet", compression="zstd", index=False)
    proofs.sort_values("consent_id").to_parquet(out / "consent_proofs.parquet", compression="zstd", index=False)
    verdicts.to_parquet(out / "verdicts.parquet", compression="zstd", index=False)


def canonical_email(written: str) -> str | None:
    """Trimmed and lower case, if it looks like an address."""
    email = written.strip().lower()
    return email if EMAIL.fullmatch(email) else None


def email_alias(email: str | None) -> str | None:
    """Without the tag and, at Gmail, without dots."""
    if email is None:
        return None
    local, domain = email.split("@")
    local = local.split("+")[0]
    return f"{local.replace('.', '')}@{domain}" if domain == "gmail.com" else f"{local}@{domain}"


def canonical_phone(written: str) -> str | None:
    """E.164, if the number is a valid French or international one."""
    try:
        number = phonenumbers.parse(written, "FR")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def identity_key(canonical: str | None, secret: bytes) -> str | None:
    """The keyed hash that stands for an identifier."""
    if canonical is None:
        return None
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return hmac.new(secret, digest.encode(), "sha256").hexdigest()[:32]


def read_leads(path: Path, secret: bytes) -> pd.DataFrame:
    """Leads with keys instead of identifiers."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    emails = [canonical_email(text) for text in rows["email"]]
    rows["email_key"] = [identity_key(email, secret) for email in emails]
    rows["email_alias_key"] = [identity_key(email_alias(email), secret) for email in emails]
    rows["phone_key"] = [identity_key(canonical_phone(text), secret) for text in rows["phone"]]
    rows["collected_at"] = pd.to_datetime(rows["collected_at"], utc=True).astype("datetime64[us, UTC]")
    rows["channels"] = rows["channels"].str.split("|")
    rows["source_url"] = rows["source_url"].str.split("?").str[0]
    return rows[rows["email_key"].notna() | rows["phone_key"].notna()].drop(columns=["email", "phone"])


def read_proofs(path: Path, secret: bytes) -> pd.DataFrame:
    """Proofs with keys instead of identifiers, and a digest instead of the text."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows["email_key"] = [identity_key(canonical_email(text), secret) for text in rows["email"]]
    rows["phone_key"] = [identity_key(canonical_phone(text), secret) for text in rows["phone"]]
    rows["consent_text_digest"] = [hashlib.sha256(text.strip().encode()).hexdigest() for text in rows["consent_text"]]
    for column in ("consent_at", "withdrawn_at"):
        instants = pd.to_datetime(rows[column].where(rows[column] != ""), utc=True)
        rows[column] = instants.astype("datetime64[us, UTC]")
    for column in ("channels", "recipients", "recipient_sirens", "mentions"):
        rows[column] = rows[column].str.split("|")
    return rows.drop(columns=["email", "phone", "consent_text"])


def judge(
    leads: pd.DataFrame, proofs: pd.DataFrame, oppositions: pd.DataFrame, delivered_at: pd.Timestamp, siren: str
) -> pd.DataFrame:
    """One row a lead and channel with the rules that fail."""
    known_at = delivered_at + timedelta(days=3)
    in_force = oppositions[
        oppositions["revoked_at"].isna()
        & (oppositions["opposed_at"] < delivered_at)
        & (oppositions["recorded_at"] <= known_at)
    ]
    opposed = {*in_force["identity_key"], *in_force["alias_key"].dropna()}
    is_opposed = leads[["email_key", "email_alias_key", "phone_key"]].isin(opposed).any(axis=1)
    uses = leads.assign(is_opposed=is_opposed).explode("channels").rename(columns={"channels": "channel"})
    is_reachable = uses["email_key"].notna().where(uses["channel"] == "email", uses["phone_key"].notna())
    uses = uses.loc[is_reachable, ["lead_id", "consent_id", "channel", "is_opposed"]]
    given = proofs.loc[proofs["decision"] == "given", ["consent_id", "channels", "recipient_sirens", "withdrawn_at"]]
    joined = uses.merge(given, on="consent_id", how="left", indicator=True)
    has_proof = joined["_merge"] == "both"
    lists = zip(joined["channel"], joined["channels"], strict=True)
    covers = pd.Series([isinstance(listed, list) and channel in listed for channel, listed in lists])
    named = pd.Series([isinstance(sirens, list) and siren in sirens for sirens in joined["recipient_sirens"]])
    is_email = joined["channel"] == "email"
    failed = {
        "consent_withdrawn": has_proof & (joined["withdrawn_at"] <= delivered_at.tz_localize("UTC")),
        "elec_consent_per_channel": has_proof & is_email & ~covers,
        "opp_vendor_redelivery": joined["is_opposed"],
        "proof_individual_record": ~has_proof,
        "consent_named_recipient_elec": has_proof & is_email & ~named,
        "tel_optin_consent_required": has_proof & ~is_email & ~covers,
    }
    table = pd.DataFrame(failed)
    joined["failed_rules"] = [
        [rule for rule, is_failed in zip(failed, row, strict=True) if is_failed]
        for row in table.itertuples(index=False)
    ]
    joined["verdict"] = table.any(axis=1).map({True: "blocked", False: "usable"})
    return joined[["lead_id", "channel", "verdict", "failed_rules"]].sort_values(["lead_id", "channel"])
