"""One delivery by one hand-written Polars script: read, normalise, key, join, write; the five keys by `polars-hash`.

What `one_query.sql` does, as a lazy query over all cores. French numbers only, six rules, no rejected rows. Not in the
lock: `pip install --target FOLDER polars==2.1.0 polars-hash==0.9.3`, and `PYTHONPATH=FOLDER`.
"""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import polars_hash  # noqa: F401  # brings `chash`

EMAIL = r"^[a-z0-9_+.\-]+@([a-z0-9\-]+\.)+[a-z]{2,}$"
PHONE = r"^(?:(?:\+|00)?33)?0?([1-9]\d{8})$"


def run(home: Path, out: Path, *, secret: bytes, day: date, siren: str) -> None:
    """Write leads, consent proofs and verdicts of the home's delivery to `out`, as Parquet."""
    folder = home / "inbox" / "acme" / day.isoformat()
    delivered_at = datetime.combine(day, time(6))
    key = secret.decode()  # `hmac_sha256` takes text alone; a secret that is none would need two `sha2_256` over blocks
    leads = read_leads(folder / "leads.csv", key).collect()
    proofs = read_proofs(folder / "proofs.csv", key).collect()
    oppositions = pl.scan_parquet(home / "lake" / "oppositions" / "*" / "part-0.parquet", hive_partitioning=False)
    verdicts = judge(leads.lazy(), proofs.lazy(), oppositions, delivered_at, siren).collect()
    leads.sort("lead_id").write_parquet(out / "leads.parquet", compression="zstd")
    proofs.sort("consent_id").write_parquet(out / "consent_proofs.parquet", compression="zstd")
    verdicts.sort("lead_id", "channel").write_parquet(out / "verdicts.parquet", compression="zstd")


def canonical_email(written: Any) -> Any:
    """Trimmed and lower case, if it looks like an address."""
    email = written.str.strip_chars().str.to_lowercase()
    return pl.when(email.str.contains(EMAIL)).then(email)


def email_alias(email: Any) -> Any:
    """The address without tag and, at Gmail, without dots."""
    local = email.str.extract(r"^([^+@]+)", 1)
    gmail = local.str.replace_all(".", "", literal=True) + "@gmail.com"
    return (
        pl.when(email.str.ends_with("@gmail.com"))
        .then(gmail)
        .otherwise(email.str.replace(r"^([^+@]+)\+[^@]*@", "${1}@"))
    )


def canonical_phone(written: Any) -> Any:
    """E.164, if it is a French number."""
    return "+33" + written.str.replace_all(r"[\s.\-/()]+", "").str.extract(PHONE, 1)


def identity_key(canonical: Any, key: str) -> Any:
    """The keyed hash that stands for an identifier."""
    return canonical.chash.sha2_256().chash.hmac_sha256(key=key).str.slice(0, 32)


def instant(written: Any) -> Any:
    """UTC, without a zone."""
    return written.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", strict=False)


def read_leads(path: Path, key: str) -> Any:
    """Leads with keys instead of identifiers."""
    email = pl.col("email")
    return (
        pl.scan_csv(path, infer_schema=False)
        .with_columns(canonical_email(email).alias("email"), canonical_phone(pl.col("phone")).alias("phone"))
        .filter(email.is_not_null() | pl.col("phone").is_not_null())
        .select(
            "lead_id",
            instant(pl.col("collected_at")).alias("collected_at"),
            "postal_code",
            pl.col("channels").str.split("|"),
            "consent_id",
            "claimed_basis",
            "form_id",
            "form_version",
            pl.col("source_url").str.extract(r"^([^?]*)", 1),
            identity_key(email, key).alias("email_key"),
            identity_key(email_alias(email), key).alias("email_alias_key"),
            identity_key(pl.col("phone"), key).alias("phone_key"),
        )
    )


def read_proofs(path: Path, key: str) -> Any:
    """Proofs with keys instead of identifiers, and a digest instead of the text."""
    lists = ("channels", "recipients", "recipient_sirens", "mentions")
    return pl.scan_csv(path, infer_schema=False).select(
        "consent_id",
        "decision",
        instant(pl.col("consent_at")).alias("consent_at"),
        "action",
        (pl.col("box_prechecked") == "true").alias("box_prechecked"),
        *(pl.col(name).str.split("|") for name in lists),
        "form_id",
        "form_version",
        instant(pl.col("withdrawn_at")).alias("withdrawn_at"),
        identity_key(canonical_email(pl.col("email")), key).alias("email_key"),
        identity_key(canonical_phone(pl.col("phone")), key).alias("phone_key"),
        pl.col("consent_text").str.strip_chars().chash.sha2_256().alias("consent_text_digest"),
    )


def judge(leads: Any, proofs: Any, oppositions: Any, delivered_at: datetime, siren: str) -> Any:
    """One row a lead and channel with the rules that fail."""
    known_at = delivered_at + timedelta(days=3)
    in_force = oppositions.filter(
        pl.col("revoked_at").is_null() & (pl.col("opposed_at") < delivered_at) & (pl.col("recorded_at") <= known_at)
    )
    keys = [in_force.select(key=name) for name in ("identity_key", "alias_key")]
    probes = [leads.select("lead_id", key=name) for name in ("email_key", "email_alias_key", "phone_key")]
    opposed = pl.concat(probes).join(pl.concat(keys).drop_nulls(), on="key", how="semi").select("lead_id").unique()
    given = proofs.filter(pl.col("decision") == "given").select(
        "consent_id", "recipient_sirens", "withdrawn_at", has_proof=True, proof_channels="channels"
    )
    has_proof, is_email = pl.col("has_proof").fill_null(False), pl.col("channel") == "email"
    covers = pl.col("proof_channels").list.contains(pl.col("channel")).fill_null(False)
    names_us = pl.col("recipient_sirens").list.contains(siren).fill_null(False)
    failed = {
        "consent_withdrawn": has_proof & (pl.col("withdrawn_at") <= delivered_at),
        "elec_consent_per_channel": has_proof & is_email & ~covers,
        "opp_vendor_redelivery": pl.col("is_opposed").fill_null(False),
        "proof_individual_record": ~has_proof,
        "consent_named_recipient_elec": has_proof & is_email & ~names_us,
        "tel_optin_consent_required": has_proof & ~is_email & ~covers,
    }
    rules = pl.concat_list([pl.when(met.fill_null(False)).then(pl.lit(rule)) for rule, met in failed.items()])
    return (
        leads.explode("channels")
        .rename({"channels": "channel"})
        .filter(pl.when(is_email).then("email_key").otherwise("phone_key").is_not_null())
        .join(given, on="consent_id", how="left")
        .join(opposed.with_columns(is_opposed=True), on="lead_id", how="left")
        .select("lead_id", "channel", failed_rules=rules.list.drop_nulls())
        .select(
            "lead_id",
            "channel",
            verdict=pl.when(pl.col("failed_rules").list.len() > 0).then(pl.lit("blocked")).otherwise(pl.lit("usable")),
            failed_rules="failed_rules",
        )
    )
