-- One delivery by hand in DuckDB: read, normalise, key, join, write. French numbers only, five rules, no rejected rows.
-- Filled in: $home, $out, $inner_pad and $outer_pad (HMAC's padded secret, hex), $siren, $delivered_at, $known_at.
set timezone = 'UTC';
set preserve_insertion_order = false;

create temp macro identity_key(canonical) as left(
    sha256(unhex('$outer_pad') || unhex(sha256(unhex('$inner_pad') || encode(sha256(canonical))))), 32
);
create temp macro canonical_email(written) as case
    when regexp_full_match(lower(trim(written)), '[a-z0-9_+.\-]+@([a-z0-9\-]+\.)+[a-z]{2,}') then lower(trim(written))
end;
create temp macro email_alias(email) as case
    when email like '%@gmail.com'
        then replace(regexp_extract(email, '^([^+@]+)', 1), '.', '') || '@gmail.com'
    else regexp_replace(email, '^([^+@]+)\+[^@]*@', '\1@')
end;
create temp macro canonical_phone(written) as '+33' || nullif(
    regexp_extract(regexp_replace(written, '[\s.\-/()]+', '', 'g'), '^(?:(?:\+|00)?33)?0?([1-9]\d{8})$$', 1), ''
);

create temp table leads as
select
    lead_id, cast(collected_at as timestamptz)::timestamp as collected_at, postal_code,
    string_split(channels, '|') as channels, consent_id, claimed_basis, form_id, form_version,
    split_part(source_url, '?', 1) as source_url,
    identity_key(email) as email_key,
    identity_key(email_alias(email)) as email_alias_key,
    identity_key(phone) as phone_key
from (
    select * replace (canonical_email(email) as email, canonical_phone(phone) as phone)
    from read_csv('$home/inbox/acme/*/leads.csv', all_varchar = true)
)
where email is not null or phone is not null;

create temp table consent_proofs as
select
    consent_id, string_split(channels, '|') as channels, decision,
    cast(consent_at as timestamptz)::timestamp as consent_at, action, cast(box_prechecked as boolean) as box_prechecked,
    string_split(recipients, '|') as recipients, string_split(recipient_sirens, '|') as recipient_sirens,
    string_split(mentions, '|') as mentions, form_id, form_version,
    cast(withdrawn_at as timestamptz)::timestamp as withdrawn_at,
    identity_key(canonical_email(email)) as email_key,
    identity_key(canonical_phone(phone)) as phone_key,
    sha256(trim(consent_text)) as consent_text_digest
from read_csv('$home/inbox/acme/*/proofs.csv', all_varchar = true);

create temp table verdicts as
with probes as (
    select lead_id, unnest([email_key, email_alias_key, phone_key]) as identity_key
    from leads
),

in_force as (
    select identity_key, alias_key
    from read_parquet('$home/lake/oppositions/*/part-0.parquet', hive_partitioning = false)
    where revoked_at is null and opposed_at < timestamp '$delivered_at' and recorded_at <= timestamp '$known_at'
),

opposed_keys as (
    select identity_key from in_force
    union all
    select alias_key from in_force where alias_key is not null
),

opposed as (
    select distinct probes.lead_id
    from probes
    inner join opposed_keys on probes.identity_key = opposed_keys.identity_key
),

uses as (
    select lead.*, unnest(lead.channels) as channel
    from leads as lead
),

judged as (
    select
        use.lead_id, use.channel,
        list_filter(
            [
                case when proof.consent_id is not null and proof.withdrawn_at <= timestamp '$delivered_at'
                    then 'consent_withdrawn' end,
                case when proof.consent_id is not null and use.channel = 'email'
                    and not list_contains(proof.channels, 'email') then 'elec_consent_per_channel' end,
                case when opposed.lead_id is not null then 'opp_vendor_redelivery' end,
                case when proof.consent_id is null then 'proof_individual_record' end,
                case when proof.consent_id is not null and use.channel = 'email'
                    and not list_contains(proof.recipient_sirens, '$siren') then 'consent_named_recipient_elec' end,
                case when use.channel = 'phone' and not list_contains(proof.channels, 'phone')
                    then 'tel_optin_consent_required' end
            ],
            lambda rule: rule is not null
        ) as failed_rules
    from uses as use
    left join consent_proofs as proof on use.consent_id = proof.consent_id and proof.decision = 'given'
    left join opposed on use.lead_id = opposed.lead_id
    where case when use.channel = 'email' then use.email_key else use.phone_key end is not null
)

select lead_id, channel, case when len(failed_rules) > 0 then 'blocked' else 'usable' end as verdict, failed_rules
from judged;

copy (from leads order by lead_id) to '$out/leads.parquet' (compression zstd);
copy (from consent_proofs order by consent_id) to '$out/consent_proofs.parquet' (compression zstd);
copy (from verdicts order by lead_id, channel) to '$out/verdicts.parquet' (compression zstd);
