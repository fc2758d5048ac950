-- An intake by hand in DuckDB: read, normalise, key, sort, write. French numbers only, no rejected rows, no reasons.
-- Filled in: $files, $out, $inner_pad and $outer_pad (HMAC's padded secret, hex), $file_digest, $delivered_at.
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

copy (
    with delivered as (
        select *, row_number() over () as row_number
        from read_csv('$files', all_varchar = true)
    ),

    normalised as (
        select * replace (canonical_email(email) as email, canonical_phone(phone) as phone)
        from delivered
    ),

    keyed as (
        select *, email_alias(email) as alias, identity_key(email) as email_key
        from normalised
        where email is not null or phone is not null
    )

    select
        lead_id, cast(collected_at as timestamptz)::timestamp as collected_at, postal_code, 'FR' as country,
        'consumer' as audience, string_split(channels, '|') as channels, consent_id, claimed_basis,
        email_key,
        case when alias = email then email_key else identity_key(alias) end as email_alias_key,
        identity_key(phone) as phone_key,
        []::varchar[] as invalid_fields, timestamp '$delivered_at' as delivered_at, '$file_digest' as file_digest,
        row_number
    from keyed
    order by lead_id, row_number
) to '$out' (format parquet, compression zstd);
