-- every proof row of the vendor, until when its file lay there, and until when what it objects counts; with the consent_id
-- before them, numbers are in the order that settles ties. Read as leads are
select
    files.file_no * 4294967296 + proof.row_number as proof_no,
    proof.* exclude (vendor, delivery_date, file_digest, row_number),
    len(list_filter(string_split_regex(proof.chain, '>|→|[|;,]'), lambda company: trim(company) <> '')) > 2
        as has_intermediaries,
    coalesce(proof.replaced_at, timestamp '9999-12-31 00:00:00') as known_until,
    coalesce(proof.corrected_at, timestamp '9999-12-31 00:00:00') as objects_until,
    reference_key(proof.lead_id) as lead_reference,
    reference_key(proof.consent_id) as consent_reference
from all_proofs as proof
inner join proof_files as files
    on proof.file_digest = files.file_digest and proof.delivery_date = files.delivery_date
